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
//! * Without a value, `status` says why. `fetch_failed`: the release does not have the
//!   indicator. `series_ended_at_level`: no region of this level has a value as late as
//!   within [`ENDED_AFTER_YEARS`] years of the latest at another level, though some once
//!   had one. Otherwise what the region's latest observation says, and `not_published`
//!   where there is none.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use botnia_config::{IndicatorSet, SetIndicator};
use botnia_model::{
    Indicator, IndicatorId, Observation, Period, RegionKey, RegionLevel, Sex, Status, Text,
};

use super::credits::{Catalogue, Treatment};
use super::files::Files;
use super::places::{Place, Places};
use super::table::Columns;
use crate::TransformError;

const PATH: &str = "wellbeing.parquet";
const SORTED_BY: [&str; 4] = ["set_id", "position", "region_level", "region_code"];

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
                    .map(|indicator| indicator_id(set, indicator))
            })
            .collect();
        Self {
            wanted,
            figures: BTreeMap::new(),
        }
    }

    /// Takes what is reported of an indicator, if it is in a set. Its observations are
    /// sorted by their keys.
    pub(super) fn take(&mut self, id: &IndicatorId, observations: &[Observation], places: &Places) {
        if !self.wanted.contains(id) {
            return;
        }
        let table = IndicatorTable::new(observations);
        let figures = places
            .reported()
            .map(|region| table.figure(region, places))
            .collect();
        self.figures.insert(id.clone(), figures);
    }
}

fn indicator_id(set: &IndicatorSet, indicator: &SetIndicator) -> IndicatorId {
    IndicatorId::new(set.source.clone(), indicator.id.clone())
}

/// The reported observations of one indicator, by region.
struct IndicatorTable<'a> {
    sex: Sex,
    series: HashMap<&'a RegionKey, &'a [Observation]>,
    last_years: HashMap<RegionLevel, i32>,
}

impl<'a> IndicatorTable<'a> {
    fn new(observations: &'a [Observation]) -> Self {
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
            if let Some(last) = latest(run) {
                let year = last.period.year();
                last_years
                    .entry(run[0].region.level)
                    .and_modify(|known: &mut i32| *known = year.max(*known))
                    .or_insert(year);
            }
        }
        Self {
            sex,
            series,
            last_years,
        }
    }

    fn figure(&self, position: usize, places: &Places) -> Figure {
        let region = &places.all()[position].region;
        let series = self.series.get(&region.key).copied().unwrap_or_default();
        let Some(own) = latest(series) else {
            return Figure::without_value(
                position,
                self.sex,
                self.reason(region.key.level, series),
            );
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
        series
            .last()
            .map_or(Status::NotPublished, |last| last.status)
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

/// Writes the table of all regions and that of every folder.
pub(super) fn write(
    sets: &[IndicatorSet],
    reported: &Reported,
    places: &Places,
    catalogue: Catalogue<'_>,
    files: &mut Files<'_>,
) -> Result<(), TransformError> {
    let rows = rows(sets, reported, places, catalogue);
    let credit = |rows: &[Row<'_>]| {
        let indicators: BTreeMap<_, _> = rows
            .iter()
            .filter(|row| row.figure.value.is_some())
            .filter_map(|row| Some((&row.indicator?.indicator_id, row.indicator?)))
            .collect();
        catalogue.credit(indicators.into_values(), Treatment::Derived)
    };
    files.table(PATH, table(&rows, places), &SORTED_BY, credit(&rows))?;

    let mut by_region: BTreeMap<usize, Vec<Row<'_>>> = BTreeMap::new();
    for row in rows {
        by_region.entry(row.figure.region).or_default().push(row);
    }
    for (position, place) in places.all().iter().enumerate() {
        if let Some(folder) = place.folder() {
            // An abolished region with figures has a folder, but nothing to report.
            let rows = by_region.remove(&position).unwrap_or_default();
            let path = format!("{folder}/{PATH}");
            files.table(&path, table(&rows, places), &SORTED_BY, credit(&rows))?;
        }
    }
    Ok(())
}

/// One row of the table.
struct Row<'a> {
    set: &'a IndicatorSet,
    position: i32,
    expected: &'a SetIndicator,
    id: String,
    /// None where the release does not have it.
    indicator: Option<&'a Indicator>,
    figure: Figure,
}

fn rows<'a>(
    sets: &'a [IndicatorSet],
    reported: &Reported,
    places: &Places,
    catalogue: Catalogue<'a>,
) -> Vec<Row<'a>> {
    let mut sets: Vec<&IndicatorSet> = sets.iter().collect();
    sets.sort_by(|one, other| one.id.cmp(&other.id));
    let mut rows = Vec::new();
    for set in sets {
        for (position, expected) in (1..).zip(&set.indicators) {
            let id = indicator_id(set, expected);
            let figures = reported.figures.get(&id).cloned().unwrap_or_else(|| {
                places
                    .reported()
                    .map(|region| Figure::without_value(region, Sex::Total, Status::FetchFailed))
                    .collect()
            });
            rows.extend(figures.into_iter().map(|figure| Row {
                set,
                position,
                expected,
                id: id.to_string(),
                indicator: catalogue.find(&id),
                figure,
            }));
        }
    }
    rows
}

