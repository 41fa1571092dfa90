//! The ledger: its layout before anything opens it, and whether it is whole.

use botnia_config::LedgerAddress;

use super::super::ledger::{Layout, Ledger};
use super::super::sweep::chain;
use super::Diagnosis;

const LOOKED_AT: &str = "ledger";

/// Looks at the ledger. It is handed on where it can be opened without changing it.
pub(super) async fn examine(state: &LedgerAddress, found: &mut Vec<Diagnosis>) -> Option<Ledger> {
    let shown = state.redacted();
    let layout = match Ledger::layout(state).await {
        Ok(layout) => layout,
        Err(error) => {
            let remedy = "see whether `state` in the settings is right, the database runs, and \
                          this user may use it";
            found.push(Diagnosis::bad(LOOKED_AT, chain(&error), remedy));
            return None;
        }
    };
    let diagnosis = match layout {
        Layout::Absent => Diagnosis::good(
            LOOKED_AT,
            format!("`{shown}` has none yet; the first run makes it"),
        ),
        Layout::Older { found, known } => Diagnosis::doubtful(
            LOOKED_AT,
            format!(
                "`{shown}` has layout {found}; this program brings it to {known} when it starts"
            ),
            "make a backup before: the version that wrote it cannot read it afterwards",
        ),
        Layout::Newer { found, known } => Diagnosis::bad(
            LOOKED_AT,
            format!("`{shown}` has layout {found}, this program knows up to {known}"),
            "run the newer version that wrote it, or restore the ledger from before the upgrade",
        ),
        Layout::Current => return whole(state, &shown, found).await,
    };
    found.push(diagnosis);
    None
}

async fn whole(state: &LedgerAddress, shown: &str, found: &mut Vec<Diagnosis>) -> Option<Ledger> {
    let restore = "stop botnia, and restore the ledger from a backup";
    let ledger = match Ledger::open(state).await {
        Ok(ledger) => ledger,
        Err(error) => {
            found.push(Diagnosis::bad(LOOKED_AT, chain(&error), restore));
            return None;
        }
    };
    match ledger.check_integrity().await {
        Ok(damage) if damage.is_empty() => {
            found.push(Diagnosis::good(LOOKED_AT, format!("`{shown}` is whole")));
        }
        Ok(damage) => found.push(Diagnosis::bad(
            LOOKED_AT,
            format!("`{shown}` is damaged: {}", damage.join("; ")),
            restore,
        )),
        Err(error) => found.push(Diagnosis::bad(LOOKED_AT, chain(&error), restore)),
    }
    Some(ledger)
}
