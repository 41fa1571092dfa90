//! Opens the sources of the settings: those that are asked over the network, and those that
//! lie in the data.

use std::sync::Arc;

use botnia_config::{SourceKind, SourceSettings};
use botnia_ingest::{PoliteClient, Source, SourceError};

use super::storage::Storage;

/// The source of `settings`; `wants_catalogue` adds the list of all indicators to its frame.
pub(super) fn open(
    settings: &SourceSettings,
    client: &Arc<PoliteClient>,
    data: Option<&Storage>,
    wants_catalogue: bool,
) -> Result<Box<dyn Source>, SourceError> {
    match (settings.kind, data) {
        (SourceKind::Survey, Some(data)) => Ok(botnia_ingest::open_surveys(
            settings,
            Arc::clone(&data.store),
            wants_catalogue,
        )),
        _ => botnia_ingest::open(settings, Arc::clone(client), wants_catalogue),
    }
}
