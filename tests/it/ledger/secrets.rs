//! What may be a password is never shown.

use std::error::Error;

use botnia::engine::ledger::{Ledger, LedgerError};

use super::place::Place;

/// Everything that an error says.
fn said(error: &LedgerError) -> String {
    let mut said = vec![format!("{error:?} {error}")];
    let mut cause = error.source();
    while let Some(error) = cause {
        said.push(format!("{error:?} {error}"));
        cause = error.source();
    }
    said.join(" ")
}

#[test]
fn a_setting_that_names_no_ledger_is_shown_without_its_password() {
    for (state, shown) in [
        (
            "mysql://botnia:s3cret@db/botnia",
            "mysql://botnia:REDACTED@db/botnia",
        ),
        (
            "Postgres://botnia:s3/cr@s3cret@db/botnia",
            "Postgres://botnia:REDACTED@db/botnia",
        ),
        (
            "postgres:botnia:s3cret@db/botnia",
            "postgres:REDACTED@db/botnia",
        ),
        (
            "mysql://db/botnia?user=botnia&Password=s3cret&x=1",
            "mysql://db/botnia?user=botnia&Password=REDACTED&x=1",
        ),
        ("mysql://botnia@db/botnia", "mysql://botnia@db/botnia"),
        ("state.db", "state.db"),
    ] {
        let error = Ledger::shares(state).expect_err(state);
        assert!(error.to_string().contains(&format!("`{shown}`")), "{error}");
        assert!(!said(&error).contains("s3cret"), "{error:?}");
    }
    for state in [
        "sqlite:data/state.db",
        "postgres://botnia:s3cret@db/botnia",
        "postgresql://db/botnia",
    ] {
        Ledger::shares(state).expect(state);
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named_without_the_password() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    for state in [
        format!("postgres://botnia:s3cret@127.0.0.1:{port}/botnia"),
        format!("postgres://botnia@127.0.0.1:{port}/botnia?password=s3cret"),
        "postgres://botnia:s3cret@127.0.0.1:no-port/botnia".to_owned(),
    ] {
        let error = Ledger::open(&state).await.expect_err("no server");
        assert!(matches!(error, LedgerError::Open { .. }), "{error:?}");
        assert!(!said(&error).contains("s3cret"), "{}", said(&error));
        assert!(error.to_string().contains("REDACTED"), "{error}");
    }
}

#[test]
fn an_open_ledger_does_not_tell_its_password() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let password = place
        .state
        .split_once("//")
        .and_then(|(_, rest)| rest.rsplit_once('@'))
        .and_then(|(who, _)| who.split_once(':'))
        .map(|(_, password)| password.to_owned())
        .expect("the server wants a password");
    place.check(async |place: &Place| {
        let ledger = place.open().await;
        let shown = format!("{ledger:?} {ledger:#?}");
        assert!(shown.contains("REDACTED"), "{shown}");
        assert!(!shown.contains(&password), "{shown}");
    });
}
