//! The layout, and how an older ledger gets it.

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

use super::backend::Backend;
use super::{LedgerError, failed};

/// The layout's migrations, in order: the version of a ledger is how many it has seen.
const MIGRATIONS: &[&str] = &[
    include_str!("0001_sweeps.sql"),
    include_str!("0002_slots.sql"),
    include_str!("0003_jobs.sql"),
    include_str!("0004_releases.sql"),
    include_str!("0005_notes.sql"),
];

/// The version of the layout that this program knows.
pub(super) fn known_layout() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Runs the migrations that the ledger has not seen, all or none.
pub(super) async fn bring_up_to_date(
    backend: &dyn Backend,
    connection: &mut AnyConnection,
) -> Result<(), LedgerError> {
    const OPERATION: &str = "bring the layout up to date";
    let mut transaction = connection
        .begin_with(backend.begin())
        .await
        .map_err(failed(OPERATION))?;
    let found = backend
        .layout(&mut transaction)
        .await
        .map_err(failed(OPERATION))?;
    let known = known_layout();
    if found > known {
        return Err(LedgerError::Newer { found, known });
    }
    for (version, migration) in (1_i64..).zip(MIGRATIONS) {
        if version <= found {
            continue;
        }
        let migration = backend.dialect(migration).into_owned();
        sqlx::raw_sql(AssertSqlSafe(migration))
            .execute(&mut *transaction)
            .await
            .map_err(failed(OPERATION))?;
        backend
            .set_layout(&mut transaction, version)
            .await
            .map_err(failed(OPERATION))?;
    }
    transaction.commit().await.map_err(failed(OPERATION))
}
