//! What a finished piece of work makes true, in one transaction.

use botnia_model::{ContentHash, Event, IndicatorId, SourceId, SourceIndicator, SweepId};
use jiff::Timestamp;

use super::stored::json;
use super::writing::{Writing, despite_conflicts};
use super::{AnswerPlace, Completion, Ledger, LedgerError, SeriesChange, SweepOutcome};
use crate::engine::job::{Lease, RunId, Verdict};

impl Ledger {
    /// Begins a sweep in a run; beginning it again changes nothing.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn begin_sweep(
        &self,
        sweep: &SweepId,
        source: &SourceId,
        run: RunId,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let mut writing = self.write("begin a sweep", now).await?;
        let inserted = writing
            .execute(
                sqlx::query(
                    "INSERT INTO sweeps (sweep, source, run, started_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (sweep) DO NOTHING",
                )
                .bind(sweep.as_str())
                .bind(source.as_str())
                .bind(run.0)
                .bind(now.to_string()),
            )
            .await?;
        if inserted > 0 {
            writing
                .append(Event::SweepStarted {
                    sweep: sweep.clone(),
                    source: source.clone(),
                })
                .await?;
        }
        writing.commit().await
    }

    /// Ends an attempt at a job: everything that it brought and the verdict on it become true
    /// at once.
    ///
    /// # Errors
    /// [`LedgerError::LeaseLost`] where the job is not held any more: then nothing is written.
    pub async fn finish(
        &self,
        now: Timestamp,
        lease: &Lease,
        verdict: &Verdict,
        done: &Completion,
    ) -> Result<(), LedgerError> {
        despite_conflicts!(self.finish_once(now, lease, verdict, done))
    }

    async fn finish_once(
        &self,
        now: Timestamp,
        lease: &Lease,
        verdict: &Verdict,
        done: &Completion,
    ) -> Result<(), LedgerError> {
        let mut writing = self.write("finish a job", now).await?;
        let run = writing.held(lease).await?;
        writing.apply(done).await?;
        for job in &done.jobs {
            writing.add_job(run, job).await?;
        }
        writing.judge(lease, verdict).await?;
        writing.touches(run);
        writing.commit().await
    }

    /// Makes true what a person decided, or what needs no job.
    ///
    /// # Errors
    /// [`LedgerError::JobsWithoutRun`] where it would add jobs.
    pub async fn complete(&self, now: Timestamp, done: &Completion) -> Result<(), LedgerError> {
        if !done.jobs.is_empty() {
            return Err(LedgerError::JobsWithoutRun {
                jobs: done.jobs.len(),
            });
        }
        despite_conflicts!(self.complete_once(now, done))
    }

    async fn complete_once(&self, now: Timestamp, done: &Completion) -> Result<(), LedgerError> {
        let mut writing = self.write("complete a piece of work", now).await?;
        writing.apply(done).await?;
        writing.commit().await
    }
}

