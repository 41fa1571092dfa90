use std::collections::{BTreeMap, BTreeSet};

use botnia_config::{Date, NoteColumn, RegionTables};
use botnia_model::{IndicatorId, Language, Note, NoteFormat, NoteId, NoteSubject};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::*;

/// What the tests' files may speak of.
struct World {
    indicators: BTreeSet<IndicatorId>,
    themes: BTreeMap<String, String>,
    known: BTreeSet<NoteId>,
    author: Option<&'static str>,
    date: Option<Date>,
}

impl World {
    fn new() -> Self {
        let themes = [("children", "children"), ("lapset", "children")];
        Self {
            indicators: BTreeSet::from(["sotkanet:127".parse().unwrap()]),
            themes: themes
                .map(|(name, word)| (name.to_owned(), word.to_owned()))
                .into(),
            known: BTreeSet::new(),
            author: None,
            date: None,
        }
    }

    fn read(&self, bytes: &[u8]) -> Result<Vec<NoteRequest>, Vec<NoteProblem>> {
        read_notes(
            bytes,
            NoteTerms {
                regions: RegionTables::builtin(),
                indicators: &self.indicators,
                themes: &self.themes,
                known: &self.known,
                today: "2026-11-28".parse().unwrap(),
                author: self.author,
                date: self.date,
            },
        )
    }

    #[track_caller]
    fn notes(&self, bytes: &[u8]) -> Vec<Note> {
        let requests = self.read(bytes).unwrap_or_else(|problems| {
            panic!("{:#?}", messages(&problems, Language::Fi));
        });
        let note = |request| match request {
            NoteRequest::Keep(note) => note,
            other => panic!("{other:?}"),
        };
        requests.into_iter().map(note).collect()
    }
}

fn messages(problems: &[NoteProblem], language: Language) -> Vec<String> {
    let message = |problem: &NoteProblem| problem.message(language);
    problems.iter().map(message).collect()
}

const HEADINGS: &str =
    "Alueen tunnus;Indikaattorin tunnus;Teema;Tulkinta tai ehdotus;Laatija;Päivä";

#[test]
fn a_finnish_csv_gives_its_notes() {
    for (mark, delimiter) in [("\u{feff}", ";"), ("", ";"), ("", ","), ("", "\t")] {
        let text = format!(
            "{mark}{HEADINGS}\r\n\
             KU743;sotkanet:127;;\"Väki vähenee:\r\n\r\n\r\nsyitä  on \"\"monta\"\".\";Nuoret;22.11.2026\r\n\
             \r\n\
             Pohjanmaa;;Lapset;=1+1;Neuvola;2026-01-05\r\n\
             KU905;sotkanet:127;;;;\r\n"
        )
        .replace(';', delimiter);
        let notes = World::new().notes(text.as_bytes());
        assert_eq!(notes.len(), 2, "{delimiter:?}");
        assert_eq!(notes[0].region.id().as_str(), "KU743");
        assert_eq!(
            notes[0].subject,
            NoteSubject::Indicator("sotkanet:127".parse().unwrap())
        );
        assert_eq!(notes[0].text, "Väki vähenee:\n\nsyitä on \"monta\".");
        assert_eq!(notes[0].date.to_string(), "2026-11-22");
        assert_eq!(notes[0].language, Language::Fi);
        assert_eq!(notes[0].format, NoteFormat::Plain);
        assert_eq!(notes[1].region.id().as_str(), "MK15");
        assert_eq!(notes[1].subject, NoteSubject::Theme("children".to_owned()));
        assert_eq!(notes[1].text, "=1+1");
    }
}

