//! Wellbeing reports: what a region's package shows to people.
//!
//! A [`RegionReport`] is read from the Parquet files of a region's folder, and a
//! [`ReportContext`] holds what all regions share: what each indicator is, the series of the
//! areas that regions are compared with, and who is whose peer. Pages, charts and workbooks
//! are made from these two alone, so that each shows the same figure and the same verdict.
//!
//! What is deliberately absent: statistics. Every figure, interval, verdict, trend and
//! sentence was computed before it came here; a chart computes where a figure stands on the
//! paper, and nothing else.

mod charts;
mod columns;
mod context;
mod figures;
mod highlights;
mod municipal;
mod note_text;
mod page;
pub(crate) mod plain;
mod product;
mod read;
mod series;
mod words;

pub use context::{IndicatorDetails, PeerGroup, ReportContext};
pub use municipal::{MunicipalFigure, MunicipalFigures};
pub use page::{Pages, report_file, short_file};
pub use product::{PageKind, page_file, page_hash};
pub use read::{RegionFile, read_region_report};
pub use series::{ComparatorSeries, Point, Series};

use std::collections::{BTreeMap, BTreeSet};

use botnia_model::{
    Comparator, IntervalMethod, Language, NoTrend, NotCompared, Origin, Period, Polarity, Region,
    Sex, Status, Text, Trend, TrendVerdict, ValueKind, Verdict,
};

/// The indicator set that a wellbeing report is built on; others add to it.
pub const REPORT_SET: &str = "hyvinvointikertomus";

/// The themes of a report, in reading order. An indicator of another theme (the Nordic
/// comparison) is about no region of a report.
pub const THEMES: [&str; 8] = [
    "population",
    "economy",
    "children",
    "young_adults",
    "working_age",
    "older_people",
    "everyone",
    "health_promotion",
];

/// All that is reported of one region.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionReport {
    /// The region.
    pub region: Region,
    /// The rows of `wellbeing.parquet`, in its order: by set, then by position in the set.
    pub rows: Vec<ReportRow>,
    /// The region's own series, by indicator id: of the sex that the row reports, without
    /// further breakdowns, oldest first.
    pub series: BTreeMap<String, Series>,
}

/// One row of `wellbeing.parquet`: an indicator of a set, and what is known of it here.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportRow {
    /// The set.
    pub set_id: String,
    /// Its version.
    pub set_version: i32,
    /// The indicator's place in the set, from 1.
    pub position: i32,
    /// Theme of the life course, one of [`THEMES`] or another.
    pub theme: String,
    /// `sotkanet:127`.
    pub indicator_id: String,
    /// Its title.
    pub title: Text,
    /// Its unit in words.
    pub unit: Text,
    /// What kind of number it is.
    pub value_kind: ValueKind,
    /// Which direction is good.
    pub polarity: Polarity,
    /// Both sexes together, or the only one that the indicator has.
    pub sex: Sex,
    /// The first year of the latest period with a value.
    pub year: Option<i32>,
    /// The latest period with a value.
    pub period: Option<Period>,
    /// The own value, in the unit of the indicator, unrounded.
    pub value: Option<f64>,
    /// The count behind it.
    pub absolute_value: Option<f64>,
    /// The state of the value, or why there is none.
    pub status: Status,
    /// Decimals with which the source shows it.
    pub decimals: Option<u8>,
    /// The interval of 95 % around the value: its low end, its high end, and its method.
    /// `None` where no interval would be honest.
    pub interval: Option<Interval>,
    /// The year with a value before the latest.
    pub previous_year: Option<i32>,
    /// The value of that year.
    pub previous_value: Option<f64>,
    /// The value less the previous one.
    pub change: Option<f64>,
    /// The same in percent of the previous value.
    pub change_percent: Option<f64>,
    /// The value less that of five years before.
    pub five_year_change: Option<f64>,
    /// The own value against its previous one.
    pub change_verdict: Judged,
    /// In the order of [`Comparator::ALL`].
    pub comparisons: [Comparison; Comparator::ALL.len()],
    /// Which way the five latest years go.
    pub trend: Trend,
    /// What that means.
    pub trend_verdict: TrendVerdict,
    /// Why no trend was computed, where none was.
    pub no_trend: Option<NoTrend>,
    /// The figure in one plain sentence.
    pub sentence: Text,
    /// Who computed the value.
    pub origin: Option<Origin>,
    /// Why no later value was computed: a code.
    pub blocked: Option<String>,
}

/// An interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The low end, in the unit of the value.
    pub low: f64,
    /// The high end.
    pub high: f64,
    /// How it was computed.
    pub method: IntervalMethod,
}

/// A verdict, and why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it was not compared, where it was not.
    pub not_compared: Option<NotCompared>,
}

/// What another area's figure of the same period is, and how the own one compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// With whom.
    pub comparator: Comparator,
    /// Its figure.
    pub value: Option<f64>,
    /// How the own figure compares with it.
    pub judged: Judged,
}

impl ReportRow {
    /// How it compares with `comparator`.
    ///
    /// # Panics
    ///
    /// Never: every row has a comparison with each.
    pub fn comparison(&self, comparator: Comparator) -> &Comparison {
        self.comparisons
            .iter()
            .find(|one| one.comparator == comparator)
            .expect("a comparison with every comparator")
    }
}

impl RegionReport {
    /// The rows of `theme`, each indicator once: those of the report's own set in their
    /// order, then what other sets add.
    pub fn of_theme(&self, theme: &str) -> Vec<&ReportRow> {
        let (own, others): (Vec<_>, Vec<_>) = self
            .rows
            .iter()
            .filter(|row| row.theme == theme)
            .partition(|row| row.set_id == REPORT_SET);
        let is_of_report = |id: &str| {
            let mut rows = self.rows.iter();
            rows.any(|row| row.set_id == REPORT_SET && row.indicator_id == id)
        };
        let mut rows = own;
        for row in others {
            let is_there = rows.iter().any(|one| one.indicator_id == row.indicator_id);
            if !is_there && !is_of_report(&row.indicator_id) {
                rows.push(row);
            }
        }
        rows
    }

    /// The rows of all themes of a report, in reading order, each indicator once.
    pub fn rows_in_order(&self) -> Vec<&ReportRow> {
        let mut seen = BTreeSet::new();
        THEMES
            .iter()
            .flat_map(|theme| self.of_theme(theme))
            .filter(|row| seen.insert(row.indicator_id.as_str()))
            .collect()
    }

    /// The indicators of the report without a value here, in reading order: `status` says
    /// why.
    pub fn missing(&self) -> Vec<&ReportRow> {
        let mut rows = self.rows_in_order();
        rows.retain(|row| row.value.is_none());
        rows
    }

    /// The region's own series of an indicator.
    pub fn own_series(&self, indicator_id: &str) -> &[Point] {
        self.series
            .get(indicator_id)
            .map_or(&[], |series| series.points.as_slice())
    }

    /// The region's name.
    pub fn name(&self, language: Language) -> &str {
        self.region.name.or_finnish(language)
    }
}

#[cfg(test)]
pub(crate) mod made_up;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod tests;
