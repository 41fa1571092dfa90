use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn selection(sizes: &[usize]) -> Selection {
    let of = |(at, size): (usize, &usize)| {
        let codes = (0..*size).map(|code| format!("{at}-{code:03}"));
        (format!("d{at}"), codes.collect())
    };
    Selection(sizes.iter().enumerate().map(of).collect())
}

/// Every combination of codes.
fn cells(selection: &Selection) -> Vec<Vec<String>> {
    let mut cells = vec![Vec::new()];
    for (_, values) in &selection.0 {
        cells = cells
            .iter()
            .flat_map(|cell| {
                values.iter().map(move |value| {
                    let mut cell = cell.clone();
                    cell.push(value.clone());
                    cell
                })
            })
            .collect();
    }
    cells
}

proptest! {
    #[test]
    fn parts_ask_for_every_cell_once_and_keep_the_limits(
        sizes in prop::collection::vec(1_usize..9, 1..5),
        most_cells in 1_usize..200,
        most_values in 1_usize..40,
    ) {
        let whole = selection(&sizes);
        let limits = Limits { cells: most_cells, values: most_values };
        let Some(parts) = split(&whole, limits) else {
            return Ok(());
        };
        let mut asked = BTreeSet::new();
        let mut count = 0;
        for part in &parts {
            prop_assert!(part.cells() <= most_cells);
            let values: usize = part.0.iter().map(|(_, values)| values.len()).sum();
            // One code of each dimension is the least that can be asked.
            prop_assert!(values <= most_values || values == sizes.len());
            for cell in cells(part) {
                count += 1;
                asked.insert(cell);
            }
        }
        prop_assert_eq!(count, whole.cells(), "no cell is asked for twice");
        prop_assert_eq!(asked, cells(&whole).into_iter().collect::<BTreeSet<_>>());
    }

    #[test]
    fn a_bad_code_is_found_in_few_questions(
        sizes in prop::collection::vec(1_usize..200, 1..5),
        at in any::<prop::sample::Index>(),
        code in any::<prop::sample::Index>(),
    ) {
        let whole = selection(&sizes);
        let at = at.index(sizes.len());
        let bad = whole.0[at].1[code.index(sizes[at])].clone();
        let mut search = CodeSearch::new(&whole);
        let mut asked = 0;
        while let Some(question) = search.question() {
            asked += 1;
            let has_it = question.0.iter().any(|(_, values)| values.contains(&bad));
            search.take(if has_it { Tried::TurnedDown } else { Tried::Answered });
        }
        prop_assert!(asked <= 2 + sizes.len() + 9, "{asked}");
        // The only code of its dimension cannot be left out, so nothing can be compared.
        let expected = (sizes[at] > 1).then(|| (whole.0[at].0.as_str(), bad.as_str()));
        prop_assert_eq!(search.found(), expected);
    }

    #[test]
    fn no_answer_makes_the_comparison_panic(text in "\\PC{0,120}") {
        let _ = check_returned(text.as_bytes(), &selection(&[2, 2]));
        let dataset = format!(r#"{{"id": ["d0"], "dimension": {{"d0": {text}}}}}"#);
        let _ = check_returned(dataset.as_bytes(), &selection(&[2]));
    }
}

#[test]
fn a_table_that_would_take_thousands_of_questions_is_not_asked_for() {
    let limits = Limits {
        cells: 1,
        values: usize::MAX,
    };
    assert!(split(&selection(&[100, 100]), limits).is_none());
    assert_eq!(split(&selection(&[0, 100]), limits), Some(Vec::new()));
}

#[test]
fn an_answer_about_something_else_is_told() {
    let asked = selection(&[2, 1]);
    let answer = |codes: &str, more: &str| {
        format!(
            r#"{{"id": ["d0"{}], "dimension": {{"d0": {{"category": {{"index": {codes}}}}}{more}}},
            "value": [1, 2]}}"#,
            if more.is_empty() { "" } else { ", \"x\"" }
        )
    };
    for (body, problem) in [
        (answer(r#"["0-000", "0-001"]"#, ""), None),
        (answer(r#"{"0-001": 1, "0-000": 0}"#, ""), None),
        (
            answer(r#"["0-000"]"#, ""),
            Some("of `d0` `0-001` was asked for and did not come"),
        ),
        (
            answer(r#"["0-000", "0-001", "SSS"]"#, ""),
            Some("of `d0` `SSS` came and was not asked for"),
        ),
        (
            answer(r#"["0-000", "SSS"]"#, ""),
            Some("of `d0` `0-001` was asked for and `SSS` came"),
        ),
        (
            answer(
                r#"["0-000", "0-001"]"#,
                r#", "x": {"category": {"index": ["a", "b"]}}"#,
            ),
            Some("the dimension `x` with 2 categories came and was not asked for"),
        ),
        (
            answer(
                r#"["0-000", "0-001"]"#,
                r#", "x": {"category": {"index": ["EliminatedValue"]}}"#,
            ),
            None,
        ),
        (
            "{}".to_owned(),
            Some("it is no dataset: missing field `id`"),
        ),
    ] {
        let found = check_returned(body.as_bytes(), &asked).err();
        assert_eq!(found.as_deref(), problem, "{body}");
    }
    let two = selection(&[1, 2]);
    let body = answer(r#"["0-000"]"#, "");
    let found = check_returned(body.as_bytes(), &two).unwrap_err();
    assert!(
        found.starts_with("the dimension `d1` was asked for"),
        "{found}"
    );
}

#[test]
fn datasets_of_both_layouts_are_read() {
    for body in [
        r#"{"id": ["a"], "role": {"time": ["a"]}, "dimension":
            {"a": {"label": "A", "category": {"index": ["x"], "label": {"x": "X"}}}}, "value": []}"#,
        r#"{"dataset": {"dimension": {"id": ["a"], "size": [1], "role": {"time": ["a"]},
            "a": {"label": "A", "category": {"label": {"x": "X"}}}}, "value": [1]}}"#,
    ] {
        let table = read_dataset(body.as_bytes()).unwrap().table();
        let variable = &table.variables[0];
        assert_eq!(
            (variable.code.as_str(), variable.label.as_str()),
            ("a", "A")
        );
        assert_eq!(
            (variable.values.as_slice(), variable.labels.as_slice()),
            (&["x".to_owned()][..], &["X".to_owned()][..])
        );
        assert_eq!(variable.role, Some(VariableRole::Time));
    }
}
