//! What the ledger knows of sources and indicators, and what happened.

use botnia_model::{Event, IndicatorId, SourceId};
use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::completion::about;
use super::stored::{self, from_json, optional_json, optional_text, text};
use super::{AnswerPlace, LatestAnswer, Ledger, LedgerError, Series, SweepRecord, failed};

impl Ledger {
    /// The latest sweeps, newest first.
    pub async fn sweeps(&self, limit: u32) -> Result<Vec<SweepRecord>, LedgerError> {
        sqlx::query(
            "SELECT sweep, started_at, finished_at, outcome FROM sweeps
             ORDER BY token DESC LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed("list the sweeps"))?
        .iter()
        .map(|row| {
            Ok(SweepRecord {
                sweep: stored::sweep(row)?.ok_or_else(|| LedgerError::Content {
                    column: "sweep",
                    text: String::new(),
                })?,
                started_at: text("started_at", row.get("started_at"))?,
                finished_at: optional_text("finished_at", row)?,
                outcome: optional_json("outcome", row)?,
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
             WHERE source = $1 AND role = $2 AND source_indicator = $3 AND part = $4",
        )
        .bind(place.source.as_str())
        .bind(place.role.as_str())
        .bind(about(place))
        .bind(i64::from(place.part))
        .fetch_optional(&self.pool)
        .await
        .map_err(failed("look up an answer"))?
        .map(|row| {
            Ok(LatestAnswer {
                hash: text("hash", row.get("hash"))?,
                since: text("since", row.get("since"))?,
            })
        })
        .transpose()
    }

    /// Since when a source uses its present division.
    pub async fn division_since(
        &self,
        source: &SourceId,
    ) -> Result<Option<Timestamp>, LedgerError> {
        sqlx::query_scalar::<_, String>("SELECT since FROM divisions WHERE source = $1")
            .bind(source.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("look up a division"))?
            .map(|since| text("since", &since))
            .transpose()
    }

    /// What is known of one indicator.
    pub async fn series(&self, indicator: &IndicatorId) -> Result<Option<Series>, LedgerError> {
        sqlx::query(
            "SELECT accepted, held, failure, checked_at FROM series WHERE indicator_id = $1",
        )
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
        sqlx::query(
            "SELECT indicator_id, accepted, held, failure, checked_at FROM series
             ORDER BY indicator_id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(failed("list the indicators"))?
        .iter()
        .map(|row| {
            Ok((
                text("indicator_id", row.get("indicator_id"))?,
                read_series(row)?,
            ))
        })
        .collect()
    }

    /// All events, in order.
    pub async fn events(&self) -> Result<Vec<Event>, LedgerError> {
        sqlx::query_scalar::<_, String>("SELECT event FROM events ORDER BY sequence")
            .fetch_all(&self.pool)
            .await
            .map_err(failed("list the events"))?
            .into_iter()
            .map(|event| from_json("event", event))
            .collect()
    }
}

fn read_series(row: &AnyRow) -> Result<Series, LedgerError> {
    Ok(Series {
        accepted: optional_json("accepted", row)?,
        held: optional_json("held", row)?,
        failure: optional_json("failure", row)?,
        checked_at: optional_text("checked_at", row)?,
    })
}
