//! Observations as CSV, for a Finnish Excel: semicolons, decimal commas, UTF-8 with its
//! mark, CRLF, and no cell that a spreadsheet would run as a formula.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, Float64Array, Int32Array, RecordBatch};
use arrow_schema::ArrowError;
use botnia_model::{ContentHash, Region, Text};
use csv::{Terminator, Writer, WriterBuilder};

use crate::PublishError;
use crate::documents::IndicatorFact;
use crate::table::{TextColumn, column, wrong_type};

/// The columns, in order. `region_id` (`KU005`) stands where a bare code would lose its
/// zeros in a spreadsheet.
pub const COLUMNS: [&str; 17] = [
    "indicator_id",
    "title_fi",
    "title_sv",
    "unit_fi",
    "unit_sv",
    "region_id",
    "region_name_fi",
    "region_name_sv",
    "period",
    "sex",
    "breakdown",
    "value",
    "absolute_value",
    "status",
    "origin",
    "first_release",
    "coverage",
];

/// Part of every CSV's content hash: raised when this module writes the same
/// observations differently.
const FORMAT_VERSION: &[u8] = b"observations.csv 2";

/// Titles and units by indicator id, ready for a cell.
#[derive(Clone, Debug, Default)]
pub struct IndicatorTitles(BTreeMap<String, IndicatorTitle>);

#[derive(Clone, Debug, Default)]
struct IndicatorTitle {
    title: Text,
    unit: Text,
}

impl IndicatorTitles {
    /// Those of the release's indicators. A language without a title takes the Finnish one.
    /// A CSV has no place for a notice, so the title of made-up figures says it.
    pub fn new(indicators: &[IndicatorFact], synthetic: bool) -> Self {
        Self(
            indicators
                .iter()
                .map(|indicator| {
                    let mut title = in_cells(&indicator.title);
                    if synthetic {
                        title.fi.push_str(" (keksittyä aineistoa)");
                        title.sv.push_str(" (påhittade uppgifter)");
                    }
                    let title = IndicatorTitle {
                        title,
                        unit: in_cells(&indicator.unit),
                    };
                    (indicator.id.to_string(), title)
                })
                .collect(),
        )
    }

    /// The title of an indicator, if the release has it.
    pub(crate) fn title(&self, id: &str) -> Option<&Text> {
        self.0.get(id).map(|indicator| &indicator.title)
    }

    /// The hash of what a CSV takes from here for the indicators `ids`.
    fn hash<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> ContentHash {
        let texts: Vec<&str> = ids
            .into_iter()
            .flat_map(|id| {
                let known = self.0.get(id);
                let text = |part: fn(&IndicatorTitle) -> &str| known.map_or("", part);
                [
                    id,
                    text(|known| &known.title.fi),
                    text(|known| &known.title.sv),
                    text(|known| &known.unit.fi),
                    text(|known| &known.unit.sv),
                ]
            })
            .collect();
        ContentHash::of_parts(texts.iter().map(|text| text.as_bytes()))
    }
}

/// Names by region id, ready for a cell.
#[derive(Clone, Debug, Default)]
pub struct RegionNames(BTreeMap<String, Text>);

impl RegionNames {
    /// Those of `regions`. A language without a name takes the Finnish one.
    pub fn new(regions: &[Region]) -> Self {
        Self(
            regions
                .iter()
                .map(|region| (region.key.id().to_string(), in_cells(&region.name)))
                .collect(),
        )
    }

    /// The name of a region.
    pub(crate) fn name(&self, id: &str) -> Option<&Text> {
        self.0.get(id)
    }

    fn hash<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> ContentHash {
        let texts: Vec<&str> = ids
            .into_iter()
            .flat_map(|id| {
                let name = self.0.get(id);
                [
                    id,
                    name.map_or("", |name| &name.fi),
                    name.map_or("", |name| &name.sv),
                ]
            })
            .collect();
        ContentHash::of_parts(texts.iter().map(|text| text.as_bytes()))
    }
}

/// The content hash of the CSV of a table: of the table's own, and of the titles and
/// names that its rows call for. While it stays the same, the CSV stays the same.
pub(crate) fn content_hash<'a>(
    table: ContentHash,
    titles: &IndicatorTitles,
    indicator_ids: impl IntoIterator<Item = &'a str>,
    regions: &RegionNames,
    region_ids: impl IntoIterator<Item = &'a str>,
) -> ContentHash {
    ContentHash::of_parts([
        FORMAT_VERSION,
        table.as_bytes(),
        titles.hash(indicator_ids).as_bytes(),
        regions.hash(region_ids).as_bytes(),
    ])
}

