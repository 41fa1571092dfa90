//! Surveys as they were imported: what is in their documents may be published, so there is
//! little to decide here. The documents are this program's own; they are read as carefully
//! as any other answer, because the archive may be older than the program.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use botnia_config::{RegionTables, SetIndicator};
use botnia_model::{
    FindingKind, Findings, Indicator, IndicatorId, Observation, Origin, Polarity, Producer, Region,
    RegionKey, SourceIndicator, Text,
};
use serde::Deserialize;

use super::region_index::RegionIndexBuilder;
use super::{Description, Input, Normalised, RegionIndex, TitleCheck};
use crate::TransformError;
use crate::survey::{About, Document};
use crate::text::clean_title;

/// The regions of all documents of a source.
#[derive(Deserialize)]
struct RegionList {
    regions: Vec<RegionKey>,
}

/// What the latest document says of an indicator.
#[derive(Deserialize)]
struct WireDescription {
    id: SourceIndicator,
    about: About,
}

pub(super) fn read_regions(
    bytes: &[u8],
    tables: &RegionTables,
) -> Result<RegionIndex, TransformError> {
    let object = || "the region list of the surveys".to_owned();
    let list: RegionList =
        serde_json::from_slice(bytes).map_err(|source| TransformError::Malformed {
            object: object(),
            source,
        })?;
    let mut builder = RegionIndexBuilder::default();
    for key in list.regions {
        builder.add(key.id().as_str().to_owned(), region(key, tables));
    }
    let index = builder.finish();
    if index.regions().is_empty() {
        return Err(TransformError::contract(object(), "it has no region"));
    }
    Ok(index)
}

/// A region with what the tables say of it.
fn region(key: RegionKey, tables: &RegionTables) -> Region {
    let municipality = tables.municipality(&key.code);
    let municipality =
        municipality.filter(|_| key.level == botnia_model::RegionLevel::Municipality);
    let other = tables.region(&key);
    let name = municipality
        .map(|known| known.name.clone())
        .or_else(|| other.map(|known| known.name.clone()));
    let name = name.unwrap_or_else(|| {
        let is_finland = key == RegionKey::finland();
        let or_id = |name: &str| {
            if is_finland {
                name.to_owned()
            } else {
                key.id().to_string()
            }
        };
        Text {
            fi: or_id("Koko maa"),
            sv: or_id("Hela landet"),
            en: or_id("Whole country"),
        }
    });
    let (valid_from, valid_to) = municipality
        .map(|known| (known.valid_from.clone(), known.valid_to.clone()))
        .or_else(|| other.map(|known| (known.valid_from.clone(), known.valid_to.clone())))
        .unwrap_or_default();
    let parent = |level| municipality.and_then(|known| known.member_at(level).cloned());
    Region {
        source_region_id: None,
        name,
        valid_from,
        valid_to,
        province: parent(botnia_model::RegionLevel::Province),
        wellbeing_county: parent(botnia_model::RegionLevel::WellbeingCounty),
        language_status: municipality.and_then(|known| known.language_status.clone()),
        urban_rural: municipality.and_then(|known| known.urban_rural.clone()),
        population: None,
        key,
    }
}

