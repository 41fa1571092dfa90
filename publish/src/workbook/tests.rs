use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use botnia_config::NoteColumn;
use botnia_model::{
    Comparator, NotCompared, NoteFormat, NoteSubject, PeerMethod, RegionId, RegionLevel, Status,
    Verdict,
};
use calamine::{Data, Range, Reader as _, Xlsx};

use super::*;
use crate::report::made_up::{points, region, row, text, vaasa};
use crate::report::{Judged, PeerGroup, ReportRow, Series};

const HEADINGS: usize = sheet::HEADINGS_ROW as usize;

/// Vaasa with a figure that is known, one that is missing, one with a title that tries to
/// run, and one of several years.
pub(crate) fn report() -> RegionReport {
    let mut missing = row("sotkanet:0074", "children", 0.0);
    missing.value = None;
    missing.period = None;
    missing.year = None;
    missing.status = Status::Suppressed;
    let mut several = row("sotkanet:4", "children", 1_234.567);
    several.title = text("=HYPERLINK(\"x\")", "+1", "");
    several.period = Some("2022/2024".parse().unwrap());
    several.decimals = Some(2);
    several.comparisons[0].judged = Judged {
        verdict: Verdict::NotCompared,
        not_compared: Some(NotCompared::NoInterval),
    };
    RegionReport {
        region: vaasa(),
        rows: vec![
            row("sotkanet:181", "children", 8.0),
            missing,
            several,
            row("sotkanet:5", "health_promotion", 12.5),
        ],
        series: BTreeMap::from([(
            "sotkanet:181".to_owned(),
            Series {
                points: points(2022, &[Some(9.5), None, Some(8.0)]),
            },
        )]),
    }
}

pub(crate) fn context() -> ReportContext {
    let province = region(
        RegionLevel::Province,
        "15",
        text("Pohjanmaa", "Österbotten", ""),
    );
    let county = region(
        RegionLevel::WellbeingCounty,
        "17",
        text(
            "Pohjanmaan hyvinvointialue",
            "Österbottens välfärdsområde",
            "",
        ),
    );
    let peer = region(
        RegionLevel::Municipality,
        "609",
        text("Pori", "Björneborg", ""),
    );
    let group = PeerGroup {
        method: PeerMethod::Nearest,
        basis: String::new(),
        regions: vec![peer.key.id()],
    };
    let regions = [province, county, peer, vaasa()];
    ReportContext {
        regions: regions
            .into_iter()
            .map(|region| (region.key.id(), region))
            .collect(),
        peers: BTreeMap::from([("KU905".parse::<RegionId>().unwrap(), group)]),
        ..ReportContext::default()
    }
}

pub(crate) fn facts(synthetic: bool) -> ReleaseFacts {
    ReleaseFacts {
        number: 7.try_into().unwrap(),
        moment: "2026-11-22T03:15:07Z".parse().unwrap(),
        synthetic,
        program_version: "0.1.0".to_owned(),
        schema_version: "1.0.0".to_owned(),
        geo_vintage: "2026-01-01".to_owned(),
        sources: Vec::new(),
        indicators: Vec::new(),
        regions: Vec::new(),
        rows: 0,
        changes: Vec::new(),
        new_periods: Vec::new(),
        revised_figures: Vec::new(),
        new_indicators: Vec::new(),
        gone_indicators: Vec::new(),
        held: Vec::new(),
        changed_notes: Vec::new(),
    }
}

pub(crate) fn note(text: &str) -> Note {
    Note {
        region: vaasa().key,
        subject: NoteSubject::Indicator("sotkanet:181".parse().unwrap()),
        date: "2026-11-20".parse().unwrap(),
        author: "@Nuoret".to_owned(),
        language: Language::Fi,
        format: NoteFormat::Plain,
        text: text.to_owned(),
    }
}

fn bytes(report: &RegionReport, notes: &[Note], language: Language) -> Vec<u8> {
    RegionWorkbook {
        report,
        context: &context(),
        facts: &facts(true),
        notes,
    }
    .write(language)
    .unwrap()
}

