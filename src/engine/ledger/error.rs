//! Why the ledger cannot do what was asked.

use crate::engine::job::JobId;

/// The ledger cannot do what was asked. What was published is still served.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The setting names no ledger that this version has.
    #[error("`{state}` is no ledger: use `sqlite:` and a path, or `postgres://…`")]
    Unknown {
        /// The setting, without its password.
        state: String,
    },
    /// It cannot be opened.
    #[error("open the ledger `{state}`")]
    Open {
        /// The setting, without its password.
        state: String,
        /// The cause.
        #[source]
        source: sqlx::Error,
    },
    /// A newer program wrote it.
    #[error(
        "the ledger has layout {found}, this program knows up to {known}: it was written by a \
         newer version. Run that version, or restore the ledger from before the upgrade"
    )]
    Newer {
        /// Its version.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// A statement failed.
    #[error("{operation} in the ledger")]
    Statement {
        /// What was to be done.
        operation: &'static str,
        /// The cause.
        #[source]
        source: sqlx::Error,
    },
    /// A stored value cannot be read.
    #[error("read `{column}` of the ledger: `{text}` is not what belongs there")]
    Content {
        /// The column.
        column: &'static str,
        /// What stands there.
        text: String,
    },
    /// A worker acts for a job that it does not hold any more.
    #[error(
        "job {job} is not held by this worker any more: nothing of this attempt was recorded, \
         and the job goes on with whoever holds it now"
    )]
    LeaseLost {
        /// The job.
        job: JobId,
    },
    /// A job that cannot be retried or discarded.
    #[error(
        "there is no job {job} that waits or is dead: it runs, has ended, or never was. \
         `botnia status` lists those there are"
    )]
    NoSuchJob {
        /// What was asked for.
        job: JobId,
    },
    /// Work was to be added without a job whose run it could belong to.
    #[error("add {jobs} jobs without a run: only the completion of a job can add more")]
    JobsWithoutRun {
        /// How many.
        jobs: usize,
    },
}

impl LedgerError {
    /// Whether another transaction was in the way, so that the same may succeed now.
    pub(super) fn is_conflict(&self) -> bool {
        let Self::Statement { source, .. } = self else {
            return false;
        };
        source.as_database_error().is_some_and(|error| {
            error.is_unique_violation()
                // PostgreSQL: a serialisation failure, a deadlock.
                || matches!(error.code().as_deref(), Some("40001" | "40P01"))
        })
    }
}

/// A setting as it may be shown: whatever may be a password is left out.
pub(super) fn without_password(state: &str) -> String {
    const REDACTED: &str = "REDACTED";
    if state.starts_with("sqlite:") {
        return state.to_owned();
    }
    // The password may hold any character, and a mistyped address may not parse at all, so
    // that everything between the user's name and the last `@` is left out.
    let (start, authority) = match state.split_once("//") {
        Some((scheme, rest)) => (format!("{scheme}//"), rest),
        None => (String::new(), state),
    };
    let shown = match authority.rsplit_once('@') {
        Some((who, host)) => match who.split_once(':') {
            Some((user, _)) => format!("{start}{user}:{REDACTED}@{host}"),
            None => format!("{start}{who}@{host}"),
        },
        None => state.to_owned(),
    };
    let Some((address, parameters)) = shown.split_once('?') else {
        return shown;
    };
    let parameters = parameters
        .split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some((key, _)) if key.to_ascii_lowercase().contains("password") => {
                format!("{key}={REDACTED}")
            }
            _ => parameter.to_owned(),
        });
    format!("{address}?{}", parameters.collect::<Vec<_>>().join("&"))
}
