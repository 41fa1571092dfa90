use super::*;

const LEAST: &str = r#"
version = 1
reviewed = "2026-11-28"
source = "kyselyt"
form = "answers"
respondents = "persons"
licence = "CC-BY-4.0"
region_levels = ["province"]
title = { fi = "Barometri" }
description = { fi = "Kysely" }
producer = { fi = "Liitto" }

[columns]
region = ["Maakunta"]
question = ["Kysymys"]
answer = ["Vastaus"]
count = ["Lukumäärä"]

[[scale]]
id = "yes_no"
answer = [
  { code = "yes", title = { fi = "Kyllä" } },
  { code = "no", title = { fi = "Ei" } },
]

[[indicator]]
id = "asuminen"
title = { fi = "Asuminen on hyvää" }
scale = "yes_no"
headline = ["yes"]
theme = "everyone"
polarity = "higher_is_better"
value_kind = "survey_share"
why = "Esimerkki"
"#;

#[test]
fn the_maps_that_ship_are_right() {
    let maps = SurveyMap::builtin();
    assert_eq!(maps.len(), BUILTIN_SURVEY_MAPS.len());
    for map in &maps {
        assert_eq!(map.source.as_str(), "kyselyt", "{}", map.id);
        for text in [&map.title, &map.description, &map.producer] {
            assert!(!text.fi.is_empty() && !text.sv.is_empty() && !text.en.is_empty());
        }
        let set = map.indicator_set();
        assert_eq!(set.indicators.len(), map.indicators.len());
        for indicator in &map.indicators {
            let title = &indicator.title;
            assert!(!title.fi.is_empty() && !title.sv.is_empty() && !title.en.is_empty());
        }
    }
}

#[test]
fn a_map_has_defaults() {
    let map = SurveyMap::parse("barometri", "barometri.toml", LEAST).unwrap();
    assert_eq!(map.limits.numerator, 4);
    assert_eq!(map.limits.denominator, 9);
    assert!(map.redistributable && !map.weighted);
    assert!(map.scales[0].one_each);
    let set = map.indicator_set();
    assert_eq!(set.source.as_str(), "kyselyt");
    assert_eq!(set.indicators[0].value_kind, ValueKind::SurveyShare);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let text = LEAST
        .replace("count = [\"Lukumäärä\"]\n", "")
        .replace("headline = [\"yes\"]", "headline = [\"maybe\"]")
        .replace(
            "scale = \"yes_no\"\n",
            "scale = \"yes_no\"\npart_off = \"x\"\n",
        )
        .replace(
            "[columns]",
            "limits = { numerator = 9, denominator = 9 }\n[columns]",
        )
        .replace("code = \"no\"", "code = \"No!\"");
    let error = SurveyMap::parse("barometri", "barometri.toml", &text).unwrap_err();
    let found: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| problem.what.as_str())
        .collect();
    for expected in [
        "the form needs the column `count`",
        "the scale has no answer `maybe`",
        "unknown key",
        "`denominator` must be larger than `numerator`",
        "`No!` is no code",
    ] {
        assert!(found.contains(&expected), "{expected}: {found:?}");
    }
    assert_eq!(found.len(), 5, "{found:?}");
}
