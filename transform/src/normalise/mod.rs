//! Raw bytes to observations: one module per kind of source, one shape for what they make.
//!
//! A source's wire structs stay in its own module. Here is what every source has to
//! produce: a [`RegionIndex`], a [`Description`] and [`Normalised`] figures.

mod region_index;
mod sotkanet;
mod survey;
mod tables;
mod thl_cube;
mod title;

use botnia_config::{IndicatorMapping, RegionTables, SetIndicator, SourceKind};
use botnia_model::{Findings, Indicator, IndicatorId, Observation, RegionLevel, Sex};

pub use self::region_index::RegionIndex;
#[cfg(test)]
pub(crate) use self::sotkanet::recordings;
pub use self::title::TitleCheck;
use crate::TransformError;

/// Raised with every change that makes other observations, or another object, of the same
/// bytes: figures of an older version are then normalised anew from the archive.
pub const NORMALISER_VERSION: u32 = 1;

/// What a source says of one indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// The indicator, with its texts cleaned and sanitised.
    pub indicator: Indicator,
    /// Whether its title is the one that the indicator set expects.
    pub title_check: TitleCheck,
    /// The sexes that the source declares for it, in the model's order; empty where it
    /// declares none (which does not mean that the figures have none).
    pub declared_sexes: Vec<Sex>,
    /// The region levels on which the source says that it exists, in the model's order;
    /// empty where it does not say.
    pub declared_levels: Vec<RegionLevel>,
    /// How its figures are read from their tables, where its source has tables.
    pub mapping: Option<Box<IndicatorMapping>>,
    /// Titles that had to be cleaned, and a title whose wording drifted.
    pub findings: Findings,
}

/// How a source's answers are read: what it speaks, and what the settings say of the
/// indicator's table where it has tables.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// What the source speaks.
    pub kind: SourceKind,
    /// How the indicator is read from its table.
    pub mapping: Option<&'a IndicatorMapping>,
}

impl From<SourceKind> for Reading<'_> {
    fn from(kind: SourceKind) -> Self {
        Self {
            kind,
            mapping: None,
        }
    }
}

/// What is needed to normalise one indicator's figures.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What the source speaks.
    pub kind: SourceKind,
    /// The indicator that was asked for.
    pub indicator_id: &'a IndicatorId,
    /// Its description; one of another indicator is refused.
    pub description: &'a Description,
    /// The answers with its figures, each complete.
    pub data: &'a [&'a [u8]],
    /// The regions of the same sweep.
    pub regions: &'a RegionIndex,
    /// What a reviewed indicator set says of it.
    pub expected: Option<&'a SetIndicator>,
}

/// One indicator's figures: `rows_in == observations.len() + findings.withheld_rows()`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Normalised {
    /// Sorted by [`Observation::key`], each key once.
    pub observations: Vec<Observation>,
    /// Rows in the answers.
    pub rows_in: u64,
    /// What was found on the way.
    pub findings: Findings,
}

/// Reads the source's region list. Validity, language and kind of area come from the
/// `tables`, by level and code; so does the membership of a municipality where the list
/// does not say it.
///
/// # Errors
/// Bytes that are no region list, a list without a single usable region, or a kind of
/// source that has no such list.
pub fn read_regions(
    kind: SourceKind,
    bytes: &[u8],
    tables: &RegionTables,
) -> Result<RegionIndex, TransformError> {
    match kind {
        SourceKind::Sotkanet => sotkanet::read_regions(bytes, tables),
        SourceKind::Survey => survey::read_regions(bytes, tables),
        SourceKind::ThlCube | SourceKind::Pxweb | SourceKind::Pxweb2 | SourceKind::Jsonstat => {
            Err(TransformError::contract(
                "the region list of a source that has none",
                "its regions are those of the region tables",
            ))
        }
    }
}

/// The regions of a source that has no list of its own: all of the `tables`, under their
/// ids (`KU743`).
pub fn regions_of_tables(tables: &RegionTables) -> RegionIndex {
    region_index::of_tables(tables)
}

/// Reads the source's description of one indicator. `themes` are those of every set that
/// has the indicator; `expected` is its entry in the set that decides.
///
/// # Errors
/// Bytes that are no description, a description of another indicator, or one without any
/// title.
pub fn describe<'a>(
    reading: impl Into<Reading<'a>>,
    indicator_id: &IndicatorId,
    bytes: &[u8],
    expected: Option<&SetIndicator>,
    themes: &[String],
) -> Result<Description, TransformError> {
    let Reading { kind, mapping } = reading.into();
    match kind {
        SourceKind::Sotkanet => sotkanet::describe(indicator_id, bytes, expected, themes),
        SourceKind::Survey => survey::describe(indicator_id, bytes, expected, themes),
        SourceKind::ThlCube => thl_cube::describe(indicator_id, bytes, expected, themes),
        SourceKind::Pxweb | SourceKind::Pxweb2 | SourceKind::Jsonstat => {
            let Some(mapping) = mapping else {
                return Err(TransformError::contract(
                    format!("the description of `{indicator_id}`"),
                    "the settings have no `[[source.indicator]]` for it",
                ));
            };
            tables::describe(kind, indicator_id, mapping, bytes, expected, themes)
        }
    }
}

/// Turns an indicator's rows into observations. A row that cannot be taken is a finding.
///
/// # Errors
/// An answer that is not in the source's format at all, or a description of another
/// indicator.
pub fn normalise(input: &Input<'_>) -> Result<Normalised, TransformError> {
    if input.description.indicator.indicator_id != *input.indicator_id {
        return Err(TransformError::contract(
            format!("the figures of `{}`", input.indicator_id),
            format!(
                "they were given with the description of `{}`",
                input.description.indicator.indicator_id
            ),
        ));
    }
    match input.kind {
        SourceKind::Sotkanet => sotkanet::normalise(input),
        SourceKind::Survey => survey::normalise(input),
        SourceKind::ThlCube => thl_cube::normalise(input),
        SourceKind::Pxweb | SourceKind::Pxweb2 | SourceKind::Jsonstat => tables::normalise(input),
    }
}
