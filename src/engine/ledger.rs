//! The ledger: what is known of every source and indicator, and what happened.
//!
//! State moves only in the transaction that finishes a piece of work: the answers that
//! were seen, the figures that were accepted or held, and the event all become true
//! together, or not at all.

mod slots;

use std::path::Path;
use std::str::FromStr;

use botnia_model::{
    AnswerRole, ContentHash, Event, Findings, IndicatorId, ReleaseNumber, SourceId,
    SourceIndicator, SweepId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Row, Sqlite, SqlitePool, Transaction};

/// The layout's migrations, in order: the version of a ledger is how many it has seen.
const MIGRATIONS: &[&str] = &[
    include_str!("ledger/0001_sweeps.sql"),
    include_str!("ledger/0002_slots.sql"),
];

/// The ledger cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The setting names no ledger that this version has.
    #[error("`{state}` is no ledger: use `sqlite:` and a path")]
    NotSqlite {
        /// The setting.
        state: String,
    },
    /// It cannot be opened.
    #[error("open the ledger `{state}`")]
    Open {
        /// The setting.
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
}

/// The figures of one indicator as accepted, or as held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The answer that describes the indicator.
    pub description: ContentHash,
    /// The answers with its figures.
    pub data: Vec<ContentHash>,
    /// The years that were asked for: `1990..`.
    pub years: String,
    /// The region list that translated its region ids.
    pub regions: ContentHash,
    /// The regions in that list, whatever the order in which the source gave them.
    pub division: ContentHash,
    /// The Finnish title under which the figures came.
    pub title: String,
    /// The normalised object.
    pub normalised: ContentHash,
    /// The version of the normaliser.
    pub normaliser: u32,
    /// Rows in the answers.
    pub rows_in: u64,
    /// Observations.
    pub rows_out: u64,
    /// What was found on the way.
    pub findings: Findings,
    /// Whether the answers were made up.
    pub synthetic: bool,
}

/// What the ledger knows of one indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The accepted figures: those that are published.
    pub accepted: Option<Figures>,
    /// Figures that wait for a person, or were rejected.
    pub held: Option<Held>,
    /// Why the latest attempt failed, if it did.
    pub failure: Option<Failure>,
    /// When the source last confirmed or changed it.
    pub checked_at: Option<Timestamp>,
}

/// Figures that were not accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The figures.
    pub figures: Figures,
    /// Why: a code and a sentence each.
    pub reasons: Vec<HoldReason>,
    /// Since when.
    pub since: Timestamp,
    /// A person said no; why. The figures stay out until the source changes them again.
    pub rejected: Option<String>,
}

/// One reason for holding figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReason {
    /// The code: `rows_lost`.
    pub code: String,
    /// A sentence with numbers.
    pub message: String,
}

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The remedy: `unavailable`, `refused`, …
    pub remedy: String,
    /// What happened, with its causes.
    pub message: String,
    /// When it first failed since it last succeeded.
    pub since: Timestamp,
}

/// The latest answer in its place, and since when it has been the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatestAnswer {
    /// The bytes.
    pub hash: ContentHash,
    /// When these bytes were first seen here.
    pub since: Timestamp,
}

/// An answer's place: of which source, what for, about which indicator, which part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerPlace {
    /// The source.
    pub source: SourceId,
    /// What for.
    pub role: AnswerRole,
    /// About which indicator.
    pub source_indicator: Option<SourceIndicator>,
    /// Which part of an answer that came in several.
    pub part: u32,
}

/// What a finished piece of work makes true.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    /// The answers that were seen, each now the latest in its place.
    pub answers: Vec<(AnswerPlace, ContentHash)>,
    /// The division that a source uses now.
    pub division: Option<(SourceId, ContentHash)>,
    /// What became of an indicator.
    pub series: Option<(IndicatorId, SeriesChange)>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// What became of an indicator.
#[derive(Clone, Debug, PartialEq)]
pub enum SeriesChange {
    /// Its figures were accepted: by the checks, or by a person.
    Accepted(Figures),
    /// Its figures wait for a person, or were rejected by one.
    Held(Held),
    /// It is as before.
    Confirmed,
    /// It could not be had.
    Failed(Failure),
}

