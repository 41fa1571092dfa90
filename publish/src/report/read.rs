//! From the files of a region's folder to its report.

use std::collections::BTreeMap;
use std::fs::File;

use botnia_model::{Comparator, Region, Sex};

use super::columns::{Batch, Integers, Languages, Numbers, Texts, contract};
use super::series::read_own;
use super::{Comparison, Interval, Judged, RegionReport, ReportRow};
use crate::PublishError;
use crate::table::read_batches;

/// A file of a region's folder, and its path for error texts.
pub struct RegionFile<'a> {
    /// The path within the release.
    pub path: &'a str,
    /// The file.
    pub file: File,
}

/// Reads the report of `region` from the two tables of its folder: `wellbeing.parquet`, and
/// `observations.parquet` where the folder has one.
///
/// # Errors
/// [`PublishError::ReadTable`] and [`PublishError::ReadRows`];
/// [`PublishError::TableContract`] for a missing column, one of another type, a word that is
/// none of the published ones, a number that is not finite, or rows of another region.
pub fn read_region_report(
    region: Region,
    wellbeing: RegionFile<'_>,
    observations: Option<RegionFile<'_>>,
) -> Result<RegionReport, PublishError> {
    let rows = read_rows(&region, wellbeing)?;
    let sexes: BTreeMap<String, Sex> = rows
        .iter()
        .map(|row| (row.indicator_id.clone(), row.sex))
        .collect();
    let series = match observations {
        Some(RegionFile { path, file }) => read_own(path, file, &sexes)?,
        None => BTreeMap::new(),
    };
    Ok(RegionReport {
        region,
        rows,
        series,
    })
}

fn read_rows(
    region: &Region,
    RegionFile { path, file }: RegionFile<'_>,
) -> Result<Vec<ReportRow>, PublishError> {
    let id = region.key.id();
    let mut rows = Vec::new();
    for batch in read_batches(path, file, &[])? {
        let batch = batch?;
        let batch = Batch::of(path, &batch);
        let region_ids = batch.texts("region_id")?;
        let columns = Columns::of(batch)?;
        for row in 0..batch.rows() {
            let found = region_ids.text(row)?;
            if found != id.as_str() {
                let reason = format!("it has a row of `{found}` and not of `{id}`");
                return Err(contract(path, reason));
            }
            rows.push(columns.row(row)?);
        }
    }
    Ok(rows)
}

/// The columns of `wellbeing.parquet`.
struct Columns<'a> {
    table: &'a str,
    set_ids: Texts<'a>,
    set_versions: Integers<'a>,
    positions: Integers<'a>,
    themes: Texts<'a>,
    indicator_ids: Texts<'a>,
    titles: Languages<'a>,
    units: Languages<'a>,
    value_kinds: Texts<'a>,
    polarities: Texts<'a>,
    sexes: Texts<'a>,
    years: Integers<'a>,
    periods: Texts<'a>,
    values: Numbers<'a>,
    absolute_values: Numbers<'a>,
    statuses: Texts<'a>,
    decimals: Integers<'a>,
    interval_lows: Numbers<'a>,
    interval_highs: Numbers<'a>,
    interval_methods: Texts<'a>,
    previous_years: Integers<'a>,
    previous_values: Numbers<'a>,
    changes: Numbers<'a>,
    change_percents: Numbers<'a>,
    five_year_changes: Numbers<'a>,
    change_verdicts: Verdicts<'a>,
    comparisons: Vec<(Comparator, Numbers<'a>, Verdicts<'a>)>,
    trends: Texts<'a>,
    trend_verdicts: Texts<'a>,
    no_trends: Texts<'a>,
    sentences: Languages<'a>,
    origins: Texts<'a>,
    blocked: Texts<'a>,
}

/// A verdict's column, and that of why there is none.
struct Verdicts<'a> {
    verdicts: Texts<'a>,
    not_compared: Texts<'a>,
}

