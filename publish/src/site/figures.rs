//! The figures that an indicator's page shows, read from the release's observations one
//! indicator after the other: those of one period per level, so that all that is side by
//! side is of the same time.

use std::collections::BTreeMap;
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, RecordBatch};
use botnia_model::{Origin, Period, RegionLevel, Sex, Status};
use serde::Serialize;

use crate::PublishError;
use crate::table::{TextColumn, column, read_batches, wrong_type};

const TABLE: &str = "observations.parquet";
const COLUMNS: [&str; 9] = [
    "indicator_id",
    "region_level",
    "region_id",
    "period",
    "sex",
    "breakdown",
    "value",
    "status",
    "origin",
];

/// The levels of a page, in its order, and the country for comparison.
pub(super) const LEVELS: [RegionLevel; 4] = [
    RegionLevel::Province,
    RegionLevel::WellbeingCounty,
    RegionLevel::Municipality,
    RegionLevel::Country,
];

/// What an indicator's page shows: one series of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct IndicatorFigures {
    /// Of whom.
    pub(super) sex: Sex,
    /// Of which further group, `key=value;key=value`.
    pub(super) breakdown: Option<String>,
    /// Whether the indicator has others beside it.
    pub(super) has_others: bool,
    /// The levels that have a value, in the order of [`LEVELS`]; not the country.
    pub(super) levels: Vec<LevelFigures>,
}

/// The figures of a level in one period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct LevelFigures {
    /// The level.
    pub(super) level: RegionLevel,
    /// The latest period in which at least half of the regions have a value that have one
    /// at all.
    pub(super) period: Period,
    /// The value of the whole country in that period.
    pub(super) country: Option<f64>,
    /// By region id, in the order of the codes.
    pub(super) figures: BTreeMap<String, Figure>,
}

/// What a region has in the period of its level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Figure {
    /// The value.
    pub(super) value: Option<f64>,
    /// Its status, or why there is none.
    pub(super) status: Status,
    /// Who computed it.
    pub(super) origin: Origin,
    /// The latest value of an earlier period, where the period itself has none.
    pub(super) earlier: Option<(Period, f64)>,
}

/// Reads the observations, and hands the figures of each indicator on as it comes.
///
/// # Errors
/// A table that is not as it should be, and what `each` fails with.
pub(super) fn for_each_indicator(
    file: File,
    mut each: impl FnMut(&str, IndicatorFigures) -> Result<(), PublishError>,
) -> Result<(), PublishError> {
    let mut collected: Option<(String, Collector)> = None;
    for batch in read_batches(TABLE, file, &COLUMNS)? {
        let batch = batch?;
        let rows = Rows::of(&batch)?;
        for row in 0..batch.num_rows() {
            let id = rows.indicator_ids.get(row).unwrap_or_default();
            let is_next = collected.as_ref().is_none_or(|(known, _)| known != id);
            if is_next {
                let next = (id.to_owned(), Collector::default());
                if let Some((id, collector)) = collected.replace(next)
                    && let Some(figures) = collector.finish()
                {
                    each(&id, figures)?;
                }
            }
            if let Some((_, collector)) = &mut collected {
                collector.add(&rows, row)?;
            }
        }
    }
    if let Some((id, collector)) = collected
        && let Some(figures) = collector.finish()
    {
        each(&id, figures)?;
    }
    Ok(())
}

/// The columns of a batch.
struct Rows<'a> {
    indicator_ids: TextColumn<'a>,
    levels: TextColumn<'a>,
    region_ids: TextColumn<'a>,
    periods: TextColumn<'a>,
    sexes: TextColumn<'a>,
    breakdowns: TextColumn<'a>,
    statuses: TextColumn<'a>,
    origins: TextColumn<'a>,
    values: &'a arrow_array::Float64Array,
}

