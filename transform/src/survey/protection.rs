//! The counts of a survey as a table for disclosure control: what they are, what they add
//! up to, and which of them have been published before.

use std::collections::{BTreeMap, BTreeSet};

use botnia_config::{RegionTables, SurveyMap};
use botnia_model::{Period, RegionKey, RegionLevel, SourceIndicator};

use super::Entry;
use crate::disclosure::{Cell, Dimension, Dimensions, Limits, Relation, Table};

/// Where a count stands: its indicator, and a member of each dimension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// Position in the map's indicators.
    pub(super) indicator: usize,
    pub(super) region: RegionKey,
    pub(super) wave: Period,
    pub(super) members: Vec<Option<usize>>,
    pub(super) what: What,
}

/// Which count of an indicator it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// All who answered; for things that were counted, the count itself.
    All,
    /// Those who gave this answer.
    Answer(usize),
    /// Those who gave one of the headline's answers.
    Headline,
}

/// The counts at their spots.
pub(super) type Counts = BTreeMap<Spot, u32>;

/// The counts that a survey's entries come to.
pub(super) fn counts(entries: &[Entry], map: &SurveyMap) -> Counts {
    let mut counts = Counts::new();
    let mut answered: BTreeMap<Spot, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        let Some(count) = entry.count else { continue };
        let spot = Spot {
            indicator: entry.indicator,
            region: entry.region.clone(),
            wave: entry.wave.clone(),
            members: entry.members.clone(),
            what: What::All,
        };
        match entry.answer {
            None => {
                counts.insert(spot, count);
            }
            Some(answer) => {
                answered.entry(spot.clone()).or_default().push(entry);
                let what = What::Answer(answer);
                counts.insert(Spot { what, ..spot }, count);
            }
        }
    }
    for (spot, group) in answered {
        let indicator = &map.indicators[spot.indicator];
        let Some(scale) = map.scale(indicator) else {
            continue;
        };
        let sum = group.iter().filter_map(|entry| entry.count).sum();
        let respondents = group.iter().find_map(|entry| entry.respondents);
        counts.insert(spot.clone(), respondents.unwrap_or(sum));
        let headline: Option<Vec<u32>> = indicator
            .headline
            .iter()
            .map(|code| {
                let answer = scale
                    .answers
                    .iter()
                    .position(|answer| answer.code == *code)?;
                let mut entries = group.iter();
                entries.find(|entry| entry.answer == Some(answer))?.count
            })
            .collect();
        // Several answers by one person cannot be added up.
        if let Some(headline) = headline.filter(|counts| scale.one_each || counts.len() == 1) {
            let what = What::Headline;
            counts.insert(Spot { what, ..spot }, headline.iter().sum());
        }
    }
    counts
}

/// The limits of a map.
pub(super) fn limits(map: &SurveyMap) -> Limits {
    Limits {
        numerator: map.limits.numerator,
        denominator: map.limits.denominator,
        series_cases: map.limits.series_cases,
        series_share: map.limits.series_share,
        ..Limits::default()
    }
}

