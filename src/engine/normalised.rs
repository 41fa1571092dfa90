//! Normalised objects: one indicator's observations each, immutable and named by their
//! content.

use std::sync::Arc;

use botnia_config::SourceSettings;
use botnia_model::{ContentHash, IndicatorId};
use botnia_transform::TransformError;
use bytes::Bytes;
use jiff::SignedDuration;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutMode, PutPayload};

use super::ledger::Figures;
use super::observed::Answers;
use super::sweep::{chain, themes};
use super::{Engine, EngineError};

/// Where they lie in the store.
pub(super) const NORMALISED: &str = "normalised";

/// An object that is found there is written again when it is older: nothing refers to it
/// perhaps, and by its age it might be removed before this job's end makes something refer.
const FRESH: SignedDuration = SignedDuration::from_hours(12);

impl Engine {
    /// Reads a normalised object; `None` where it is not there.
    pub(super) async fn find_normalised(
        &self,
        hash: ContentHash,
    ) -> Result<Option<Bytes>, EngineError> {
        let object = normalised_path(hash);
        let failed = |source| EngineError::Object {
            operation: "read the normalised object",
            object: object.to_string(),
            source,
        };
        match self.storage.store.get(&object).await {
            Ok(found) => found.bytes().await.map(Some).map_err(failed),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(failed(source)),
        }
    }

    /// Stores a normalised object; the same content is already the same object.
    pub(super) async fn write_normalised(
        &self,
        hash: ContentHash,
        bytes: Vec<u8>,
    ) -> Result<(), EngineError> {
        let object = normalised_path(hash);
        let failed = |source| EngineError::Object {
            operation: "write the normalised object",
            object: object.to_string(),
            source,
        };
        let store = &self.storage.store;
        let bytes = PutPayload::from(bytes);
        match store
            .put_opts(&object, bytes.clone(), PutMode::Create.into())
            .await
        {
            Ok(_) => return Ok(()),
            Err(object_store::Error::AlreadyExists { .. }) => {}
            Err(source) => return Err(failed(source)),
        }
        let is_fresh = match store.head(&object).await {
            Ok(found) => found.last_modified.timestamp() > (self.clock.now() - FRESH).as_second(),
            // It was removed in between.
            Err(object_store::Error::NotFound { .. }) => false,
            Err(source) => return Err(failed(source)),
        };
        if !is_fresh {
            store.put(&object, bytes).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Makes sure that the object of accepted figures is there: one that was lost is made
    /// again from the archived answers.
    pub(super) async fn restore_normalised(
        &self,
        settings: &SourceSettings,
        id: &IndicatorId,
        figures: &Figures,
    ) -> Result<(), EngineError> {
        let object = normalised_path(figures.normalised);
        match self.storage.store.head(&object).await {
            Ok(_) => return Ok(()),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(source) => {
                return Err(EngineError::Object {
                    operation: "look for the normalised object",
                    object: object.to_string(),
                    source,
                });
            }
        }
        let lost = |reason: String| EngineError::Lost {
            indicator: id.clone(),
            object: object.to_string(),
            reason,
        };
        let frame = match self.frame_of(settings, figures.regions).await? {
            Ok(frame) => frame,
            Err(trouble) => return Err(lost(chain(&trouble))),
        };
        let mut data = Vec::new();
        for hash in &figures.data {
            data.push(self.archive.read(hash).await?);
        }
        let answers = Answers {
            kind: settings.kind,
            mapping: figures.mapping.clone(),
            indicator: id.clone(),
            description: self.archive.read(&figures.description).await?,
            data,
            regions: Arc::clone(&frame.regions),
            expected: figures.expected.clone(),
            themes: themes(&self.sets, id),
        };
        let made = tokio::task::spawn_blocking(move || {
            let observed = answers.observe()?;
            Ok::<_, TransformError>((observed.hash, observed.object()?))
        })
        .await
        .map_err(|source| EngineError::Aborted {
            operation: "normalise an indicator again",
            source,
        })?;
        match made {
            Ok((hash, bytes)) if hash == figures.normalised => {
                tracing::warn!(indicator = %id, object = %object, "A lost object was made again from the archive");
                self.write_normalised(hash, bytes).await
            }
            Ok(_) => Err(lost(
                "the archived answers now give other figures".to_owned(),
            )),
            Err(failure) => Err(lost(chain(&failure))),
        }
    }
}

pub(super) fn normalised_path(hash: ContentHash) -> ObjectPath {
    ObjectPath::from(format!("{NORMALISED}/{hash}.parquet"))
}