/// A sweep that ended, or did not.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepRecord {
    /// The sweep.
    pub sweep: SweepId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None`: it runs, or was cut short.
    pub finished_at: Option<Timestamp>,
    /// Its outcome in numbers.
    pub outcome: Option<SweepOutcome>,
}

/// A sweep in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepOutcome {
    /// Indicators whose figures changed or came.
    pub changed: u64,
    /// Indicators that were as before.
    pub unchanged: u64,
    /// Indicators that wait for a person.
    pub held: u64,
    /// Indicators that could not be had.
    pub failed: u64,
    /// The release that was made.
    pub release: Option<ReleaseNumber>,
    /// Why the whole source failed, if it did.
    pub source_failure: Option<String>,
}

/// The ledger, in `SQLite`.
#[derive(Clone, Debug)]
pub struct Ledger {
    pool: SqlitePool,
}

fn failed(operation: &'static str) -> impl FnOnce(sqlx::Error) -> LedgerError {
    move |source| LedgerError::Statement { operation, source }
}

fn stored<T: FromStr>(column: &'static str, text: &str) -> Result<T, LedgerError> {
    text.parse().map_err(|_| LedgerError::Content {
        column,
        text: text.to_owned(),
    })
}

fn stored_json<T: for<'a> Deserialize<'a>>(
    column: &'static str,
    text: Option<String>,
) -> Result<Option<T>, LedgerError> {
    text.map(|text| serde_json::from_str(&text).map_err(|_| LedgerError::Content { column, text }))
        .transpose()
}

fn json<T: Serialize>(value: &T) -> String {
    // Plain records of text and numbers: there is nothing in them that JSON cannot hold.
    serde_json::to_string(value).unwrap_or_default()
}

impl Ledger {
    /// Opens `sqlite:<path>`, makes it if it is not there, and brings its layout up to date.
    pub async fn open(state: &str) -> Result<Self, LedgerError> {
        let path = Self::path(state)?;
        let options = SqliteConnectOptions::new()
            .filename(Path::new(path))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A finished piece of work survives power loss.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(30));
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options)
            .await
            .map_err(|source| LedgerError::Open {
                state: state.to_owned(),
                source,
            })?;
        let ledger = Self { pool };
        ledger.migrate().await?;
        Ok(ledger)
    }

    /// Whether `state` names a ledger that this version has.
    pub fn check(state: &str) -> Result<(), LedgerError> {
        Self::path(state).map(|_| ())
    }

    fn path(state: &str) -> Result<&str, LedgerError> {
        state
            .strip_prefix("sqlite:")
            .ok_or_else(|| LedgerError::NotSqlite {
                state: state.to_owned(),
            })
    }

    async fn migrate(&self) -> Result<(), LedgerError> {
        const OPERATION: &str = "bring the layout up to date";
        let mut transaction = self.begin(OPERATION).await?;
        let found: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed(OPERATION))?;
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        if found > known {
            return Err(LedgerError::Newer { found, known });
        }
        for (version, migration) in (1_i64..).zip(MIGRATIONS) {
            if version <= found {
                continue;
            }
            sqlx::raw_sql(*migration)
                .execute(&mut *transaction)
                .await
                .map_err(failed(OPERATION))?;
            sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
                "PRAGMA user_version = {version}"
            )))
            .execute(&mut *transaction)
            .await
            .map_err(failed(OPERATION))?;
        }
        transaction.commit().await.map_err(failed(OPERATION))
    }

    async fn begin(&self, operation: &'static str) -> Result<Transaction<'_, Sqlite>, LedgerError> {
        self.pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed(operation))
    }

    /// Begins a sweep. The answer is its fencing token: larger than every one before.
    pub async fn begin_sweep(
        &self,
        sweep: &SweepId,
        source: &SourceId,
        now: Timestamp,
    ) -> Result<u64, LedgerError> {
        const OPERATION: &str = "begin a sweep";
        let mut transaction = self.begin(OPERATION).await?;
        let inserted = sqlx::query(
            "INSERT INTO sweeps (sweep, source, started_at) VALUES (?, ?, ?)
             ON CONFLICT (sweep) DO UPDATE SET started_at = excluded.started_at
             RETURNING token",
        )
        .bind(sweep.as_str())
        .bind(source.as_str())
        .bind(now.to_string())
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed(OPERATION))?;
        let token: i64 = inserted.get("token");
        Self::append(
            &mut transaction,
            now,
            &Event::SweepStarted {
                sweep: sweep.clone(),
                source: source.clone(),
            },
        )
        .await?;
        transaction.commit().await.map_err(failed(OPERATION))?;
        Ok(token.unsigned_abs())
    }

    /// Ends a sweep, whatever came of it.
    pub async fn finish_sweep(
        &self,
        sweep: &SweepId,
        now: Timestamp,
        outcome: &SweepOutcome,
    ) -> Result<(), LedgerError> {
        const OPERATION: &str = "finish a sweep";
        let mut transaction = self.begin(OPERATION).await?;
        sqlx::query("UPDATE sweeps SET finished_at = ?, outcome = ? WHERE sweep = ?")
            .bind(now.to_string())
            .bind(json(outcome))
            .bind(sweep.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(failed(OPERATION))?;
        Self::append(
            &mut transaction,
            now,
            &Event::SweepFinished {
                sweep: sweep.clone(),
                release: outcome.release,
            },
        )
        .await?;
        transaction.commit().await.map_err(failed(OPERATION))
    }

    /// The latest sweeps, newest first.
    pub async fn sweeps(&self, limit: u32) -> Result<Vec<SweepRecord>, LedgerError> {
        sqlx::query("SELECT sweep, started_at, finished_at, outcome FROM sweeps ORDER BY token DESC LIMIT ?")
            .bind(limit)
            .fetch_all(&self.pool)
            .await
            .map_err(failed("list the sweeps"))?
            .iter()
            .map(|row| {
                Ok(SweepRecord {
                    sweep: serde_json::from_value(row.get::<String, _>("sweep").into())
                        .map_err(|_| LedgerError::Content {
                            column: "sweep",
                            text: row.get("sweep"),
                        })?,
                    started_at: stored("started_at", row.get("started_at"))?,
                    finished_at: row
                        .get::<Option<&str>, _>("finished_at")
                        .map(|text| stored("finished_at", text))
                        .transpose()?,
                    outcome: stored_json("outcome", row.get("outcome"))?,
                })
            })
            .collect()
    }

    /// The latest answer in `place`.
    pub async fn latest_answer(
        &self,
        place: &AnswerPlace,
    ) -> Result<Option<LatestAnswer>, LedgerError> {
        sqlx::query(
            "SELECT hash, since FROM answers
             WHERE source = ? AND role = ? AND source_indicator = ? AND part = ?",
        )
        .bind(place.source.as_str())
        .bind(place.role.as_str())
        .bind(indicator_text(place))
        .bind(place.part)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed("look up an answer"))?
        .map(|row| {
            Ok(LatestAnswer {
                hash: stored("hash", row.get("hash"))?,
                since: stored("since", row.get("since"))?,
            })
        })
        .transpose()
    }

    /// Since when a source uses its present division.
    pub async fn division_since(
        &self,
        source: &SourceId,
    ) -> Result<Option<Timestamp>, LedgerError> {
        sqlx::query_scalar::<_, String>("SELECT since FROM divisions WHERE source = ?")
            .bind(source.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("look up a division"))?
            .map(|since| stored("since", &since))
            .transpose()
    }

    /// What is known of one indicator.
    pub async fn series(&self, indicator: &IndicatorId) -> Result<Option<Series>, LedgerError> {
        sqlx::query("SELECT * FROM series WHERE indicator_id = ?")
            .bind(indicator.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("look up an indicator"))?
            .as_ref()
            .map(read_series)
            .transpose()
    }

    /// What is known of every indicator, by id.
    pub async fn all_series(&self) -> Result<Vec<(IndicatorId, Series)>, LedgerError> {
        sqlx::query("SELECT * FROM series ORDER BY indicator_id")
            .fetch_all(&self.pool)
            .await
            .map_err(failed("list the indicators"))?
            .iter()
            .map(|row| {
                Ok((
                    stored("indicator_id", row.get("indicator_id"))?,
                    read_series(row)?,
                ))
            })
            .collect()
    }

    /// Makes everything that a finished piece of work brought true at once.
    pub async fn complete(&self, now: Timestamp, done: &Completion) -> Result<(), LedgerError> {
        const OPERATION: &str = "complete a piece of work";
        let mut transaction = self.begin(OPERATION).await?;
        for (place, hash) in &done.answers {
            sqlx::query(
                "INSERT INTO answers (source, role, source_indicator, part, hash, since)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (source, role, source_indicator, part) DO UPDATE SET
                   since = CASE WHEN hash = excluded.hash THEN since ELSE excluded.since END,
                   hash = excluded.hash",
            )
            .bind(place.source.as_str())
            .bind(place.role.as_str())
            .bind(indicator_text(place))
            .bind(place.part)
            .bind(hash.to_string())
            .bind(now.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(failed(OPERATION))?;
        }
        if let Some((source, division)) = &done.division {
            sqlx::query(
                "INSERT INTO divisions (source, division, since) VALUES (?, ?, ?)
                 ON CONFLICT (source) DO UPDATE SET
                   since = CASE WHEN division = excluded.division THEN since ELSE excluded.since END,
                   division = excluded.division",
            )
            .bind(source.as_str())
            .bind(division.to_string())
            .bind(now.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(failed(OPERATION))?;
        }
        if let Some((indicator, change)) = &done.series {
            let (statement, content) = match change {
                SeriesChange::Accepted(figures) => (
                    "INSERT INTO series (indicator_id, accepted, checked_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (indicator_id) DO UPDATE SET
                       accepted = excluded.accepted, held = NULL, failure = NULL,
                       checked_at = excluded.checked_at",
                    Some(json(figures)),
                ),
                SeriesChange::Held(held) => (
                    "INSERT INTO series (indicator_id, held, checked_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (indicator_id) DO UPDATE SET
                       held = excluded.held, failure = NULL, checked_at = excluded.checked_at",
                    Some(json(held)),
                ),
                SeriesChange::Confirmed => (
                    "UPDATE series SET failure = ?2, checked_at = ?3 WHERE indicator_id = ?1",
                    None,
                ),
                SeriesChange::Failed(failure) => (
                    "INSERT INTO series (indicator_id, failure) VALUES (?1, ?2)
                     ON CONFLICT (indicator_id) DO UPDATE SET failure = excluded.failure",
                    Some(json(failure)),
                ),
            };
            let mut query = sqlx::query(statement)
                .bind(indicator.to_string())
                .bind(content);
            if !matches!(change, SeriesChange::Failed(_)) {
                query = query.bind(now.to_string());
            }
            query
                .execute(&mut *transaction)
                .await
                .map_err(failed(OPERATION))?;
        }
        for event in &done.events {
            Self::append(&mut transaction, now, event).await?;
        }
        transaction.commit().await.map_err(failed(OPERATION))
    }

    async fn append(
        transaction: &mut Transaction<'_, Sqlite>,
        now: Timestamp,
        event: &Event,
    ) -> Result<(), LedgerError> {
        sqlx::query("INSERT INTO events (at, event) VALUES (?, ?)")
            .bind(now.to_string())
            .bind(json(event))
            .execute(&mut **transaction)
            .await
            .map(|_| ())
            .map_err(failed("append an event"))
    }

    /// All events, in order.
    pub async fn events(&self) -> Result<Vec<Event>, LedgerError> {
        sqlx::query("SELECT event FROM events ORDER BY sequence")
            .fetch_all(&self.pool)
            .await
            .map_err(failed("list the events"))?
            .iter()
            .map(|row| {
                let text: String = row.get("event");
                serde_json::from_str(&text).map_err(|_| LedgerError::Content {
                    column: "event",
                    text,
                })
            })
            .collect()
    }

    /// Closes it, with everything written.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

/// Unique keys treat NULLs as different, so "about no indicator" is empty text.
fn indicator_text(place: &AnswerPlace) -> &str {
    place
        .source_indicator
        .as_ref()
        .map_or("", SourceIndicator::as_str)
}

fn read_series(row: &SqliteRow) -> Result<Series, LedgerError> {
    Ok(Series {
        accepted: stored_json("accepted", row.get("accepted"))?,
        held: stored_json("held", row.get("held"))?,
        failure: stored_json("failure", row.get("failure"))?,
        checked_at: row
            .get::<Option<&str>, _>("checked_at")
            .map(|text| stored("checked_at", text))
            .transpose()?,
    })
}