fn open(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

/// The rows of a table below its headings, by heading.
fn table(range: &Range<Data>) -> Vec<BTreeMap<String, Data>> {
    let cell = |row: usize, column: usize| {
        let place = (u32::try_from(row).unwrap(), u32::try_from(column).unwrap());
        range.get_value(place).cloned().unwrap_or_default()
    };
    let (last_row, last_column) = range.end().unwrap();
    let columns = 0..=last_column as usize;
    let headings: Vec<String> = columns
        .map(|column| cell(HEADINGS, column).to_string())
        .collect();
    (HEADINGS + 1..=last_row as usize)
        .map(|row| {
            let cells = headings.iter().enumerate();
            cells
                .map(|(column, heading)| (heading.clone(), cell(row, column)))
                .collect()
        })
        .collect()
}

fn string(text: &str) -> Data {
    Data::String(text.to_owned())
}

#[test]
fn a_workbook_has_its_sheets_and_each_has_its_title() {
    for (language, expected, title) in [
        (
            Language::Fi,
            [
                "Sisältö",
                "Lapset, nuoret ja perheet",
                "Hyvinvoinnin edistäminen",
                "Havainnot",
                "Kuvailutiedot",
                "Muistiinpanot",
            ],
            "Hyvinvoinnin indikaattorit: Vaasa",
        ),
        (
            Language::Sv,
            [
                "Innehåll",
                "Barn, unga och familjer",
                "Främjande av välfärd",
                "Observationer",
                "Metadata",
                "Anteckningar",
            ],
            "Välfärdsindikatorer: Vasa",
        ),
    ] {
        let bytes = bytes(&report(), &[], language);
        let mut workbook = open(&bytes);
        assert_eq!(workbook.sheet_names(), expected);
        for name in expected {
            let range = workbook.worksheet_range(name).unwrap();
            assert_eq!(range.start(), Some((0, 0)), "{name}");
            let first = range.get_value((0, 0)).unwrap().to_string();
            assert!(
                first.ends_with(title.split_once(": ").unwrap().1),
                "{first}"
            );
            assert_eq!(workbook.merge_cells_by_sheet_name(name).unwrap(), []);
            // Made-up figures say so on every sheet.
            let above: Vec<_> = (0..HEADINGS)
                .filter_map(|row| range.get_value((u32::try_from(row).unwrap(), 0)))
                .map(ToString::to_string)
                .collect();
            let says = if language == Language::Fi {
                "keksittyä"
            } else {
                "påhitta"
            };
            assert!(above.iter().any(|text| text.contains(says)), "{above:?}");
        }
        let contents = workbook.worksheet_range(expected[0]).unwrap();
        assert_eq!(contents.get_value((0, 0)), Some(&string(title)));
    }
}

#[test]
fn a_theme_has_the_layout_of_the_national_table_with_numbers_and_codes() {
    let bytes = bytes(&report(), &[], Language::Fi);
    let mut workbook = open(&bytes);
    let range = workbook
        .worksheet_range("Lapset, nuoret ja perheet")
        .unwrap();
    let headings: Vec<_> = range.rows().nth(HEADINGS).unwrap().to_vec();
    assert_eq!(
        headings[..9],
        [
            "Indikaattori",
            "Yksikkö",
            "Vuosi",
            "Oma arvo",
            "Muutos edellisestä",
            "V1 Pohjanmaa",
            "V2 Pohjanmaan hyvinvointialue",
            "V3 Koko maa",
            "V4 Verrokkialueet",
        ]
        .map(string)
    );
    let rows = table(&range);
    assert_eq!(rows.len(), 3);
    let first = &rows[0];
    assert_eq!(first["Vuosi"], Data::Float(2024.0));
    assert_eq!(first["Oma arvo"], Data::Float(8.0));
    assert_eq!(first["Muutos edellisestä"], Data::Float(-1.0));
    assert_eq!(first["Tunnus"], string("sotkanet:181"));
    assert_eq!(first["Tila"], string("normaali"));
    // A code keeps its zeros, and what is missing is empty and says why.
    let missing = &rows[1];
    assert_eq!(missing["Tunnus"], string("sotkanet:0074"));
    assert_eq!(missing["Oma arvo"], Data::Empty);
    assert_eq!(missing["Vuosi"], Data::Empty);
    assert_eq!(missing["Tila"], string("ei näytetä tietosuojan vuoksi"));
    assert!(!missing["Huomautus"].to_string().is_empty());
    // The figure is whole, whatever its cell shows of it.
    let several = &rows[2];
    assert_eq!(several["Oma arvo"], Data::Float(1_234.567));
    assert_eq!(several["Vuosi"], string("2022–2024"));
    assert!(
        several["Huomautus"]
            .to_string()
            .contains("sattuman osuutta ei voi arvioida")
    );
}

#[test]
fn a_verdict_is_that_of_the_report() {
    let report = report();
    for language in WORKBOOK_LANGUAGES {
        let bytes = bytes(&report, &[], language);
        let mut workbook = open(&bytes);
        let phrases = Phrases::of(language);
        let columns = comparator_columns(&report, &context(), language);
        assert_eq!(columns.len(), Comparator::ALL.len());
        let mut seen = 0;
        for name in workbook.sheet_names() {
            let range = workbook.worksheet_range(&name).unwrap();
            for cells in table(&range) {
                let Some(Data::String(id)) = cells.get(phrases.code) else {
                    continue;
                };
                let of_row = |row: &&ReportRow| row.indicator_id == *id;
                let row = report.rows.iter().find(of_row).unwrap();
                for column in &columns {
                    let heading = format!("{}: {}", phrases.difference, column.name);
                    let Some(cell) = cells.get(&heading) else {
                        continue;
                    };
                    let verdict = row.comparison(column.comparator).judged.verdict;
                    assert_eq!(*cell, string(shared::verdict(language, verdict)));
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, report.rows.len() * Comparator::ALL.len());
    }
}

#[test]
fn what_tries_to_run_is_text() {
    let bytes = bytes(&report(), &[note("=cmd|' /C calc'!A0")], Language::Fi);
    let mut workbook = open(&bytes);
    let mut found = BTreeSet::new();
    for name in workbook.sheet_names() {
        let formulas = workbook.worksheet_formula(&name).unwrap();
        let formula = formulas.used_cells().next();
        assert_eq!(formula, None, "{name}");
        let range = workbook.worksheet_range(&name).unwrap();
        for (_, _, cell) in range.used_cells() {
            if let Data::String(text) = cell
                && text.starts_with(['=', '@'])
            {
                found.insert(text.clone());
            }
        }
    }
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        ["=HYPERLINK(\"x\")", "=cmd|' /C calc'!A0", "@Nuoret"]
    );
}

#[test]
fn the_observations_are_the_series() {
    let bytes = bytes(&report(), &[], Language::Sv);
    let range = open(&bytes).worksheet_range("Observationer").unwrap();
    let rows = table(&range);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0]["Tid"], Data::Float(2022.0));
    assert_eq!(rows[0]["Värde"], Data::Float(9.5));
    assert_eq!(rows[1]["Värde"], Data::Empty);
    assert_eq!(rows[1]["Status"], string("inte publicerad"));
    assert_eq!(rows[2]["Kön"], string("totalt"));
}