#[test]
fn a_workbook_gives_the_notes_of_the_sheet_with_the_form() {
    let mut workbook = Workbook::new();
    let cover = workbook.add_worksheet();
    cover.set_name("Sisältö").unwrap();
    cover.write(0, 0, "Hyvinvointi-indikaattorit").unwrap();
    let form = workbook.add_worksheet();
    form.set_name("Anteckningar").unwrap();
    form.write(0, 0, "Anteckningar om Närpes").unwrap();
    let columns = [
        NoteColumn::RegionId,
        NoteColumn::Region,
        NoteColumn::IndicatorId,
        NoteColumn::Indicator,
        NoteColumn::Text,
        NoteColumn::Author,
        NoteColumn::Date,
        NoteColumn::Format,
    ];
    for (place, column) in (0..).zip(columns) {
        form.write(2, place, column.heading(Language::Sv)).unwrap();
    }
    for (place, text) in [
        (0, "KU545"),
        (1, "Närpes"),
        (2, "sotkanet:127"),
        (3, "Befolkning 31.12."),
        (4, "Inflyttningen\nräcker inte."),
        (5, "Ungdomsfullmäktige"),
        (7, "Markdown"),
    ] {
        form.write(3, place, text).unwrap();
    }
    let day = ExcelDateTime::from_ymd(2026, 3, 12).unwrap();
    let format = Format::new().set_num_format("d.m.yyyy");
    form.write_datetime_with_format(3, 6, &day, &format)
        .unwrap();
    let notes = World::new().notes(&workbook.save_to_buffer().unwrap());
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].region.id().as_str(), "KU545");
    assert_eq!(notes[0].text, "Inflyttningen\nräcker inte.");
    assert_eq!(notes[0].date.to_string(), "2026-03-12");
    assert_eq!(notes[0].language, Language::Sv);
    assert_eq!(notes[0].format, NoteFormat::Markdown);
}

#[expect(clippy::too_many_lines, reason = "one row for each kind of mistake")]
#[test]
fn every_mistake_is_told_at_its_cell_and_in_both_languages() {
    let text = "Muistiinpanot;;;;;;;;;;\n\
         Alueen tunnus;Alue;Indikaattorin tunnus;Teema;Tulkinta tai ehdotus;Laatija;Päivä;Kieli;Muoto;Muistiinpanon tunnus;Poista;Kommentti;Päivä\n\
         KU743;Vaasa;sotkanet:127;;a;b;1.1.2026;;;;\n\
         743;;sotkanet:127;;a;b;1.1.2026;;;;\n\
         ;Jurva;sotkanet:127;;a;b;1.1.2026;;;;\n\
         ;;;;a;;;;;;\n\
         KU743;;sotkanet:999;;a;b;31.2.2026;no;docx;;\n\
         KU743;;;Koirat;a;b;2.1.2027;fi;plain;0123456789abcdef;ehkä\n\
         KU743;;sotkanet:127;;a;b;1.1.2026;;;;x\n";
    let problems = World::new().read(text.as_bytes()).unwrap_err();
    let places: Vec<_> = problems
        .iter()
        .map(|problem| {
            let place = problem.place.as_ref().unwrap();
            (place.row, place.column.unwrap())
        })
        .collect();
    let mistakes: Vec<_> = problems
        .iter()
        .map(|problem| problem.mistake.clone())
        .collect();
    let text = |text: &str| text.to_owned();
    let expected = [
        (
            (2, 11),
            NoteMistake::UnknownHeading {
                heading: text("Kommentti"),
            },
        ),
        (
            (2, 12),
            NoteMistake::RepeatedHeading {
                heading: text("Päivä"),
            },
        ),
        (
            (3, 1),
            NoteMistake::OtherRegion {
                id: text("KU743"),
                name: text("Vaasa"),
            },
        ),
        ((4, 0), NoteMistake::UnknownRegion { text: text("743") }),
        (
            (5, 1),
            NoteMistake::AbolishedRegion {
                text: text("Jurva"),
            },
        ),
        (
            (6, 0),
            NoteMistake::Missing {
                column: NoteColumn::RegionId,
            },
        ),
        ((6, 2), NoteMistake::NoSubject),
        (
            (6, 5),
            NoteMistake::Missing {
                column: NoteColumn::Author,
            },
        ),
        (
            (6, 6),
            NoteMistake::Missing {
                column: NoteColumn::Date,
            },
        ),
        (
            (7, 2),
            NoteMistake::UnknownIndicator {
                text: text("sotkanet:999"),
            },
        ),
        (
            (7, 6),
            NoteMistake::NotADate {
                text: text("31.2.2026"),
            },
        ),
        ((7, 7), NoteMistake::UnknownLanguage { text: text("no") }),
        ((7, 8), NoteMistake::UnknownFormat { text: text("docx") }),
        (
            (8, 3),
            NoteMistake::UnknownTheme {
                text: text("Koirat"),
            },
        ),
        (
            (8, 6),
            NoteMistake::FutureDate {
                text: text("2.1.2027"),
            },
        ),
        (
            (8, 9),
            NoteMistake::UnknownNote {
                text: text("0123456789abcdef"),
            },
        ),
        (
            (8, 10),
            NoteMistake::UnknownMark {
                text: text("ehkä")
            },
        ),
        ((9, 10), NoteMistake::NothingToWithdraw),
    ];
    let (expected_places, expected_mistakes): (Vec<_>, Vec<_>) = expected.into_iter().unzip();
    assert_eq!(places, expected_places);
    assert_eq!(mistakes, expected_mistakes);
    let (fi, sv) = (
        messages(&problems, Language::Fi),
        messages(&problems, Language::Sv),
    );
    assert_eq!(
        fi[2],
        "rivi 3, sarake B: Tunnus KU743 ja nimi ”Vaasa” tarkoittavat eri alueita. Korjaa toinen \
         niistä."
    );
    assert_eq!(
        sv[14],
        "rad 8, kolumn G: Dagen 2.1.2027 har inte kommit ännu. Kontrollera dag och år."
    );
    // No two mistakes are told in the same words.
    for messages in [fi, sv, messages(&problems, Language::En)] {
        let different: BTreeSet<_> = messages.iter().collect();
        assert_eq!(different.len(), problems.len());
    }
}

