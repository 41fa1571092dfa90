//! Do the parts still sum to their whole? Only counts can: municipalities to their
//! province and their wellbeing services county, provinces to the country.

use std::collections::{BTreeMap, BTreeSet};

use botnia_model::{
    Breakdown, Observation, Period, Region, RegionKey, RegionLevel, Sex, ValueKind,
};

use super::{Candidate, Gate, Objection, Released, first_few, name, percent};
use crate::normalise::RegionIndex;

/// A whole of one period, sex and breakdown.
type Whole<'a> = (&'a RegionKey, &'a Period, Sex, Option<&'a Breakdown>);

/// Disagreements that the last release did not have. An indicator whose released parts
/// often do not sum is none of which they should: who is counted in two places within a
/// year is one person of the province.
pub(super) fn check(candidate: &Candidate<'_>, released: Released<'_>) -> Option<Objection> {
    let indicator = &candidate.described.indicator;
    if indicator.value_kind != Some(ValueKind::Count) {
        return None;
    }
    let decimals = indicator.decimals.unwrap_or(0);
    let members = members(candidate.regions);
    let then = sums(released.observations, &members);
    let now = sums(&candidate.normalised.observations, &members);
    let disagrees = |sum: &Sum| !sum.agrees(decimals);
    let known: BTreeSet<Whole<'_>> = then
        .iter()
        .filter(|(_, sum)| disagrees(sum))
        .map(|(whole, _)| *whole)
        .collect();
    if percent(known.len(), then.len()) > candidate.thresholds.not_summing_percent {
        return None;
    }
    let found: Vec<String> = now
        .iter()
        .filter(|(whole, sum)| disagrees(sum) && !known.contains(*whole))
        .map(|((region, period, sex, _), sum)| {
            format!(
                "{} in {period} (`{sex}`) has {}, its {} sum to {}",
                name(candidate.regions, region),
                sum.published,
                sum.words,
                sum.parts
            )
        })
        .collect();
    (!found.is_empty()).then(|| {
        Objection::hold(
            Gate::SumsDisagree,
            format!(
                "{} of {} sums disagree that did not before: {}.",
                found.len(),
                now.len(),
                first_few(&found)
            ),
        )
    })
}

/// What is published for a whole, and the sum of its parts.
struct Sum {
    published: f64,
    parts: f64,
    count: usize,
    words: &'static str,
}

impl Sum {
    /// Each part and the whole may be rounded by half a unit of the last decimal.
    fn agrees(&self, decimals: u8) -> bool {
        let half = 0.5 * 10_f64.powi(-i32::from(decimals));
        (self.published - self.parts).abs() <= half * (self.count + 1) as f64
    }
}

/// Which regions a whole consists of.
struct Members {
    whole: RegionKey,
    parts: Vec<RegionKey>,
    words: &'static str,
}

fn members(regions: &RegionIndex) -> Vec<Members> {
    let municipalities = |of: RegionKey, is_part: &dyn Fn(&Region) -> bool| Members {
        whole: of,
        parts: keys(regions, RegionLevel::Municipality, is_part),
        words: "municipalities",
    };
    let mut members = Vec::new();
    for region in regions.regions() {
        let code = Some(&region.key.code);
        match region.key.level {
            RegionLevel::Province => members.push(municipalities(region.key.clone(), &|part| {
                part.province.as_ref() == code
            })),
            RegionLevel::WellbeingCounty => {
                members.push(municipalities(region.key.clone(), &|part| {
                    part.wellbeing_county.as_ref() == code
                }));
            }
            _ => {}
        }
    }
    members.push(Members {
        whole: RegionKey::finland(),
        parts: keys(regions, RegionLevel::Province, &|_| true),
        words: "provinces",
    });
    members
}

fn keys(
    regions: &RegionIndex,
    level: RegionLevel,
    is_part: &dyn Fn(&Region) -> bool,
) -> Vec<RegionKey> {
    regions
        .regions()
        .iter()
        .filter(|region| region.key.level == level && is_part(region))
        .map(|region| region.key.clone())
        .collect()
}

/// The wholes with a figure of which every part has one: a part that is missing is never
/// taken for nothing.
fn sums<'a>(observations: &'a [Observation], members: &[Members]) -> BTreeMap<Whole<'a>, Sum> {
    let values: BTreeMap<Whole<'a>, f64> = observations
        .iter()
        .filter_map(|row| {
            let whole = (&row.region, &row.period, row.sex, row.breakdown.as_ref());
            Some((whole, row.value?))
        })
        .collect();
    let mut sums = BTreeMap::new();
    for (whole, published) in &values {
        let (region, period, sex, breakdown) = *whole;
        let Some(of) = members.iter().find(|members| members.whole == *region) else {
            continue;
        };
        let parts: Option<Vec<f64>> = of
            .parts
            .iter()
            .map(|part| values.get(&(part, period, sex, breakdown)).copied())
            .collect();
        let Some(parts) = parts.filter(|parts| !parts.is_empty()) else {
            continue;
        };
        sums.insert(
            *whole,
            Sum {
                published: *published,
                parts: parts.iter().sum(),
                count: parts.len(),
                words: of.words,
            },
        );
    }
    sums
}
