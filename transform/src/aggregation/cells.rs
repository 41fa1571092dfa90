//! One indicator's observations by region, and the cells of a whole: what its members
//! say of the same period, sex and breakdown.

use std::collections::{BTreeMap, HashMap};

use botnia_model::{Breakdown, Observation, Period, RegionKey, Sex};

use super::{BlockReason, Part, Populations, Whole};

/// Observations by region; sorted by their keys, so those of a region stand together.
pub(super) struct ByRegion<'a>(HashMap<&'a RegionKey, &'a [Observation]>);

impl<'a> ByRegion<'a> {
    pub(super) fn new(observations: &'a [Observation]) -> Self {
        let runs = observations.chunk_by(|one, other| one.region == other.region);
        Self(runs.map(|run| (&run[0].region, run)).collect())
    }

    /// The cells of `whole` in which a member has a row, by sex, breakdown and period.
    pub(super) fn cells(&self, whole: &Whole) -> Vec<Cell<'a>> {
        let mut cells = BTreeMap::new();
        for (position, member) in whole.members.iter().enumerate() {
            for row in self.0.get(member).copied().unwrap_or_default() {
                let key = (row.sex.as_str(), row.breakdown.as_ref(), &row.period);
                let cell = cells.entry(key).or_insert_with(|| Cell {
                    sex: row.sex,
                    breakdown: row.breakdown.as_ref(),
                    period: &row.period,
                    rows: vec![None; whole.members.len()],
                });
                cell.rows[position] = Some(row);
            }
        }
        cells.into_values().collect()
    }
}

/// What the members of a whole say of one period, sex and breakdown.
pub(super) struct Cell<'a> {
    pub(super) sex: Sex,
    pub(super) breakdown: Option<&'a Breakdown>,
    pub(super) period: &'a Period,
    /// A row for each member, in the order of the members, where there is one.
    rows: Vec<Option<&'a Observation>>,
}

impl<'a> Cell<'a> {
    /// What each member brings; blocked unless all of them have a value.
    pub(super) fn parts(
        &self,
        whole: &Whole,
        populations: &Populations,
    ) -> Result<Vec<Part<'a>>, BlockReason> {
        let members = self.rows.iter().zip(&whole.members);
        members
            .map(|(row, member)| {
                row.and_then(|row| {
                    Some(Part {
                        value: row.value?,
                        absolute_value: row.absolute_value,
                        status: &row.status,
                        population: populations.at(member, self.period),
                    })
                })
                .ok_or(BlockReason::MemberMissing)
            })
            .collect()
    }
}