#[test]
fn what_is_no_file_of_notes_is_told_as_a_whole() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "Alue").unwrap();
    let no_form = workbook.save_to_buffer().unwrap();
    let mut cut_off = no_form.clone();
    cut_off.truncate(600);
    let cases: [(&[u8], &str); 7] = [
        ("Käyttäjä;Päivä".as_bytes(), "Otsikkoriviä ei löydy"),
        (b"", "Otsikkoriviä ei löydy"),
        (
            "P\u{e4}iv\u{e4}"
                .chars()
                .map(|c| c as u8)
                .collect::<Vec<_>>()
                .leak(),
            "CSV UTF-8",
        ),
        (&no_form, "Otsikkoriviä ei löydy"),
        (&cut_off, "työkirjaa ei voi lukea"),
        (HEADINGS.as_bytes(), "ei ole yhtään muistiinpanoa"),
        (
            "Alue;Muistiinpano\nVaasa;\"auki".as_bytes(),
            "Lainausmerkki alkaa",
        ),
    ];
    for (bytes, says) in cases {
        let problems = World::new().read(bytes).unwrap_err();
        let messages = messages(&problems, Language::Fi);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].contains(says), "{messages:?}");
    }
    let large = vec![b';'; LARGEST_FILE + 1];
    let problems = World::new().read(&large).unwrap_err();
    assert_eq!(problems[0].mistake, NoteMistake::TooLarge);
    let long = format!("{HEADINGS}\n{}", "\n".repeat(MOST_ROWS));
    let problems = World::new().read(long.as_bytes()).unwrap_err();
    assert_eq!(problems[0].mistake, NoteMistake::TooManyRows);
}

