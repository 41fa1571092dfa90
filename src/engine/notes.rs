//! What people say beside the figures: from a file on somebody's desk into the ledger. It
//! publishes nothing by itself; the next run does.

use std::collections::{BTreeMap, BTreeSet};

use botnia_config::{IndicatorSet, RegionTables, Settings, words};
use botnia_ingest::{Answer, Archive, ArchiveError};
use botnia_model::{AnswerRole, ContentHash, IndicatorId, Language, Snapshot};
use botnia_transform::notes::{NoteProblem, NoteRequest, NoteTerms, read_notes};
use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ledger::{KeptNote, Ledger, LedgerError, NotesImported};

/// Under which name files of notes stand in the archive's index.
const SOURCE: &str = "notes";

/// Notes that could not be imported. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NotesError {
    /// The file is not as it has to be.
    #[error("`{file}` has {} mistakes", problems.len())]
    Mistakes {
        /// The file's name.
        file: String,
        /// Everything that is wrong with it.
        problems: Vec<NoteProblem>,
    },
    /// The archive. It says itself what was to be done.
    #[error(transparent)]
    Archive(ArchiveError),
    /// The ledger. It says itself what was to be done.
    #[error(transparent)]
    Ledger(LedgerError),
}

/// Who imports, and where it is kept.
#[derive(Clone, Copy, Debug)]
pub struct NotesImport<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// The archive, which keeps the file.
    pub archive: &'a Archive,
    /// The settings.
    pub settings: &'a Settings,
    /// The indicator sets.
    pub sets: &'a [IndicatorSet],
    /// The author of notes that name none.
    pub author: Option<&'a str>,
    /// The date of notes that have none.
    pub date: Option<Date>,
    /// Whether notes that were withdrawn hold again.
    pub restore: bool,
    /// The moment of the import.
    pub now: Timestamp,
}

impl NotesImport<'_> {
    /// Reads the notes in a file called `name`, keeps its bytes, and then does what they ask
    /// for: all of it, or nothing where the file has a mistake.
    ///
    /// # Errors
    /// The file has mistakes, or archive or ledger cannot be used.
    pub async fn import(&self, name: &str, bytes: Bytes) -> Result<NotesImported, NotesError> {
        let known = self.ledger.notes().await.map_err(NotesError::Ledger)?;
        let requests = self.read(name, &bytes, &known).await?;
        let hash = ContentHash::of(&bytes);
        let came_before = known.iter().any(|kept| kept.file == hash);
        let file = self.archive(name, bytes, came_before).await?;
        self.ledger
            .import_notes(self.now, &file, &requests, self.restore)
            .await
            .map_err(NotesError::Ledger)
    }

    async fn read(
        &self,
        name: &str,
        bytes: &Bytes,
        known: &[KeptNote],
    ) -> Result<Vec<NoteRequest>, NotesError> {
        let known: BTreeSet<_> = known.iter().map(|kept| kept.id.clone()).collect();
        let zone = TimeZone::get(&self.settings.time_zone).unwrap_or(TimeZone::UTC);
        read_notes(
            bytes,
            NoteTerms {
                regions: RegionTables::builtin(),
                indicators: &self.indicators().await?,
                themes: &themes(self.sets),
                known: &known,
                today: self.now.to_zoned(zone).date(),
                author: self.author,
                date: self.date,
            },
        )
        .map_err(|problems| NotesError::Mistakes {
            file: name.to_owned(),
            problems,
        })
    }

    /// Those of the sets, and those that a run has met.
    async fn indicators(&self) -> Result<BTreeSet<IndicatorId>, NotesError> {
        let met = self.ledger.all_series().await.map_err(NotesError::Ledger)?;
        let expected = self.sets.iter().flat_map(|set| {
            let indicators = set.indicators.iter();
            indicators.map(|indicator| IndicatorId::new(set.source.clone(), indicator.id.clone()))
        });
        Ok(met.into_iter().map(|(id, _)| id).chain(expected).collect())
    }

    /// Keeps the file's bytes, and the record of how they came.
    async fn archive(
        &self,
        name: &str,
        bytes: Bytes,
        came_before: bool,
    ) -> Result<ContentHash, NotesError> {
        let hash = ContentHash::of(&bytes);
        let answer = Answer {
            snapshot: Snapshot {
                source: SOURCE.parse().expect("the constant is a source id"),
                role: AnswerRole::Notes,
                source_indicator: None,
                method: "IMPORT".to_owned(),
                url: name.to_owned(),
                request_body: None,
                status: 200,
                headers: Vec::new(),
                fetched_at: self.now,
                hash,
                length: bytes.len() as u64,
            },
            body: bytes,
        };
        self.archive
            .keep(&answer, came_before.then_some(&hash))
            .await
            .map_err(NotesError::Archive)?;
        Ok(hash)
    }
}

/// The words of the themes that the sets have, by what people may call them.
fn themes(sets: &[IndicatorSet]) -> BTreeMap<String, String> {
    let mut called = BTreeMap::new();
    for indicator in sets.iter().flat_map(|set| &set.indicators) {
        let word = &indicator.theme;
        let names = Language::ALL.map(|language| words::theme(language, word));
        for name in names.into_iter().flatten().chain([word.as_str()]) {
            called.insert(name.to_lowercase(), word.clone());
        }
    }
    called
}
