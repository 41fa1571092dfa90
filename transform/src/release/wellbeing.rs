//! `wellbeing.parquet`: the reporting table, with one row per set, indicator of the set
//! and region, whether or not there is a figure.
//!
//! The figures are totals; where an indicator divides by sex but has one sex only, they
//! are that sex's, and the column `sex` says so. Further breakdowns are left out.
//!
//! * The *own* value is the latest one that is published for the region.
//! * The *previous* value is the latest one before it of the same kind of period: a
//!   quarter is compared with the same quarter, three years with three years.
//! * Comparators are values of exactly the same period.
//! * Without a value, `status` says why; the first rule that holds decides:
//!   1. `fetch_failed`: the release does not have the indicator.
//!   2. `not_published`: its figures may not be published onward.
//!   3. `series_ended_at_level`: no region of this level has a value as late as within
//!      [`ENDED_AFTER_YEARS`] years of the latest at another level, though some once had
//!      one.
//!   4. What the region's latest observation says (`suppressed`, `not_collected`, …).
//!   5. `not_applicable`: the source says on which levels the indicator exists, this is
//!      none of them, and no region of it has an observation; or the region is a group of
//!      the settings, and figures of this kind cannot be aggregated.
//!   6. `not_published`.
//! * `blocked` says why botnia computed no figure later than the own value. Only published
//!   levels decide whether a level has ended: what is computed follows them.

mod table;

use std::collections::{BTreeMap, HashMap, HashSet};

use botnia_config::IndicatorSet;
use botnia_model::{IndicatorId, Observation, Origin, Period, RegionKey, RegionLevel, Sex, Status};

use super::places::Places;
use super::{Series, series_id};
use crate::aggregation::{BlockReason, Blocked};

pub(super) use self::table::write;

/// A level whose latest value is this many years older than another level's has ended.
const ENDED_AFTER_YEARS: i32 = 2;

/// What is reported of one indicator and one region.
#[derive(Clone, Debug)]
struct Figure {
    region: usize,
    sex: Sex,
    period: Option<Period>,
    value: Option<f64>,
    absolute_value: Option<f64>,
    status: Status,
    origin: Option<Origin>,
    blocked: Option<BlockReason>,
    previous: Option<(i32, f64)>,
    five_years_before: Option<f64>,
    province_value: Option<f64>,
    wellbeing_county_value: Option<f64>,
    country_value: Option<f64>,
}

impl Figure {
    fn without_value(region: usize, sex: Sex, status: Status) -> Self {
        Self {
            region,
            sex,
            period: None,
            value: None,
            absolute_value: None,
            status,
            origin: None,
            blocked: None,
            previous: None,
            five_years_before: None,
            province_value: None,
            wellbeing_county_value: None,
            country_value: None,
        }
    }

    fn since(&self, earlier: Option<f64>) -> Option<f64> {
        Some(self.value? - earlier?)
    }
}

/// The reported figures of the indicators in sets, taken while they are in memory.
pub(super) struct Reported {
    wanted: HashSet<IndicatorId>,
    figures: BTreeMap<IndicatorId, Vec<Figure>>,
}

impl Reported {
    /// None yet, of the indicators of these sets.
    pub(super) fn new(sets: &[IndicatorSet]) -> Self {
        let wanted = sets
            .iter()
            .flat_map(|set| {
                set.indicators
                    .iter()
                    .map(|indicator| series_id(set, indicator))
            })
            .collect();
        Self {
            wanted,
            figures: BTreeMap::new(),
        }
    }

    /// Takes what is reported of an indicator, if it is in a set. Its observations are
    /// sorted by their keys. `aggregates` has what could not be computed; there is none
    /// where figures of the indicator cannot be computed at all.
    pub(super) fn take(
        &mut self,
        series: &Series,
        observations: &[Observation],
        aggregates: Option<&[Blocked]>,
        places: &Places,
    ) {
        let id = &series.indicator.indicator_id;
        if !self.wanted.contains(id) {
            return;
        }
        let table = IndicatorTable::new(&series.declared_levels, observations, aggregates);
        let figures = places
            .reported()
            .map(|region| table.figure(region, places))
            .collect();
        self.figures.insert(id.clone(), figures);
    }
}

/// The reported observations of one indicator, by region.
struct IndicatorTable<'a> {
    sex: Sex,
    series: HashMap<&'a RegionKey, &'a [Observation]>,
    /// The last year with a published value, by level.
    last_years: HashMap<RegionLevel, i32>,
    /// The levels on which the source says that the indicator exists, and those on which
    /// it does; empty where the source says nothing.
    levels: HashSet<RegionLevel>,
    can_be_computed: bool,
    /// The latest period in which a figure was blocked, by region.
    blocked: HashMap<&'a RegionKey, &'a Blocked>,
}