/// The table to protect; its cells are in the order of `counts`.
pub(super) fn table(
    counts: &Counts,
    map: &SurveyMap,
    tables: &RegionTables,
    is_known: impl Fn(&Spot) -> bool,
) -> Table {
    let index: BTreeMap<&Spot, usize> = counts.keys().zip(0..).collect();
    let regions: Vec<RegionKey> = counts
        .keys()
        .map(|spot| spot.region.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let waves: Vec<&Period> = counts
        .keys()
        .map(|spot| &spot.wave)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let whole_of = |spot: &Spot| {
        let id = map.indicators[spot.indicator].part_of.as_ref()?;
        map.indicators.iter().position(|line| line.id == *id)
    };
    let wholes: BTreeSet<usize> = counts.keys().filter_map(whole_of).collect();
    let cells = counts.iter().map(|(spot, count)| {
        let denominator = match spot.what {
            What::All => whole_of(spot).map(|indicator| Spot {
                indicator,
                ..spot.clone()
            }),
            What::Answer(_) | What::Headline => Some(Spot {
                what: What::All,
                ..spot.clone()
            }),
        };
        let is_question = map.indicators[spot.indicator].scale.is_some();
        Cell {
            count: *count,
            denominator: denominator.and_then(|spot| index.get(&spot).copied()),
            is_denominator: spot.what == What::All
                && (is_question || wholes.contains(&spot.indicator)),
            keep: worth(spot),
            known_before: is_known(spot),
        }
    });
    let mut table = Table {
        cells: cells.collect(),
        ..Table::default()
    };
    let region_dimension = region_sums(&regions, tables);
    for (position, indicator) in map.indicators.iter().enumerate() {
        let scale = map.scale(indicator);
        let answers = scale.map_or(0, |scale| scale.answers.len());
        let at = |spot: &Spot| -> Option<Vec<usize>> {
            let mut coordinates = vec![regions.binary_search(&spot.region).ok()?];
            let members = spot.members.iter();
            coordinates.extend(members.map(|member| member.map_or(0, |member| member + 1)));
            coordinates.push(match spot.what {
                What::All => 0,
                What::Answer(answer) => answer + 1,
                What::Headline => answers + 1,
            });
            coordinates.push(waves.binary_search(&&spot.wave).ok()?);
            Some(coordinates)
        };
        let places: BTreeMap<Vec<usize>, usize> = index
            .iter()
            .filter(|(spot, _)| spot.indicator == position)
            .filter_map(|(spot, cell)| Some((at(spot)?, *cell)))
            .collect();
        let mut dimensions = vec![region_dimension.clone()];
        dimensions.extend(map.dimensions.iter().map(|dimension| {
            let members = (1..=dimension.members.len()).collect();
            let sums = dimension.adds_up.then_some((0, members));
            Dimension {
                sums: sums.into_iter().collect(),
            }
        }));
        let mut sums = Vec::new();
        if let Some(scale) = scale {
            if scale.one_each {
                sums.push((0, (1..=answers).collect()));
            }
            let headline = indicator.headline.iter().filter_map(|code| {
                let mut answers = scale.answers.iter();
                Some(answers.position(|answer| answer.code == *code)? + 1)
            });
            if scale.one_each || indicator.headline.len() == 1 {
                sums.push((answers + 1, headline.collect()));
            }
        }
        dimensions.push(Dimension { sums });
        dimensions.push(wave_sums(&waves));
        let dimensions = Dimensions(dimensions);
        table.relations.extend(dimensions.relations(&places));
        let series = dimensions.series(dimensions.0.len() - 1, &places);
        table.series.extend(series);
    }
    table.relations.extend(balances(&index, map));
    table
}

/// Totals are kept before parts, large regions before small ones.
fn worth(spot: &Spot) -> u32 {
    let region = match spot.region.level {
        RegionLevel::Country => 3,
        RegionLevel::Municipality => 0,
        RegionLevel::Province | RegionLevel::WellbeingCounty => 2,
        _ => 1,
    };
    let totals = spot
        .members
        .iter()
        .filter(|member| member.is_none())
        .count();
    let totals = u32::try_from(totals).unwrap_or(u32::MAX / 100);
    let what = match spot.what {
        What::All => 2,
        What::Headline => 1,
        What::Answer(_) => 0,
    };
    region + 4 * totals + 40 * what
}

/// Which regions of a survey are made of which others of it, by their municipalities. Two
/// regions of the same municipalities are each the sum of the other alone.
fn region_sums(regions: &[RegionKey], tables: &RegionTables) -> Dimension {
    let municipalities: Vec<BTreeSet<&str>> = regions
        .iter()
        .map(|region| {
            let all = tables.municipalities.iter();
            let members = all.filter(|municipality| match region.level {
                RegionLevel::Municipality => municipality.code == region.code,
                RegionLevel::Country => true,
                level => municipality.member_at(level) == Some(&region.code),
            });
            members
                .map(|municipality| municipality.code.as_str())
                .collect()
        })
        .collect();
    let levels: BTreeSet<RegionLevel> = regions.iter().map(|region| region.level).collect();
    let mut sums = Vec::new();
    for (total, whole) in regions.iter().enumerate() {
        for level in levels.iter().filter(|level| **level != whole.level) {
            let parts: Vec<usize> = (0..regions.len())
                .filter(|part| {
                    regions[*part].level == *level
                        && !municipalities[*part].is_empty()
                        && municipalities[*part].is_subset(&municipalities[total])
                })
                .collect();
            if !parts.is_empty() {
                sums.push((total, parts));
            }
        }
    }
    Dimension { sums }
}

/// Periods of several years are the sum of the waves within them.
fn wave_sums(waves: &[&Period]) -> Dimension {
    let years = |wave: &Period| {
        let text = wave.as_str();
        let last = text.split_once('/').and_then(|(_, last)| last.parse().ok());
        (wave.year(), last.unwrap_or(wave.year()))
    };
    let mut sums = Vec::new();
    for (total, whole) in waves.iter().enumerate() {
        let (first, last) = years(whole);
        let parts: Vec<usize> = (0..waves.len())
            .filter(|part| {
                let (from, to) = years(waves[*part]);
                *part != total && from >= first && to <= last && (from, to) != (first, last)
            })
            .collect();
        if !parts.is_empty() {
            sums.push((total, parts));
        }
    }
    Dimension { sums }
}

/// What was there before, and who came, are who left and who is there: of each wave, where
/// the wave before is taken for known.
fn balances(index: &BTreeMap<&Spot, usize>, map: &SurveyMap) -> Vec<Relation> {
    let Some(balance) = &map.balance else {
        return Vec::new();
    };
    let position = |id: &SourceIndicator| map.indicators.iter().position(|line| line.id == *id);
    let (Some(stock), Some(joined), Some(left)) = (
        position(&balance.stock),
        position(&balance.joined),
        position(&balance.left),
    ) else {
        return Vec::new();
    };
    let stocks = index.iter().filter(|(spot, _)| spot.indicator == stock);
    stocks
        .filter_map(|(spot, cell)| {
            let of = |indicator: usize| {
                let spot = Spot {
                    indicator,
                    ..(*spot).clone()
                };
                index.get(&spot).copied()
            };
            Some(Relation {
                totals: vec![*cell, of(left)?],
                parts: vec![of(joined)?],
            })
        })
        .collect()
}
