//! A ledger that is begun anew beside releases: what they say of each indicator.

use botnia_model::{AnswerRole, ContentHash, Event, IndicatorId, Note, ReleaseNumber, SourceId};
use jiff::Timestamp;

use super::stored::json;
use super::writing::despite_conflicts;
use super::{Figures, Ledger, LedgerError, failed};

/// What the newest release says, for a ledger that knows nothing.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The release.
    pub release: ReleaseNumber,
    /// Its manifest.
    pub manifest: ContentHash,
    /// The figures that it publishes.
    pub series: Vec<(IndicatorId, Figures)>,
    /// For each source its region list, where it has one, and the regions in it or in the
    /// region tables.
    pub divisions: Vec<(SourceId, Option<ContentHash>, ContentHash)>,
    /// Since when the sources use those divisions.
    pub divided_since: Timestamp,
    /// The notes that it publishes. Which files they came in no release tells: they are kept
    /// under its manifest.
    pub notes: Vec<Note>,
}

impl Ledger {
    /// Whether it knows neither an indicator nor a release: it is new.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn is_new(&self) -> Result<bool, LedgerError> {
        let known: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM series) + (SELECT count(*) FROM releases)",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(failed("look whether anything is known"))?;
        Ok(known == 0)
    }

    /// Takes over what a release says. What another process learned meanwhile stays.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn begin_from(
        &self,
        now: Timestamp,
        beginning: &Beginning,
    ) -> Result<(), LedgerError> {
        despite_conflicts!(self.begin_from_once(now, beginning))
    }

    async fn begin_from_once(
        &self,
        now: Timestamp,
        beginning: &Beginning,
    ) -> Result<(), LedgerError> {
        let mut writing = self.write("begin the ledger anew", now).await?;
        for (indicator, figures) in &beginning.series {
            let statement = sqlx::query(
                "INSERT INTO series (indicator_id, accepted) VALUES ($1, $2)
                 ON CONFLICT (indicator_id) DO NOTHING",
            );
            let statement = statement.bind(indicator.to_string()).bind(json(figures));
            writing.execute(statement).await?;
        }
        for (source, list, division) in &beginning.divisions {
            if let Some(list) = list {
                let statement = sqlx::query(
                    "INSERT INTO answers (source, role, source_indicator, part, hash, since)
                 VALUES ($1, $2, '', 0, $3, $4)
                 ON CONFLICT (source, role, source_indicator, part) DO NOTHING",
                );
                let statement = statement
                    .bind(source.as_str())
                    .bind(AnswerRole::Regions.as_str())
                    .bind(list.to_string())
                    .bind(now.to_string());
                writing.execute(statement).await?;
            }
            let statement = sqlx::query(
                "INSERT INTO divisions (source, division, since) VALUES ($1, $2, $3)
                 ON CONFLICT (source) DO NOTHING",
            );
            let statement = statement
                .bind(source.as_str())
                .bind(division.to_string())
                .bind(beginning.divided_since.to_string());
            writing.execute(statement).await?;
        }
        for note in &beginning.notes {
            let statement = sqlx::query(
                "INSERT INTO notes (note_id, note, file, imported_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (note_id) DO NOTHING",
            );
            let statement = statement
                .bind(note.id().to_string())
                .bind(json(note))
                .bind(beginning.manifest.to_string())
                .bind(now.to_string());
            writing.execute(statement).await?;
        }
        writing
            .keep_release(beginning.release, &beginning.manifest)
            .await?;
        writing
            .append(Event::LedgerBegunAnew {
                release: beginning.release,
                indicators: beginning.series.len() as u64,
            })
            .await?;
        writing.commit().await
    }
}
