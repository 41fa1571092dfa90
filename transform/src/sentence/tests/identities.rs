//! What holds for every sentence, whatever it is filled with.

use std::sync::LazyLock;

use botnia_config::words::subject;
use botnia_config::{IndicatorSet, InflectedNames, RegionTables};
use botnia_model::{IndicatorId, RegionKey};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Everything that may be told of, by name.
struct World {
    indicators: Vec<(Text, Text, ValueKind)>,
    regions: Vec<(RegionLevel, Text, InflectedName)>,
}

static WORLD: LazyLock<World> = LazyLock::new(world);

fn world() -> World {
    let mut indicators = Vec::new();
    for set in IndicatorSet::builtin() {
        for one in &set.indicators {
            let id = IndicatorId::new(set.source.clone(), one.id.clone());
            if let Some(subject) = subject(&id, &one.title.fi) {
                indicators.push((one.title.clone(), subject.clone(), one.value_kind));
            }
        }
    }
    let tables = RegionTables::builtin();
    let names = InflectedNames::builtin();
    let known = |key: RegionKey, name: &Text| {
        let forms = names.of(&key, name);
        (key.level, name.clone(), forms)
    };
    let mut regions: Vec<_> = tables
        .municipalities
        .iter()
        .filter(|one| one.valid_to.is_none())
        .map(|one| known(one.key(), &one.name))
        .collect();
    regions.extend(
        tables
            .regions
            .iter()
            .filter(|one| one.valid_to.is_none() && is_reported(one.key.level))
            .map(|one| known(one.key.clone(), &one.name)),
    );
    World {
        indicators,
        regions,
    }
}

/// Whether reports are made of regions of a level. Names of others are their sources':
/// "EU-25".
fn is_reported(level: RegionLevel) -> bool {
    matches!(
        level,
        RegionLevel::Province | RegionLevel::WellbeingCounty | RegionLevel::Country
    )
}

/// What must hold of a sentence in each language.
fn assert_sound(language: Language, said: &str) -> Result<(), TestCaseError> {
    let letters: Vec<char> = said.chars().collect();
    prop_assert!(said.ends_with('.'), "{said}");
    prop_assert!(!said.contains("  "), "two spaces: {said}");
    prop_assert!(!said.contains(" %"), "an ordinary space before %: {said}");
    prop_assert!(!said.contains(['{', '}', '\n']), "a placeholder: {said}");
    prop_assert!(!said.contains("luottamusväli"), "{said}");
    prop_assert!(!said.contains("konfidensintervall"), "{said}");
    prop_assert!(!said.contains("interval"), "{said}");
    prop_assert!(!said.contains(".."), "{said}");
    for three in letters.windows(3) {
        if three[0].is_ascii_digit() && three[1] == '.' && three[2].is_ascii_digit() {
            prop_assert_eq!(language, Language::En, "a decimal point: {}", said);
        }
    }
    for two in letters.windows(2) {
        prop_assert!(
            !(two[0] == '-' && two[1].is_ascii_digit()),
            "a hyphen before a digit: {said}"
        );
        if two[0].is_ascii_digit() && two[1] == '%' {
            prop_assert_eq!(language, Language::En, "no space before %: {}", said);
        }
    }
    Ok(())
}

prop_compose! {
    fn figure()(value in prop_oneof![-1e7..1e7_f64, -5.0..100.0_f64, Just(0.0), Just(1.0), Just(-0.01)]) -> f64 {
        value
    }
}

proptest! {
    #[test]
    fn every_sentence_is_sound(
        indicator in 0_usize..146,
        region in 0_usize..330,
        other in 0_usize..330,
        status in select(Status::ALL),
        sex in select(Sex::ALL),
        values in [figure(), figure(), figure()],
        verdicts in [select(Verdict::ALL), select(Verdict::ALL), select(Verdict::ALL)],
        not_compared in select(NotCompared::ALL),
        trend in select(TrendVerdict::ALL),
        decimals in proptest::option::of(0_u8..4),
        period in select(&["2024", "2019/2021", "2024-Q3", "2024-07"][..]),
        has_subject: bool,
        has_value: bool,
        has_others: [bool; 3],
    ) {
        let world = &*WORLD;
        let (title, subject, kind) = &world.indicators[indicator % world.indicators.len()];
        let (level, name, place) = &world.regions[region % world.regions.len()];
        let (_, _, other) = &world.regions[other % world.regions.len()];
        let period: Period = period.parse().unwrap();
        // Titles are the source's, spaces before % and all: here they stand for a clean one.
        let title = title.map(|_| "Otsikko".to_owned());
        let said = sentence(&Facts {
            title: &title,
            subject: has_subject.then_some(subject),
            region: name,
            level: *level,
            place,
            sex,
            kind: *kind,
            decimals,
            is_projection: false,
            status,
            figure: has_value.then_some((values[0], &period)),
            country: has_others[0].then_some(Beside {
                place: other,
                value: values[1],
                verdict: verdicts[0],
            }),
            province: has_others[1].then_some(Beside {
                place: other,
                value: values[2],
                verdict: verdicts[1],
            }),
            previous: has_others[2].then_some(Previous {
                period: Period::of_year(2020),
                value: values[2],
                verdict: verdicts[2],
                not_compared: Some(not_compared),
            }),
            trend,
        });
        for language in Language::ALL {
            assert_sound(language, said.get(language))?;
        }
        // Chance is never ruled out without a verdict that does so.
        let is_clear = verdicts.iter().any(|one| !matches!(one, Verdict::Similar | Verdict::NotCompared));
        if !is_clear {
            prop_assert!(!said.fi.contains("selity"), "{}", said.fi);
            prop_assert!(!said.sv.contains("enbart"), "{}", said.sv);
            prop_assert!(!said.en.contains("alone"), "{}", said.en);
        }
    }
}

#[test]
fn an_unsound_sentence_is_found() {
    for said in [
        "Osuus oli 7.2\u{a0}%.",
        "Osuus oli 7,2 %.",
        "Osuus oli 7,2%.",
        "Luku oli -3.",
        "Luku  oli 3.",
        "Luku oli {value}.",
        "Luku oli 3",
        "95\u{a0}%:n luottamusväli on leveä.",
    ] {
        assert!(assert_sound(Language::Fi, said).is_err(), "{said}");
    }
}
