//! `indicators.parquet`: what each indicator is, and what of it the release has.

use std::collections::BTreeSet;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use botnia_model::{Indicator, Observation, Text, ValueKind};

use super::Series;
use super::table::Columns;

/// What an indicator's published observations reach over; nothing where none may be
/// published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first and the last year with a value.
    pub years: Option<(i32, i32)>,
    /// The region levels with an observation, by name.
    pub levels: Vec<String>,
    /// Observations.
    pub rows: u64,
}

impl Span {
    /// Of all observations of an indicator.
    pub(super) fn of(observations: &[Observation]) -> Self {
        let years = observations
            .iter()
            .filter(|observation| observation.value.is_some())
            .map(|observation| observation.period.year())
            .fold(None, |span, year| {
                let (first, last) = span.unwrap_or((year, year));
                Some((year.min(first), year.max(last)))
            });
        let levels: BTreeSet<&str> = observations
            .iter()
            .map(|observation| observation.region.level.as_str())
            .collect();
        Self {
            years,
            levels: levels.into_iter().map(str::to_owned).collect(),
            rows: observations.len() as u64,
        }
    }
}

/// The table; `spans` stand beside `series`. Columns without a language in their name
/// (`unit`, `producer`) are Finnish.
pub(super) fn table(series: &[Series], spans: &[Span]) -> Result<RecordBatch, ArrowError> {
    let indicators = || series.iter().map(|series| &series.indicator);
    let producers = || indicators().map(|indicator| indicator.producer.as_ref());
    let columns = Columns::default()
        .words(
            "indicator_id",
            indicators().map(|indicator| indicator.indicator_id.to_string()),
        )
        .words(
            "source",
            indicators().map(|indicator| indicator.indicator_id.source().as_str()),
        )
        .words(
            "source_indicator",
            indicators().map(|indicator| indicator.indicator_id.source_indicator().as_str()),
        )
        .texts("title", || indicators().map(|indicator| &indicator.title))
        .texts("original_title", || {
            indicators().map(|indicator| &indicator.original_title)
        })
        .texts("description", || {
            indicators().map(|indicator| &indicator.description)
        })
        .texts("interpretation", || {
            indicators().map(|indicator| &indicator.interpretation)
        })
        .texts("limits", || indicators().map(|indicator| &indicator.limits))
        .texts("legislation", || {
            indicators().map(|indicator| &indicator.legislation)
        })
        .texts("notices", || {
            indicators().map(|indicator| &indicator.notices)
        });
    let columns = finnish_by_default(columns, "unit", series, |indicator| Some(&indicator.unit))
        .optional_words(
            "value_kind",
            indicators().map(|indicator| indicator.value_kind.map(ValueKind::as_str)),
        )
        .integers(
            "decimals",
            indicators().map(|indicator| indicator.decimals.map(i32::from)),
        )
        .words(
            "polarity",
            indicators().map(|indicator| indicator.polarity.as_str()),
        )
        .optional_words(
            "producer_id",
            producers().map(|producer| producer.map(|producer| producer.id.as_str())),
        );
    finnish_by_default(columns, "producer", series, |indicator| {
        Some(&indicator.producer.as_ref()?.name)
    })
    .text(
        "licence",
        indicators().map(|indicator| Some(&indicator.licence)),
    )
    .truths(
        "redistributable",
        indicators().map(|indicator| indicator.redistributable),
    )
    .text(
        "data_updated",
        indicators().map(|indicator| indicator.data_updated.as_deref()),
    )
    .integers(
        "first_year",
        spans.iter().map(|span| span.years.map(|(first, _)| first)),
    )
    .integers(
        "last_year",
        spans.iter().map(|span| span.years.map(|(_, last)| last)),
    )
    .lists("levels", spans.iter().map(|span| span.levels.as_slice()))
    .lists(
        "themes",
        indicators().map(|indicator| indicator.themes.as_slice()),
    )
    .words("state", series.iter().map(|series| series.state.as_str()))
    .text(
        "state_since",
        series.iter().map(|series| series.state_since.as_deref()),
    )
    .text(
        "source_url",
        indicators().map(|indicator| indicator.source_url.as_deref()),
    )
    .finish()
}

/// A text as `name`, `name_sv` and `name_en`: the published name without a language is
/// Finnish.
fn finnish_by_default(
    columns: Columns,
    name: &str,
    series: &[Series],
    text: fn(&Indicator) -> Option<&Text>,
) -> Columns {
    let texts = || series.iter().map(|series| text(&series.indicator));
    columns
        .text(name, texts().map(|text| Some(&text?.fi)))
        .text(format!("{name}_sv"), texts().map(|text| Some(&text?.sv)))
        .text(format!("{name}_en"), texts().map(|text| Some(&text?.en)))
}
