//! Surveys by example: what is read, what is refused and where, and what is published.

mod any_bytes;
mod mistakes;
mod publishing;

use botnia_config::RegionTables;
use botnia_model::Language;

use super::*;

pub(super) const MAP: &str = r#"
version = 1
reviewed = "2026-11-28"
source = "kyselyt"
form = "answers"
respondents = "persons"
licence = "CC-BY-4.0"
region_levels = ["municipality", "province", "country"]
title = { fi = "Barometri", sv = "Barometer", en = "Barometer" }
description = { fi = "Kysely", sv = "Enkät", en = "Survey" }
producer = { fi = "Liitto", sv = "Förbundet", en = "Council" }

[columns]
region = ["Maakunta", "Landskap"]
wave = ["Vuosi", "År"]
question = ["Kysymys"]
answer = ["Vastaus"]
count = ["Lukumäärä"]
share = ["Osuus"]
respondents = ["Vastaajia"]
ignored = ["Huomautus"]

[[dimension]]
key = "group"
columns = ["Ryhmä"]
total = ["Kaikki"]
member = [
  { code = "officials", title = { fi = "Viranhaltijat" } },
  { code = "elected", title = { fi = "Luottamushenkilöt" } },
]

[[scale]]
id = "yes_no"
answer = [
  { code = "yes", title = { fi = "Kyllä" } },
  { code = "no", title = { fi = "Ei" } },
]

[[scale]]
id = "several"
one_each = false
answer = [
  { code = "a", title = { fi = "Liikunta" } },
  { code = "b", title = { fi = "Kulttuuri" } },
]

[[indicator]]
id = "asuminen"
title = { fi = "Asuminen on hyvää" }
values = ["Asuminen"]
scale = "yes_no"
headline = ["yes"]
changed_in = ["2021"]
theme = "everyone"
polarity = "higher_is_better"
value_kind = "survey_share"
why = "Esimerkki"

[[indicator]]
id = "harrastukset"
title = { fi = "Harrastaa liikuntaa" }
values = ["Harrastukset"]
scale = "several"
headline = ["a"]
theme = "everyone"
polarity = "none"
value_kind = "survey_share"
why = "Esimerkki"
"#;

pub(super) fn map() -> SurveyMap {
    SurveyMap::parse("barometri", "barometri.toml", MAP).unwrap()
}

pub(super) fn tables() -> &'static RegionTables {
    RegionTables::builtin()
}

/// Reads a CSV file with the map of the tests.
pub(super) fn table(csv: &str) -> SurveyTable {
    match read(csv.as_bytes(), &map(), None, tables()) {
        Ok(table) => table,
        Err(SurveyError::Problems { problems }) => {
            let texts = problems
                .iter()
                .map(|problem| format!("{}: {}", problem.place, problem.text(Language::En)));
            panic!("{}", texts.collect::<Vec<_>>().join("\n"))
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_template_can_be_imported_in_both_languages() {
    for map in SurveyMap::builtin() {
        for language in [Language::Fi, Language::Sv] {
            let file = template(&map, language);
            match read(file.as_bytes(), &map, None, tables()) {
                Ok(table) => assert!(table.figures() > 0, "{}", map.id),
                Err(SurveyError::Problems { problems }) => {
                    let first = &problems[0];
                    let text = first.text(Language::En);
                    panic!("{} {}: {} {text}\n{file}", map.id, language, first.place)
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn places_are_named_as_in_a_spreadsheet() {
    let place = |sheet: &str, row, column| {
        let sheet = sheet.to_owned();
        Place { sheet, row, column }.to_string()
    };
    assert_eq!(place("", 1, 0), "A1");
    assert_eq!(place("Vastaukset", 12, 25), "Vastaukset!Z12");
    assert_eq!(place("", 3, 26), "AA3");
    assert_eq!(place("", 3, 701), "ZZ3");
    assert_eq!(place("", 3, 702), "AAA3");
}

#[test]
fn csv_is_read_as_people_save_it() {
    let rows = "Maakunta;Vuosi;Ryhmä;Kysymys;Vastaus;Lukumäärä;Vastaajia\r\n\
                Pohjanmaa;2021;Kaikki;Asuminen;Kyllä;\"1 020\";1 050\r\n\
                Pohjanmaa;2021;Kaikki;Asuminen;Ei;30;1050\r\n";
    let utf_8 = table(&format!("\u{FEFF}{rows}"));
    assert_eq!(utf_8.figures(), 2);
    let bytes: Vec<u8> = rows
        .chars()
        .map(|letter| u8::try_from(letter).unwrap())
        .collect();
    let windows = read(&bytes, &map(), None, tables()).unwrap();
    assert_eq!(windows, utf_8);
    let commas = rows.replace(';', ",");
    assert_eq!(table(&commas), utf_8);
}

#[test]
fn a_swedish_name_is_as_good() {
    let swedish = table(
        "Landskap;År;Ryhmä;Kysymys;Vastaus;Lukumäärä\n\
         Österbotten;2021;Kaikki;Asuminen;Kyllä;20\n\
         MK15;2018;Kaikki;asuminen;yes;20\n\
         Österbotten;2021;Kaikki;Asuminen;Ei;20\n\
         MK15;2018;Kaikki;asuminen;no;20\n",
    );
    assert!(
        swedish
            .entries
            .iter()
            .all(|entry| entry.region.id().as_str() == "MK15")
    );
    assert_eq!(swedish.waves().len(), 2);
}

#[test]
fn what_is_no_table_is_said() {
    let refused = |bytes: &[u8]| read(bytes, &map(), None, tables()).unwrap_err().to_string();
    assert!(refused(b"PK\x03\x04 not a workbook").contains("no whole XLSX"));
    assert!(refused(b"\x00\x01\x02").contains("neither text nor"));
    let many = ";".repeat(600) + "x";
    assert!(refused(many.as_bytes()).contains("500 columns"));
}
