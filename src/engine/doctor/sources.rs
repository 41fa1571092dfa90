//! The sources: one polite request to each, for its region list.

use std::sync::Arc;
use std::time::Duration;

use botnia_config::{Settings, SourceKind, SourceSettings};
use botnia_ingest::{ClientLimits, PoliteClient, SourceError, UserAgent};
use botnia_model::Clock;
use jiff::Timestamp;

use super::super::ledger::Ledger;
use super::super::source;
use super::super::storage::Storage;
use super::super::sweep::chain;
use super::super::turns::LedgerTurns;
use super::{Diagnosis, clocks};

/// Asks every source once. A person waits for it: nothing is tried again.
pub(super) async fn examine(
    settings: &Settings,
    storage: Option<&Storage>,
    ledger: Option<&Ledger>,
    clock: &Arc<dyn Clock>,
    found: &mut Vec<Diagnosis>,
) {
    let limits = ClientLimits {
        attempts: 1,
        answer_timeout: Duration::from_secs(20),
        max_wait: Duration::from_secs(20),
        ..ClientLimits::default()
    };
    let identity = UserAgent {
        contact: settings.contact.clone(),
    };
    let client = match ledger.filter(|ledger| ledger.is_shared()) {
        Some(ledger) => {
            let turns = LedgerTurns::new(ledger.clone(), Arc::clone(clock));
            PoliteClient::sharing_turns(Arc::clone(clock), identity, limits, Arc::new(turns))
        }
        None => PoliteClient::new(Arc::clone(clock), identity, limits),
    };
    let client = match client {
        Ok(client) => Arc::new(client),
        Err(error) => {
            found.push(failed("sources", &error));
            return;
        }
    };
    for source in &settings.source {
        ask(source, &client, storage, found).await;
    }
}

async fn ask(
    settings: &SourceSettings,
    client: &Arc<PoliteClient>,
    storage: Option<&Storage>,
    found: &mut Vec<Diagnosis>,
) {
    let looked_at = format!("source {}", settings.id);
    let asked = match source::open(settings, client, storage, false) {
        Ok(source) => source.frame().await,
        Err(error) => Err(error),
    };
    let answers = match asked {
        Ok(answers) => answers,
        Err(error) => {
            found.push(failed(&looked_at, &error));
            return;
        }
    };
    found.push(Diagnosis::good(
        &looked_at,
        match settings.kind {
            SourceKind::Survey => "surveys were imported".to_owned(),
            SourceKind::Sotkanet
            | SourceKind::ThlCube
            | SourceKind::Pxweb
            | SourceKind::Pxweb2
            | SourceKind::Jsonstat => format!("{} answers", settings.base_url),
        },
    ));
    let dated = answers.iter().find_map(|answer| {
        let headers = &answer.snapshot.headers;
        let date = headers.iter().find(|(name, _)| name == "date")?;
        Some((http_date(&date.1)?, answer.snapshot.fetched_at))
    });
    if let Some((theirs, ours)) = dated {
        let looked_at = format!("clock of {}", settings.id);
        found.push(clocks::compared(&looked_at, theirs, ours));
    }
}

/// The moment of a `Date` header (RFC 9110, section 5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    let parsed = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(parsed.timestamp())
}

fn failed(looked_at: &str, error: &SourceError) -> Diagnosis {
    match error {
        SourceError::Throttled { .. } => Diagnosis::doubtful(
            looked_at,
            chain(error),
            "nothing: botnia waits as long as the source asks it to",
        ),
        error => Diagnosis::bad(looked_at, chain(error), remedy(error)),
    }
}

fn remedy(error: &SourceError) -> &'static str {
    match error {
        SourceError::Unavailable { .. } | SourceError::Throttled { .. } => {
            "see whether this machine reaches the network and the source is up; botnia tries \
             again by itself"
        }
        SourceError::NotFound { .. } => "see whether `base_url` in the settings is right",
        SourceError::Refused { .. } => {
            "set `contact` in the settings, and ask the source's operator to let botnia through"
        }
        SourceError::Malformed { .. } => {
            "see whether `base_url` is the address of the API, and whether a proxy answers in \
             its place"
        }
        SourceError::Contract { .. } => {
            "see whether `kind` and `base_url` in the settings belong together; if they do, the \
             source has changed its API"
        }
    }
}
