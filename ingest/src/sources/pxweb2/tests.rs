use super::*;

#[test]
fn a_question_names_every_dimension() {
    let selection = Selection(vec![
        ("Region".to_owned(), vec!["00".to_owned()]),
        ("Tid".to_owned(), vec!["2024".to_owned(), "2025".to_owned()]),
    ]);
    let lists = [("Region".to_owned(), "vs_RegionLän07".to_owned())];
    assert_eq!(
        wire::Question::of(&selection, &lists).text(),
        r#"{"selection":[{"variableCode":"Region","codelist":"vs_RegionLän07","valueCodes":["00"]},{"variableCode":"Tid","valueCodes":["2024","2025"]}]}"#
    );
}

#[test]
fn a_problem_is_told_in_its_own_words() {
    for (body, words) in [
        (
            r#"{"type": "Parameter error", "title": "Too many cells selected", "status": 403}"#,
            Some("Too many cells selected"),
        ),
        (
            r#"{"title": "Non-existent value", "detail": "KU999"}"#,
            Some("Non-existent value: KU999"),
        ),
        ("{}", None),
        ("<html>", None),
    ] {
        assert_eq!(wire::Problem::words(body.as_bytes()).as_deref(), words);
    }
}