impl Writing<'_> {
    async fn apply(&mut self, done: &Completion) -> Result<(), LedgerError> {
        for (place, hash) in &done.answers {
            self.keep_answer(place, hash).await?;
        }
        if let Some((source, division)) = &done.division {
            self.keep_division(source, division).await?;
        }
        if let Some((indicator, change)) = &done.series {
            self.change_series(indicator, change).await?;
        }
        for event in &done.events {
            self.append(event.clone()).await?;
        }
        for (sweep, outcome) in &done.finished_sweeps {
            self.finish_sweep(sweep, outcome).await?;
        }
        if let Some((release, manifest)) = &done.released {
            self.keep_release(*release, manifest).await?;
        }
        if let Some((source, selected)) = &done.selected {
            self.let_go_unselected(source, selected).await?;
        }
        self.keep_outbox(done).await
    }

    async fn keep_answer(
        &mut self,
        place: &AnswerPlace,
        hash: &ContentHash,
    ) -> Result<(), LedgerError> {
        self.execute(
            sqlx::query(
                "INSERT INTO answers (source, role, source_indicator, part, hash, since)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (source, role, source_indicator, part) DO UPDATE SET
                   since = CASE WHEN answers.hash = excluded.hash
                                THEN answers.since ELSE excluded.since END,
                   hash = excluded.hash",
            )
            .bind(place.source.as_str())
            .bind(place.role.as_str())
            .bind(about(place))
            .bind(i64::from(place.part))
            .bind(hash.to_string())
            .bind(self.now.to_string()),
        )
        .await?;
        Ok(())
    }

    async fn keep_division(
        &mut self,
        source: &SourceId,
        division: &ContentHash,
    ) -> Result<(), LedgerError> {
        self.execute(
            sqlx::query(
                "INSERT INTO divisions (source, division, since) VALUES ($1, $2, $3)
                 ON CONFLICT (source) DO UPDATE SET
                   since = CASE WHEN divisions.division = excluded.division
                                THEN divisions.since ELSE excluded.since END,
                   division = excluded.division",
            )
            .bind(source.as_str())
            .bind(division.to_string())
            .bind(self.now.to_string()),
        )
        .await?;
        Ok(())
    }

    async fn change_series(
        &mut self,
        indicator: &IndicatorId,
        change: &SeriesChange,
    ) -> Result<(), LedgerError> {
        let (statement, content) = match change {
            SeriesChange::Accepted(figures) => (
                "INSERT INTO series (indicator_id, accepted, checked_at) VALUES ($1, $2, $3)
                 ON CONFLICT (indicator_id) DO UPDATE SET
                   accepted = excluded.accepted, held = NULL, failure = NULL,
                   checked_at = excluded.checked_at",
                Some(json(figures)),
            ),
            SeriesChange::Held(held) => (
                "INSERT INTO series (indicator_id, held, checked_at) VALUES ($1, $2, $3)
                 ON CONFLICT (indicator_id) DO UPDATE SET
                   held = excluded.held, failure = NULL, checked_at = excluded.checked_at",
                Some(json(held)),
            ),
            SeriesChange::Confirmed => (
                "UPDATE series SET failure = $2, checked_at = $3 WHERE indicator_id = $1",
                None,
            ),
            SeriesChange::Failed(failure) => (
                "INSERT INTO series (indicator_id, failure) VALUES ($1, $2)
                 ON CONFLICT (indicator_id) DO UPDATE SET failure = excluded.failure",
                Some(json(failure)),
            ),
        };
        let mut query = sqlx::query(statement)
            .bind(indicator.to_string())
            .bind(content);
        if !matches!(change, SeriesChange::Failed(_)) {
            query = query.bind(self.now.to_string());
        }
        self.execute(query).await?;
        Ok(())
    }

    async fn finish_sweep(
        &mut self,
        sweep: &SweepId,
        outcome: &SweepOutcome,
    ) -> Result<(), LedgerError> {
        self.execute(
            sqlx::query("UPDATE sweeps SET finished_at = $1, outcome = $2 WHERE sweep = $3")
                .bind(self.now.to_string())
                .bind(json(outcome))
                .bind(sweep.as_str()),
        )
        .await?;
        self.append(Event::SweepFinished {
            sweep: sweep.clone(),
            release: outcome.release,
        })
        .await
    }

    /// Ends the attempt as `verdict` says.
    async fn judge(&mut self, lease: &Lease, verdict: &Verdict) -> Result<(), LedgerError> {
        let now = self.now.as_millisecond();
        let (state, failure, result, not_before, finished) = match verdict {
            Verdict::Done(result) => ("done", None, Some(json(result)), now, Some(now)),
            Verdict::Again { at, failure } => {
                ("ready", Some(failure), None, at.as_millisecond(), None)
            }
            Verdict::Dead(failure) => ("dead", Some(failure), None, now, Some(now)),
        };
        self.execute(
            sqlx::query(
                "UPDATE jobs SET state = $2, failure = $3, result = $4, not_before_ms = $5,
                                 finished_ms = $6, vanished = 0, worker = NULL,
                                 lease_until_ms = NULL
                 WHERE job = $1",
            )
            .bind(lease.job.0)
            .bind(state)
            .bind(failure.map(json))
            .bind(result)
            .bind(not_before)
            .bind(finished),
        )
        .await?;
        if let Verdict::Dead(failure) = verdict {
            self.append(Event::JobDied {
                job: lease.job.0,
                subject: lease.task.subject(),
                remedy: failure.remedy.clone(),
            })
            .await?;
        }
        Ok(())
    }
}

/// Unique keys treat NULLs as different, so "about no indicator" is empty text.
pub(super) fn about(place: &AnswerPlace) -> &str {
    place
        .source_indicator
        .as_ref()
        .map_or("", SourceIndicator::as_str)
}
