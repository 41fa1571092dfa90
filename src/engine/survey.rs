//! A survey from a file on somebody's desk into the data: what may be published of it, and
//! nothing else. It publishes nothing by itself; the next run does.

use std::sync::Arc;

use botnia_config::{RegionTables, Settings, SourceKind, SurveyMap};
use botnia_model::{Period, SourceId};
use botnia_transform::survey::{self, Document, Publishable, Refusal, SurveyError};
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};

/// A survey that could not be imported. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The settings have no such source of surveys.
    #[error("the settings have no source `{source_id}` of kind `survey`, which the map names")]
    NoSource {
        /// The map's source.
        source_id: SourceId,
    },
    /// The file.
    #[error(transparent)]
    File(SurveyError),
    /// What may not be published.
    #[error(transparent)]
    Refused(Refusal),
    /// An earlier document, or the one that was made.
    #[error("read or write the document of the survey `{survey}`")]
    Document {
        /// The map's id.
        survey: String,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// The data.
    #[error("{operation} the documents of the survey `{survey}`")]
    Store {
        /// What was to be done.
        operation: &'static str,
        /// The map's id.
        survey: String,
        /// The cause.
        #[source]
        source: object_store::Error,
    },
}

/// What came of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The waves, each with its figures, those hidden, and whether it is new or other than
    /// before.
    pub waves: Vec<ImportedWave>,
    /// How many figures are hidden now that an earlier import published.
    pub published_before: usize,
}

/// One wave of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedWave {
    /// The wave.
    pub wave: Period,
    /// Figures in it.
    pub figures: usize,
    /// Of which hidden.
    pub hidden: usize,
    /// Whether it is other than what was there.
    pub changed: bool,
}

/// Reads a survey's file, hides what must be hidden, and keeps the rest. `wave` is that of
/// all rows where the map has no column for it.
///
/// # Errors
/// Everything that is wrong with the file; a file that would give something away; the data.
pub async fn import(
    bytes: &[u8],
    map: &SurveyMap,
    wave: Option<&Period>,
    accepts_revision: bool,
    settings: &Settings,
    store: &Arc<dyn ObjectStore>,
) -> Result<Imported, ImportError> {
    let mut sources = settings.source.iter();
    if !sources.any(|source| source.id == map.source && source.kind == SourceKind::Survey) {
        return Err(ImportError::NoSource {
            source_id: map.source.clone(),
        });
    }
    let document_error = |source| ImportError::Document {
        survey: map.id.clone(),
        source,
    };
    let store_error = |operation| {
        move |source| ImportError::Store {
            operation,
            survey: map.id.clone(),
            source,
        }
    };
    let tables = RegionTables::builtin();
    let table = survey::read(bytes, map, wave, tables).map_err(ImportError::File)?;
    let stored = botnia_ingest::documents(store.as_ref(), &map.source, Some(&map.id));
    let stored = stored.await.map_err(store_error("read"))?;
    let earlier = stored
        .iter()
        .map(|body| Document::from_bytes(body))
        .collect::<Result<Vec<_>, _>>()
        .map_err(document_error)?;
    let Publishable {
        documents,
        published_before,
    } = survey::publishable(&table, map, tables, &earlier, accepts_revision)
        .map_err(ImportError::Refused)?;
    let mut waves = Vec::new();
    for document in documents {
        let changed = !earlier.contains(&document);
        if changed {
            let path = botnia_ingest::document_path(&map.source, &map.id, &document.wave);
            let bytes = document.to_bytes().map_err(document_error)?;
            let put = store.put(&path, PutPayload::from(bytes)).await;
            put.map_err(store_error("write"))?;
        }
        let (figures, hidden) = document.figures();
        waves.push(ImportedWave {
            wave: document.wave,
            figures,
            hidden,
            changed,
        });
    }
    Ok(Imported {
        waves,
        published_before,
    })
}
