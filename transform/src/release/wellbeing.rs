//! `wellbeing.parquet`: the reporting table, with one row per set, indicator of the set
//! and region, whether or not there is a figure.
//!
//! The figures are totals; where an indicator divides by sex but has one sex only, they
//! are that sex's, and the column `sex` says so. Further breakdowns are left out.
//!
//! * The *own* value is the latest one that is published for the region.
//! * The *previous* value is the latest one before it of the same kind of period: a
//!   quarter is compared with the same quarter, three years with three years.
//! * Comparators are values of exactly the same period. The peers' is the median of those
//!   that the peers have, if at least half of them have one; that of the rest of the
//!   province is computed from the other municipalities, where that is valid.
//! * Interval, verdicts and trend are those of [`crate::methods`]. A reason stands beside
//!   every verdict and trend that there is not; the first that holds decides, in the order:
//!   the comparator does not exist for the region, there is no own figure, the kind of
//!   number cannot be compared, the comparator has no figure, there is no interval.
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

mod judgement;
mod sentences;
mod surroundings;
mod table;

use std::collections::{BTreeMap, HashMap, HashSet};

use botnia_config::IndicatorSet;
use botnia_model::{
    IndicatorId, Observation, Origin, Period, Polarity, RegionKey, RegionLevel, Sex, Status,
    ValueKind,
};

use self::judgement::{Judge, Judgement};
use self::surroundings::{COMPARATORS, Other, Surroundings, surroundings};
use super::aggregates::Aggregator;
use super::peers::Peers;
use super::places::Places;
use super::{Series, series_id};
use crate::aggregation::{BlockReason, Blocked};
use crate::methods::interval::IntervalRule;

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
    /// The figures of the comparators, in their order.
    others: [Option<f64>; COMPARATORS],
    judgement: Judgement,
}

impl Figure {
    fn without_value(surroundings: &Surroundings, sex: Sex, status: Status) -> Self {
        let mut exists = [false; COMPARATORS];
        for (exists, other) in exists.iter_mut().zip(&surroundings.others) {
            *exists = !matches!(other, Other::None);
        }
        Self {
            region: surroundings.region,
            sex,
            period: None,
            value: None,
            absolute_value: None,
            status,
            origin: None,
            blocked: None,
            previous: None,
            five_years_before: None,
            others: [None; COMPARATORS],
            judgement: Judgement::without_value(exists),
        }
    }

    fn since(&self, earlier: Option<f64>) -> Option<f64> {
        Some(self.value? - earlier?)
    }
}

/// What the sets say of an indicator, as far as its figures are judged by it.
#[derive(Clone, Copy)]
struct Reviewed {
    kind: ValueKind,
    polarity: Polarity,
    chance_is_known: bool,
}

/// The reported figures of the indicators in sets, taken while they are in memory.
pub(super) struct Reported {
    wanted: HashMap<IndicatorId, Reviewed>,
    surroundings: Vec<Surroundings>,
    figures: BTreeMap<IndicatorId, Vec<Figure>>,
}

impl Reported {
    /// None yet, of the indicators of these sets.
    pub(super) fn new(sets: &[IndicatorSet], places: &Places, peers: &Peers) -> Self {
        let wanted = sets
            .iter()
            .flat_map(|set| set.indicators.iter().map(move |indicator| (set, indicator)))
            .map(|(set, indicator)| {
                let reviewed = Reviewed {
                    kind: indicator.value_kind,
                    polarity: indicator.polarity,
                    chance_is_known: indicator.independent_events && !indicator.projection,
                };
                (series_id(set, indicator), reviewed)
            })
            .collect();
        Self {
            wanted,
            surroundings: surroundings(places, peers),
            figures: BTreeMap::new(),
        }
    }

