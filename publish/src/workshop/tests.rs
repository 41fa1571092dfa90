use botnia_model::NoteSubject;

use super::*;
use crate::report::made_up::row;
use crate::workbook::tests::{context, facts, note, report};

fn page(report: &RegionReport, notes: &[Note], language: Language) -> String {
    WorkshopPack {
        report,
        context: &context(),
        facts: &facts(true),
        notes,
    }
    .write(language)
    .unwrap()
}

#[test]
fn every_theme_with_figures_has_a_page_with_room_to_write() {
    let html = page(&report(), &[], Language::Fi);
    assert!(html.contains("<html lang=\"fi\">"));
    assert!(html.contains("Vaasa: Lapset, nuoret ja perheet</h2>"));
    assert!(html.contains("Vaasa: Hyvinvoinnin ja terveyden edistäminen</h2>"));
    assert_eq!(html.matches("<section class=\"theme\"").count(), 2);
    // A row for each figure; the missing one has no room.
    assert_eq!(html.matches("<td class=\"write\"></td>").count(), 3);
    assert!(html.contains("Tulkinta &#x2f; ehdotus"));
    assert!(html.contains("<th scope=\"col\">V1 Pohjanmaa</th>"));
    // The notice stands on the first page and on every theme's.
    assert_eq!(html.matches("class=\"notice\"").count(), 3);
    let swedish = page(&report(), &[], Language::Sv);
    assert!(swedish.contains("<html lang=\"sv\">") && swedish.contains("Tolkning &#x2f; förslag"));
}

#[test]
fn what_comes_from_outside_is_text() {
    let mut report = report();
    report.rows[0].title.fi = "<script>alert(1)</script>".to_owned();
    let said = note("</p><img src=x onerror=alert(1)>\nToinen rivi");
    let html = page(&report, &[said], Language::Fi);
    assert!(!html.contains("<script") && !html.contains("<img"));
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(html.contains("<p>Toinen rivi</p>"));
}

#[test]
fn notes_stand_in_the_theme_that_they_are_about() {
    let of_theme = Note {
        subject: NoteSubject::Theme("health_promotion".to_owned()),
        ..note("Koko teemasta")
    };
    let html = page(&report(), &[note("Luvusta"), of_theme], Language::Fi);
    let (children, promotion) = html.split_at(html.rfind("<section").unwrap());
    assert!(children.contains("Luvusta") && !children.contains("Koko teemasta"));
    assert!(promotion.contains("Koko teemasta") && !promotion.contains("Luvusta"));
    assert!(children.contains("@Nuoret, 20.11.2026"));
}

#[test]
fn a_theme_with_many_figures_keeps_those_that_leave_most_to_talk_about() {
    let mut report = report();
    report.rows = (0..15)
        .map(|number| {
            let mut row = row(&format!("sotkanet:{number}"), "children", 8.0);
            if number < 8 {
                for comparison in &mut row.comparisons {
                    comparison.judged.verdict = Verdict::Similar;
                }
                row.change_verdict.verdict = Verdict::Similar;
            }
            row.title.fi = format!("Indikaattori {number}.");
            row
        })
        .collect();
    let html = page(&report, &[], Language::Fi);
    assert_eq!(html.matches("<td class=\"write\">").count(), ROWS_OF_A_PAGE);
    for number in 8..15 {
        assert!(html.contains(&format!("scope=\"row\">Indikaattori {number}.")));
    }
    assert!(html.contains("(6 muuta indikaattoria, joilla on arvo, on työkirjassa)"));
}

#[test]
fn the_same_report_gives_the_same_page() {
    let first = page(&report(), &[note("a")], Language::Fi);
    assert_eq!(first, page(&report(), &[note("a")], Language::Fi));
}
