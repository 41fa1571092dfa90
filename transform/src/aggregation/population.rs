//! The weights: how many live in a region at the end of a year.

use std::collections::HashMap;

use botnia_model::{Observation, Period, RegionKey, Sex};

/// Populations by region and period: the totals of one indicator that counts persons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Populations(HashMap<RegionKey, HashMap<Period, f64>>);

impl Populations {
    /// Those of the observations of the population indicator. A region without
    /// inhabitants weighs nothing, and is left out.
    pub fn of(observations: &[Observation]) -> Self {
        let mut populations = Self::default();
        for row in observations {
            let total = row.sex == Sex::Total && row.breakdown.is_none();
            let persons = row.value.filter(|persons| total && *persons > 0.0);
            if let Some(persons) = persons {
                let of_region = populations.0.entry(row.region.clone()).or_default();
                of_region.insert(row.period.clone(), persons);
            }
        }
        populations
    }

    /// The population of a region in exactly this period.
    pub fn at(&self, region: &RegionKey, period: &Period) -> Option<f64> {
        self.0.get(region)?.get(period).copied()
    }
}
