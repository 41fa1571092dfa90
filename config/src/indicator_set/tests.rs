//! The embedded sets against the recorded catalogue, and what the reader refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use botnia_model::{Polarity, SourceIndicator, Text, ValueKind};

use super::{IndicatorSet, THEMES};

fn id(text: &str) -> SourceIndicator {
    text.parse().unwrap()
}

fn set(name: &str) -> IndicatorSet {
    IndicatorSet::builtin()
        .into_iter()
        .find(|set| set.id == name)
        .unwrap()
}

const ONE: &str = r#"version = 1
reviewed = "2026-11-21"
source = "sotkanet"
title.fi = "Joukko"
description.fi = "Kuvaus"

[denominators]
population = { fi = "väestöstä" }

[[indicator]]
id = "7"
title.fi = "0 - 6-vuotiaat, % väestöstä"
theme = "population"
topics = ["population_structure"]
polarity = "none"
value_kind = "share"
denominator = "population"
producer = "Tilastokeskus"
sexes = ["male", "female", "total"]
why = "The youngest."
"#;

fn refused(text: &str) -> String {
    IndicatorSet::parse("joukko", "joukko.toml", text)
        .unwrap_err()
        .to_string()
}

#[test]
fn the_sets_have_their_sizes() {
    let sizes: Vec<_> = IndicatorSet::builtin()
        .iter()
        .map(|set| (set.id.clone(), set.indicators.len()))
        .collect();
    let expected = [
        ("hyte", 14),
        ("hyvinvointikertomus", 125),
        ("ikaihmiset", 31),
        ("lastensuojelu", 17),
        ("pohjoismaat", 15),
    ]
    .map(|(id, size)| (id.to_owned(), size));
    assert_eq!(sizes, expected);
}

#[test]
fn the_wellbeing_report_is_in_the_order_of_the_life_course() {
    let set = set("hyvinvointikertomus");
    let mut themes: Vec<_> = set
        .indicators
        .iter()
        .map(|indicator| indicator.theme.as_str())
        .collect();
    themes.dedup();
    assert_eq!(themes, THEMES[..8]);
}

#[derive(serde::Deserialize)]
struct Recorded {
    id: u32,
    title: Text,
    organization: Organization,
    classifications: BTreeMap<String, Classification>,
}

#[derive(serde::Deserialize)]
struct Organization {
    title: Text,
}

#[derive(serde::Deserialize)]
struct Classification {
    values: Vec<String>,
}

#[test]
fn every_title_is_the_recorded_one() {
    let recording = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/recordings/sotkanet/indicators.2015.json"
    );
    if !Path::new(recording).exists() {
        println!("skipped: Sotkanet recordings are absent");
        return;
    }
    let recorded: Vec<Recorded> =
        serde_json::from_str(&std::fs::read_to_string(recording).unwrap()).unwrap();
    let recorded: BTreeMap<String, Recorded> = recorded
        .into_iter()
        .map(|indicator| (indicator.id.to_string(), indicator))
        .collect();
    let clean = |text: &str| {
        text.replace("&#8805;", "≥")
            .replace("<br />", " ")
            // A dash of Windows-1252 that became a control character on its way.
            .replace('\u{96}', "–")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut compared = BTreeSet::new();
    for set in IndicatorSet::builtin() {
        for indicator in &set.indicators {
            let Some(recorded) = recorded.get(indicator.id.as_str()) else {
                continue;
            };
            assert_eq!(
                indicator.title,
                recorded.title.map(clean),
                "{}",
                indicator.id
            );
            assert_eq!(indicator.producer, clean(&recorded.organization.title.fi));
            let mut sexes: Vec<_> = indicator.sexes.iter().map(|sex| sex.as_str()).collect();
            let mut declared = recorded.classifications["sex"].values.clone();
            sexes.sort_unstable();
            declared.sort_unstable();
            assert_eq!(sexes, declared, "{}", indicator.id);
            compared.insert(indicator.id.clone());
        }
    }
    // So many of the sets' indicators are among the recorded objects.
    assert_eq!(compared.len(), 45);
}

#[test]
fn ids_that_are_often_mislabelled_are_not() {
    let sets = IndicatorSet::builtin();
    let titles = |number: &str| {
        sets.iter()
            .filter_map(|set| set.indicator(&id(number)))
            .map(|indicator| indicator.title.fi.as_str())
            .collect::<Vec<_>>()
    };
    for absent in ["3064", "1820", "1840", "2230", "4356", "92", "5641"] {
        assert!(titles(absent).is_empty(), "{absent}");
    }
    assert_eq!(
        titles("289"),
        ["Tosi humalassa vähintään kerran kuukaudessa, % 8. ja 9. luokan oppilaista"]
    );
    assert_eq!(titles("244"), ["THL:n sairastavuusindeksi, ikävakioimaton"]);
}

