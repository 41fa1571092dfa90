//! What differs between the databases. Everything else is one set of statements.

mod postgres;
mod sqlite;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::AnyConnection;
use sqlx::any::AnyConnectOptions;
use tokio::sync::watch;

use super::LedgerError;
use super::error::without_password;

/// A database that holds a ledger.
pub(super) trait Backend: fmt::Debug + Send + Sync {
    /// Whether several processes may work on it at once.
    fn is_shared(&self) -> bool;

    /// How many connections one process has at most.
    fn connections(&self) -> u32;

    /// How to connect.
    fn options(&self) -> sqlx::Result<AnyConnectOptions>;

    /// How to connect without making or changing anything; `None` where there is nothing
    /// yet.
    fn options_to_look(&self) -> sqlx::Result<Option<AnyConnectOptions>>;

    /// The version of the layout, without readying anything for one; 0 where there is none.
    fn stored_layout<'a>(
        &'a self,
        connection: &'a mut AnyConnection,
    ) -> BoxFuture<'a, sqlx::Result<i64>>;

    /// The statement that reads the database's own clock in milliseconds since 1970.
    fn clock(&self) -> Option<&'static str>;

    /// Readies a fresh connection.
    fn prepare<'a>(&'a self, connection: &'a mut AnyConnection) -> BoxFuture<'a, sqlx::Result<()>>;

    /// The statement that begins a writing transaction.
    fn begin(&self) -> &'static str;

    /// What a `SELECT` ends with that waits for its rows and keeps them until the end of the
    /// transaction.
    fn lock(&self) -> &'static str;

    /// What a `SELECT` ends with that keeps its rows, and passes over those that others keep.
    fn lock_unclaimed(&self) -> &'static str;

    /// A migration, as this database says it.
    fn dialect(&self, migration: &'static str) -> Cow<'static, str>;

    /// The version of the layout; nobody else changes it until the end of the transaction.
    fn layout<'a>(&'a self, transaction: &'a mut AnyConnection)
    -> BoxFuture<'a, sqlx::Result<i64>>;

    /// Records the version of the layout.
    fn set_layout<'a>(
        &'a self,
        transaction: &'a mut AnyConnection,
        version: i64,
    ) -> BoxFuture<'a, sqlx::Result<()>>;

    /// Wakes the other processes once the transaction is committed.
    fn notify<'a>(&'a self, transaction: &'a mut AnyConnection) -> BoxFuture<'a, sqlx::Result<()>>;

    /// From now on passes on to `wakes` what other processes notify.
    fn listen(&self, wakes: &watch::Sender<()>);

    /// What is damaged.
    fn damage<'a>(
        &'a self,
        connection: &'a mut AnyConnection,
    ) -> BoxFuture<'a, sqlx::Result<Vec<String>>>;
}

/// The database that `state` names.
pub(super) fn backend(state: &str) -> Result<Arc<dyn Backend>, LedgerError> {
    if let Some(path) = state.strip_prefix("sqlite:") {
        return Ok(Arc::new(sqlite::Sqlite::new(path)));
    }
    if state.starts_with("postgres://") || state.starts_with("postgresql://") {
        return Ok(Arc::new(postgres::Postgres::new(state)));
    }
    Err(LedgerError::Unknown {
        state: without_password(state),
    })
}
