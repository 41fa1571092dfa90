//! How notes are kept, corrected and withdrawn.

use botnia_model::{
    ContentHash, Event, Language, Note, NoteFormat, NoteSubject, RegionKey, RegionLevel,
};
use botnia_transform::notes::NoteRequest;

use super::place::{Place, at};

fn note(text: &str) -> Note {
    let code = "743".parse().expect("a code");
    Note {
        region: RegionKey::new(RegionLevel::Municipality, code),
        subject: NoteSubject::Theme("children".to_owned()),
        date: "2026-11-22".parse().expect("a day"),
        author: "Nuorisovaltuusto".to_owned(),
        language: Language::Fi,
        format: NoteFormat::Plain,
        text: text.to_owned(),
    }
}

fn keep(text: &str) -> NoteRequest {
    NoteRequest::Keep(note(text))
}

pub(super) async fn the_same_note_again_is_no_second_one(place: &Place) {
    let ledger = place.open().await;
    let (first, second) = (ContentHash::of(b"first"), ContentHash::of(b"second"));
    let both = [keep("a"), keep("b")];
    let imported = ledger.import_notes(at(0), &first, &both, false);
    let imported = imported.await.expect("imported");
    assert_eq!((imported.added, imported.known), (2, 0));
    let both = [keep("b"), keep("c")];
    let imported = ledger.import_notes(at(9), &second, &both, false);
    let imported = imported.await.expect("imported");
    assert_eq!((imported.added, imported.known), (1, 1));
    ledger.close().await;

    let ledger = place.open().await;
    let notes = ledger.notes().await.expect("notes");
    assert_eq!(notes.len(), 3);
    for kept in &notes {
        assert_eq!(kept.id, kept.note.id());
        let (file, moment) = match kept.note.text.as_str() {
            "c" => (second, at(9)),
            _ => (first, at(0)),
        };
        assert_eq!((kept.file, kept.imported_at), (file, moment));
        assert_eq!(kept.withdrawn_at, None);
    }
    // An import that changes nothing is no event.
    ledger
        .import_notes(at(10), &second, &[keep("c")], false)
        .await
        .expect("imported");
    let added = |event| match event {
        Event::NotesImported { added, .. } => added,
        other => panic!("{other:?}"),
    };
    let events = ledger.events().await.expect("events").into_iter();
    assert_eq!(events.map(added).collect::<Vec<_>>(), [2, 1]);
}

pub(super) async fn a_withdrawn_note_stays_withdrawn_until_somebody_restores_it(place: &Place) {
    let ledger = place.open().await;
    let file = ContentHash::of(b"file");
    let id = note("a").id();
    let import = async |request: NoteRequest, restore| {
        let requests = [request];
        let imported = ledger.import_notes(at(0), &file, &requests, restore);
        imported.await.expect("imported")
    };
    let holds = async || {
        let notes = ledger.notes().await.expect("notes");
        let holding = notes.iter().filter(|kept| kept.withdrawn_at.is_none());
        holding
            .map(|kept| kept.note.text.clone())
            .collect::<Vec<_>>()
    };
    import(keep("a"), false).await;
    let withdrawn = import(NoteRequest::Withdraw(id.clone()), false).await;
    assert_eq!(withdrawn.withdrawn, 1);
    assert_eq!(holds().await, [""; 0]);
    let again = import(NoteRequest::Withdraw(id.clone()), false).await;
    assert_eq!(again.withdrawn, 0);

    let left_out = import(keep("a"), false).await;
    assert_eq!((left_out.added, left_out.left_out), (0, vec![id.clone()]));
    assert_eq!(holds().await, [""; 0]);
    assert_eq!(import(keep("a"), true).await.added, 1);
    assert_eq!(holds().await, ["a"]);

    let corrected = NoteRequest::Replace {
        withdrawn: id,
        note: note("b"),
    };
    let corrected = import(corrected, false).await;
    assert_eq!((corrected.added, corrected.withdrawn), (1, 1));
    assert_eq!(holds().await, ["b"]);
}
