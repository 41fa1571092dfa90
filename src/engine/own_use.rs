//! The figures that may not be published onward: one file beside the releases, for the
//! operator's own use. Nothing serves it, and no release lists it.

use std::path::{Path, PathBuf};

use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutPayload};

use super::{Engine, EngineError};

/// Where it lies in the store.
const OWN_USE: &str = "own_use/observations.parquet";

/// Where it is made, in the scratch folder of a release.
pub(super) fn made_in(scratch: &Path) -> PathBuf {
    scratch.join("own_use.parquet")
}

impl Engine {
    /// Takes over what a release left for own use, in place of what was there; removes
    /// that where nothing is left any more.
    pub(super) async fn keep_own_use(&self, scratch: &Path) -> Result<(), EngineError> {
        let object = ObjectPath::from(OWN_USE);
        let store = &self.storage.store;
        let failed = |operation, source| EngineError::Object {
            operation,
            object: OWN_USE.to_owned(),
            source,
        };
        match tokio::fs::read(made_in(scratch)).await {
            Ok(bytes) => store
                .put(&object, PutPayload::from(bytes))
                .await
                .map(|_| ())
                .map_err(|source| failed("write", source)),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
                match store.delete(&object).await {
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                    Err(source) => Err(failed("remove", source)),
                }
            }
            Err(source) => {
                let source = Box::new(source);
                let store = "scratch folder";
                Err(failed(
                    "write",
                    object_store::Error::Generic { store, source },
                ))
            }
        }
    }
}
