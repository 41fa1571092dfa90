//! The gate between normalised figures and a release: what loses too much waits for a
//! person, and the last good figures are served meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use botnia_model::{Observation, RegionKey, RegionLevel};

use crate::normalise::{Normalised, RegionIndex, TitleCheck};

/// Why figures wait for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldReason {
    /// The title is that of another indicator than the set expects.
    TitleDiffers,
    /// There were figures, and now there are none.
    AllRowsLost,
    /// More figures are gone than [`MOST_LOST_PERCENT`].
    RowsLost,
    /// No figure of a whole region level is left.
    LevelLost,
    /// A province, or every municipality of one, has no figure any more.
    RegionsLost,
}

impl HoldReason {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::TitleDiffers,
        Self::AllRowsLost,
        Self::RowsLost,
        Self::LevelLost,
        Self::RegionsLost,
    ];

    /// Its code, as in events and on the error pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TitleDiffers => "title_differs",
            Self::AllRowsLost => "all_rows_lost",
            Self::RowsLost => "rows_lost",
            Self::LevelLost => "level_lost",
            Self::RegionsLost => "regions_lost",
        }
    }
}

impl fmt::Display for HoldReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One reason why an indicator's new figures are held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The kind.
    pub reason: HoldReason,
    /// What happened, in a sentence with its numbers.
    pub message: String,
}

/// The largest share of the previous figures that may vanish without a person's decision.
/// A merger of municipalities takes about one in three hundred.
pub const MOST_LOST_PERCENT: usize = 10;

/// Compares an indicator's new figures with those of the last release. A figure is a row
/// with a value: one whose value is gone is as lost as a row that is gone. Nothing is
/// expected of an indicator that was never released.
///
/// `previous` has to be sorted as [`Normalised::observations`] is. `regions` tells which
/// municipalities belong to which province.
pub fn check(
    previous: Option<&[Observation]>,
    new: &Normalised,
    title: &TitleCheck,
    regions: &RegionIndex,
) -> Vec<Hold> {
    let mut holds = Vec::new();
    if let TitleCheck::Different { expected, found } = title {
        holds.push(Hold {
            reason: HoldReason::TitleDiffers,
            message: format!(
                "The source calls this indicator \"{found}\"; the indicator set expects \"{expected}\"."
            ),
        });
    }
    let before: Vec<&Observation> = figures(previous.unwrap_or_default()).collect();
    let after: Vec<&Observation> = figures(&new.observations).collect();
    if before.is_empty() {
        return holds;
    }
    if after.is_empty() {
        holds.push(Hold {
            reason: HoldReason::AllRowsLost,
            message: format!("All {} figures of the last release are gone.", before.len()),
        });
        return holds;
    }

    let lost = lost(&before, &after);
    if lost * 100 > before.len() * MOST_LOST_PERCENT {
        holds.push(Hold {
            reason: HoldReason::RowsLost,
            message: format!(
                "{lost} of the {} figures of the last release are gone ({:.1} %; up to {MOST_LOST_PERCENT} % pass by themselves).",
                before.len(),
                100.0 * lost as f64 / before.len() as f64,
            ),
        });
    }
    let before = Coverage::of(&before, regions);
    let after = Coverage::of(&after, regions);
    holds.extend(before.lost_levels(&after));
    holds.extend(before.lost_provinces(&after, regions));
    holds
}

fn figures(observations: &[Observation]) -> impl Iterator<Item = &Observation> {
    observations
        .iter()
        .filter(|observation| observation.value.is_some())
}

/// How many of the sorted `before` have no counterpart in the sorted `after`.
fn lost(before: &[&Observation], after: &[&Observation]) -> usize {
    let mut after = after.iter().peekable();
    before
        .iter()
        .filter(|old| {
            while after.next_if(|new| new.key() < old.key()).is_some() {}
            after.peek().is_none_or(|new| new.key() != old.key())
        })
        .count()
}

/// Where an indicator has figures.
struct Coverage<'a> {
    /// Regions with a figure, by level.
    levels: BTreeMap<RegionLevel, BTreeSet<&'a RegionKey>>,
    /// Provinces of which a municipality has a figure.
    provinces_of_municipalities: BTreeSet<RegionKey>,
}

