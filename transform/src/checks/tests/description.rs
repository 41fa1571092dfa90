//! Title, unit, kind, producer and decimals.

use botnia_model::{Severity, Text};
use serde_json::{Value, json};

use super::{World, description};
use crate::checks::Gate;
use crate::normalise::TitleCheck;

/// What is said when the description changes so.
fn said(fields: &Value) -> Vec<(Severity, Gate)> {
    let mut world = World::new();
    world.now = description(fields);
    let objections = world.objections();
    objections
        .iter()
        .map(|one| (one.severity, one.gate))
        .collect()
}

#[test]
fn another_unit_is_held_and_another_wording_is_a_note() {
    let unit = |code: &str, words: &str| {
        said(&json!({"primaryValueType": {"code": code, "title": {"fi": words}}}))
    };
    assert_eq!(unit("PROS", " % "), []);
    assert_eq!(
        unit("PROS", "prosenttia"),
        [(Severity::Note, Gate::UnitChanged)]
    );
    assert_eq!(
        unit("PER1000", "/ 1 000"),
        [
            (Severity::Hold, Gate::UnitChanged),
            (Severity::Hold, Gate::ValueKindChanged)
        ]
    );
    // A code that went says nothing of what the figures are now.
    assert_eq!(
        said(&json!({"primaryValueType": null})),
        [
            (Severity::Hold, Gate::UnitChanged),
            (Severity::Hold, Gate::ValueKindChanged)
        ]
    );
}

#[test]
fn units_without_a_code_are_compared_by_their_words() {
    let of = |words: &str| json!({"primaryValueType": {"title": {"fi": words}}});
    let mut world = World::new();
    world.then = description(&of("Euroa")).indicator;
    world.now = description(&of("euroa"));
    assert_eq!(world.held(), []);
    world.now = description(&of("1 000 euroa"));
    assert_eq!(world.held(), [Gate::UnitChanged]);
}

#[test]
fn another_producer_is_held_and_another_spelling_is_not() {
    let producer =
        |id: u32, name: &str| said(&json!({"organization": {"id": id, "title": {"fi": name}}}));
    assert_eq!(producer(2, "Terveyden ja hyvinvoinnin laitos"), []);
    assert_eq!(
        producer(3, "Tilastokeskus"),
        [(Severity::Hold, Gate::ProducerChanged)]
    );
}

#[test]
fn other_decimals_are_a_warning() {
    assert_eq!(
        said(&json!({"decimals": 2})),
        [(Severity::Warn, Gate::DecimalsChanged)]
    );
}

#[test]
fn another_title_is_held_where_no_set_expects_one() {
    let titled = |title: &str| said(&json!({"title": {"fi": title}}));
    assert_eq!(titled("Työttömät,  % TYÖVOIMASTA"), []);
    assert_eq!(
        titled("Työttömiä, % työvoimasta"),
        [(Severity::Note, Gate::TitleChanged)]
    );
    assert_eq!(
        titled("Hirvikolarit / 1 000 asukasta"),
        [(Severity::Hold, Gate::TitleChanged)]
    );
}

#[test]
fn another_title_than_the_set_expects_is_held_even_the_first_time() {
    let (expected, found) = ("Väestö".to_owned(), "Kuolleisuus".to_owned());
    let mut world = World::new();
    world.now.indicator.title = Text {
        fi: found.clone(),
        ..Text::default()
    };
    world.now.title_check = TitleCheck::Different {
        expected: expected.clone(),
        found: found.clone(),
    };
    let first = world.first();
    assert_eq!(first.len(), 1);
    assert_eq!(
        (first[0].severity, first[0].gate),
        (Severity::Hold, Gate::TitleDiffers)
    );
    assert!(first[0].message.contains("\"Kuolleisuus\""));
    assert_eq!(world.held(), [Gate::TitleDiffers]);
    // A person accepted figures under this title once.
    world.then.title.fi.clone_from(&found);
    assert_eq!(world.held(), []);
    // Only the wording is another.
    world.now.title_check = TitleCheck::Drift { expected, found };
    assert_eq!(world.first(), []);
}
