//! A workbook with every kind of mistake: each is said at its cell, all at once.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};

use super::*;

/// What is put into a cell.
enum Put {
    Text(&'static str),
    Number(f64),
    Date,
    Logical,
    Formula,
    Nothing,
}

use Put::{Nothing, Number, Text};

fn put(sheet: &mut Worksheet, row: u32, column: u16, what: &Put) {
    match what {
        Text(text) => sheet.write(row, column, *text).map(|_| ()),
        Number(number) => sheet.write(row, column, *number).map(|_| ()),
        Put::Logical => sheet.write(row, column, true).map(|_| ()),
        Put::Date => {
            let format = Format::new().set_num_format("dd.mm.yyyy");
            sheet
                .write_with_format(row, column, 45_000.0, &format)
                .map(|_| ())
        }
        Put::Formula => {
            let formula = Formula::new("=NA()").set_result("#N/A");
            sheet.write(row, column, formula).map(|_| ())
        }
        Nothing => Ok(()),
    }
    .unwrap();
}

/// The kind's name, without what it carries.
fn name(kind: &ProblemKind) -> String {
    let text = format!("{kind:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

/// A row of the question that several answers can be given to, right in everything: the
/// mistakes change one cell each. Its wave is its own, so that rows have nothing to do with
/// each other.
fn row(wave: u32) -> [Put; 8] {
    [
        Text("Pohjanmaa"),
        Number(f64::from(wave)),
        Text("Viranhaltijat"),
        Text("Harrastukset"),
        Text("Liikunta"),
        Number(20.0),
        Number(40.0),
        Number(50.0),
    ]
}

#[test]
#[expect(clippy::too_many_lines, reason = "one row for each kind of mistake")]
fn every_mistake_is_said_at_its_cell() {
    let headings = [
        "Maakunta",
        "Vuosi",
        "Ryhmä",
        "Kysymys",
        "Vastaus",
        "Lukumäärä",
        "Osuus",
        "Vastaajia",
        "Vastaajia",
        "Vastajia",
        "Sähköposti",
    ];
    let mut expected: Vec<(String, &str)> = vec![
        ("Vastaukset!I1".to_owned(), "ColumnTwice"),
        ("Vastaukset!J1".to_owned(), "ColumnUnknown"),
        ("Vastaukset!K1".to_owned(), "PersonHeading"),
        ("Vastaukset!L1".to_owned(), "HeadingMissing"),
    ];
    // One changed cell each: column, what is put there, where it is said, as what.
    let single: Vec<(usize, Put, &str)> = vec![
        (0, Nothing, "RegionMissing"),
        (0, Text("Pohjamaa"), "RegionUnknown"),
        (0, Text("Pohjanmaan hyvinvointialue"), "RegionLevel"),
        (0, Text("Jalasjärvi"), "RegionAbolished"),
        (0, Put::Logical, "NotText"),
        (1, Nothing, "WaveMissing"),
        (1, Text("kevät 2021"), "WaveMalformed"),
        (1, Number(1021.0), "WaveImpossible"),
        (2, Nothing, "MemberMissing"),
        (2, Text("Viranhaltija"), "MemberUnknown"),
        (3, Nothing, "QuestionMissing"),
        (3, Text("Harastukset"), "QuestionUnknown"),
        (4, Nothing, "AnswerMissing"),
        (4, Text("Uinti"), "AnswerUnknown"),
        (5, Nothing, "CountMissing"),
        (5, Text("noin 20"), "CountNotNumber"),
        (5, Put::Date, "CountDate"),
        (5, Number(-3.0), "CountNegative"),
        (5, Number(2.5), "CountNotWhole"),
        (5, Number(4.0e9), "CountTooLarge"),
        (5, Number(51.0), "CountAboveRespondents"),
        (5, Put::Formula, "FormulaError"),
        (6, Text("paljon"), "ShareNotNumber"),
        (6, Number(140.0), "ShareImpossible"),
        (6, Number(55.0), "ShareContradictsCount"),
        (7, Nothing, "RespondentsMissing"),
        (7, Text("kaikki"), "RespondentsNotNumber"),
        (11, Text("131052-308T"), "IdentityCode"),
        (11, Text("maija@example.org"), "MailAddress"),
    ];
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Vastaukset").unwrap();
    for (column, heading) in (0..).zip(headings) {
        sheet.write(0, column, heading).unwrap();
    }
    let letters = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"];
    let mut at = 1;
    for (column, what, kind) in &single {
        // 2016 and later: Jalasjärvi is no more.
        for (place, cell) in (0..).zip(&row(2015 + at)) {
            if usize::from(place) != *column {
                put(sheet, at, place, cell);
            }
        }
        put(sheet, at, u16::try_from(*column).unwrap(), what);
        expected.push((format!("Vastaukset!{}{}", letters[*column], at + 1), kind));
        at += 1;
    }
    // Rows that contradict each other: the answers, all of them, of one group.
    let mut group = |wave: u32, who: &'static str, rows: &[(&'static str, f64, f64)]| {
        let first = at + 1;
        for (answer, count, respondents) in rows {
            let cells = [
                Text("Etelä-Pohjanmaa"),
                Number(f64::from(wave)),
                Text(who),
                Text("Asuminen"),
                Text(answer),
                Number(*count),
                Nothing,
                Number(*respondents),
            ];
            for (place, cell) in (0..).zip(&cells) {
                put(sheet, at, place, cell);
            }
            at += 1;
        }
        first
    };
    let first = group(2001, "Kaikki", &[("Kyllä", 20.0, 50.0), ("Ei", 30.0, 51.0)]);
    expected.push((format!("Vastaukset!H{}", first + 1), "RespondentsDiffer"));
    let rows = [
        ("Kyllä", 20.0, 50.0),
        ("Ei", 30.0, 50.0),
        ("Ei", 30.0, 50.0),
    ];
    let first = group(2002, "Kaikki", &rows);
    expected.push((format!("Vastaukset!F{}", first + 2), "RowTwice"));
    let first = group(2003, "Kaikki", &[("Kyllä", 20.0, 50.0)]);
    expected.push((format!("Vastaukset!F{first}"), "AnswerRowMissing"));
    let first = group(2004, "Kaikki", &[("Kyllä", 20.0, 50.0), ("Ei", 31.0, 50.0)]);
    expected.push((format!("Vastaukset!F{}", first + 1), "AnswersDoNotAddUp"));
    let first = group(2005, "Kaikki", &[("Kyllä", 20.0, 50.0), ("Ei", 30.0, 50.0)]);
    group(
        2005,
        "Viranhaltijat",
        &[("Kyllä", 10.0, 25.0), ("Ei", 15.0, 25.0)],
    );
    group(
        2005,
        "Luottamushenkilöt",
        &[("Kyllä", 11.0, 26.0), ("Ei", 15.0, 26.0)],
    );
    expected.push((format!("Vastaukset!F{first}"), "TotalDoesNotAddUp"));

    let bytes = workbook.save_to_buffer().unwrap();
    let Err(SurveyError::Problems { problems }) = read(&bytes, &map(), None, tables()) else {
        panic!("the workbook is full of mistakes");
    };
    let mut found: Vec<(String, String)> = problems
        .iter()
        .map(|problem| (problem.place.to_string(), name(&problem.kind)))
        .collect();
    let mut expected: Vec<(String, String)> = expected
        .into_iter()
        .map(|(place, kind)| (place, kind.to_owned()))
        .collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let kinds: BTreeSet<_> = found.iter().map(|(_, kind)| kind).collect();
    assert!(kinds.len() >= 30, "{} kinds", kinds.len());
    // What is personal is not said again.
    for problem in &problems {
        for language in Language::ALL {
            let text = problem.text(language);
            assert!(text.ends_with(['.', '?']) && text.len() > 20, "{text}");
            assert!(
                !text.contains("131052") && !text.contains("maija"),
                "{text}"
            );
        }
    }
    let swedish = problems
        .iter()
        .find(|problem| name(&problem.kind) == "RegionUnknown")
        .map(|problem| problem.text(Language::Sv));
    assert_eq!(
        swedish.as_deref(),
        Some("Området ”Pohjamaa” är okänt. Menade du ”Pohjanmaa”?")
    );
}

fn kinds(csv: &str, map: &SurveyMap) -> Vec<(String, String)> {
    match read(csv.as_bytes(), map, None, tables()) {
        Err(SurveyError::Problems { problems }) => problems
            .iter()
            .map(|problem| (problem.place.to_string(), name(&problem.kind)))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_column_that_is_missing_is_said() {
    let found = kinds("Maakunta;Vuosi;Kysymys;Vastaus;Lukumäärä\n", &map());
    assert_eq!(found, [("F1".to_owned(), "ColumnMissing".to_owned())]);
    assert_eq!(kinds("\n", &map())[0].1, "Empty");
}

#[test]
fn rows_of_single_persons_are_refused() {
    let mut file = "Maakunta;Vuosi;Ryhmä;Kysymys;Vastaus;Lukumäärä\n".to_owned();
    for wave in 2000..2020 {
        let _ = writeln!(file, "Pohjanmaa;{wave};Kaikki;Asuminen;Kyllä;1");
        let _ = writeln!(file, "Pohjanmaa;{wave};Kaikki;Asuminen;Ei;0");
    }
    assert_eq!(
        kinds(&file, &map()),
        [("F1".to_owned(), "PersonRows".to_owned())]
    );
}

#[test]
fn a_part_is_not_larger_than_the_whole() {
    let maps = SurveyMap::builtin();
    let staff = maps
        .iter()
        .find(|map| map.id == "henkilosto-ja-kelpoisuus")
        .unwrap();
    let file = "Työnantaja;Vuosi;Tehtävä;Henkilöstö;Kelpoisia;Aloittaneita;Lähteneitä\n\
                Vaasa;2025;Yhteensä;20;21;..;..\n";
    assert_eq!(
        kinds(file, staff),
        [("E2".to_owned(), "PartAboveWhole".to_owned())]
    );
}