impl<'a> Rows<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, PublishError> {
        let text = |name| TextColumn::of(TABLE, batch, name);
        let values = column(TABLE, batch, "value")?;
        Ok(Self {
            indicator_ids: text("indicator_id")?,
            levels: text("region_level")?,
            region_ids: text("region_id")?,
            periods: text("period")?,
            sexes: text("sex")?,
            breakdowns: text("breakdown")?,
            statuses: text("status")?,
            origins: text("origin")?,
            values: values
                .as_primitive_opt::<Float64Type>()
                .ok_or_else(|| wrong_type(TABLE, "value", values.data_type(), "numbers"))?,
        })
    }

    fn word<T: std::str::FromStr>(
        column: &TextColumn<'_>,
        name: &str,
        row: usize,
    ) -> Result<T, PublishError> {
        let text = column.get(row).unwrap_or_default();
        text.parse().map_err(|_| PublishError::TableContract {
            table: TABLE.to_owned(),
            reason: format!("its column `{name}` has `{text}`"),
        })
    }
}

/// The rows of one indicator, by series. Periods and regions are kept once.
#[derive(Default)]
struct Collector {
    series: Vec<Series>,
    periods: Vec<String>,
    regions: Vec<String>,
}

struct Series {
    sex: Sex,
    breakdown: Option<String>,
    levels: [Vec<Row>; LEVELS.len()],
}

struct Row {
    region: usize,
    period: usize,
    value: Option<f64>,
    status: Status,
    origin: Origin,
}

impl Collector {
    fn add(&mut self, rows: &Rows<'_>, row: usize) -> Result<(), PublishError> {
        let level = rows.levels.get(row).unwrap_or_default();
        let Some(level) = LEVELS.iter().position(|known| known.as_str() == level) else {
            return Ok(());
        };
        let sex: Sex = Rows::word(&rows.sexes, "sex", row)?;
        let breakdown = rows.breakdowns.get(row);
        let is_of = |series: &Series| series.sex == sex && series.breakdown.as_deref() == breakdown;
        let series = if let Some(series) = self.series.iter().position(is_of) {
            series
        } else {
            self.series.push(Series {
                sex,
                breakdown: breakdown.map(str::to_owned),
                levels: [const { Vec::new() }; LEVELS.len()],
            });
            self.series.len() - 1
        };
        let made = Row {
            region: kept(&mut self.regions, rows.region_ids.get(row)),
            period: kept(&mut self.periods, rows.periods.get(row)),
            value: rows.values.is_valid(row).then(|| rows.values.value(row)),
            status: Rows::word(&rows.statuses, "status", row)?,
            origin: Rows::word(&rows.origins, "origin", row)?,
        };
        self.series[series].levels[level].push(made);
        Ok(())
    }

    /// The series of all persons without a breakdown, or the first that has a value.
    fn finish(mut self) -> Option<IndicatorFigures> {
        let has_others = self.series.len() > 1;
        self.series.retain(|series| {
            series
                .levels
                .iter()
                .flatten()
                .any(|row| row.value.is_some())
        });
        self.series
            .sort_by(|one, other| (&one.breakdown, one.sex).cmp(&(&other.breakdown, other.sex)));
        let series = self.series.into_iter().next()?;
        let periods: Vec<Period> = self
            .periods
            .iter()
            .map(|text| text.parse().ok())
            .collect::<Option<_>>()?;
        let [provinces, counties, municipalities, country] = series.levels;
        let of_country: BTreeMap<&Period, f64> = country
            .iter()
            .filter_map(|row| Some((&periods[row.period], row.value?)))
            .collect();
        let levels = [provinces, counties, municipalities]
            .iter()
            .zip(LEVELS)
            .filter_map(|(rows, level)| {
                let (period, figures) = of_level(rows, &periods, &self.regions)?;
                Some(LevelFigures {
                    level,
                    country: of_country.get(&period).copied(),
                    period,
                    figures,
                })
            })
            .collect();
        Some(IndicatorFigures {
            sex: series.sex,
            breakdown: series.breakdown,
            has_others,
            levels,
        })
    }
}

/// The place of `text` among those that are kept, where it nearly always is the last.
fn kept(texts: &mut Vec<String>, text: Option<&str>) -> usize {
    let text = text.unwrap_or_default();
    if let Some(place) = texts.iter().rposition(|known| known == text) {
        return place;
    }
    texts.push(text.to_owned());
    texts.len() - 1
}

