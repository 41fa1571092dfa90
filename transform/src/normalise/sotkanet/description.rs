//! `/indicators/{id}`: what an indicator is.

use std::collections::BTreeMap;

use botnia_config::SetIndicator;
use botnia_model::{
    FindingKind, Findings, Indicator, IndicatorId, Language, Polarity, Producer, RegionLevel, Sex,
    Text, ValueKind,
};
use serde::Deserialize;

use super::licence::licence_of;
use super::{WireText, without_byte_order_mark};
use crate::TransformError;
use crate::normalise::{Description, TitleCheck};
use crate::text::{clean_title, sanitise_html};

#[derive(Deserialize)]
struct WireDescription {
    id: u64,
    title: Option<WireText>,
    description: Option<WireText>,
    interpretation: Option<WireText>,
    limits: Option<WireText>,
    legislation: Option<WireText>,
    notices: Option<WireText>,
    #[serde(rename = "primaryValueType")]
    value_type: Option<WireValueType>,
    decimals: Option<i64>,
    #[serde(rename = "data-updated")]
    data_updated: Option<String>,
    organization: Option<WireOrganisation>,
    classifications: Option<BTreeMap<String, WireClassification>>,
}

#[derive(Deserialize)]
struct WireValueType {
    code: Option<String>,
    title: Option<WireText>,
}

#[derive(Deserialize)]
struct WireOrganisation {
    id: u64,
    title: Option<WireText>,
}

#[derive(Deserialize)]
struct WireClassification {
    title: Option<WireText>,
    values: Option<Vec<String>>,
}

pub(in crate::normalise) fn describe(
    indicator_id: &IndicatorId,
    bytes: &[u8],
    expected: Option<&SetIndicator>,
    themes: &[String],
) -> Result<Description, TransformError> {
    let object = || format!("the description of `{indicator_id}`");
    let wire: WireDescription =
        serde_json::from_slice(without_byte_order_mark(bytes)).map_err(|source| {
            TransformError::Malformed {
                object: object(),
                source,
            }
        })?;
    if wire.id.to_string() != indicator_id.source_indicator().as_str() {
        return Err(TransformError::contract(
            object(),
            format!("it describes indicator {}", wire.id),
        ));
    }

    let original_title = Text::from(wire.title.unwrap_or_default());
    let title = original_title.map(clean_title);
    if title == Text::default() {
        return Err(TransformError::contract(object(), "it has no title"));
    }

    let mut findings = Findings::default();
    for language in Language::ALL {
        let (original, clean) = (original_title.get(language), title.get(language));
        if original != clean {
            findings.add(FindingKind::TitleCleaned, || {
                format!("{language}: {original:?}")
            });
        }
    }
    let title_check = match expected {
        Some(expected) => TitleCheck::compare(&expected.title.fi, &title.fi),
        None => TitleCheck::NotExpected,
    };
    if let TitleCheck::Drift { expected, found } = &title_check {
        findings.add(FindingKind::TitleDrift, || {
            format!("expected {expected:?}, found {found:?}")
        });
    }

    let (source_value_type, unit) = wire.value_type.map_or((None, Text::default()), |wire| {
        let unit = Text::from(wire.title.unwrap_or_default()).map(clean_title);
        (wire.code.filter(|code| !code.is_empty()), unit)
    });
    let producer = wire.organization.map(|wire| Producer {
        id: wire.id.to_string(),
        name: Text::from(wire.title.unwrap_or_default()).map(clean_title),
    });
    let licence = licence_of(producer.as_ref().map(|producer| producer.id.as_str()));
    let mut themes = themes.to_vec();
    themes.extend(expected.map(|expected| expected.theme.clone()));
    themes.sort_unstable();
    themes.dedup();
    let html = |wire: Option<WireText>| Text::from(wire.unwrap_or_default()).map(sanitise_html);

    let indicator = Indicator {
        indicator_id: indicator_id.clone(),
        title,
        original_title,
        description: html(wire.description),
        interpretation: html(wire.interpretation),
        limits: html(wire.limits),
        legislation: html(wire.legislation),
        notices: html(wire.notices),
        unit,
        value_kind: expected
            .map(|expected| expected.value_kind)
            .or_else(|| source_value_type.as_deref().and_then(value_kind)),
        source_value_type,
        decimals: wire
            .decimals
            .and_then(|decimals| u8::try_from(decimals).ok()),
        polarity: expected.map_or(Polarity::None, |expected| expected.polarity),
        producer,
        licence: licence.id.to_owned(),
        redistributable: licence.redistributable,
        data_updated: wire.data_updated.filter(|date| is_date(date)),
        themes,
        source_url: Some(format!(
            "https://sotkanet.fi/sotkanet/fi/metadata/indicators/{}",
            indicator_id.source_indicator()
        )),
    };
    Ok(Description {
        indicator,
        title_check,
        declared_sexes: declared_sexes(wire.classifications.as_ref()),
        declared_levels: declared_levels(wire.classifications),
        mapping: None,
        findings,
    })
}

/// The kinds of number that Sotkanet's own type settles. Its list is open; any other code
/// settles nothing.
fn value_kind(code: &str) -> Option<ValueKind> {
    match code {
        "PROS" => Some(ValueKind::Share),
        "PER1000" | "PER10000" | "PER100000" => Some(ValueKind::Rate),
        "INDEKSI" => Some(ValueKind::Index),
        _ => None,
    }
}

fn declared_sexes(classifications: Option<&BTreeMap<String, WireClassification>>) -> Vec<Sex> {
    let declared = classifications
        .and_then(|classifications| classifications.get("sex"))
        .and_then(|sex| sex.values.as_deref())
        .unwrap_or_default();
    Sex::ALL
        .iter()
        .copied()
        .filter(|sex| declared.iter().any(|value| value == sex.as_str()))
        .collect()
}

/// How the prose names the levels, by their first letters.
const LEVELS_IN_PROSE: [(&str, RegionLevel); 13] = [
    ("kunta", RegionLevel::Municipality),
    ("maakunta", RegionLevel::Province),
    ("hyvinvointialue", RegionLevel::WellbeingCounty),
    ("seutukunta", RegionLevel::Subregion),
    ("sairaanhoitopiiri", RegionLevel::HospitalDistrict),
    ("yhteistyöalue", RegionLevel::CollaborativeArea),
    ("aluehallintovirasto", RegionLevel::RegionalAgency),
    ("ely", RegionLevel::ElyCentre),
    ("erityisvastuualue", RegionLevel::SpecialResponsibilityArea),
    ("suuralue", RegionLevel::MajorRegion),
    ("manner-suomi", RegionLevel::Nuts1),
    ("koko maa", RegionLevel::Country),
    ("pohjoismaat", RegionLevel::NordicCountry),
];

/// The levels that the Finnish prose of the classification names ("Kunta, seutukunta,
/// hyvinvointialue, koko maa"). Its list of values is no help: it never has the wellbeing
/// services counties and the collaborative areas, even where there are figures for them.
fn declared_levels(
    classifications: Option<BTreeMap<String, WireClassification>>,
) -> Vec<RegionLevel> {
    let prose = classifications
        .and_then(|mut classifications| classifications.remove("region")?.title)
        .map(|title| Text::from(title).fi.to_lowercase())
        .unwrap_or_default();
    let named = |level: RegionLevel| {
        prose.split(',').any(|name| {
            LEVELS_IN_PROSE
                .iter()
                .any(|(start, known)| *known == level && name.trim().starts_with(start))
        })
    };
    let levels = RegionLevel::ALL.iter().copied();
    levels.filter(|level| named(*level)).collect()
}

/// Whether a text has the form `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}