#[test]
fn texts_have_limits_and_formulas_need_results() {
    let long = format!(
        "{HEADINGS}\nKU743;sotkanet:127;;{};{};1.1.2026\n",
        "ä".repeat(LONGEST_TEXT + 1),
        "b".repeat(LONGEST_AUTHOR + 1)
    );
    let problems = World::new().read(long.as_bytes()).unwrap_err();
    let too_long = |characters, most| NoteMistake::TooLong { characters, most };
    let mut mistakes = problems.into_iter().map(|problem| problem.mistake);
    assert_eq!(mistakes.next(), Some(too_long(10_001, 10_000)));
    assert_eq!(mistakes.next(), Some(too_long(201, 200)));

    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (place, column) in (0..).zip([NoteColumn::RegionId, NoteColumn::Theme, NoteColumn::Text]) {
        sheet.write(0, place, column.name()).unwrap();
    }
    let formula = Formula::new("1/0").set_result("#DIV/0!");
    sheet.write(1, 0, "KU743").unwrap();
    sheet.write(1, 1, "children").unwrap();
    sheet.write(1, 2, formula).unwrap();
    // A cell far away costs nothing.
    sheet.write(0, 16_000, "Kaukana").unwrap();
    let result = World::new().read(&workbook.save_to_buffer().unwrap());
    let problems = result.unwrap_err();
    let failed = |problem: &NoteProblem| {
        matches!(problem.mistake, NoteMistake::FailedFormula { .. })
            && problem.place.as_ref().unwrap().column == Some(2)
    };
    assert!(problems.iter().any(failed), "{problems:?}");
}

#[test]
fn options_stand_for_what_rows_leave_out() {
    let world = World {
        author: Some(" Työpaja\u{202e} "),
        date: Some("2026-05-06".parse().unwrap()),
        ..World::new()
    };
    let text = format!("{HEADINGS}\nHVA16;;lapset;Teksti;;\nKU743;;lapset;Toinen;Joku;1.2.2026\n");
    let notes = world.notes(text.as_bytes());
    assert_eq!(notes[0].author, "Työpaja");
    assert_eq!(notes[0].date.to_string(), "2026-05-06");
    assert_eq!(notes[1].author, "Joku");
    assert_eq!(notes[1].date.to_string(), "2026-02-01");
}

#[test]
fn rows_keep_correct_and_withdraw() {
    let mut world = World::new();
    let text = format!("{HEADINGS}\nKU743;;lapset;Teksti;Joku;1.2.2026\n");
    let note = world.notes(text.as_bytes()).remove(0);
    let id = note.id();
    world.known.insert(id.clone());
    let headings = format!("{HEADINGS};Muistiinpanon tunnus;Poista");
    let text = format!(
        "{headings}\n\
         KU743;;lapset;Teksti;Joku;1.2.2026;{id};\n\
         KU743;;lapset;Korjattu;Joku;1.2.2026;{id};ei\n\
         KU743;;lapset;Teksti;Joku;1.2.2026;;x\n\
         KU743;;lapset;Teksti;Joku;1.2.2026;;\n\
         ;;;;;;{id};Kyllä\n"
    );
    let requests = world.read(text.as_bytes()).unwrap();
    assert_eq!(requests.len(), 3, "{requests:#?}");
    assert_eq!(requests[0], NoteRequest::Keep(note));
    let NoteRequest::Replace { withdrawn, note } = &requests[1] else {
        panic!("{:?}", requests[1]);
    };
    assert_eq!((withdrawn, note.text.as_str()), (&id, "Korjattu"));
    assert_eq!(requests[2], NoteRequest::Withdraw(id));
}

#[test]
fn the_languages_of_headings_that_tell_none_must_be_given() {
    let text = "region_id,theme,text,author,date,language\n\
                KU743,children,a,b,2026-01-01,sv\n\
                KU743,children,a,b,2026-01-01,\n";
    let problems = World::new().read(text.as_bytes()).unwrap_err();
    let column = NoteColumn::Language;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].mistake, NoteMistake::Missing { column });
}