/// Writes the observations of `table` (a path, for error texts) as CSV and returns their
/// number. A missing value is an empty cell.
///
/// # Errors
/// [`PublishError::ReadRows`] and [`PublishError::WriteCsv`];
/// [`PublishError::TableContract`] for a missing column, one of another type, a number
/// that is not finite, or an indicator or region that has no title or name.
pub fn write_observations_csv(
    table: &str,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    titles: &IndicatorTitles,
    regions: &RegionNames,
    mut writer: impl Write,
) -> Result<u64, PublishError> {
    // Without its mark, Excel reads UTF-8 as Windows-1252.
    writer
        .write_all("\u{feff}".as_bytes())
        .map_err(|source| PublishError::csv(table, source.into()))?;
    let mut writer = WriterBuilder::new()
        .delimiter(b';')
        .terminator(Terminator::CRLF)
        .from_writer(writer);
    writer
        .write_record(COLUMNS)
        .map_err(|source| PublishError::csv(table, source))?;
    let mut rows = 0;
    for batch in batches {
        let batch = batch.map_err(|source| PublishError::ReadRows {
            table: table.to_owned(),
            source,
        })?;
        write_batch(table, &batch, titles, regions, &mut writer)?;
        rows += batch.num_rows() as u64;
    }
    writer
        .flush()
        .map_err(|source| PublishError::csv(table, source.into()))?;
    Ok(rows)
}

fn write_batch(
    table: &str,
    batch: &RecordBatch,
    titles: &IndicatorTitles,
    regions: &RegionNames,
    writer: &mut Writer<impl Write>,
) -> Result<(), PublishError> {
    let text = |name| TextColumn::of(table, batch, name);
    let indicator_ids = text("indicator_id")?;
    let region_ids = text("region_id")?;
    let tail = [text("period")?, text("sex")?, text("breakdown")?];
    let values = [
        numbers(table, batch, "value")?,
        numbers(table, batch, "absolute_value")?,
    ];
    let words = [text("status")?, text("origin")?];
    let first_releases = integers(table, batch, "first_release")?;
    let coverages = numbers(table, batch, "coverage")?;

    let contract = |reason: String| PublishError::TableContract {
        table: table.to_owned(),
        reason,
    };
    let mut number = String::new();
    for row in 0..batch.num_rows() {
        let indicator_id = indicator_ids
            .get(row)
            .ok_or_else(|| contract("a row has no indicator id".to_owned()))?;
        let title = titles
            .0
            .get(indicator_id)
            .ok_or_else(|| contract(format!("indicator `{indicator_id}` has no title")))?;
        let region_id = region_ids
            .get(row)
            .ok_or_else(|| contract("a row has no region id".to_owned()))?;
        let name = regions
            .0
            .get(region_id)
            .ok_or_else(|| contract(format!("region `{region_id}` has no name")))?;

        let mut field = |cell: &str| {
            writer
                .write_field(cell)
                .map_err(|source| PublishError::csv(table, source))
        };
        field(&safe_cell(indicator_id))?;
        field(&title.title.fi)?;
        field(&title.title.sv)?;
        field(&title.unit.fi)?;
        field(&title.unit.sv)?;
        field(&safe_cell(region_id))?;
        field(&name.fi)?;
        field(&name.sv)?;
        for column in &tail {
            field(&safe_cell(column.get(row).unwrap_or_default()))?;
        }
        for column in values {
            number.clear();
            if column.is_valid(row) {
                let value = column.value(row);
                if !value.is_finite() {
                    return Err(contract(format!("{value} is not a value")));
                }
                push_number(&mut number, value);
            }
            field(&number)?;
        }
        for column in &words {
            field(&safe_cell(column.get(row).unwrap_or_default()))?;
        }
        number.clear();
        if first_releases.is_valid(row) {
            // Writing to a String cannot fail.
            let _ = write!(number, "{}", first_releases.value(row));
        }
        field(&number)?;
        number.clear();
        if coverages.is_valid(row) {
            push_number(&mut number, coverages.value(row));
        }
        field(&number)?;
        writer
            .write_record(None::<&[u8]>)
            .map_err(|source| PublishError::csv(table, source))?;
    }
    Ok(())
}

fn numbers<'a>(
    table: &str,
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a Float64Array, PublishError> {
    let array = column(table, batch, name)?;
    array
        .as_primitive_opt::<Float64Type>()
        .ok_or_else(|| wrong_type(table, name, array.data_type(), "numbers"))
}

fn integers<'a>(
    table: &str,
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a Int32Array, PublishError> {
    let array = column(table, batch, name)?;
    array
        .as_primitive_opt::<Int32Type>()
        .ok_or_else(|| wrong_type(table, name, array.data_type(), "whole numbers"))
}

