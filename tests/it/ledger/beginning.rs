//! A ledger that is begun anew beside releases.

use botnia::engine::ledger::{AnswerPlace, Beginning, Completion, Figures, SeriesChange};
use botnia_model::{
    AnswerRole, ContentHash, Event, Findings, Language, Note, NoteFormat, NoteSubject, RegionKey,
    ReleaseNumber,
};

use super::place::{Place, at};

fn figures(content: &[u8]) -> Figures {
    let hash = ContentHash::of(content);
    Figures {
        description: hash,
        data: vec![hash],
        years: String::new(),
        regions: Some(hash),
        division: hash,
        title: "Keksitty".to_owned(),
        normalised: hash,
        normaliser: 1,
        expected: None,
        mapping: None,
        last_year: None,
        rows_in: 1,
        rows_out: 1,
        findings: Findings::default(),
        synthetic: true,
        warnings: Vec::new(),
        approval: None,
    }
}

fn beginning() -> Beginning {
    let one = "sotkanet:127".parse().expect("an id");
    let two = "sotkanet:181".parse().expect("an id");
    Beginning {
        release: ReleaseNumber::FIRST.next(),
        manifest: ContentHash::of(b"manifest"),
        series: vec![(one, figures(b"one")), (two, figures(b"two"))],
        divisions: vec![(
            "sotkanet".parse().expect("a source"),
            Some(ContentHash::of(b"list")),
            ContentHash::of(b"division"),
        )],
        divided_since: at(5),
        notes: vec![Note {
            region: RegionKey::finland(),
            subject: NoteSubject::Theme("children".to_owned()),
            date: "2026-11-22".parse().expect("a day"),
            author: "Nuorisovaltuusto".to_owned(),
            language: Language::Fi,
            format: NoteFormat::Plain,
            text: "Keksitty huomio.".to_owned(),
        }],
    }
}

fn region_list() -> AnswerPlace {
    AnswerPlace {
        source: "sotkanet".parse().expect("a source"),
        role: AnswerRole::Regions,
        source_indicator: None,
        part: 0,
    }
}

pub(super) async fn a_new_ledger_begins_with_what_a_release_says(place: &Place) {
    let ledger = place.open().await;
    assert!(ledger.is_new().await.expect("looked"));
    let beginning = beginning();
    ledger.begin_from(at(9), &beginning).await.expect("begun");
    assert!(!ledger.is_new().await.expect("looked"));
    let all = ledger.all_series().await.expect("the series");
    let accepted: Vec<_> = all
        .into_iter()
        .map(|(id, series)| (id, series.accepted.expect("figures")))
        .collect();
    assert_eq!(accepted, beginning.series);
    let list = ledger.latest_answer(&region_list()).await.expect("read");
    assert_eq!(list.expect("a list").hash, ContentHash::of(b"list"));
    let source = &beginning.divisions[0].0;
    let since = ledger.division_since(source).await.expect("read");
    assert_eq!(since, Some(at(5)));
    let notes = ledger.notes().await.expect("the notes");
    let notes: Vec<_> = notes.into_iter().map(|kept| kept.note).collect();
    assert_eq!(notes, beginning.notes);
    // It is not announced a second time.
    let newest = ledger.newest_release().await.expect("read");
    assert_eq!(newest, Some(beginning.release));
    assert!(ledger.outbox().await.expect("read").is_empty());
    let events = ledger.events().await.expect("the events");
    let begun = Event::LedgerBegunAnew {
        release: beginning.release,
        indicators: 2,
    };
    assert_eq!(events, [begun]);
}

/// Of two processes that find it new the second changes nothing that the first learned.
pub(super) async fn what_was_learned_meanwhile_stays(place: &Place) {
    let ledger = place.open().await;
    let newer = figures(b"newer");
    let done = Completion {
        answers: vec![(region_list(), ContentHash::of(b"newer list"))],
        series: Some((
            "sotkanet:127".parse().expect("an id"),
            SeriesChange::Accepted(newer.clone()),
        )),
        ..Completion::default()
    };
    ledger.complete(at(1), &done).await.expect("learned");
    ledger.begin_from(at(9), &beginning()).await.expect("begun");
    let all = ledger.all_series().await.expect("the series");
    let accepted: Vec<_> = all.into_iter().filter_map(|(_, it)| it.accepted).collect();
    assert_eq!(accepted, [newer, figures(b"two")]);
    let list = ledger.latest_answer(&region_list()).await.expect("read");
    assert_eq!(list.expect("a list").hash, ContentHash::of(b"newer list"));
}
