//! Looking at a ledger without changing it: opening one brings its layout up to date.

use jiff::Timestamp;
use sqlx::{AnyConnection, Connection as _};

use super::backend::backend;
use super::error::without_password;
use super::layout::known_layout;
use super::stored::moment;
use super::{Ledger, LedgerError, failed};

/// Which layout a ledger has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// There is no ledger yet.
    Absent,
    /// The one of this program.
    Current,
    /// One of an older program: opening the ledger brings it up to date.
    Older {
        /// Its version.
        found: i64,
        /// That of this program.
        known: i64,
    },
    /// One of a newer program: this one refuses to open the ledger.
    Newer {
        /// Its version.
        found: i64,
        /// That of this program.
        known: i64,
    },
}

impl Ledger {
    /// Which layout the ledger that `state` names has. Nothing is changed or made.
    ///
    /// # Errors
    /// The setting names no ledger, or the database cannot be reached or read.
    pub async fn layout(state: &str) -> Result<Layout, LedgerError> {
        let backend = backend(state)?;
        let unopened = |source| LedgerError::Open {
            state: without_password(state),
            source,
        };
        sqlx::any::install_default_drivers();
        let Some(options) = backend.options_to_look().map_err(unopened)? else {
            return Ok(Layout::Absent);
        };
        let mut connection = AnyConnection::connect_with(&options)
            .await
            .map_err(unopened)?;
        let found = backend.stored_layout(&mut connection).await;
        let found = found.map_err(failed("read the version of the layout"))?;
        connection.close().await.map_err(unopened)?;
        let known = known_layout();
        Ok(match found {
            0 => Layout::Absent,
            found if found < known => Layout::Older { found, known },
            found if found > known => Layout::Newer { found, known },
            _ => Layout::Current,
        })
    }

    /// What the database's own clock says; `None` where it has none, being a file.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn database_clock(&self) -> Result<Option<Timestamp>, LedgerError> {
        const OPERATION: &str = "read the database's clock";
        let Some(statement) = self.backend.clock() else {
            return Ok(None);
        };
        let milliseconds = sqlx::query_scalar(statement)
            .fetch_one(&self.pool)
            .await
            .map_err(failed(OPERATION))?;
        moment("now()", milliseconds).map(Some)
    }
}