/// The shortest form that reads back as the same number, with a decimal comma. Rust's
/// `Display` never uses an exponent, which Excel would round to.
fn push_number(cell: &mut String, value: f64) {
    // The sum turns -0 into 0. Writing to a String cannot fail.
    let _ = write!(cell, "{}", value + 0.0);
    if let Some(point) = cell.find('.') {
        cell.replace_range(point..=point, ",");
    }
}

fn in_cells(text: &Text) -> Text {
    Text {
        fi: safe_cell(&text.fi).into_owned(),
        sv: safe_cell(text.or_finnish(botnia_model::Language::Sv)).into_owned(),
        en: String::new(),
    }
}

/// The text as a cell that is one line, shows what it says, and is no formula (CWE-1236).
pub(crate) fn safe_cell(text: &str) -> Cow<'_, str> {
    let text = if text
        .chars()
        .any(|letter| is_break(letter) || is_invisible(letter))
    {
        Cow::Owned(
            text.chars()
                .filter(|letter| !is_invisible(*letter))
                .map(|letter| if is_break(letter) { ' ' } else { letter })
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    };
    if starts_formula(&text) {
        Cow::Owned(format!("'{text}"))
    } else {
        text
    }
}

/// Whether a spreadsheet would take the cell for a formula.
pub(crate) fn starts_formula(text: &str) -> bool {
    text.trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Line breaks, tabs and every other control character.
fn is_break(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// Characters without a shape of their own: they can reverse what is read (bidirectional
/// controls) or hide a formula's first character.
pub(crate) fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::builder::StringDictionaryBuilder;
    use arrow_array::{ArrayRef, StringArray};
    use botnia_model::IndicatorState;
    use proptest::prelude::*;

    use super::*;

    const MUNICIPALITY: &str = "KU005";

    fn fact(title: &str, unit: &str) -> IndicatorFact {
        IndicatorFact {
            id: "sotkanet:127".parse().unwrap(),
            title: Text {
                fi: title.to_owned(),
                ..Text::default()
            },
            unit: Text {
                fi: unit.to_owned(),
                ..Text::default()
            },
            producer: None,
            licence: "CC-BY-4.0".to_owned(),
            redistributable: true,
            state: IndicatorState::Active,
            data_updated: None,
            rows: 1,
            first_year: None,
            last_year: None,
        }
    }

    fn dictionary(texts: &[Option<&str>]) -> ArrayRef {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        for text in texts {
            builder.append_option(*text);
        }
        Arc::new(builder.finish())
    }

    fn batch(value: Option<f64>, absolute: Option<f64>, breakdown: Option<&str>) -> RecordBatch {
        RecordBatch::try_from_iter_with_nullable([
            ("indicator_id", dictionary(&[Some("sotkanet:127")]), false),
            ("region_id", dictionary(&[Some(MUNICIPALITY)]), false),
            (
                "period",
                Arc::new(StringArray::from(vec!["2024"])) as ArrayRef,
                false,
            ),
            ("sex", dictionary(&[Some("total")]), false),
            ("breakdown", dictionary(&[breakdown]), true),
            ("value", Arc::new(Float64Array::from(vec![value])), true),
            (
                "absolute_value",
                Arc::new(Float64Array::from(vec![absolute])),
                true,
            ),
            ("status", dictionary(&[Some("normal")]), false),
            ("origin", dictionary(&[Some("published")]), false),
            ("first_release", Arc::new(Int32Array::from(vec![7])), false),
            ("coverage", Arc::new(Float64Array::from(vec![None])), true),
        ])
        .unwrap()
    }

    fn write(title: &str, name: &str, batch: RecordBatch) -> Result<String, PublishError> {
        let titles = IndicatorTitles::new(&[fact(title, "Prosenttia")], false);
        let regions = RegionNames(BTreeMap::from([(
            MUNICIPALITY.to_owned(),
            in_cells(&Text {
                fi: name.to_owned(),
                sv: "Alajärvi".to_owned(),
                en: String::new(),
            }),
        )]));
        let mut bytes = Vec::new();
        let rows = write_observations_csv(
            "observations.parquet",
            [Ok(batch)].into_iter(),
            &titles,
            &regions,
            &mut bytes,
        )?;
        assert_eq!(rows, 1);
        Ok(String::from_utf8(bytes).unwrap())
    }

    fn cells(text: &str) -> Vec<String> {
        let text = text.strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .from_reader(text.as_bytes());
        assert_eq!(
            reader.headers().unwrap().iter().collect::<Vec<_>>(),
            COLUMNS
        );
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 1);
        records[0].iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_file_is_what_a_finnish_excel_expects() {
        let text = write(
            "Väestö \"31.12.\"; yhteensä",
            "Alajärvi",
            batch(Some(0.1), None, Some("age=65-74;education=high")),
        )
        .unwrap();
        assert_eq!(
            text,
            "\u{feff}indicator_id;title_fi;title_sv;unit_fi;unit_sv;region_id;region_name_fi;\
             region_name_sv;period;sex;breakdown;value;absolute_value;status;origin;first_release;\
             coverage\r\n\
             sotkanet:127;\"Väestö \"\"31.12.\"\"; yhteensä\";\"Väestö \"\"31.12.\"\"; yhteensä\";\
             Prosenttia;Prosenttia;KU005;Alajärvi;Alajärvi;2024;total;\
             \"age=65-74;education=high\";0,1;;normal;published;7;\r\n"
        );
    }

    #[test]
    fn numbers_are_plain() {
        for (value, expected) in [
            (1e21, "1000000000000000000000"),
            (5_351_427.0, "5351427"),
            (1e-7, "0,0000001"),
            (-0.0, "0"),
            (-2.5, "-2,5"),
            (0.1 + 0.2, "0,30000000000000004"),
        ] {
            let text = write("a", "b", batch(Some(value), None, None)).unwrap();
            assert_eq!(cells(&text)[11], expected);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for value in [f64::NAN, f64::INFINITY] {
            let refused = write("a", "b", batch(Some(value), None, None));
            assert!(matches!(refused, Err(PublishError::TableContract { .. })));
        }
    }

    #[test]
    fn an_indicator_without_a_title_is_refused() {
        let refused = write_observations_csv(
            "observations.parquet",
            [Ok(batch(None, None, None))].into_iter(),
            &IndicatorTitles::default(),
            &RegionNames::default(),
            Vec::new(),
        );
        let text = refused.unwrap_err().to_string();
        assert!(
            text.contains("indicator `sotkanet:127` has no title"),
            "{text}"
        );
    }

    #[test]
    fn formulas_become_text() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            (" \t@SUM(A1)", "'  @SUM(A1)"),
            ("\r\n-2+3", "'  -2+3"),
            ("\u{202e}+x", "'+x"),
            ("\u{feff}=x", "'=x"),
            ("＝x", "'＝x"),
            ("a\nb", "a b"),
            ("Ikä 0-6", "Ikä 0-6"),
        ] {
            assert_eq!(safe_cell(text), cell);
        }
    }

    #[test]
    fn another_title_is_other_content() {
        let table = ContentHash::of(b"table");
        let hash = |title: &str, ids: &[&str]| {
            content_hash(
                table,
                &IndicatorTitles::new(&[fact(title, "")], false),
                ids.iter().copied(),
                &RegionNames::default(),
                [MUNICIPALITY],
            )
        };
        assert_ne!(hash("a", &["sotkanet:127"]), hash("b", &["sotkanet:127"]));
        // The title of an indicator that the table does not have changes nothing.
        assert_eq!(hash("a", &[]), hash("b", &[]));
    }

    proptest! {
        #[test]
        fn values_read_back_as_they_were(value: Option<f64>, absolute: Option<f64>) {
            let finite = |number: &Option<f64>| number.is_none_or(f64::is_finite);
            prop_assume!(finite(&value) && finite(&absolute));
            let cells = cells(&write("a", "b", batch(value, absolute, None)).unwrap());
            for (cell, number) in [(&cells[11], value), (&cells[12], absolute)] {
                prop_assert!(!cell.contains(['e', 'E', '.', ' ']));
                let read = (!cell.is_empty()).then(|| cell.replace(',', ".").parse::<f64>().unwrap());
                prop_assert_eq!(read, number);
            }
        }

        #[test]
        fn no_text_starts_a_formula(
            title in "[ \t\r\n\u{202e}\u{feff}]{0,3}[=+@a-]?\\PC{0,12}",
            name in "\\PC{0,12}",
        ) {
            let cells = cells(&write(&title, &name, batch(None, None, None)).unwrap());
            for (index, cell) in cells.iter().enumerate() {
                prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']));
                prop_assert!(!cell.contains(['\r', '\n', '\u{202e}']), "cell {index}");
            }
            // Nothing that can be seen is lost.
            let visible = |text: &str| {
                text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>()
            };
            prop_assert_eq!(visible(&cells[1]), visible(&title));
            prop_assert_eq!(visible(&cells[6]), visible(&name));
        }
    }
}
