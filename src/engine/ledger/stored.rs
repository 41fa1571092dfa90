//! How values stand in the ledger, and how they are read back.

use std::str::FromStr;

use botnia_model::SweepId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::LedgerError;
use crate::engine::job::{JobId, JobRecord, JobState, RunId};

/// The columns that [`job`] reads.
pub(super) const JOB: &str = "job, run, sweep, task, state, attempts, not_before_ms, worker, \
                              failure, result, note";

pub(super) fn failed(operation: &'static str) -> impl FnOnce(sqlx::Error) -> LedgerError {
    move |source| LedgerError::Statement { operation, source }
}

pub(super) fn text<T: FromStr>(column: &'static str, text: &str) -> Result<T, LedgerError> {
    text.parse().map_err(|_| LedgerError::Content {
        column,
        text: text.to_owned(),
    })
}

pub(super) fn from_json<T: for<'a> Deserialize<'a>>(
    column: &'static str,
    text: String,
) -> Result<T, LedgerError> {
    serde_json::from_str(&text).map_err(|_| LedgerError::Content { column, text })
}

pub(super) fn json<T: Serialize>(value: &T) -> String {
    // Plain records of text and numbers: there is nothing in them that JSON cannot hold.
    serde_json::to_string(value).unwrap_or_default()
}

/// A moment that is compared.
pub(super) fn moment(column: &'static str, milliseconds: i64) -> Result<Timestamp, LedgerError> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| LedgerError::Content {
        column,
        text: milliseconds.to_string(),
    })
}

/// A count, which the databases keep as a signed number.
pub(super) fn count(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(u32::MAX)
}

pub(super) fn sweep(row: &AnyRow) -> Result<Option<SweepId>, LedgerError> {
    row.get::<Option<String>, _>("sweep")
        .map(|text| {
            serde_json::from_value(text.as_str().into()).map_err(|_| LedgerError::Content {
                column: "sweep",
                text,
            })
        })
        .transpose()
}

/// The row of a job, with the columns of [`JOB`].
pub(super) fn job(row: &AnyRow) -> Result<JobRecord, LedgerError> {
    let state: &str = row.get("state");
    Ok(JobRecord {
        job: JobId(row.get("job")),
        run: RunId(row.get("run")),
        sweep: sweep(row)?,
        task: from_json("task", row.get("task"))?,
        state: JobState::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .ok_or_else(|| LedgerError::Content {
                column: "state",
                text: state.to_owned(),
            })?,
        attempts: count(row.get("attempts")),
        not_before: moment("not_before_ms", row.get("not_before_ms"))?,
        worker: row.get("worker"),
        failure: optional_json("failure", row)?,
        result: optional_json("result", row)?,
        note: row.get("note"),
    })
}

/// A column with JSON that may be empty.
pub(super) fn optional_json<T: for<'a> Deserialize<'a>>(
    column: &'static str,
    row: &AnyRow,
) -> Result<Option<T>, LedgerError> {
    row.get::<Option<String>, _>(column)
        .map(|text| from_json(column, text))
        .transpose()
}

/// A column with a moment as text that may be empty.
pub(super) fn optional_text<T: FromStr>(
    column: &'static str,
    row: &AnyRow,
) -> Result<Option<T>, LedgerError> {
    row.get::<Option<&str>, _>(column)
        .map(|stored| text(column, stored))
        .transpose()
}