fn of_level(
    rows: &[Row],
    periods: &[Period],
    regions: &[String],
) -> Option<(Period, BTreeMap<String, Figure>)> {
    let mut with_value: BTreeMap<&Period, usize> = BTreeMap::new();
    let mut regions_with_value: Vec<usize> = Vec::new();
    for row in rows.iter().filter(|row| row.value.is_some()) {
        *with_value.entry(&periods[row.period]).or_default() += 1;
        regions_with_value.push(row.region);
    }
    regions_with_value.sort_unstable();
    regions_with_value.dedup();
    let period = with_value
        .iter()
        .rev()
        .find(|(_, count)| **count * 2 >= regions_with_value.len())
        .or_else(|| with_value.iter().next_back())
        .map(|(period, _)| (*period).clone())?;
    let mut figures = BTreeMap::new();
    for row in rows.iter().filter(|row| periods[row.period] == period) {
        figures.insert(
            regions[row.region].clone(),
            Figure {
                value: row.value,
                status: row.status,
                origin: row.origin,
                earlier: None,
            },
        );
    }
    for row in rows.iter().filter(|row| periods[row.period] < period) {
        let Some(value) = row.value else { continue };
        let figure = figures
            .entry(regions[row.region].clone())
            .or_insert(Figure {
                value: None,
                status: Status::NotPublished,
                origin: Origin::Published,
                earlier: None,
            });
        let at = &periods[row.period];
        let is_later = figure.earlier.as_ref().is_none_or(|(known, _)| known < at);
        if figure.value.is_none() && is_later {
            figure.earlier = Some((at.clone(), value));
        }
    }
    Some((period, figures))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Region, period, value.
    fn figures(rows: &[(&str, &str, Option<f64>)]) -> Option<IndicatorFigures> {
        let mut collector = Collector::default();
        let mut series = Series {
            sex: Sex::Total,
            breakdown: None,
            levels: [const { Vec::new() }; LEVELS.len()],
        };
        for (region, period, value) in rows {
            series.levels[2].push(Row {
                region: kept(&mut collector.regions, Some(region)),
                period: kept(&mut collector.periods, Some(period)),
                value: *value,
                status: value.map_or(Status::Suppressed, |_| Status::Normal),
                origin: Origin::Published,
            });
        }
        collector.series.push(series);
        collector.finish()
    }

    #[test]
    fn a_period_that_few_regions_have_does_not_push_out_the_others() {
        let found = figures(&[
            ("KU005", "2023", Some(1.0)),
            ("KU009", "2023", Some(2.0)),
            ("KU010", "2023", Some(3.0)),
            ("KU010", "2024", Some(4.0)),
        ])
        .unwrap();
        let level = &found.levels[0];
        assert_eq!(level.period.as_str(), "2023");
        let values: Vec<_> = level.figures.values().map(|figure| figure.value).collect();
        assert_eq!(values, [Some(1.0), Some(2.0), Some(3.0)]);
    }

    #[test]
    fn a_region_without_a_value_keeps_the_reason_and_the_last_one_it_had() {
        let found = figures(&[
            ("KU005", "2023", Some(1.5)),
            ("KU005", "2024", None),
            ("KU009", "2024", Some(2.0)),
            ("KU010", "2021", Some(8.0)),
            ("KU010", "2022", Some(9.0)),
        ])
        .unwrap();
        let level = &found.levels[0];
        // No period has half of the three regions: then the latest.
        assert_eq!(level.period.as_str(), "2024");
        let hidden = &level.figures["KU005"];
        assert_eq!((hidden.value, hidden.status), (None, Status::Suppressed));
        assert_eq!(hidden.earlier, Some((Period::of_year(2023), 1.5)));
        let absent = &level.figures["KU010"];
        assert_eq!((absent.value, absent.status), (None, Status::NotPublished));
        assert_eq!(absent.earlier, Some((Period::of_year(2022), 9.0)));
    }

    #[test]
    fn an_indicator_without_any_value_has_no_figures() {
        assert_eq!(figures(&[("KU005", "2024", None)]), None);
    }
}
