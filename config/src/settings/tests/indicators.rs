//! What a source is told to fetch.

use super::*;

#[test]
fn an_unknown_set_or_kind_is_named_with_the_nearest() {
    insta::assert_snapshot!(refused(&LEAST.replace("127", "set:hyvinvontikertomus")), @r#"
    the settings have a problem
    botnia.toml:6:15: `source[1].indicators[1]`: unknown set `hyvinvontikertomus`
      hint: did you mean "set:hyvinvointikertomus"?
    "#);
    insta::assert_snapshot!(refused(&LEAST.replace("kind = \"sotkanet\"", "kind = \"sotkanett\"")), @r"
    the settings have a problem
    botnia.toml:4:8: `source[1].kind`: unknown word `sotkanett`
      hint: did you mean `sotkanet`?
    ");
    let other = LEAST
        .replace("id = \"sotkanet\"", "id = \"other\"")
        .replace("127", "set:hyte");
    insta::assert_snapshot!(refused(&other), @r"
    the settings have a problem
    botnia.toml:6:15: `source[1].indicators[1]`: the set `hyte` lists indicators of the source `sotkanet`, not of `other`
      hint: give this source the id `sotkanet`
    ");
}

#[test]
fn what_is_no_indicator_of_the_source_is_named() {
    let entry = |entry: &str| refused(&LEAST.replace("127", entry));
    insta::assert_snapshot!(entry("hyvinvointikertomus"), @r#"
    the settings have a problem
    botnia.toml:6:15: `source[1].indicators[1]`: `hyvinvointikertomus` is not an indicator's id, which is a number here
      hint: did you mean "set:hyvinvointikertomus"?
    "#);
    insta::assert_snapshot!(entry("All"), @r#"
    the settings have a problem
    botnia.toml:6:15: `source[1].indicators[1]`: `All` is not an indicator's id, which is a number here
      hint: did you mean "all"?
    "#);
    insta::assert_snapshot!(entry("127x"), @r#"
    the settings have a problem
    botnia.toml:6:15: `source[1].indicators[1]`: `127x` is not an indicator's id, which is a number here
      hint: write an id ("127"), "set:NAME" or "all"
    "#);
    for number in ["-127", "12 7", "١٢٧", "12.7", "sotkanet:127"] {
        assert!(
            entry(number).contains("is not an indicator's id"),
            "{number}"
        );
    }
    let second = refused(&LEAST.replace("\"127\"", "\"127\", \"set:hyte\", \"hyt\""));
    assert!(
        second.contains("`source[1].indicators[3]`: `hyt`"),
        "{second}"
    );
    let settings = parse(&LEAST.replace("\"127\"", "\"all\", \"set:hyte\", \"5\"")).unwrap();
    assert_eq!(
        settings.source[0].indicators,
        [
            IndicatorSelector::All,
            IndicatorSelector::Set("hyte".to_owned()),
            IndicatorSelector::Id("5".parse().unwrap()),
        ]
    );
}