    /// Takes what is reported of an indicator, if it is in a set. Its observations are
    /// sorted by their keys. `blocked` has what could not be computed of them.
    pub(super) fn take(
        &mut self,
        series: &Series,
        observations: &[Observation],
        blocked: &[Blocked],
        aggregator: &Aggregator,
        places: &Places,
    ) {
        let id = &series.indicator.indicator_id;
        let Some(reviewed) = self.wanted.get(id).copied() else {
            return;
        };
        let aggregates = aggregator.applies_to(id).then_some(blocked);
        let table = IndicatorTable::new(&series.declared_levels, observations, aggregates);
        let reported = table.series.values().copied().flatten();
        let judge = Judge {
            kind: reviewed.kind,
            polarity: reviewed.polarity,
            rule: IntervalRule::of(
                &series.indicator,
                reviewed.kind,
                reviewed.chance_is_known,
                reported,
            ),
        };
        let periods = table.own_periods(&self.surroundings);
        let rests = aggregator.rest_of_province(id, observations, table.sex, &periods, places);
        let figures = self
            .surroundings
            .iter()
            .map(|surroundings| table.figure(surroundings, judge, &rests))
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

    fn series(&self, region: &RegionKey) -> &'a [Observation] {
        self.series.get(region).copied().unwrap_or_default()
    }

    /// The periods of the latest values of municipalities.
    fn own_periods(&self, surroundings: &[Surroundings]) -> HashSet<&'a Period> {
        let municipalities = surroundings
            .iter()
            .filter(|one| one.key.level == RegionLevel::Municipality);
        municipalities
            .filter_map(|one| {
                let series = self.series(&one.key);
                Some(&series[latest(series)?].period)
            })
            .collect()
    }

    fn figure(
        &self,
        surroundings: &Surroundings,
        judge: Judge,
        rests: &HashMap<(RegionKey, Period), f64>,
    ) -> Figure {
        let key = &surroundings.key;
        let series = self.series(key);
        let blocked = self.blocked.get(key);
        let Some(position) = latest(series) else {
            return Figure {
                blocked: blocked.map(|blocked| blocked.reason),
                ..Figure::without_value(surroundings, self.sex, self.reason(key.level, series))
            };
        };
        let own = &series[position];
        let before = |condition: &dyn Fn(&Period) -> bool| {
            series[..position].iter().rposition(|earlier| {
                earlier.value.is_some()
                    && cycle(&earlier.period) == cycle(&own.period)
                    && condition(&earlier.period)
            })
        };
        let previous = before(&|_| true);
        let five_years_ago = own.period.year() - 5;
        let five_years_before = before(&|period| period.year() == five_years_ago);
        let mut compared = [None; COMPARATORS];
        for (compared, other) in compared.iter_mut().zip(&surroundings.others) {
            *compared = self.compared(other, key, &own.period, rests);
        }
        Figure {
            region: surroundings.region,
            sex: self.sex,
            period: Some(own.period.clone()),
            value: own.value,
            absolute_value: own.absolute_value,
            status: own.status,
            origin: Some(own.origin),
            blocked: blocked
                .filter(|blocked| blocked.period > own.period)
                .map(|blocked| blocked.reason),
            previous: previous.and_then(|at| Some((series[at].period.year(), series[at].value?))),
            five_years_before: five_years_before.and_then(|at| series[at].value),
            others: compared.map(Option::flatten),
            judgement: judge.judge(series, position, previous, compared),
        }
    }

    /// The figure of a comparator, if it has one; none at all where it does not exist.
    #[expect(
        clippy::option_option,
        reason = "no such region, and a region without a figure"
    )]
    fn compared(
        &self,
        other: &Other,
        own: &RegionKey,
        period: &Period,
        rests: &HashMap<(RegionKey, Period), f64>,
    ) -> Option<Option<f64>> {
        let of = |key: &RegionKey| {
            let series = self.series(key);
            let at = series.binary_search_by(|one| one.period.cmp(period)).ok()?;
            series[at].value
        };
        match other {
            Other::None => None,
            Other::Region(key) => Some(of(key)),
            Other::RestOfProvince => Some(rests.get(&(own.clone(), period.clone())).copied()),
            Other::Peers(peers) => {
                let values = peers.iter().filter_map(of).collect();
                Some(median_of_most(values, peers.len()))
            }
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

/// The position of the latest observation with a value.
fn latest(series: &[Observation]) -> Option<usize> {
    series.iter().rposition(|one| one.value.is_some())
}

/// The median of the values of at least half of so many regions.
fn median_of_most(mut values: Vec<f64>, regions: usize) -> Option<f64> {
    if values.is_empty() || 2 * values.len() < regions {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    Some(if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    })
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
