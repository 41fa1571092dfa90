//! What is known of an indicator that is read from a table: mostly what the settings say,
//! besides that what the table says of itself.

use botnia_config::mapping::Purpose;
use botnia_config::{IndicatorMapping, SetIndicator, SourceKind, YearRange};
use botnia_model::{FindingKind, Findings, Indicator, IndicatorId, Producer, Text};
use serde::Deserialize;

use super::view;
use crate::TransformError;
use crate::jsonstat::{Budget, Dataset, Unit, read_dataset};
use crate::normalise::sotkanet::without_byte_order_mark;
use crate::normalise::{Description, TitleCheck};
use crate::text::{clean_title, sanitise_html};

/// A table's metadata in version 1 of `PxWeb`'s API.
#[derive(Deserialize)]
struct Metadata {
    title: Option<String>,
}

/// What a table says of itself.
#[derive(Default)]
struct Told {
    title: String,
    source: Option<String>,
    notes: Vec<String>,
    unit: Option<Unit>,
    decimals: Option<u8>,
    updated: Option<String>,
}

/// Notes that are kept, and how long they may be together: the whole stays in the archive.
const MOST_NOTES: usize = 20;
const LONGEST_NOTES: usize = 8000;

pub(in crate::normalise) fn describe(
    kind: SourceKind,
    indicator_id: &IndicatorId,
    mapping: &IndicatorMapping,
    bytes: &[u8],
    expected: Option<&SetIndicator>,
    themes: &[String],
) -> Result<Description, TransformError> {
    let object = format!("the description of `{indicator_id}`");
    let told = match kind {
        SourceKind::Pxweb => {
            let metadata: Metadata = serde_json::from_slice(without_byte_order_mark(bytes))
                .map_err(|source| TransformError::Malformed {
                    object: object.clone(),
                    source,
                })?;
            Told {
                title: metadata.title.unwrap_or_default(),
                ..Told::default()
            }
        }
        _ => told(mapping, read_dataset(&object, bytes, Budget::default())?),
    };
    let title = mapping.title.map(clean_title);
    if title == Text::default() {
        return Err(TransformError::contract(
            object,
            "the settings give it no title",
        ));
    }
    let mut findings = Findings::default();
    let title_check = match expected {
        Some(expected) => TitleCheck::compare(&expected.title.fi, &title.fi),
        None => TitleCheck::NotExpected,
    };
    if let TitleCheck::Drift { expected, found } = &title_check {
        findings.add(FindingKind::TitleDrift, || {
            format!("expected {expected:?}, found {found:?}")
        });
    }
    let mut themes = themes.to_vec();
    themes.extend(expected.map(|expected| expected.theme.clone()));
    themes.sort_unstable();
    themes.dedup();

    let unit = told.unit.unwrap_or_default();
    let producer = if mapping.producer == Text::default() {
        told.source
            .map(|source| in_all_languages(&clean_title(&source)))
    } else {
        Some(mapping.producer.map(clean_title))
    };
    let indicator = Indicator {
        indicator_id: indicator_id.clone(),
        title,
        original_title: in_all_languages(&told.title),
        description: mapping.description.map(sanitise_html),
        interpretation: Text::default(),
        limits: mapping.comparability.map(sanitise_html),
        legislation: Text::default(),
        notices: notices(&mapping.attribution, &told.notes),
        unit: if mapping.unit == Text::default() {
            let label = unit.label.or(unit.symbol).unwrap_or_default();
            in_all_languages(&clean_title(&label))
        } else {
            mapping.unit.map(clean_title)
        },
        source_value_type: None,
        value_kind: expected
            .map(|expected| expected.value_kind)
            .or(mapping.value_kind),
        decimals: mapping.decimals.or(unit.decimals).or(told.decimals),
        polarity: expected.map_or(mapping.polarity, |expected| expected.polarity),
        producer: producer.map(|name| Producer {
            id: indicator_id.source().to_string(),
            name,
        }),
        licence: mapping.licence.clone(),
        redistributable: mapping.redistributable,
        data_updated: told.updated,
        themes,
        source_url: mapping.source_url.clone(),
    };
    Ok(Description {
        indicator,
        title_check,
        declared_sexes: Vec::new(),
        declared_levels: Vec::new(),
        mapping: Some(Box::new(mapping.clone())),
        findings,
    })
}

fn told(mapping: &IndicatorMapping, dataset: Dataset) -> Told {
    const ALL_YEARS: YearRange = YearRange {
        first: i32::MIN,
        last: None,
    };
    // A description that the mapping does not fit still describes: that the figures cannot
    // be read is said where they are fetched.
    let resolved = mapping.resolve(&view(&dataset), ALL_YEARS).ok();
    let unit = resolved.and_then(|resolved| {
        let at = resolved
            .purposes
            .iter()
            .position(|purpose| *purpose == Purpose::Measure)?;
        let place = resolved.wanted[at].first()?;
        let category = dataset.dimensions[at].categories.get(*place)?;
        category.unit.clone()
    });
    Told {
        title: dataset.label.clone().unwrap_or_default(),
        unit,
        decimals: dataset.px.decimals,
        updated: dataset.updated_day(),
        source: dataset.source,
        notes: dataset.notes,
    }
}

/// How the provider wants to be credited, then the table's own notes, as safe HTML. Notes
/// come in the table's language, whatever the reader's.
fn notices(attribution: &Text, notes: &[String]) -> Text {
    let mut told = String::new();
    // Servers join several notes with two number signs.
    let notes = notes.iter().flat_map(|note| note.split("##"));
    let clean = notes.map(sanitise_html).filter(|note| !note.is_empty());
    for note in clean.take(MOST_NOTES) {
        if told.len() + note.len() > LONGEST_NOTES {
            break;
        }
        told.push_str("<p>");
        told.push_str(&note);
        told.push_str("</p>");
    }
    attribution.map(|credit| {
        let credit = html_escape::encode_text(credit.trim()).into_owned();
        if credit.is_empty() {
            sanitise_html(&told)
        } else {
            sanitise_html(&format!("<p>{credit}</p>{told}"))
        }
    })
}

fn in_all_languages(text: &str) -> Text {
    Text {
        fi: text.to_owned(),
        sv: text.to_owned(),
        en: text.to_owned(),
    }
}
