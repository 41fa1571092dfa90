//! Tables mapped to indicators: made by hand, and recorded.

mod cells;
mod recorded;

use std::collections::BTreeMap;

use botnia_config::{IndicatorMapping, Pattern, RegionTables, SourceKind, TableMapping};
use botnia_model::{IndicatorId, Observation, Polarity, Text};

use crate::normalise::{
    Description, Input, Normalised, Reading, describe, normalise, regions_of_tables,
};

fn text(text: &str) -> Text {
    Text {
        fi: text.to_owned(),
        sv: text.to_owned(),
        en: text.to_owned(),
    }
}

fn mapping(table: TableMapping, measure: Option<&str>) -> IndicatorMapping {
    IndicatorMapping {
        id: "x".parse().unwrap(),
        table,
        measure: measure.map(Pattern::new),
        expected_label: None,
        select: BTreeMap::new(),
        title: text("Otsikko"),
        description: Text::default(),
        comparability: text("Vain <script>alert(1)</script> varoen"),
        unit: Text::default(),
        value_kind: None,
        polarity: Polarity::None,
        decimals: None,
        producer: text("Tilastokeskus"),
        licence: "CC-BY-4.0".to_owned(),
        redistributable: true,
        attribution: text("Lähde: Tilastokeskus & co"),
        source_url: None,
    }
}

fn select(pairs: &[(&str, &[&str])]) -> BTreeMap<Pattern, Vec<Pattern>> {
    pairs
        .iter()
        .map(|(dimension, values)| {
            let values = values.iter().copied().map(Pattern::new).collect();
            (Pattern::new(*dimension), values)
        })
        .collect()
}

fn id() -> IndicatorId {
    "statfin:x".parse().unwrap()
}

fn described(kind: SourceKind, mapping: &IndicatorMapping, bytes: &[u8]) -> Description {
    let reading = Reading {
        kind,
        mapping: Some(mapping),
    };
    describe(reading, &id(), bytes, None, &[]).unwrap()
}

/// The figures of a dataset under a mapping.
fn read(mapping: &IndicatorMapping, bodies: &[&[u8]]) -> Result<Normalised, String> {
    let kind = SourceKind::Jsonstat;
    let description = described(kind, mapping, bodies[0]);
    let regions = regions_of_tables(RegionTables::builtin());
    let input = Input {
        kind,
        indicator_id: &id(),
        description: &description,
        data: bodies,
        regions: &regions,
        expected: None,
    };
    let normalised = normalise(&input).map_err(|error| error.to_string())?;
    assert_eq!(
        normalised.rows_in,
        normalised.observations.len() as u64 + normalised.findings.withheld_rows(),
        "every cell is an observation or a finding"
    );
    for observation in &normalised.observations {
        assert_eq!(observation.value.is_some(), observation.status.has_value());
    }
    Ok(normalised)
}

/// An observation in one line.
fn line(one: &Observation) -> String {
    format!(
        "{} {} {} {} {} {}",
        one.region.id(),
        one.period,
        one.sex,
        one.breakdown
            .as_ref()
            .map_or("-", |breakdown| breakdown.as_str()),
        one.value
            .map_or("null".to_owned(), |value| value.to_string()),
        one.status
    )
}

fn lines(normalised: &Normalised) -> Vec<String> {
    normalised.observations.iter().map(line).collect()
}
