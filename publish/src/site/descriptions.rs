//! What `indicators.parquet` says of the indicators beyond the facts of the release.

use std::collections::BTreeMap;
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use botnia_model::{Polarity, Text, ValueKind};
use serde::Serialize;

use crate::PublishError;
use crate::table::{TextColumn, column, read_batches, wrong_type};

const TABLE: &str = "indicators.parquet";

/// The texts of one indicator. Those about its meaning are sanitised HTML.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Description {
    /// What it measures.
    #[expect(clippy::struct_field_names, reason = "what the source calls it")]
    pub(super) description: Text,
    /// How to read it.
    pub(super) interpretation: Text,
    /// Where it must not be trusted.
    pub(super) limits: Text,
    /// The law behind it.
    pub(super) legislation: Text,
    /// Notices of the producer.
    pub(super) notices: Text,
    /// What kind of number it is.
    pub(super) value_kind: Option<ValueKind>,
    /// Decimals with which the source shows values.
    pub(super) decimals: Option<u8>,
    /// Which direction is good.
    pub(super) polarity: Option<Polarity>,
    /// Its themes of the life course.
    pub(super) themes: Vec<String>,
    /// The day since which the figures are not kept up, `YYYY-MM-DD`.
    pub(super) state_since: Option<String>,
    /// Where a person can read about it at the source.
    pub(super) source_url: Option<String>,
}

/// Reads them, by indicator id.
///
/// # Errors
/// A table that is not as it should be.
pub(super) fn read(file: File) -> Result<BTreeMap<String, Description>, PublishError> {
    let mut descriptions = BTreeMap::new();
    for batch in read_batches(TABLE, file, &[])? {
        let batch = batch?;
        add(&batch, &mut descriptions)?;
    }
    Ok(descriptions)
}

fn add(
    batch: &RecordBatch,
    descriptions: &mut BTreeMap<String, Description>,
) -> Result<(), PublishError> {
    let column_of = |name: &str| TextColumn::of(TABLE, batch, name);
    let text = |name: &str| -> Result<_, PublishError> {
        let columns = [
            column_of(&format!("{name}_fi"))?,
            column_of(&format!("{name}_sv"))?,
            column_of(&format!("{name}_en"))?,
        ];
        Ok(move |row: usize| {
            let of = |language: usize| columns[language].get(row).unwrap_or_default().to_owned();
            Text {
                fi: of(0),
                sv: of(1),
                en: of(2),
            }
        })
    };
    let ids = column_of("indicator_id")?;
    let description = text("description")?;
    let interpretation = text("interpretation")?;
    let limits = text("limits")?;
    let legislation = text("legislation")?;
    let notices = text("notices")?;
    let value_kinds = column_of("value_kind")?;
    let polarities = column_of("polarity")?;
    let since = column_of("state_since")?;
    let urls = column_of("source_url")?;
    let decimals = column(TABLE, batch, "decimals")?;
    let decimals = decimals
        .as_primitive_opt::<Int32Type>()
        .ok_or_else(|| wrong_type(TABLE, "decimals", decimals.data_type(), "whole numbers"))?;
    let themes = column(TABLE, batch, "themes")?;
    let themes = themes
        .as_list_opt::<i32>()
        .ok_or_else(|| wrong_type(TABLE, "themes", themes.data_type(), "lists of texts"))?;
    for row in 0..batch.num_rows() {
        let Some(id) = ids.get(row) else { continue };
        let listed = themes.value(row);
        let listed = listed.as_string_opt::<i32>();
        descriptions.insert(
            id.to_owned(),
            Description {
                description: description(row),
                interpretation: interpretation(row),
                limits: limits(row),
                legislation: legislation(row),
                notices: notices(row),
                value_kind: value_kinds.get(row).and_then(|word| word.parse().ok()),
                decimals: decimals
                    .is_valid(row)
                    .then(|| u8::try_from(decimals.value(row)).ok())
                    .flatten(),
                polarity: polarities.get(row).and_then(|word| word.parse().ok()),
                themes: listed
                    .into_iter()
                    .flatten()
                    .flatten()
                    .map(str::to_owned)
                    .collect(),
                state_since: since.get(row).map(str::to_owned),
                source_url: urls.get(row).map(str::to_owned),
            },
        );
    }
    Ok(())
}
