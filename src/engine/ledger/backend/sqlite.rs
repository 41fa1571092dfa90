//! `SQLite`: one file, one process that works.

use std::borrow::Cow;
use std::path::Path;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::any::AnyConnectOptions;
use sqlx::error::DatabaseError;
use sqlx::{AnyConnection, AssertSqlSafe};
use tokio::sync::watch;

use super::Backend;

/// `synchronous=FULL`: a finished piece of work survives power loss.
const PRAGMAS: &str = "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; \
                       PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";

#[derive(Debug)]
pub(super) struct Sqlite {
    path: String,
}

impl Sqlite {
    pub(super) fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
        }
    }
}

impl Backend for Sqlite {
    fn is_shared(&self) -> bool {
        false
    }

    fn connections(&self) -> u32 {
        4
    }

    fn options(&self) -> sqlx::Result<AnyConnectOptions> {
        // Slashes are encoded too: the address is no hierarchy in which `..` or a host could
        // be found.
        let path = utf8_percent_encode(&self.path, NON_ALPHANUMERIC);
        format!("sqlite:{path}?mode=rwc").parse()
    }

    fn options_to_look(&self) -> sqlx::Result<Option<AnyConnectOptions>> {
        if !Path::new(&self.path).exists() {
            return Ok(None);
        }
        let path = utf8_percent_encode(&self.path, NON_ALPHANUMERIC);
        format!("sqlite:{path}?mode=ro").parse().map(Some)
    }

    fn stored_layout<'a>(
        &'a self,
        connection: &'a mut AnyConnection,
    ) -> BoxFuture<'a, sqlx::Result<i64>> {
        self.layout(connection)
    }

    fn clock(&self) -> Option<&'static str> {
        None
    }

    fn prepare<'a>(&'a self, connection: &'a mut AnyConnection) -> BoxFuture<'a, sqlx::Result<()>> {
        async {
            sqlx::raw_sql(PRAGMAS).execute(connection).await?;
            Ok(())
        }
        .boxed()
    }

    /// A transaction that first reads and then writes would fail where another wrote between.
    fn begin(&self) -> &'static str {
        "BEGIN IMMEDIATE"
    }

    /// Writing transactions come one after another: they see what they lock.
    fn lock(&self) -> &'static str {
        ""
    }

    fn lock_unclaimed(&self) -> &'static str {
        ""
    }

    /// The migrations are written for `SQLite`.
    fn dialect(&self, migration: &'static str) -> Cow<'static, str> {
        Cow::Borrowed(migration)
    }

    fn layout<'a>(
        &'a self,
        transaction: &'a mut AnyConnection,
    ) -> BoxFuture<'a, sqlx::Result<i64>> {
        sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(transaction)
            .boxed()
    }

    fn set_layout<'a>(
        &'a self,
        transaction: &'a mut AnyConnection,
        version: i64,
    ) -> BoxFuture<'a, sqlx::Result<()>> {
        async move {
            let statement = format!("PRAGMA user_version = {version}");
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(transaction)
                .await?;
            Ok(())
        }
        .boxed()
    }

    /// There are no others: the ledger itself wakes the workers of its process.
    fn notify<'a>(&'a self, _: &'a mut AnyConnection) -> BoxFuture<'a, sqlx::Result<()>> {
        std::future::ready(Ok(())).boxed()
    }

    fn listen(&self, _: &watch::Sender<()>) {}

    fn damage<'a>(
        &'a self,
        connection: &'a mut AnyConnection,
    ) -> BoxFuture<'a, sqlx::Result<Vec<String>>> {
        async {
            let checked = sqlx::query_scalar::<_, String>("PRAGMA quick_check")
                .fetch_all(connection)
                .await;
            match checked {
                Ok(mut lines) => {
                    lines.retain(|line| line != "ok");
                    Ok(lines)
                }
                // Where the damage keeps the check from going on, that is what it found.
                Err(sqlx::Error::Database(error)) if is_damage(error.as_ref()) => {
                    Ok(vec![error.message().to_owned()])
                }
                Err(error) => Err(error),
            }
        }
        .boxed()
    }
}

/// `SQLITE_CORRUPT` and `SQLITE_NOTADB`: the low byte of the code says which.
fn is_damage(error: &dyn DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 11 | 26))
}