impl<'a> IndicatorTable<'a> {
    fn new(
        declared_levels: &[RegionLevel],
        observations: &'a [Observation],
        aggregates: Option<&'a [Blocked]>,
    ) -> Self {
        let sex = reported_sex(observations);
        let mut series = HashMap::new();
        let mut last_years = HashMap::new();
        // Of one region and sex, observations without a breakdown stand first and by period.
        for run in observations.chunk_by(|one, other| {
            (&one.region, one.sex, &one.breakdown) == (&other.region, other.sex, &other.breakdown)
        }) {
            if run[0].sex != sex || run[0].breakdown.is_some() {
                continue;
            }
            series.insert(&run[0].region, run);
            let published = run.iter().rev().find(|observation| {
                observation.value.is_some() && observation.origin == Origin::Published
            });
            if let Some(last) = published {
                let year = last.period.year();
                last_years
                    .entry(run[0].region.level)
                    .and_modify(|known: &mut i32| *known = year.max(*known))
                    .or_insert(year);
            }
        }
        let mut levels: HashSet<RegionLevel> = declared_levels.iter().copied().collect();
        if !levels.is_empty() {
            levels.extend(observations.iter().map(|row| row.region.level));
        }
        let mut blocked: HashMap<&RegionKey, &Blocked> = HashMap::new();
        for one in aggregates.unwrap_or_default() {
            if one.sex != sex || one.breakdown.is_some() {
                continue;
            }
            let latest = blocked.entry(&one.region).or_insert(one);
            if latest.period < one.period {
                *latest = one;
            }
        }
        Self {
            sex,
            series,
            last_years,
            levels,
            can_be_computed: aggregates.is_some(),
            blocked,
        }
    }

    fn figure(&self, position: usize, places: &Places) -> Figure {
        let region = &places.all()[position].region;
        let series = self.series.get(&region.key).copied().unwrap_or_default();
        let blocked = self.blocked.get(&region.key);
        let Some(own) = latest(series) else {
            let status = self.reason(region.key.level, series);
            return Figure {
                blocked: blocked.map(|blocked| blocked.reason),
                ..Figure::without_value(position, self.sex, status)
            };
        };
        let before = |condition: &dyn Fn(&Period) -> bool| {
            series
                .iter()
                .rev()
                .filter(|earlier| {
                    earlier.period < own.period
                        && cycle(&earlier.period) == cycle(&own.period)
                        && condition(&earlier.period)
                })
                .find_map(|earlier| Some((earlier.period.year(), earlier.value?)))
        };
        let of = |key: &RegionKey| {
            self.series
                .get(key)
                .and_then(|series| series.iter().find(|other| other.period == own.period))
                .and_then(|other| other.value)
        };
        let parent = |level, code: &Option<botnia_model::RegionCode>| {
            let code = code.as_ref()?;
            of(&RegionKey::new(level, code.clone()))
        };
        let five_years_ago = own.period.year() - 5;
        Figure {
            region: position,
            sex: self.sex,
            period: Some(own.period.clone()),
            value: own.value,
            absolute_value: own.absolute_value,
            status: own.status,
            origin: Some(own.origin),
            blocked: blocked
                .filter(|blocked| blocked.period > own.period)
                .map(|blocked| blocked.reason),
            previous: before(&|_| true),
            five_years_before: before(&|period| period.year() == five_years_ago)
                .map(|(_, value)| value),
            province_value: parent(RegionLevel::Province, &region.province),
            wellbeing_county_value: parent(RegionLevel::WellbeingCounty, &region.wellbeing_county),
            country_value: (region.key.level != RegionLevel::Country)
                .then(|| of(&RegionKey::finland()))
                .flatten(),
        }
    }

    /// Why a region of `level` has no value.
    fn reason(&self, level: RegionLevel, series: &[Observation]) -> Status {
        let others = self
            .last_years
            .iter()
            .filter(|(other, _)| **other != level)
            .map(|(_, year)| *year)
            .max();
        if let (Some(own), Some(others)) = (self.last_years.get(&level), others)
            && others - own >= ENDED_AFTER_YEARS
        {
            return Status::SeriesEndedAtLevel;
        }
        if let Some(last) = series.last() {
            return last.status;
        }
        let is_possible = if level == RegionLevel::Custom {
            self.can_be_computed
        } else {
            self.levels.is_empty() || self.levels.contains(&level)
        };
        if is_possible {
            Status::NotPublished
        } else {
            Status::NotApplicable
        }
    }
}

/// Both sexes together, or the only sex there is.
fn reported_sex(observations: &[Observation]) -> Sex {
    let mut sexes = observations.iter().map(|observation| observation.sex);
    let Some(first) = sexes.next() else {
        return Sex::Total;
    };
    if sexes.all(|sex| sex == first) {
        first
    } else {
        Sex::Total
    }
}

fn latest(series: &[Observation]) -> Option<&Observation> {
    series
        .iter()
        .rev()
        .find(|observation| observation.value.is_some())
}

/// What two periods must share to be compared: the part of the year, or how many years.
fn cycle(period: &Period) -> (&str, i32) {
    match period.as_str().get(4..).unwrap_or_default() {
        range if range.starts_with('/') => {
            let last = range[1..].parse().unwrap_or_else(|_| period.year());
            ("", last - period.year())
        }
        part => (part, 0),
    }
}
