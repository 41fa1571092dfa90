//! The pages of made-up reports.

use std::collections::BTreeMap;

use botnia_model::{
    IndicatorId, NotCompared, Note, NoteFormat, NoteSubject, RegionKey, RegionLevel, ReleaseNumber,
    SourceId,
};

use super::made_up::{
    indicator_columns, joined, parquet, points, region, row, text, vaasa, wellbeing_columns,
};
use super::*;
use crate::documents::{ReleaseFacts, SourceFact};
use crate::site::{BoundaryShapes, Maps};

fn facts(number: u32, synthetic: bool) -> ReleaseFacts {
    ReleaseFacts {
        number: ReleaseNumber::try_from(number).unwrap(),
        moment: jiff::Timestamp::constant(1_795_238_100, 0),
        synthetic,
        program_version: "0.1.0".to_owned(),
        schema_version: "1.0.0".to_owned(),
        geo_vintage: "2026-01-01".to_owned(),
        sources: vec![SourceFact {
            id: "sotkanet".parse::<SourceId>().unwrap(),
            name: text("Sotkanet", "Sotkanet", "Sotkanet"),
            url: "javascript:alert(1)".to_owned(),
        }],
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

fn context() -> ReportContext {
    let pohjanmaa = region(
        RegionLevel::Province,
        "15",
        text("Pohjanmaa", "Österbotten", "Ostrobothnia"),
    );
    ReportContext {
        indicators: IndicatorDetails::read(
            "indicators.parquet",
            parquet(indicator_columns("sotkanet:181")),
        )
        .unwrap(),
        regions: [vaasa(), pohjanmaa].map(|one| (one.key.id(), one)).into(),
        ..ReportContext::default()
    }
}

fn report(rows: Vec<ReportRow>) -> RegionReport {
    let own = Series {
        points: points(2020, &[Some(9.5), Some(9.0), None, Some(9.0), Some(8.0)]),
    };
    RegionReport {
        region: vaasa(),
        rows,
        series: BTreeMap::from([("sotkanet:181".to_owned(), own)]),
    }
}

fn written(report: &RegionReport, kind: PageKind, language: Language) -> String {
    let pages = Pages {
        report,
        context: &context(),
        facts: &facts(7, true),
        notes: &[],
        maps: None,
    };
    String::from_utf8(pages.write(kind, language).unwrap()).unwrap()
}

/// A row that was not compared with anything, and has no figure.
fn missing(indicator_id: &str, status: Status) -> ReportRow {
    let none = Judged {
        verdict: Verdict::NotCompared,
        not_compared: Some(NotCompared::NoValue),
    };
    let known = row(indicator_id, "everyone", 0.0);
    ReportRow {
        value: None,
        year: None,
        period: None,
        interval: None,
        status,
        title: text("Lukua ei ole", "", ""),
        change_verdict: none,
        comparisons: known.comparisons.map(|one| Comparison {
            value: None,
            judged: none,
            ..one
        }),
        ..known
    }
}

#[test]
fn a_page_says_in_words_what_the_table_says() {
    let report = report(vec![row("sotkanet:181", "working_age", 8.0)]);
    for (language, better, similar, trend) in [
        (Language::Fi, "parempi", "ei selvää eroa", "paranemassa"),
        (
            Language::Sv,
            "bättre",
            "ingen tydlig skillnad",
            "blir bättre",
        ),
        (
            Language::En,
            "better",
            "no clear difference",
            "getting better",
        ),
    ] {
        let page = written(&report, PageKind::Report, language);
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        // Country and province: better. The county is no region of this release.
        assert!(
            page.contains(&format!("<td class=\"v b\">{better}")),
            "{language}"
        );
        assert!(
            page.contains(&format!("aria-label=\"{better}\"")),
            "{language}"
        );
        assert!(page.contains(trend), "{language}");
        assert!(
            !page.contains(&format!("aria-label=\"{similar}\"")),
            "{language}"
        );
    }
    let finnish = written(&report, PageKind::Report, Language::Fi);
    for shown in [
        "<b>8,0</b>",
        "7,5–8,5",
        "−1,0",
        "ei julkaistu",
        "julkaisussa 7",
    ] {
        assert!(finnish.contains(shown), "{shown}");
    }
    let english = written(&report, PageKind::Report, Language::En);
    assert!(english.contains("<b>8.0</b>") && english.contains("7.5–8.5"));
}

#[test]
fn a_missing_figure_stands_in_the_annex_with_its_reason_and_is_never_zero() {
    let report = report(vec![missing("sotkanet:1", Status::Suppressed)]);
    let page = written(&report, PageKind::Report, Language::Fi);
    let annex = page.split("id=\"annex\"").nth(1).unwrap();
    assert!(annex.contains("Lukua ei ole<td>Kaikki ikäryhmät<td>Tietoa ei näytetä tietosuojan"));
    assert!(!page.contains("<b>0,0</b>"));
    assert!(page.contains("Vaasassa yksikään luku ei ole selvästi parempi kuin koko maassa."));
    assert!(page.contains("Yhtään lukua ei voitu verrata koko maahan"));
}

#[test]
fn what_comes_from_outside_is_only_text() {
    let hostile = "=cmd()<script>alert(1)</script>\u{202e}x\" onload=\"y";
    let mut rows = vec![row("sotkanet:181", "working_age", 8.0)];
    rows[0].title = text(hostile, hostile, hostile);
    rows[0].sentence = text(hostile, hostile, hostile);
    let mut report = report(rows);
    report.region.name = text(hostile, hostile, hostile);
    let id: IndicatorId = "sotkanet:181".parse().unwrap();
    let notes = [Note {
        region: RegionKey::new(RegionLevel::Municipality, "905".parse().unwrap()),
        subject: NoteSubject::Indicator(id),
        date: jiff::civil::date(2026, 11, 1),
        author: hostile.to_owned(),
        language: Language::Sv,
        format: NoteFormat::Plain,
        text: hostile.to_owned(),
    }];
    let pages = Pages {
        report: &report,
        context: &context(),
        facts: &facts(7, true),
        notes: &notes,
        maps: None,
    };
    for kind in [PageKind::Report, PageKind::Short, PageKind::ProfileSvg] {
        let page = String::from_utf8(pages.write(kind, Language::Fi).unwrap()).unwrap();
        assert!(!page.contains("<script"), "{kind:?}");
        assert!(!page.contains('\u{202e}'), "{kind:?}");
        assert!(!page.contains("\" onload=\""), "{kind:?}");
        assert!(!page.contains("href=\"javascript"), "{kind:?}");
        assert!(page.contains("=cmd()&lt;script&gt;"), "{kind:?}");
    }
    let page = pages.report(Language::Fi).unwrap();
    assert!(page.contains("<div class=\"note\" lang=\"sv\">"));
}

#[test]
fn pages_need_nothing_else_and_say_that_figures_are_made_up() {
    let report = report(vec![row("sotkanet:181", "working_age", 8.0)]);
    for kind in [PageKind::Report, PageKind::Short, PageKind::ProfileSvg] {
        let page = written(&report, kind, Language::Sv);
        for loads in [
            "<script",
            "<link rel=\"stylesheet",
            "src=",
            "url(",
            "@import",
        ] {
            assert!(!page.contains(loads), "{kind:?}: {loads}");
        }
        assert!(page.contains("påhittade uppgifter"), "{kind:?}");
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = report(vec![row("sotkanet:181", "working_age", 8.0)]);
    for kind in PageKind::ALL {
        for language in Language::ALL {
            let pages = || {
                Pages {
                    report: &report,
                    context: &context(),
                    facts: &facts(7, true),
                    notes: &[],
                    maps: None,
                }
                .write(kind, language)
                .unwrap()
            };
            assert_eq!(pages(), pages(), "{}", page_file(kind, language));
        }
    }
}

#[test]
fn a_full_report_stays_small() {
    // As many indicators as the sets have, each with 15 years and long words.
    let long = "Toimeentulotukea pitkäaikaisesti saaneet 25 - 64-vuotiaat, % väestöstä";
    let values = vec![Some(1_234.5); 15];
    let mut rows = Vec::new();
    let mut series = BTreeMap::new();
    for index in 0..150 {
        let id = format!("sotkanet:{index}");
        let theme = THEMES[index % THEMES.len()];
        let mut one = row(&id, theme, 1_234.5);
        one.title = text(long, long, long);
        rows.push(one);
        let points = points(2010, &values);
        series.insert(id, Series { points });
    }
    let report = RegionReport {
        region: vaasa(),
        rows,
        series,
    };
    let bytes = written(&report, PageKind::Report, Language::Fi).len();
    assert!(bytes < 500_000, "{bytes}");
}

#[test]
fn whatever_a_page_shows_decides_whether_it_is_carried() {
    let hash = |text: &str| botnia_model::ContentHash::of(text.as_bytes());
    let of = |kind, language, table: &str, shared: &str, notes: &[Note]| {
        page_hash((kind, language), &[hash(table)], hash(shared), notes)
    };
    let note = Note {
        region: RegionKey::new(RegionLevel::Municipality, "905".parse().unwrap()),
        subject: NoteSubject::Theme("children".to_owned()),
        date: jiff::civil::date(2026, 11, 1),
        author: "Vaasa".to_owned(),
        language: Language::Sv,
        format: NoteFormat::Plain,
        text: "x".to_owned(),
    };
    let first = of(PageKind::Report, Language::Fi, "a", "b", &[]);
    assert_eq!(first, of(PageKind::Report, Language::Fi, "a", "b", &[]));
    for other in [
        of(PageKind::Short, Language::Fi, "a", "b", &[]),
        of(PageKind::Report, Language::Sv, "a", "b", &[]),
        of(PageKind::Report, Language::Fi, "c", "b", &[]),
        of(PageKind::Report, Language::Fi, "a", "c", &[]),
        of(PageKind::Report, Language::Fi, "a", "b", &[note]),
    ] {
        assert_ne!(first, other);
    }
}

/// Vaasa and two others of Pohjanmaa, and what each has of an indicator.
fn around(figures: &[(&str, &str, Option<f64>)]) -> ReportContext {
    let municipality = |code: &str, name: &str| Region {
        province: Some("15".parse().unwrap()),
        ..region(RegionLevel::Municipality, code, text(name, name, name))
    };
    let mut context = context();
    for one in [
        municipality("545", "Närpiö"),
        municipality("499", "Mustasaari"),
    ] {
        context.regions.insert(one.key.id(), one);
    }
    let mut columns: Vec<_> = Vec::new();
    for (code, period, value) in figures {
        let row = ReportRow {
            period: Some(period.parse().unwrap()),
            value: *value,
            ..row("sotkanet:181", "working_age", 8.0)
        };
        let one = region(RegionLevel::Municipality, code, Text::default());
        columns.push(wellbeing_columns(&one, &[row]));
    }
    context.municipal = MunicipalFigures::read("wellbeing.parquet", joined(columns)).unwrap();
    context
}

fn neighbours(context: &ReportContext, maps: Option<&Maps>, language: Language) -> String {
    let report = report(vec![row("sotkanet:181", "working_age", 8.0)]);
    let pages = Pages {
        report: &report,
        context,
        facts: &facts(7, true),
        notes: &[],
        maps,
    };
    pages.report(language).unwrap()
}

#[test]
fn a_map_has_the_figures_of_the_municipalities_and_a_table_of_them() {
    let context = around(&[
        ("905", "2024", Some(8.0)),
        ("545", "2024", Some(3.5)),
        ("499", "2023", Some(5.5)),
    ]);
    let square = |x: i32| vec![vec![(x, 0), (x + 4, 0), (x + 4, 4), (x, 4)]];
    let key = |code: &str| RegionKey::new(RegionLevel::Municipality, code.parse().unwrap());
    let maps = Maps::new(&BoundaryShapes {
        country: BTreeMap::new(),
        detail: BTreeMap::from([
            (key("905"), square(0)),
            (key("545"), square(4)),
            (key("499"), square(8)),
        ]),
    });
    let page = neighbours(&context, Some(&maps), Language::Fi);
    assert!(page.contains("<path id=\"m905\" d=\"M0 0"), "the shape");
    // Two figures of 2024 in two classes; that of 2023 has none.
    assert!(page.contains("<g class=c1><use href=\"#m545\"><title>Närpiö: 3,5</title></use></g>"));
    assert!(page.contains("<title>Vaasa: 8,0</title>"));
    assert!(
        page.contains("<g class=c0><use href=\"#m499\"><title>Mustasaari: –</title></use></g>")
    );
    assert!(page.contains("<use class=mo stroke-width=0.09 href=\"#m905\"/>"));
    assert!(
        page.contains("<text x=2 y=3>2</text>"),
        "a number beside the shade"
    );
    assert!(page.contains("<b class=\"c1\">1</b> 3,5"), "the legend");
    assert!(page.contains("2024. Pienin luku on 3,5, suurin 8,0. Kaikki luvut ovat taulukossa."));
    assert!(page.contains("<th scope=row>Mustasaari<td class=r>5,5 (2023)"));
    assert!(page.contains("<th scope=row>Närpiö<td class=r>3,5\n"));
}

#[test]
fn without_boundaries_a_map_gives_way_to_a_dot_plot() {
    let context = around(&[("905", "2024", Some(8.0)), ("545", "2024", Some(3.5))]);
    let page = neighbours(&context, None, Language::Sv);
    assert!(page.contains("Kommunerna sida vid sida"));
    assert!(page.contains("<g class=\"mark0\">") && page.contains("<title>Vasa: 8,0</title>"));
    assert!(!page.contains("<use "));
    assert!(page.contains("<span>3,5</span> <span>8,0</span>"));
    assert!(page.contains("<th scope=row>Mustasaari<td class=r>–"));
}

#[test]
fn one_municipality_with_a_figure_is_no_map() {
    let context = around(&[("905", "2024", Some(8.0)), ("545", "2024", None)]);
    assert!(!neighbours(&context, None, Language::En).contains("id=\"neighbours\""));
}

#[test]
fn a_page_names_every_file_of_its_folder() {
    let report = report(vec![row("sotkanet:181", "working_age", 8.0)]);
    let page = |language| written(&report, PageKind::Report, language);
    for (language, files) in [
        (
            Language::Fi,
            [
                "indikaattorit.fi.xlsx",
                "tyopaja.fi.html",
                "charts/profiili.fi.svg",
                "charts/profiili.fi.png",
            ],
        ),
        (
            Language::Sv,
            [
                "indikatorer.sv.xlsx",
                "workshop.sv.html",
                "charts/profil.sv.svg",
                "charts/profil.sv.png",
            ],
        ),
    ] {
        let page = page(language);
        for file in files.into_iter().chain(["notes.csv", "wellbeing.parquet"]) {
            assert!(page.contains(&format!("<a href=\"{file}\">")), "{file}");
        }
    }
    let english = page(Language::En);
    assert!(english.contains("<a href=\"indikaattorit.fi.xlsx\" hreflang=\"fi\">"));
    assert!(english.contains("<a href=\"workshop.sv.html\" hreflang=\"sv\">"));
    assert!(english.contains("<a href=\"charts/profile.en.svg\">"));
}