#[test]
fn the_form_has_the_notes_and_a_row_for_every_theme_and_indicator() {
    let said = note("- Väki\nvähenee");
    let bytes = bytes(&report(), std::slice::from_ref(&said), Language::Fi);
    let range = open(&bytes).worksheet_range("Muistiinpanot").unwrap();
    let rows = table(&range);
    let heading = |column: NoteColumn| column.heading(Language::Fi);
    // The note, two themes and four indicators.
    assert_eq!(rows.len(), 1 + 2 + 4);
    assert_eq!(
        rows[0][heading(NoteColumn::Text)],
        string("- Väki\nvähenee")
    );
    assert_eq!(
        rows[0][heading(NoteColumn::NoteId)],
        string(said.id().as_str())
    );
    assert_eq!(rows[0][heading(NoteColumn::Date)], string("2026-11-20"));
    assert_eq!(
        rows[1][heading(NoteColumn::Theme)],
        string("Lapset, nuoret ja perheet")
    );
    for row in &rows {
        assert_eq!(row[heading(NoteColumn::RegionId)], string("KU905"));
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let notes = [note("a")];
    let first = bytes(&report(), &notes, Language::Fi);
    assert_eq!(first, bytes(&report(), &notes, Language::Fi));
    assert_ne!(first, bytes(&report(), &[note("b")], Language::Fi));
}

#[test]
fn a_region_without_any_figure_has_a_workbook() {
    let mut nothing = report();
    nothing.series.clear();
    for row in &mut nothing.rows {
        row.value = None;
        row.status = Status::NotPublished;
    }
    let bytes = bytes(&nothing, &[], Language::Fi);
    let range = open(&bytes).worksheet_range("Havainnot").unwrap();
    assert_eq!(range.rows().nth(HEADINGS).unwrap()[0], string("Tunnus"));
}

#[test]
fn everything_that_a_workbook_shows_makes_its_hash() {
    let hash = |text: &str| ContentHash::of(text.as_bytes());
    let of = |language, tables: &[&str], shared, notes: &[Note]| {
        let tables: Vec<_> = tables.iter().map(|table| hash(table)).collect();
        workbook_hash(language, &tables, hash(shared), notes)
    };
    let first = of(Language::Fi, &["a", "b"], "shared", &[]);
    for other in [
        of(Language::Sv, &["a", "b"], "shared", &[]),
        of(Language::Fi, &["a", "c"], "shared", &[]),
        of(Language::Fi, &["a", "b"], "other", &[]),
        of(Language::Fi, &["a", "b"], "shared", &[note("a")]),
    ] {
        assert_ne!(other, first);
    }
}