impl<'a> Verdicts<'a> {
    fn of(
        batch: Batch<'a>,
        [verdicts, not_compared]: [&'static str; 2],
    ) -> Result<Self, PublishError> {
        Ok(Self {
            verdicts: batch.texts(verdicts)?,
            not_compared: batch.texts(not_compared)?,
        })
    }

    fn get(&self, row: usize) -> Result<Judged, PublishError> {
        Ok(Judged {
            verdict: self.verdicts.word(row)?,
            not_compared: self.not_compared.optional_word(row)?,
        })
    }
}

/// The columns of a comparator: value, verdict, and why there is none.
fn comparator_columns(comparator: Comparator) -> [&'static str; 3] {
    match comparator {
        Comparator::Province => [
            "province_value",
            "province_verdict",
            "province_not_compared",
        ],
        Comparator::WellbeingCounty => [
            "wellbeing_county_value",
            "wellbeing_county_verdict",
            "wellbeing_county_not_compared",
        ],
        Comparator::Country => ["country_value", "country_verdict", "country_not_compared"],
        Comparator::Peers => ["peers_value", "peers_verdict", "peers_not_compared"],
        Comparator::RestOfProvince => [
            "rest_of_province_value",
            "rest_of_province_verdict",
            "rest_of_province_not_compared",
        ],
    }
}

impl<'a> Columns<'a> {
    fn of(batch: Batch<'a>) -> Result<Self, PublishError> {
        let comparisons = Comparator::ALL
            .iter()
            .map(|comparator| {
                let [value, verdict, not_compared] = comparator_columns(*comparator);
                Ok((
                    *comparator,
                    batch.numbers(value)?,
                    Verdicts::of(batch, [verdict, not_compared])?,
                ))
            })
            .collect::<Result<_, PublishError>>()?;
        Ok(Self {
            table: batch.table,
            set_ids: batch.texts("set_id")?,
            set_versions: batch.integers("set_version")?,
            positions: batch.integers("position")?,
            themes: batch.texts("theme")?,
            indicator_ids: batch.texts("indicator_id")?,
            titles: batch.languages(["title_fi", "title_sv", "title_en"])?,
            units: batch.languages(["unit_fi", "unit_sv", "unit_en"])?,
            value_kinds: batch.texts("value_kind")?,
            polarities: batch.texts("polarity")?,
            sexes: batch.texts("sex")?,
            years: batch.integers("year")?,
            periods: batch.texts("period")?,
            values: batch.numbers("value")?,
            absolute_values: batch.numbers("absolute_value")?,
            statuses: batch.texts("status")?,
            decimals: batch.integers("decimals")?,
            interval_lows: batch.numbers("interval_low")?,
            interval_highs: batch.numbers("interval_high")?,
            interval_methods: batch.texts("interval_method")?,
            previous_years: batch.integers("previous_year")?,
            previous_values: batch.numbers("previous_value")?,
            changes: batch.numbers("change")?,
            change_percents: batch.numbers("change_percent")?,
            five_year_changes: batch.numbers("five_year_change")?,
            change_verdicts: Verdicts::of(batch, ["change_verdict", "change_not_compared"])?,
            comparisons,
            trends: batch.texts("trend")?,
            trend_verdicts: batch.texts("trend_verdict")?,
            no_trends: batch.texts("no_trend")?,
            sentences: batch.languages(["sentence_fi", "sentence_sv", "sentence_en"])?,
            origins: batch.texts("origin")?,
            blocked: batch.texts("blocked")?,
        })
    }

    fn row(&self, row: usize) -> Result<ReportRow, PublishError> {
        let comparisons = self
            .comparisons
            .iter()
            .map(|(comparator, values, verdicts)| {
                Ok(Comparison {
                    comparator: *comparator,
                    value: values.get(row)?,
                    judged: verdicts.get(row)?,
                })
            })
            .collect::<Result<Vec<_>, PublishError>>()?;
        let interval = match (self.interval_lows.get(row)?, self.interval_highs.get(row)?) {
            (Some(low), Some(high)) => Some(Interval {
                low,
                high,
                method: self.interval_methods.word(row)?,
            }),
            _ => None,
        };
        Ok(ReportRow {
            set_id: self.set_ids.text(row)?.to_owned(),
            set_version: self.set_versions.number(row)?,
            position: self.positions.number(row)?,
            theme: self.themes.text(row)?.to_owned(),
            indicator_id: self.indicator_ids.text(row)?.to_owned(),
            title: self.titles.get(row),
            unit: self.units.get(row),
            value_kind: self.value_kinds.word(row)?,
            polarity: self.polarities.word(row)?,
            sex: self.sexes.word(row)?,
            year: self.years.get(row),
            period: self.periods.optional_word(row)?,
            value: self.values.get(row)?,
            absolute_value: self.absolute_values.get(row)?,
            status: self.statuses.word(row)?,
            decimals: self
                .decimals
                .get(row)
                .and_then(|decimals| u8::try_from(decimals).ok()),
            interval,
            previous_year: self.previous_years.get(row),
            previous_value: self.previous_values.get(row)?,
            change: self.changes.get(row)?,
            change_percent: self.change_percents.get(row)?,
            five_year_change: self.five_year_changes.get(row)?,
            change_verdict: self.change_verdicts.get(row)?,
            comparisons: comparisons
                .try_into()
                .map_err(|_| contract(self.table, "a comparator is missing".to_owned()))?,
            trend: self.trends.word(row)?,
            trend_verdict: self.trend_verdicts.word(row)?,
            no_trend: self.no_trends.optional_word(row)?,
            sentence: self.sentences.get(row),
            origin: self.origins.optional_word(row)?,
            blocked: self.blocked.get(row).map(str::to_owned),
        })
    }
}
