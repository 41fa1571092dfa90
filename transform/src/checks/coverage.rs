//! What is gone, and what came for years that were published before.

use std::collections::{BTreeMap, BTreeSet};

use botnia_model::{Observation, Period, RegionKey, RegionLevel, Sex};

use super::{Candidate, Figures, Gate, Objection, first_few, name, percent};
use crate::normalise::RegionIndex;

pub(super) fn check(candidate: &Candidate<'_>, figures: &Figures<'_>) -> Vec<Objection> {
    let regions = candidate.regions;
    let mut objections: Vec<_> = rows(candidate, figures).collect();
    let before = Coverage::of(&figures.before, regions);
    let after = Coverage::of(&figures.after, regions);
    objections.extend(before.lost_levels(&after));
    objections.extend(before.lost_provinces(&after, regions));
    objections.extend(before.lost_single_regions(&after, regions));
    objections.extend(before.lost_periods(&after));
    objections.extend(before.lost_sexes(&after));
    objections
}

/// How many figures went, and how many came for periods that had figures.
fn rows(
    candidate: &Candidate<'_>,
    figures: &Figures<'_>,
) -> impl Iterator<Item = Objection> + use<> {
    let thresholds = candidate.thresholds;
    let total = figures.before.len();
    let kept = figures.counterparts.iter().flatten().count();
    let lost = total - kept;
    let lost = (percent(lost, total) > thresholds.lost_percent).then(|| {
        Objection::hold(
            Gate::RowsLost,
            format!(
                "{lost} of the {total} figures of the last release are gone ({:.1} %; up to {} % pass by themselves).",
                percent(lost, total),
                thresholds.lost_percent
            ),
        )
    });
    let periods: BTreeSet<&Period> = figures.before.iter().map(|row| &row.period).collect();
    let came = figures
        .pairs()
        .filter(|(new, old)| old.is_none() && periods.contains(&new.period))
        .count();
    let came = (percent(came, total) > thresholds.added_percent).then(|| {
        Objection::warn(
            Gate::RowsAdded,
            format!(
                "{came} figures came for years that the last release has with {total} figures ({:.1} % more).",
                percent(came, total)
            ),
        )
    });
    lost.into_iter().chain(came)
}

/// Where, when and of whom an indicator has figures.
struct Coverage<'a> {
    /// Regions with a figure, by level.
    levels: BTreeMap<RegionLevel, BTreeSet<&'a RegionKey>>,
    /// Provinces of which a municipality has a figure.
    provinces_of_municipalities: BTreeSet<RegionKey>,
    periods: BTreeMap<&'a Period, usize>,
    sexes: BTreeMap<Sex, usize>,
}

impl<'a> Coverage<'a> {
    fn of(figures: &[&'a Observation], regions: &'a RegionIndex) -> Self {
        let mut levels: BTreeMap<RegionLevel, BTreeSet<&RegionKey>> = BTreeMap::new();
        for run in figures.chunk_by(|left, right| left.region == right.region) {
            if let Some(Observation { region, .. }) = run.first() {
                levels.entry(region.level).or_default().insert(region);
            }
        }
        let mut periods = BTreeMap::new();
        let mut sexes = BTreeMap::new();
        for figure in figures {
            *periods.entry(&figure.period).or_default() += 1;
            *sexes.entry(figure.sex).or_default() += 1;
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
            periods,
            sexes,
        }
    }

    fn has(&self, level: RegionLevel) -> bool {
        self.levels.contains_key(&level)
    }

    fn lost_levels(&self, after: &Self) -> impl Iterator<Item = Objection> {
        self.levels
            .iter()
            .filter(|(level, _)| !after.has(**level))
            .map(|(level, keys)| {
                Objection::hold(
                    Gate::LevelLost,
                    format!(
                        "No figure of the level `{level}` is left; the last release had {} regions of it.",
                        keys.len()
                    ),
                )
            })
    }

    /// The regions of a level without a figure now. None of a level that is lost as a
    /// whole: that is said once.
    fn lost_of(&self, after: &Self, level: RegionLevel) -> Vec<&'a RegionKey> {
        match (self.levels.get(&level), after.levels.get(&level)) {
            (Some(then), Some(now)) => then.difference(now).copied().collect(),
            _ => Vec::new(),
        }
    }

    fn lost_provinces(&self, after: &Self, regions: &RegionIndex) -> Vec<Objection> {
        let hold = |message| Objection::hold(Gate::RegionsLost, message);
        let mut objections: Vec<_> = self
            .lost_of(after, RegionLevel::Province)
            .into_iter()
            .map(|key| hold(format!("No figure of {} is left.", name(regions, key))))
            .collect();
        if after.has(RegionLevel::Municipality) {
            objections.extend(
                self.provinces_of_municipalities
                    .difference(&after.provinces_of_municipalities)
                    .map(|key| {
                        hold(format!(
                            "No figure of any municipality of {} is left.",
                            name(regions, key)
                        ))
                    }),
            );
        }
        objections
    }

    /// Mergers take single regions every year; so it is said, and holds nothing.
    fn lost_single_regions(&self, after: &Self, regions: &RegionIndex) -> Option<Objection> {
        let levels = self.levels.keys().copied();
        let lost: Vec<String> = levels
            .filter(|level| *level != RegionLevel::Province)
            .flat_map(|level| self.lost_of(after, level))
            .map(|key| name(regions, key))
            .collect();
        (!lost.is_empty()).then(|| {
            Objection::warn(
                Gate::SingleRegionsLost,
                format!(
                    "{} regions have no figure any more: {}.",
                    lost.len(),
                    first_few(&lost)
                ),
            )
        })
    }

    fn lost_periods(&self, after: &Self) -> Option<Objection> {
        let lost: Vec<_> = self
            .periods
            .iter()
            .filter(|(period, _)| !after.periods.contains_key(*period))
            .collect();
        let figures: usize = lost.iter().map(|(_, figures)| **figures).sum();
        let names: Vec<_> = lost.iter().map(|(period, _)| period.to_string()).collect();
        (!lost.is_empty()).then(|| {
            Objection::hold(
                Gate::YearsLost,
                format!(
                    "No figure of {} is left; the last release had {figures}.",
                    first_few(&names)
                ),
            )
        })
    }

    fn lost_sexes(&self, after: &Self) -> impl Iterator<Item = Objection> {
        self.sexes
            .iter()
            .filter(|(sex, _)| !after.sexes.contains_key(*sex))
            .map(|(sex, figures)| {
                Objection::hold(
                    Gate::SexLost,
                    format!(
                        "No figure of the sex `{sex}` is left; the last release had {figures}."
                    ),
                )
            })
    }
}