fn table(rows: &[Row<'_>], places: &Places) -> Result<RecordBatch, ArrowError> {
    let place = |row: &Row<'_>| -> &Place { &places.all()[row.figure.region] };
    let figure = |of: fn(&Figure) -> Option<f64>| rows.iter().map(move |row| of(&row.figure));
    let no_unit = Text::default();
    Columns::default()
        .words("set_id", rows.iter().map(|row| &row.set.id))
        .all_integers(
            "set_version",
            rows.iter()
                .map(|row| i32::try_from(row.set.version).unwrap_or(i32::MAX)),
        )
        .all_integers("position", rows.iter().map(|row| row.position))
        .words("theme", rows.iter().map(|row| &row.expected.theme))
        .words("indicator_id", rows.iter().map(|row| &row.id))
        .texts("title", || {
            rows.iter().map(|row| {
                row.indicator
                    .map_or(&row.expected.title, |indicator| &indicator.title)
            })
        })
        .texts("unit", || {
            rows.iter()
                .map(|row| row.indicator.map_or(&no_unit, |indicator| &indicator.unit))
        })
        .words(
            "value_kind",
            rows.iter().map(|row| row.expected.value_kind.as_str()),
        )
        .words(
            "polarity",
            rows.iter().map(|row| row.expected.polarity.as_str()),
        )
        .words(
            "region_level",
            rows.iter().map(|row| place(row).region.key.level.as_str()),
        )
        .words(
            "region_code",
            rows.iter().map(|row| place(row).region.key.code.as_str()),
        )
        .words("region_id", rows.iter().map(|row| place(row).id.as_str()))
        .texts("region_name", || {
            rows.iter().map(|row| &place(row).region.name)
        })
        .words("sex", rows.iter().map(|row| row.figure.sex.as_str()))
        .integers(
            "year",
            rows.iter()
                .map(|row| row.figure.period.as_ref().map(Period::year)),
        )
        .text(
            "period",
            rows.iter()
                .map(|row| row.figure.period.as_ref().map(Period::as_str)),
        )
        .figures("value", figure(|figure| figure.value))
        .figures("absolute_value", figure(|figure| figure.absolute_value))
        .words("status", rows.iter().map(|row| row.figure.status.as_str()))
        .integers(
            "previous_year",
            rows.iter().map(|row| Some(row.figure.previous?.0)),
        )
        .figures("previous_value", figure(|figure| Some(figure.previous?.1)))
        .figures(
            "change",
            figure(|figure| figure.since(Some(figure.previous?.1))),
        )
        .figures("change_percent", figure(change_percent))
        .figures(
            "five_year_change",
            figure(|figure| figure.since(figure.five_years_before)),
        )
        .figures("province_value", figure(|figure| figure.province_value))
        .figures(
            "wellbeing_county_value",
            figure(|figure| figure.wellbeing_county_value),
        )
        .figures("country_value", figure(|figure| figure.country_value))
        .finish()
}

/// The change in percent of the previous value's size; none from nothing.
fn change_percent(figure: &Figure) -> Option<f64> {
    let (_, previous) = figure.previous?;
    let change = figure.since(Some(previous))?;
    (previous != 0.0).then(|| 100.0 * change / previous.abs())
}