pub(super) fn describe(
    indicator_id: &IndicatorId,
    bytes: &[u8],
    expected: Option<&SetIndicator>,
    themes: &[String],
) -> Result<Description, TransformError> {
    let object = || format!("the description of `{indicator_id}`");
    let wire: WireDescription =
        serde_json::from_slice(bytes).map_err(|source| TransformError::Malformed {
            object: object(),
            source,
        })?;
    if wire.id != *indicator_id.source_indicator() {
        let reason = format!("it describes indicator {}", wire.id);
        return Err(TransformError::contract(object(), reason));
    }
    let about = wire.about;
    let title = about.title.map(clean_title);
    if title == Text::default() {
        return Err(TransformError::contract(object(), "it has no title"));
    }
    let title_check = match expected {
        Some(expected) => TitleCheck::compare(&expected.title.fi, &title.fi),
        None => TitleCheck::NotExpected,
    };
    let mut themes = themes.to_vec();
    themes.extend(expected.map(|expected| expected.theme.clone()));
    themes.sort_unstable();
    themes.dedup();
    // The survey's name stands before what it asked.
    let sentence = |survey: &str, text: &str| match (survey.is_empty(), text.is_empty()) {
        (true, _) => text.to_owned(),
        (_, true) => survey.to_owned(),
        _ => format!("{survey}. {text}"),
    };
    let escape = |text: String| crate::text::sanitise_html(&html_escape::encode_text(&text));
    let description = Text {
        fi: escape(sentence(&about.survey.fi, &about.description.fi)),
        sv: escape(sentence(&about.survey.sv, &about.description.sv)),
        en: escape(sentence(&about.survey.en, &about.description.en)),
    };
    let producer = about.producer.map(clean_title);
    Ok(Description {
        indicator: Indicator {
            indicator_id: indicator_id.clone(),
            original_title: about.title,
            title,
            description,
            interpretation: Text::default(),
            limits: Text::default(),
            legislation: Text::default(),
            notices: Text::default(),
            unit: about.unit.map(clean_title),
            source_value_type: None,
            value_kind: expected
                .map(|expected| expected.value_kind)
                .or(Some(about.value_kind)),
            decimals: Some(about.decimals),
            polarity: expected.map_or(Polarity::None, |expected| expected.polarity),
            producer: Some(Producer {
                id: indicator_id.source().to_string(),
                name: producer,
            }),
            licence: about.licence,
            redistributable: about.redistributable,
            data_updated: None,
            themes,
            source_url: None,
        },
        title_check,
        declared_sexes: Vec::new(),
        declared_levels: about.levels,
        mapping: None,
        findings: Findings::default(),
    })
}

pub(super) fn normalise(input: &Input<'_>) -> Result<Normalised, TransformError> {
    let object = || format!("the figures of `{}`", input.indicator_id);
    let mut normalised = Normalised::default();
    let mut observations = BTreeMap::new();
    for body in input.data {
        let document = Document::from_bytes(body).map_err(|source| TransformError::Malformed {
            object: object(),
            source,
        })?;
        if document.source != *input.indicator_id.source() {
            let reason = format!("they are of the source `{}`", document.source);
            return Err(TransformError::contract(object(), reason));
        }
        let mut indicators = document.indicators.into_iter();
        let wanted = input.indicator_id.source_indicator();
        let Some(indicator) = indicators.find(|indicator| indicator.id == *wanted) else {
            continue;
        };
        for row in indicator.rows {
            normalised.rows_in += 1;
            let findings = &mut normalised.findings;
            let shown = || format!("{} {}", document.wave, row.region);
            if input.regions.get(row.region.id().as_str()).is_none() {
                findings.add(FindingKind::UnknownRegion, shown);
                continue;
            }
            let numbers = [row.value, row.absolute_value];
            if row.value.is_some() != row.status.has_value()
                || numbers.iter().flatten().any(|number| !number.is_finite())
            {
                findings.add(FindingKind::ImpossibleValue, shown);
                continue;
            }
            if row.value.is_none() {
                findings.add(FindingKind::RowWithoutValue, shown);
            }
            let observation = Observation {
                region: row.region,
                period: document.wave.clone(),
                sex: row.sex,
                breakdown: row.breakdown,
                value: row.value,
                absolute_value: row.absolute_value,
                status: row.status,
                origin: Origin::Published,
            };
            let key = (
                observation.region.clone(),
                observation.sex.as_str(),
                observation.breakdown.clone(),
                observation.period.clone(),
            );
            match observations.entry(key) {
                Entry::Occupied(_) => {
                    let shown = || format!("{} {}", observation.period, observation.region);
                    findings.add(FindingKind::DuplicateRow, shown);
                }
                Entry::Vacant(entry) => {
                    entry.insert(observation);
                }
            }
        }
    }
    normalised.observations = observations.into_values().collect();
    Ok(normalised)
}
