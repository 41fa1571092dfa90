//! Descriptions.

use botnia_model::{FindingKind, Polarity, RegionLevel, Sex, ValueKind};
use serde_json::json;

use super::{describe_body, description, expected, kinds};
use crate::TransformError;
use crate::normalise::TitleCheck;

#[test]
fn a_description_is_cleaned_and_completed_from_the_set() {
    let body = json!({
        "id": 127,
        "data-updated": "2025-04-29",
        "range": {"start": 1990, "end": 2024},
        "title": {"fi": "Väestö&nbsp;31.12. ", "sv": "Befolkning 31.12", "en": null},
        "description": {"fi": "<p>Väki<script>x</script>", "sv": " ", "en": ""},
        "primaryValueType": {"code": "PROS", "title": {"fi": "Prosenttia", "sv": "Procent", "en": "Percent"}},
        "decimals": 1,
        "classifications": {
            "sex": {"title": {}, "values": ["total", "female", "other"]},
            "region": {"title": {"fi": "Kunta, hyvinvointialue, jokin uusi alue, koko maa"}, "values": ["Erva"]},
        },
        "organization": {"id": 3, "title": {"fi": "Tilastokeskus "}},
        "groups": [188],
    })
    .to_string();
    let described = describe_body(&body, Some(&expected("Väestö 31.12."))).unwrap();
    let indicator = &described.indicator;
    assert_eq!(indicator.title.fi, "Väestö 31.12.");
    assert_eq!(indicator.original_title.fi, "Väestö&nbsp;31.12. ");
    assert_eq!(indicator.title.en, "");
    assert_eq!(indicator.description.fi, "<p>Väki</p>");
    assert_eq!(indicator.description.sv, "");
    assert_eq!(indicator.unit.sv, "Procent");
    assert_eq!(indicator.source_value_type.as_deref(), Some("PROS"));
    // The set knows better than the type.
    assert_eq!(indicator.value_kind, Some(ValueKind::Count));
    assert_eq!(indicator.polarity, Polarity::HigherIsBetter);
    assert_eq!(indicator.decimals, Some(1));
    assert_eq!(indicator.data_updated.as_deref(), Some("2025-04-29"));
    assert_eq!(indicator.themes, ["everyone", "population"]);
    assert_eq!(indicator.producer.as_ref().unwrap().id, "3");
    assert_eq!(
        indicator.producer.as_ref().unwrap().name.fi,
        "Tilastokeskus"
    );
    assert_eq!(indicator.licence, "CC-BY-4.0");
    assert!(indicator.redistributable);
    assert_eq!(
        indicator.source_url.as_deref(),
        Some("https://sotkanet.fi/sotkanet/fi/metadata/indicators/127")
    );
    assert_eq!(described.title_check, TitleCheck::Same);
    assert_eq!(described.declared_sexes, [Sex::Total, Sex::Female]);
    assert_eq!(
        described.declared_levels,
        [
            RegionLevel::Municipality,
            RegionLevel::WellbeingCounty,
            RegionLevel::Country
        ]
    );
    assert_eq!(kinds(&described.findings), [(FindingKind::TitleCleaned, 1)]);

    let without_set = describe_body(&body, None).unwrap();
    assert_eq!(without_set.indicator.value_kind, Some(ValueKind::Share));
    assert_eq!(without_set.indicator.polarity, Polarity::None);
    assert_eq!(without_set.title_check, TitleCheck::NotExpected);
}

#[test]
fn a_bare_description_is_enough() {
    let described = description();
    assert_eq!(described.indicator.producer, None);
    assert_eq!(described.indicator.licence, "third-party");
    assert!(!described.indicator.redistributable);
    assert_eq!(described.indicator.value_kind, None);
    assert_eq!(described.indicator.data_updated, None);
    assert!(described.declared_sexes.is_empty());
    assert!(described.declared_levels.is_empty());
    assert!(described.findings.is_empty());
}

#[test]
fn another_title_is_told_from_another_wording() {
    let body = json!({"id": 127, "title": {"fi": "Yhden vanhemman perheet, % lapsiperheistä"}})
        .to_string();
    let drift = describe_body(
        &body,
        Some(&expected("Yksinhuoltajaperheet, % lapsiperheistä")),
    )
    .unwrap();
    assert!(matches!(drift.title_check, TitleCheck::Drift { .. }));
    assert_eq!(drift.findings.count(FindingKind::TitleDrift), 1);
    let other = describe_body(&body, Some(&expected("Väestö 31.12."))).unwrap();
    assert_eq!(
        other.title_check,
        TitleCheck::Different {
            expected: "Väestö 31.12.".to_owned(),
            found: "Yhden vanhemman perheet, % lapsiperheistä".to_owned(),
        }
    );
    assert_eq!(other.findings.count(FindingKind::TitleDrift), 0);
}

#[test]
fn a_description_of_nothing_or_of_another_is_an_error() {
    let other = json!({"id": 128, "title": {"fi": "Väestö"}}).to_string();
    let nothing = json!({"id": 127, "title": {"fi": " <br/> "}}).to_string();
    for (body, what) in [
        (&other, "it describes indicator 128"),
        (&nothing, "it has no title"),
    ] {
        let error = describe_body(body, None).unwrap_err();
        assert!(error.to_string().ends_with(what), "{error}");
    }
    for body in ["", "<html>", "[]", r#"{"title":{"fi":"Väestö"}}"#] {
        let described = describe_body(body, None);
        assert!(
            matches!(described, Err(TransformError::Malformed { .. })),
            "{body}"
        );
    }
}
