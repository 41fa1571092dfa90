//! Whether published figures of wholes are what their published parts come to.
//!
//! The check is that of the quality control of the Norwegian public health profiles
//! (Folkehelseprofiler, step 4: municipalities against their county).

use std::collections::BTreeMap;

use botnia_model::{
    Breakdown, Observation, Period, Region, RegionCode, RegionKey, RegionLevel, Sex,
};

use super::cells::ByRegion;
use super::{Method, Populations, Whole};
use crate::methods::rounding::{self, decimals_shown};

/// A published figure that is not what its parts come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// The whole.
    pub region: RegionKey,
    /// When.
    pub period: Period,
    /// Of whom.
    pub sex: Sex,
    /// Any further dimension.
    pub breakdown: Option<Breakdown>,
    /// What the source publishes for it.
    pub published: f64,
    /// What its parts come to.
    pub summed: f64,
}

/// How well the published figures of wholes agree with their parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SumCheck {
    /// In how many cells the source has the whole and all its parts.
    pub compared: usize,
    /// Where they do not agree.
    pub disagreements: Vec<Disagreement>,
}

impl SumCheck {
    /// Compares the observations of one indicator, which are sorted by their keys, over
    /// each of `wholes`. Whole numbers have to agree exactly; where the source shows
    /// decimals, what rounding can explain is no disagreement.
    pub fn of(
        wholes: &[Whole],
        observations: &[Observation],
        method: Method,
        populations: &Populations,
    ) -> Self {
        let half_unit = half_unit(observations, method);
        let by_region = ByRegion::new(observations);
        let mut check = Self::default();
        for whole in wholes {
            for cell in by_region.cells(whole) {
                let key = (
                    &whole.region,
                    cell.sex.as_str(),
                    cell.breakdown,
                    cell.period,
                );
                let published = observations
                    .binary_search_by(|row| row.key().cmp(&key))
                    .ok()
                    .and_then(|position| observations[position].value);
                let parts = cell.parts(whole, populations);
                let (Some(published), Ok(parts)) = (published, parts) else {
                    continue;
                };
                let Ok(summed) = method.value(&parts, 0.0) else {
                    continue;
                };
                check.compared += 1;
                // Down to nothing where a part may be nothing before rounding.
                let lowest = method.value(&parts, -half_unit).unwrap_or(0.0);
                let highest = method.value(&parts, half_unit).unwrap_or(summed);
                // Adding floats is exact to about the fifteenth digit.
                let slack = half_unit + 1e-9 * published.abs().max(summed.abs());
                if published < lowest - slack || published > highest + slack {
                    check.disagreements.push(Disagreement {
                        region: whole.region.clone(),
                        period: cell.period.clone(),
                        sex: cell.sex,
                        breakdown: cell.breakdown.cloned(),
                        published,
                        summed,
                    });
                }
            }
        }
        check
    }
}

/// The wholes among regions that exist at the same time: every province and wellbeing
/// services county with its municipalities, and Finland, once with its municipalities and
/// once with its provinces.
pub fn wholes_of<'r>(regions: impl IntoIterator<Item = &'r Region>) -> Vec<Whole> {
    let mut members: BTreeMap<RegionKey, Vec<RegionKey>> = BTreeMap::new();
    let mut municipalities = Vec::new();
    let mut provinces = Vec::new();
    for region in regions {
        match region.key.level {
            RegionLevel::Municipality => {
                municipalities.push(region.key.clone());
                let mut belongs = |level, code: &Option<RegionCode>| {
                    if let Some(code) = code {
                        let whole = RegionKey::new(level, code.clone());
                        members.entry(whole).or_default().push(region.key.clone());
                    }
                };
                belongs(RegionLevel::Province, &region.province);
                belongs(RegionLevel::WellbeingCounty, &region.wellbeing_county);
            }
            RegionLevel::Province => provinces.push(region.key.clone()),
            _ => {}
        }
    }
    let finland = [municipalities, provinces].map(|members| (RegionKey::finland(), members));
    members
        .into_iter()
        .chain(finland)
        .map(|(region, members)| Whole { region, members })
        .collect()
}

/// Half a unit of the last decimal that any value shows; nothing for counts without
/// decimals, which nobody rounded, and for values that are not rounded at all.
fn half_unit(observations: &[Observation], method: Method) -> f64 {
    match decimals_shown(observations.iter().filter_map(|row| row.value)) {
        None => 0.0,
        Some(0) if method == Method::Sum => 0.0,
        Some(shown) => rounding::half_unit(shown),
    }
}