#[test]
fn kinds_follow_from_what_the_titles_say() {
    for set in IndicatorSet::builtin() {
        for indicator in &set.indicators {
            let title = &indicator.title.fi;
            let kind = indicator.value_kind;
            let says = |words: &str| title.contains(words);
            if says("% 8. ja 9. luokan oppilaista") || (says("osuus") && says("(%)")) {
                assert_eq!(kind, ValueKind::SurveyShare, "{title}");
            } else if says("euroa / asukas") {
                assert_eq!(kind, ValueKind::EuroPerPerson, "{title}");
            } else if says("/ 1 000 ") || says("/ 10 000 ") || says("/ 100 000 ") {
                assert_eq!(kind, ValueKind::Rate, "{title}");
            } else if says("indeksi") || says("pistemäärä") {
                assert_eq!(kind, ValueKind::Index, "{title}");
            } else if says(", % ") {
                assert_eq!(kind, ValueKind::Share, "{title}");
            }
            assert!(indicator.why.ends_with('.'), "{title}");
        }
    }
}

#[test]
fn projections_and_judgements_are_marked() {
    let set = set("hyvinvointikertomus");
    let projections: Vec<_> = set
        .indicators
        .iter()
        .filter(|indicator| indicator.projection)
        .map(|indicator| indicator.id.as_str())
        .collect();
    assert_eq!(projections, ["746", "751"]);
    let polarity = |number: &str| set.indicator(&id(number)).unwrap().polarity;
    assert_eq!(polarity("2328"), Polarity::HigherIsBetter);
    assert_eq!(polarity("181"), Polarity::LowerIsBetter);
    assert_eq!(polarity("191"), Polarity::None);
}

#[test]
fn a_set_can_be_replaced_beside_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), text.as_bytes())
            .unwrap();
    };
    write("hyte.toml", ONE);
    write("oma.toml", ONE);
    write("notes.txt", "not a set");
    let sets = IndicatorSet::load_all(Some(folder.path())).unwrap_err();
    // The title lacks the languages that the embedded sets have.
    assert!(
        sets.to_string()
            .contains("its title is not that of the set"),
        "{sets}"
    );

    let own = ONE.replace("id = \"7\"", "id = \"99999\"");
    write("hyte.toml", &own);
    write("oma.toml", &own);
    let sets = IndicatorSet::load_all(Some(folder.path())).unwrap();
    let ids: Vec<_> = sets.iter().map(|set| set.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "hyte",
            "hyvinvointikertomus",
            "ikaihmiset",
            "lastensuojelu",
            "oma",
            "pohjoismaat"
        ]
    );
    assert_eq!(sets[0].indicators.len(), 1);
}

#[test]
fn the_embedded_sets_agree_with_each_other() {
    assert_eq!(
        IndicatorSet::load_all(None).unwrap(),
        IndicatorSet::builtin()
    );
}

#[test]
fn everything_wrong_with_a_set_is_said_at_once() {
    let text = ONE
        .replace("theme = \"population\"", "theme = \"populaton\"")
        .replace("polarity = \"none\"", "polarity = \"lower\"")
        .replace("producer", "producor");
    insta::assert_snapshot!(refused(&text), @r#"
    the settings have 4 problems
    joukko.toml:10:1: `indicator[1]`: the key `producer` is missing
    joukko.toml:13:9: `indicator[1].theme`: unknown word `populaton`
      hint: did you mean `population`?
    joukko.toml:15:12: `indicator[1].polarity`: unknown word `lower`
      hint: did you mean `lower_is_better`?
    joukko.toml:18:1: `indicator[1].producor`: unknown key
      hint: did you mean `producer`?
    "#);
}

#[test]
fn what_a_set_means_is_checked() {
    let twice = format!("{ONE}{}", &ONE[ONE.find("\n[[indicator]]").unwrap()..]);
    insta::assert_snapshot!(refused(&twice), @r#"
    the settings have a problem
    joukko.toml:23:6: `indicator[2].id`: `7` is in the set twice
    "#);
    insta::assert_snapshot!(refused(&ONE.replace("denominator = \"population\"", "")), @r#"
    the settings have 2 problems
    joukko.toml:8:14: `denominators.population`: no indicator uses this denominator
    joukko.toml:10:1: `indicator[1]`: a share needs a denominator
      hint: name one of the table `denominators`: denominator = "…"
    "#);
    insta::assert_snapshot!(refused(&ONE.replace("= \"population\"\nproducer", "= \"populace\"\nproducer")), @r#"
    the settings have 2 problems
    joukko.toml:8:14: `denominators.population`: no indicator uses this denominator
    joukko.toml:17:15: `indicator[1].denominator`: there is no denominator `populace`
      hint: did you mean `population`?
    "#);
    for (dirty, title) in [
        ("väestöstä\"\ntheme", "väestöstä \"\ntheme"),
        ("väestöstä\"\ntheme", "väestöstä<br />\"\ntheme"),
        ("% väestöstä\"\ntheme", "&#37; väestöstä\"\ntheme"),
        ("% väestöstä\"\ntheme", "%\u{a0}väestöstä\"\ntheme"),
    ] {
        let error = refused(&ONE.replace(dirty, title));
        assert!(
            error.contains("joukko.toml:12:1: `indicator[1].title`"),
            "{error}"
        );
        assert!(
            error.contains("has markup, entities, stray spaces"),
            "{error}"
        );
    }
}