impl<'a> Coverage<'a> {
    fn of(figures: &[&'a Observation], regions: &'a RegionIndex) -> Self {
        let mut levels: BTreeMap<RegionLevel, BTreeSet<&RegionKey>> = BTreeMap::new();
        for run in figures.chunk_by(|left, right| left.region == right.region) {
            if let Some(Observation { region, .. }) = run.first() {
                levels.entry(region.level).or_default().insert(region);
            }
        }
        let municipalities = levels.get(&RegionLevel::Municipality);
        let provinces_of_municipalities = regions
            .regions()
            .iter()
            .filter(|region| municipalities.is_some_and(|keys| keys.contains(&region.key)))
            .filter_map(|region| region.province.clone())
            .map(|code| RegionKey::new(RegionLevel::Province, code))
            .collect();
        Self {
            levels,
            provinces_of_municipalities,
        }
    }

    fn has(&self, level: RegionLevel) -> bool {
        self.levels.contains_key(&level)
    }

    fn lost_levels(&self, after: &Self) -> impl Iterator<Item = Hold> {
        self.levels
            .iter()
            .filter(|(level, _)| !after.has(**level))
            .map(|(level, keys)| Hold {
                reason: HoldReason::LevelLost,
                message: format!(
                    "No figure of the level `{level}` is left; the last release had {} regions of it.",
                    keys.len()
                ),
            })
    }

    /// Silent on a level that is lost as a whole: that is said once, above.
    fn lost_provinces(&self, after: &Self, regions: &RegionIndex) -> Vec<Hold> {
        let name = |key: &RegionKey| {
            regions
                .regions()
                .iter()
                .find(|region| region.key == *key)
                .map_or_else(
                    || key.to_string(),
                    |region| format!("{key} {}", region.name.fi),
                )
        };
        let hold = |message| Hold {
            reason: HoldReason::RegionsLost,
            message,
        };
        let mut holds = Vec::new();
        if let Some(now) = after.levels.get(&RegionLevel::Province) {
            let then = self.levels.get(&RegionLevel::Province);
            holds.extend(
                then.into_iter()
                    .flatten()
                    .filter(|key| !now.contains(**key))
                    .map(|key| hold(format!("No figure of {} is left.", name(key)))),
            );
        }
        if after.has(RegionLevel::Municipality) {
            holds.extend(
                self.provinces_of_municipalities
                    .difference(&after.provinces_of_municipalities)
                    .map(|key| {
                        hold(format!(
                            "No figure of any municipality of {} is left.",
                            name(key)
                        ))
                    }),
            );
        }
        holds
    }
}

#[cfg(test)]
mod tests {
    use botnia_config::{RegionTables, SourceKind};
    use botnia_model::{Findings, Origin, Period, Sex, Status};
    use serde_json::json;

    use super::*;
    use crate::normalise::read_regions;

    /// Three municipalities in each of the provinces 14 and 15.
    fn regions() -> RegionIndex {
        let mut list = vec![
            json!({"id": 14, "code": "14", "category": "MAAKUNTA", "title": {"fi": "Etelä-Pohjanmaa"}}),
            json!({"id": 15, "code": "15", "category": "MAAKUNTA", "title": {"fi": "Pohjanmaa"}}),
        ];
        for (province, codes) in [(14, [5, 10, 743]), (15, [231, 499, 905])] {
            for code in codes {
                list.push(json!({
                    "id": 1000 + code,
                    "code": format!("{code:03}"),
                    "category": "KUNTA",
                    "title": {"fi": "kunta"},
                    "memberOf": [province],
                }));
            }
        }
        let body = json!(list).to_string();
        read_regions(
            SourceKind::Sotkanet,
            body.as_bytes(),
            &RegionTables::default(),
        )
        .unwrap()
    }

    /// Twenty years of every region and the country: 180 figures.
    fn observations() -> Vec<Observation> {
        let mut keys: Vec<RegionKey> = regions()
            .regions()
            .iter()
            .map(|region| region.key.clone())
            .collect();
        keys.push(RegionKey::finland());
        keys.sort();
        keys.into_iter()
            .flat_map(|region| {
                (2000..2020).map(move |year| Observation {
                    region: region.clone(),
                    period: Period::of_year(year),
                    sex: Sex::Total,
                    breakdown: None,
                    value: Some(f64::from(year)),
                    absolute_value: None,
                    status: Status::Normal,
                    origin: Origin::Published,
                })
            })
            .collect()
    }

    fn reasons(previous: Option<&[Observation]>, new: Vec<Observation>) -> Vec<HoldReason> {
        let new = Normalised {
            rows_in: new.len() as u64,
            observations: new,
            findings: Findings::default(),
        };
        check(previous, &new, &TitleCheck::Same, &regions())
            .into_iter()
            .map(|hold| hold.reason)
            .collect()
    }

    /// What is held when only the rows that `keep` names are left.
    fn after(keep: impl Fn(&Observation) -> bool) -> Vec<HoldReason> {
        let before = observations();
        let new = before.iter().filter(|row| keep(row)).cloned().collect();
        reasons(Some(&before), new)
    }

    fn is(row: &Observation, level: RegionLevel, codes: &[&str]) -> bool {
        row.region.level == level && codes.contains(&row.region.code.as_str())
    }

    #[test]
    fn unchanged_and_first_figures_pass() {
        assert_eq!(after(|_| true), []);
        assert_eq!(reasons(None, observations()), []);
        assert_eq!(reasons(None, Vec::new()), []);
        assert_eq!(reasons(Some(&[]), Vec::new()), []);
    }

