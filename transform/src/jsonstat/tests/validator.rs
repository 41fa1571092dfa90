//! The official validator's own cases and catalogue of rules.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::{Budget, Rule, Severity, validate};
use super::recordings::recorded;

#[derive(Deserialize)]
struct Case<'a> {
    id: String,
    expected: Expected,
    #[serde(borrow)]
    input: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expected {
    #[serde(default)]
    codes: Vec<String>,
    valid: Option<bool>,
    #[serde(default)]
    no_other_errors: bool,
}

#[test]
fn every_official_case_has_the_same_verdict() {
    let Some(bytes) = recorded("jsonstat/validator_cases.json") else {
        return;
    };
    let cases: Vec<Case<'_>> = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(cases.len(), 20);
    for case in cases {
        let verdict = validate(case.input.get().as_bytes(), Budget::default());
        let found: BTreeSet<&str> = verdict
            .issues()
            .iter()
            .map(|issue| issue.rule.code())
            .collect();
        for code in &case.expected.codes {
            assert!(found.contains(code.as_str()), "{}: {found:?}", case.id);
        }
        if let Some(valid) = case.expected.valid {
            assert_eq!(verdict.is_valid(), valid, "{}: {found:?}", case.id);
        }
        if case.expected.no_other_errors || case.expected.valid == Some(true) {
            let others = verdict.issues().iter().filter(|issue| {
                issue.rule.severity() == Severity::Error
                    && !case
                        .expected
                        .codes
                        .iter()
                        .any(|code| code == issue.rule.code())
            });
            assert_eq!(
                others.collect::<Vec<_>>().len(),
                0,
                "{}: {found:?}",
                case.id
            );
        }
    }
}

#[test]
fn the_rules_are_those_of_the_official_catalogue() {
    #[derive(Deserialize)]
    struct Catalogue {
        rules: Vec<Listed>,
    }
    #[derive(Deserialize)]
    struct Listed {
        code: String,
        severity: String,
    }
    let Some(bytes) = recorded("jsonstat/validator_rules-manifest.json") else {
        return;
    };
    let catalogue: Catalogue = serde_json::from_slice(&bytes).unwrap();
    let listed: Vec<_> = catalogue
        .rules
        .iter()
        .map(|rule| (rule.code.as_str(), rule.severity.as_str()))
        .collect();
    let own: Vec<_> = Rule::ALL
        .iter()
        .map(|rule| {
            let severity = match rule.severity() {
                Severity::Info => "info",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            (rule.code(), severity)
        })
        .collect();
    assert_eq!(own, listed);
}

#[test]
fn the_members_are_those_of_the_official_schema() {
    let Some(bytes) = recorded("jsonstat/schema_curated_dataset.json") else {
        return;
    };
    let schema: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    // Each member that the schema has is accepted, each that it requires is missed.
    for member in schema["properties"].as_object().unwrap().keys() {
        let verdict = validate(
            format!(r#"{{"class": "dataset", "{member}": null}}"#).as_bytes(),
            Budget::default(),
        );
        let unknown = verdict
            .issues()
            .iter()
            .find(|issue| issue.place == *member && issue.detail.contains("no such member"));
        assert_eq!(unknown, None, "{member}");
    }
    let verdict = validate(br#"{"class": "dataset", "extra": 1}"#, Budget::default());
    let missing: BTreeSet<&str> = verdict
        .issues()
        .iter()
        .filter(|issue| issue.detail == "it is missing")
        .map(|issue| issue.place.as_str())
        .collect();
    for member in schema["required"].as_array().unwrap() {
        let member = member.as_str().unwrap();
        assert!(member == "class" || missing.contains(member), "{member}");
    }
    assert!(verdict.issues().iter().any(|issue| issue.place == "extra"));
}
