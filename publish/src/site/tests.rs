use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use botnia_model::{IndicatorState, RegionLevel, Text};
use parquet::arrow::ArrowWriter;

use super::*;
use crate::IndicatorFact;

const MOMENT: Timestamp = Timestamp::constant(1_795_238_100, 0);
const HOSTILE: &str = "<script>alert('x')</script> & \"Vaasa\"";

fn text(fi: &str) -> Text {
    Text {
        fi: fi.to_owned(),
        ..Text::default()
    }
}

fn file(batch: &RecordBatch) -> File {
    let file = tempfile::tempfile().unwrap();
    let mut writer = ArrowWriter::try_new(file.try_clone().unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    file
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// An indicator whose texts are what the sanitiser leaves.
fn indicators() -> File {
    let mut themes = ListBuilder::new(StringBuilder::new());
    themes.values().append_value("children");
    themes.append(true);
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("indicator_id".into(), texts(&[Some("sotkanet:127")])),
        ("value_kind".into(), texts(&[Some("share")])),
        ("polarity".into(), texts(&[Some("lower_is_better")])),
        ("state_since".into(), texts(&[None])),
        ("source_url".into(), texts(&[Some("javascript:alert(1)")])),
        ("decimals".into(), Arc::new(Int32Array::from(vec![Some(1)]))),
        ("themes".into(), Arc::new(themes.finish())),
    ];
    for name in [
        "description",
        "interpretation",
        "limits",
        "legislation",
        "notices",
    ] {
        for language in ["fi", "sv", "en"] {
            let value = (language == "fi").then_some("<b>Luku<p>on osuus.</p></b>");
            columns.push((format!("{name}_{language}"), texts(&[value])));
        }
    }
    file(&RecordBatch::try_from_iter(columns).unwrap())
}

/// A value of Alajärvi, and none of Alavieska.
fn observations(value: f64) -> File {
    let same = |text| texts(&[Some(text), Some(text)]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("indicator_id", same("sotkanet:127")),
        ("region_level", same("municipality")),
        ("region_id", texts(&[Some("KU005"), Some("KU009")])),
        ("period", same("2024")),
        ("sex", same("total")),
        ("breakdown", texts(&[None, None])),
        (
            "value",
            Arc::new(Float64Array::from(vec![Some(value), None])),
        ),
        ("status", texts(&[Some("normal"), Some("suppressed")])),
        ("origin", same("published")),
    ];
    file(&RecordBatch::try_from_iter(columns).unwrap())
}

/// A figure that went from 1.5 to 2.5.
fn revisions() -> File {
    let one = |text| texts(&[Some(text)]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("indicator_id", one("sotkanet:127")),
        ("region_level", one("municipality")),
        ("region_id", one("KU005")),
        ("period", one("2023")),
        ("sex", one("total")),
        ("breakdown", texts(&[None])),
        ("change", one("changed")),
        ("old_value", Arc::new(Float64Array::from(vec![1.5]))),
        ("new_value", Arc::new(Float64Array::from(vec![2.5]))),
        ("old_status", one("normal")),
        ("new_status", one("normal")),
        ("release", Arc::new(Int32Array::from(vec![2]))),
        ("reason", one("upstream_update")),
    ];
    file(&RecordBatch::try_from_iter(columns).unwrap())
}

fn region(code: &str, name: &str) -> Region {
    Region {
        key: RegionKey::new(RegionLevel::Municipality, code.parse().unwrap()),
        source_region_id: None,
        name: text(name),
        valid_from: None,
        valid_to: None,
        province: None,
        wellbeing_county: None,
        language_status: None,
        urban_rural: None,
        population: None,
    }
}

fn facts(number: u32) -> ReleaseFacts {
    ReleaseFacts {
        number: number.try_into().unwrap(),
        moment: MOMENT,
        synthetic: true,
        program_version: "0.1.0".to_owned(),
        schema_version: "1.0.0".to_owned(),
        geo_vintage: "2026-01-01".to_owned(),
        sources: Vec::new(),
        indicators: vec![IndicatorFact {
            id: "sotkanet:127".parse().unwrap(),
            title: text(HOSTILE),
            unit: text("%"),
            producer: None,
            licence: "CC-BY-4.0".to_owned(),
            redistributable: true,
            state: IndicatorState::Active,
            data_updated: None,
            rows: 2,
            first_year: Some(2024),
            last_year: Some(2024),
        }],
        regions: Vec::new(),
        rows: 2,
        changes: Vec::new(),
        new_periods: Vec::new(),
        revised_figures: Vec::new(),
        new_indicators: Vec::new(),
        gone_indicators: Vec::new(),
        held: Vec::new(),
        changed_notes: Vec::new(),
    }
}

#[derive(Default)]
struct Kept(BTreeMap<String, (ContentHash, String)>);

impl Pages for Kept {
    fn page(
        &mut self,
        path: String,
        content: ContentHash,
        make: &mut dyn FnMut() -> Result<String, PublishError>,
    ) -> Result<(), PublishError> {
        let page = make()?;
        assert!(
            self.0.insert(path.clone(), (content, page)).is_none(),
            "{path} twice"
        );
        Ok(())
    }
}

fn pages(number: u32, value: f64) -> BTreeMap<String, (ContentHash, String)> {
    let facts = facts(number);
    let input = SiteInput {
        contact: "hyvinvointi@alue.example".to_owned(),
        ..SiteInput::default()
    };
    let regions = [region("005", HOSTILE), region("009", "Alavieska")];
    let folder = crate::package::package_folder(&regions[0]).unwrap();
    let files = BTreeMap::from([(format!("{folder}/observations.csv"), 1234)]);
    let site = Site {
        facts: &facts,
        parent: None,
        earlier: &[],
        input: &input,
        regions: &regions,
        tables: &[],
        files: &files,
    };
    let tables = SiteTables {
        indicators: indicators(),
        observations: observations(value),
        revisions: revisions(),
    };
    let mut kept = Kept::default();
    write(&site, tables, &mut kept).unwrap();
    kept.0
}

const INDICATOR: &str = "indikaattorit/sotkanet-127.html";

#[test]
fn what_comes_from_outside_is_only_text() {
    for (path, (_, page)) in pages(1, 2.0) {
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(!page.contains("href=\"javascript:"), "{path}");
        if page.starts_with("<!DOCTYPE") {
            assert!(page.to_lowercase().contains("botnia"), "{path}");
        }
    }
}

#[test]
fn an_indicator_shows_its_figures_the_reason_where_one_is_missing_and_what_was_revised() {
    let pages = pages(1, 2.0);
    let (_, page) = &pages[INDICATOR];
    for expected in [
        "<td class=\"number\">2,0</td>",
        "ei näytetä tietosuojan vuoksi",
        "<td class=\"number\">1,5</td><td class=\"number\">2,5</td>",
        "<b>Luku</b><p><b>on osuus.</b></p>",
        "indicator_id = &#39;sotkanet:127&#39;",
        "Tämä on keksittyä aineistoa.",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    // Texts that exist in Finnish alone say so to a screen reader.
    let (_, swedish) = &pages["sv/indikatorer/sotkanet-127.html"];
    assert!(swedish.contains("<div class=\"prose\" lang=\"fi\">"));
}

#[test]
fn a_page_is_the_same_until_something_on_it_changes() {
    let (first, later, revised) = (pages(1, 2.0), pages(2, 2.0), pages(2, 2.1));
    let hash = |pages: &BTreeMap<String, (ContentHash, String)>, path: &str| pages[path].0;
    assert_eq!(hash(&first, INDICATOR), hash(&later, INDICATOR));
    assert_ne!(hash(&later, INDICATOR), hash(&revised, INDICATOR));
    // The start page tells of the release itself; the glossary of none.
    assert_ne!(hash(&first, "index.html"), hash(&later, "index.html"));
    assert_eq!(hash(&first, "sanasto.html"), hash(&revised, "sanasto.html"));
}