    #[test]
    fn changed_values_and_new_rows_pass() {
        let before: Vec<Observation> = observations()
            .into_iter()
            .filter(|row| row.period.year() < 2010)
            .collect();
        let mut new = observations();
        for row in &mut new {
            row.value = Some(-1.0);
        }
        assert_eq!(reasons(Some(&before), new), []);
    }

    #[test]
    fn everything_lost_is_held_once() {
        assert_eq!(after(|_| false), [HoldReason::AllRowsLost]);
        let mut new = observations();
        for row in &mut new {
            row.value = None;
            row.status = Status::NotPublished;
        }
        assert_eq!(
            reasons(Some(&observations()), new),
            [HoldReason::AllRowsLost]
        );
    }

    #[test]
    fn a_tenth_may_be_lost_and_not_one_more() {
        // Two of twenty years are 18 of 180 figures.
        assert_eq!(after(|row| row.period.year() < 2018), []);
        let one_more = |row: &Observation| {
            row.period.year() < 2018
                && !(is(row, RegionLevel::Municipality, &["743"]) && row.period.year() == 2000)
        };
        assert_eq!(after(one_more), [HoldReason::RowsLost]);
    }

    #[test]
    fn lost_rows_are_not_made_up_for_by_new_ones() {
        let before = observations();
        let later = |mut row: Observation| {
            row.period = Period::of_year(row.period.year() + 10);
            row
        };
        let new = before.iter().cloned().map(later).collect();
        assert_eq!(reasons(Some(&before), new), [HoldReason::RowsLost]);
    }

    #[test]
    fn a_value_that_is_gone_is_lost() {
        let mut new = observations();
        for row in new.iter_mut().filter(|row| row.period.year() >= 2015) {
            row.value = None;
            row.status = Status::NotPublished;
        }
        assert_eq!(reasons(Some(&observations()), new), [HoldReason::RowsLost]);
    }

    #[test]
    fn a_whole_level_lost_is_held() {
        assert_eq!(
            after(|row| row.region.level != RegionLevel::Province),
            [HoldReason::RowsLost, HoldReason::LevelLost]
        );
        // The country is a ninth of the figures; make it a small part.
        let before: Vec<Observation> = observations()
            .into_iter()
            .filter(|row| row.region.level != RegionLevel::Country || row.period.year() == 2000)
            .collect();
        let new = before
            .iter()
            .filter(|row| row.region.level != RegionLevel::Country)
            .cloned()
            .collect();
        assert_eq!(reasons(Some(&before), new), [HoldReason::LevelLost]);
    }

    #[test]
    fn a_province_lost_is_held() {
        let short = |row: &Observation| {
            !is(row, RegionLevel::Province, &["15"]) || row.period.year() == 2000
        };
        let before: Vec<Observation> = observations().into_iter().filter(short).collect();
        let new = before
            .iter()
            .filter(|row| !is(row, RegionLevel::Province, &["15"]))
            .cloned()
            .collect();
        assert_eq!(reasons(Some(&before), new), [HoldReason::RegionsLost]);
    }

    #[test]
    fn all_municipalities_of_a_province_lost_are_held() {
        let of_15 = ["231", "499", "905"];
        let short = |row: &Observation| {
            !is(row, RegionLevel::Municipality, &of_15) || row.period.year() == 2000
        };
        let before: Vec<Observation> = observations().into_iter().filter(short).collect();
        let without = |codes: &[&str]| {
            let new = before
                .iter()
                .filter(|row| !is(row, RegionLevel::Municipality, codes))
                .cloned()
                .collect();
            reasons(Some(&before), new)
        };
        assert_eq!(without(&of_15), [HoldReason::RegionsLost]);
        assert_eq!(without(&of_15[..2]), []);
    }

    #[test]
    fn another_title_is_held_even_the_first_time() {
        let title = |different| {
            let (expected, found) = ("Väestö".to_owned(), "Kuolleisuus".to_owned());
            if different {
                TitleCheck::Different { expected, found }
            } else {
                TitleCheck::Drift { expected, found }
            }
        };
        let new = Normalised::default();
        let holds = check(None, &new, &title(true), &regions());
        assert_eq!(holds.len(), 1);
        assert_eq!(holds[0].reason, HoldReason::TitleDiffers);
        assert!(holds[0].message.contains("\"Kuolleisuus\""));
        assert_eq!(check(None, &new, &title(false), &regions()), []);
    }

    #[test]
    fn messages_name_numbers_and_regions() {
        let before = observations();
        let new = Normalised {
            observations: before
                .iter()
                .filter(|row| !is(row, RegionLevel::Province, &["15"]))
                .cloned()
                .collect(),
            rows_in: 160,
            findings: Findings::default(),
        };
        let messages: Vec<String> = check(Some(&before), &new, &TitleCheck::Same, &regions())
            .into_iter()
            .map(|hold| hold.message)
            .collect();
        assert_eq!(
            messages,
            [
                "20 of the 180 figures of the last release are gone (11.1 %; up to 10 % pass by themselves).",
                "No figure of province 15 Pohjanmaa is left.",
            ]
        );
    }
}
