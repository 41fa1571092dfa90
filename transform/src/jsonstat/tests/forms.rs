use super::super::{Role, Rule, validate};
use super::*;

fn each<T>(cases: impl IntoIterator<Item = T>, check: impl Fn(T)) {
    cases.into_iter().for_each(check);
}

/// A dataset of two dimensions, 2 × 2, with the given `index` of the first, and `rest`.
fn square(index: &str, rest: &str) -> String {
    format!(
        r#"{{"version": "2.0", "class": "dataset", "id": ["sex", "year"], "size": [2, 2],
        "dimension": {{
            "sex": {{"category": {{{index}}}}},
            "year": {{"category": {{"index": ["2020", "2021"]}}}}
        }}, {rest}}}"#
    )
}

const SEXES: &str = r#""index": ["M", "F"]"#;

#[test]
fn an_index_is_a_list_or_an_object_in_any_order() {
    let expected = [
        (["M", "2020"], "1"),
        (["M", "2021"], "2"),
        (["F", "2020"], "3"),
        (["F", "2021"], "4"),
    ];
    each(
        [
            r#""index": ["M", "F"]"#,
            r#""index": {"M": 0, "F": 1}"#,
            r#""index": {"F": 1, "M": 0}, "label": {"F": "kvinnor", "M": "män"}"#,
            r#""index": {"F": 1.0, "M": 0.0}"#,
        ],
        |index| {
            let dataset = dataset(&square(index, r#""value": [1, 2, 3, 4]"#));
            for ((ids, value, _), (expected_ids, expected_value)) in
                cells(&dataset).iter().zip(expected)
            {
                assert_eq!(ids, &expected_ids.map(str::to_owned), "{index}");
                assert_eq!(value, expected_value, "{index}");
            }
        },
    );
}

#[test]
fn an_index_that_leaves_places_open_is_refused() {
    each(
        [
            (r#""index": {"M": 0, "F": 2}"#, "INDEX_POSITIONS_INVALID"),
            (r#""index": {"M": 0, "F": 0}"#, "INDEX_POSITIONS_INVALID"),
            (r#""index": {"M": 0, "F": -1}"#, "INDEX_POSITIONS_INVALID"),
            (r#""index": {"M": 0, "F": "1"}"#, "INDEX_POSITIONS_INVALID"),
            (r#""index": ["M", "M"]"#, "INDEX_POSITIONS_INVALID"),
            (r#""index": ["M"]"#, "INDEX_COUNT_MISMATCH"),
            (r#""label": {"M": "men"}"#, "INDEX_COUNT_MISMATCH"),
            (r#""index": 3"#, "STRUCTURAL_VIOLATION"),
        ],
        |(index, rule)| {
            let reason = refused(&square(index, r#""value": [1, 2, 3, 4]"#));
            assert!(reason.contains(rule), "{index}: {reason}");
        },
    );
}

#[test]
fn values_are_dense_sparse_or_absent() {
    each(
        [
            (
                r#""value": [1, null, 2.5, "-"]"#,
                ["1", "null", "2.5", "'-'"],
            ),
            (
                r#""value": {"3": 4, "0": "513"}"#,
                ["'513'", "absent", "absent", "4"],
            ),
            (r#""value": []"#, ["absent"; 4]),
            (r#""value": {}"#, ["absent"; 4]),
            (r#""value": null"#, ["absent"; 4]),
            (r#""note": []"#, ["absent"; 4]),
            (
                r#""value": ["1,5", "..", "0.30", -0.1]"#,
                ["'1,5'", "'..'", "'0.30'", "-0.1"],
            ),
            // What no f64 holds stays as it is written.
            (
                r#""value": [9007199254740993, 1e999, 0.1, 9007199254740992]"#,
                ["'9007199254740993'", "'1e999'", "0.1", "9007199254740992"],
            ),
        ],
        |(value, expected)| {
            let dataset = dataset(&square(SEXES, value));
            let found: Vec<_> = cells(&dataset).into_iter().map(|cell| cell.1).collect();
            assert_eq!(found, expected, "{value}");
        },
    );
}

#[test]
fn values_that_belong_to_no_cell_are_refused() {
    each(
        [
            (r#""value": [1, 2, 3]"#, "VALUE_LEN_MISMATCH"),
            (r#""value": {"4": 1}"#, "SPARSE_KEY_OUT_OF_RANGE"),
            (r#""value": {"00": 1}"#, "SPARSE_KEY_OUT_OF_RANGE"),
            (r#""value": {"-1": 1}"#, "SPARSE_KEY_OUT_OF_RANGE"),
            (r#""value": 3"#, "STRUCTURAL_VIOLATION"),
            (
                r#""value": [1, 2, 3, 4], "status": ["a", "b"]"#,
                "STATUS_LEN_MISMATCH",
            ),
            (
                r#""value": [1, 2, 3, 4], "status": {"7": "a"}"#,
                "STATUS_KEY_OUT_OF_RANGE",
            ),
        ],
        |(rest, rule)| {
            let reason = refused(&square(SEXES, rest));
            assert!(reason.contains(rule), "{rest}: {reason}");
        },
    );
}

#[test]
fn a_status_has_every_form_and_stands_on_values_too() {
    each(
        [
            (
                r#"["a", null, "", "b"]"#,
                [Some("a"), None, None, Some("b")],
            ),
            (
                r#"{"1": "p", "3": ".."}"#,
                [None, Some("p"), None, Some("..")],
            ),
            (r#""e""#, [Some("e"); 4]),
            (r#"["e"]"#, [Some("e"); 4]),
            (r#""""#, [None; 4]),
            ("null", [None; 4]),
            ("[]", [None; 4]),
        ],
        |(status, expected)| {
            let rest = format!(r#""value": [1, 2, 3, null], "status": {status}"#);
            let dataset = dataset(&square(SEXES, &rest));
            let found: Vec<_> = cells(&dataset).into_iter().map(|cell| cell.2).collect();
            assert_eq!(
                found,
                expected.map(|text| text.map(str::to_owned)),
                "{status}"
            );
        },
    );
}

#[test]
fn every_wrapping_holds_the_same_dataset() {
    let inner = square(SEXES, r#""value": [1, 2, 3, 4]"#);
    let old = r#"{"dataset": {"dimension": {"id": ["sex", "year"], "size": [2, 2],
        "role": {"time": ["year"]},
        "sex": {"category": {"index": ["M", "F"]}},
        "year": {"category": {"index": ["2020", "2021"]}}}, "value": [1, 2, 3, 4]}}"#;
    let expected = cells(&dataset(&inner));
    each(
        [
            format!("\u{feff}{inner}"),
            format!("{inner}\n<!-- served in 3 ms -->"),
            format!("  thl.pivot.load(\n{inner}\n);\n"),
            format!(r#"{{"name of a table": {inner}}}"#),
            old.to_owned(),
        ],
        |text| assert_eq!(cells(&dataset(&text)), expected, "{text}"),
    );
    assert_eq!(dataset(old).dimensions[1].role, Some(Role::Time));
}

#[test]
fn raw_control_characters_in_labels_are_mended() {
    let text = square(
        "\"index\": [\"M\", \"F\"], \"label\": {\"M\": \"miehet\n\tja \\\"pojat\\\"\", \"F\": \"naiset\"}",
        r#""value": [1, 2, 3, 4]"#,
    );
    let label = dataset(&text).dimensions[0].categories[0].label.clone();
    assert_eq!(label.as_deref(), Some("miehet\n\tja \"pojat\""));
}

#[test]
fn what_is_no_dataset_says_what_it_is() {
    for (text, words) in [
        ("", "the answer is not in the source's format"),
        ("<html></html>", "the answer is not in the source's format"),
        ("[1, 2]", "the document is no object"),
        (
            r#"{"error": "Too many values selected"}"#,
            "Too many values selected",
        ),
        (r#"{"class": "table"}"#, "`table` is no class"),
        (r#"{"a": 1}"#, "it has no dataset"),
    ] {
        let reason = refused(text);
        assert!(reason.contains(words), "{text}: {reason}");
    }
    let two = format!(
        r#"{{"a": {0}, "b": {0}}}"#,
        square(SEXES, r#""value": [1, 2, 3, 4]"#)
    );
    let error = read_dataset("x", two.as_bytes(), Budget::default()).unwrap_err();
    assert!(error.to_string().contains("several"), "{error}");
}

#[test]
fn a_dimension_that_is_only_announced_is_refused() {
    let text = r#"{"dataset": {"dimension": {"id": ["a", "b"], "size": [1, 1],
        "a": {"category": {"index": ["x"]}}}, "value": [1]}}"#;
    let reason = refused(text);
    assert!(reason.contains("DIM_KEY_ID_MISMATCH"), "{reason}");
    assert!(reason.contains("`b`"), "{reason}");
}

#[test]
fn sizes_are_multiplied_before_anything_is_taken() {
    let huge = |size: &str, value: &str| {
        format!(
            r#"{{"class": "dataset", "version": "2.0", "id": ["a", "b", "c"], "size": {size},
            "dimension": {{"a": {{"category": {{"index": ["x"]}}}},
            "b": {{"category": {{"index": ["x"]}}}}, "c": {{"category": {{"index": ["x"]}}}}}},
            "value": {value}}}"#
        )
    };
    for size in [
        "[1000000000, 1000000000, 1000000000]",
        "[18446744073709551615, 2, 2]",
        "[100000, 100000, 1]",
    ] {
        let verdict = validate(huge(size, r#"{"0": 1}"#).as_bytes(), Budget::default());
        let rules: Vec<_> = verdict.issues().iter().map(|issue| issue.rule).collect();
        assert!(rules.contains(&Rule::CubeSizeOverflow), "{size}: {rules:?}");
        assert!(!verdict.is_valid());
    }
    let small = Budget {
        cells: 3,
        ..Budget::default()
    };
    let text = square(SEXES, r#""value": [1, 2, 3, 4]"#);
    let error = read("x", text.as_bytes(), small).unwrap_err();
    assert!(error.to_string().contains("CUBE_SIZE_OVERFLOW"), "{error}");
    assert!(
        error.to_string().contains("4 cells, and the limit is 3"),
        "{error}"
    );
    // Metadata describe what they do not carry.
    let metadata = square(SEXES, r#""value": []"#);
    assert!(read("x", metadata.as_bytes(), small).is_ok());
}

#[test]
fn units_notes_children_and_roles_are_read() {
    let text = r#"{"version": "2.0", "class": "dataset", "label": "l", "source": "s",
        "note": ["one", "two"], "updated": "2025-04-04T05:00:00Z",
        "id": ["area", "what"], "size": [3, 2],
        "role": {"geo": ["area"], "metric": ["what"], "time": null},
        "dimension": {
            "area": {"label": "Alue", "extension": {"eliminationValueCode": "SSS"},
                "category": {"index": ["SSS", "MK14", "KU005"],
                "child": {"SSS": ["MK14"], "MK14": ["KU005"]},
                "coordinates": {"KU005": [23.6, 62.9]}, "note": {"KU005": "since 1865"}}},
            "what": {"category": {"index": ["n", "p"], "label": {"n": "Lkm", "p": "%"},
                "unit": {"n": {"base": "lukumäärä", "decimals": 0},
                         "p": {"symbol": "%", "decimals": 1, "label": null}}}}},
        "value": [1, 2, 3, 4, 5, 6],
        "extension": {"px": {"tableid": "11re", "decimals": 2},
            "missingValueDescriptions": {"3": "Data is subject to secrecy"}}}"#;
    let read = dataset(text);
    assert_eq!(read.notes, ["one", "two"]);
    assert_eq!(read.updated_day().as_deref(), Some("2025-04-04"));
    let area = &read.dimensions[0];
    assert_eq!(area.role, Some(Role::Geo));
    assert_eq!(area.elimination_value.as_deref(), Some("SSS"));
    assert_eq!(area.categories[0].children, [1]);
    assert_eq!(area.categories[1].children, [2]);
    assert_eq!(area.categories[2].id, "KU005");
    assert_eq!(area.categories[2].notes, ["since 1865"]);
    assert_eq!(area.categories[2].coordinates, Some((23.6, 62.9)));
    let what = &read.dimensions[1];
    assert_eq!(what.role, Some(Role::Metric));
    let unit = what.categories[0].unit.clone().unwrap();
    assert_eq!(
        (unit.label.as_deref(), unit.decimals),
        (Some("lukumäärä"), Some(0))
    );
    let unit = what.categories[1].unit.clone().unwrap();
    assert_eq!((unit.label, unit.symbol.as_deref()), (None, Some("%")));
    assert_eq!(read.px.table_id.as_deref(), Some("11re"));
    assert_eq!(read.px.decimals, Some(2));
    assert_eq!(read.px.symbols["3"], "Data is subject to secrecy");
    // A null role and labels that are missing are noted, and cost nothing.
    let rules: Vec<_> = read.issues.iter().map(|issue| issue.rule).collect();
    assert_eq!(rules, [Rule::StructuralViolation]);
}

#[test]
fn the_day_of_an_update_has_many_forms() {
    for (written, day) in [
        ("2025-04-04T05:00:00Z", Some("2025-04-04")),
        ("2026-07-21T05.00.00Z", Some("2026-07-21")),
        ("2026-04-16T08:00:00", Some("2026-04-16")),
        ("2024-11-08T23:00:00+0100", Some("2024-11-08")),
        ("2024-03-05T07:01:02.1234567+01:00", Some("2024-03-05")),
        ("2012-09-27", Some("2012-09-27")),
        ("1730764800000", Some("2024-11-05")),
        ("5.4.2024 8.00.00", Some("2024-04-05")),
        ("2024-4-5", Some("2024-04-05")),
        ("4/5/2024 8:00 AM", None),
        ("2024-13-01", None),
        ("VALUE_HAS_BEEN_REPLACED", None),
        ("", None),
    ] {
        let found = super::super::dataset::day(written);
        assert_eq!(found.as_deref(), day, "{written}");
    }
}

#[test]
fn collections_are_read_to_a_depth() {
    let mut text = r#"{"class": "collection", "version": "2.0", "link": {"item": []}}"#.to_owned();
    for _ in 0..20 {
        text =
            format!(r#"{{"class": "collection", "version": "2.0", "link": {{"item": [{text}]}}}}"#);
    }
    let Document::Collection(outermost) = read("x", text.as_bytes(), Budget::default()).unwrap()
    else {
        panic!("it is a collection")
    };
    let mut depth = 1;
    let mut collection = &outermost;
    while let Some(inner) = collection
        .items
        .first()
        .and_then(|item| item.collection.as_ref())
    {
        depth += 1;
        collection = inner;
    }
    assert_eq!(depth, Budget::default().depth);
    let verdict = validate(text.as_bytes(), Budget::default());
    assert_eq!(verdict.issues()[0].rule, Rule::RecursionLimit);
    assert!(verdict.is_valid());
}

#[test]
fn the_first_error_is_kept_however_many_warnings_there_are() {
    let budget = Budget {
        issues: 1,
        ..Budget::default()
    };
    let index = r#""index": ["M", "F"], "label": {"M": "men"}, "note": {"X": []}"#;
    let text = square(index, r#""value": [1, 2, 3, 4]"#);
    let verdict = validate(text.as_bytes(), budget);
    let rules: Vec<_> = verdict.issues().iter().map(|issue| issue.rule).collect();
    assert_eq!(rules, [Rule::LabelKeyIncomplete, Rule::NoteKeyUnknown]);
    assert!(!verdict.is_valid());
}
