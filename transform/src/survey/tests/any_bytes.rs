//! Any bytes at all: an error or a table, never a panic, and never much memory.

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use super::*;

fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let rows = [
        [
            "Maakunta",
            "Vuosi",
            "Ryhmä",
            "Kysymys",
            "Vastaus",
            "Lukumäärä",
        ],
        ["Pohjanmaa", "2018", "Kaikki", "Asuminen", "Kyllä", "20"],
        ["Pohjanmaa", "2018", "Kaikki", "Asuminen", "Ei", "20"],
    ];
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_is_read_like_csv() {
    let read = read(&workbook(), &map(), None, tables()).unwrap();
    assert_eq!(read.figures(), 2);
}

/// A cell at the far end of a sheet is no reason to make room for all before it.
#[test]
fn a_far_cell_is_refused() {
    let mut workbook = Workbook::new();
    workbook
        .add_worksheet()
        .write(1_048_575, 16_383, 1)
        .unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let error = read(&bytes, &map(), None, tables()).unwrap_err();
    assert!(matches!(error, SurveyError::TooLarge { .. }), "{error}");
}

/// What a workbook says of its size when unpacked is looked at before it is unpacked.
#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused() {
    let mut bytes = workbook();
    let entry = bytes
        .windows(4)
        .position(|window| window == b"PK\x01\x02")
        .unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&0xF000_0000_u32.to_le_bytes());
    let error = read(&bytes, &map(), None, tables()).unwrap_err();
    assert!(matches!(error, SurveyError::TooLarge { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &map(), None, tables());
    }

    #[test]
    fn a_damaged_workbook_never_panics(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        length in any::<prop::sample::Index>(),
    ) {
        let mut bytes = workbook();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        let _ = read(&bytes, &map(), None, tables());
        bytes.truncate(length.index(bytes.len()));
        let _ = read(&bytes, &map(), None, tables());
    }

    #[test]
    fn rows_of_any_words_never_panic(
        rows in proptest::collection::vec(
            proptest::collection::vec(
                prop_oneof![
                    "(Pohjanmaa|Vaasa|Kaikki|Viranhaltijat|Asuminen|Harrastukset|Kyllä|Ei|Liikunta)",
                    "[0-9]{1,4}",
                    "[0-9]{1,12}([,.][0-9]{1,3})?",
                    "(\\.\\.|#N/A|-1|\")",
                    "\\PC{0,8}",
                ],
                0..9,
            ),
            0..30,
        ),
    ) {
        let mut file = String::from(
            "Maakunta;Vuosi;Ryhmä;Kysymys;Vastaus;Lukumäärä;Osuus;Vastaajia\n",
        );
        for row in rows {
            file += &row.join(";");
            file.push('\n');
        }
        match read(file.as_bytes(), &map(), None, tables()) {
            Ok(table) => {
                let _ = publishable(&table, &map(), tables(), &[], false);
            }
            Err(SurveyError::Problems { problems }) => {
                for problem in problems {
                    prop_assert!(!problem.text(Language::Sv).is_empty());
                }
            }
            Err(_) => {}
        }
    }
}
