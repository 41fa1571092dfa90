//! Surveys that were imported by hand: their documents lie in the data folder, and nothing
//! is asked over the network.
//!
//! `surveys/<source>/<survey>/<wave>.json` is one wave of one survey, and holds only what may
//! be published. An indicator's figures are the documents of all its waves; its description
//! is what the latest of them says of it, with the hashes of all.

mod wire;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use botnia_config::{SourceSettings, YearRange};
use botnia_model::{
    AnswerRole, ContentHash, Period, RegionKey, Snapshot, SourceId, SourceIndicator,
};
use bytes::Bytes;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde_json::json;

use crate::error::Failure;
use crate::source::{Freshness, Source};
use crate::{Answer, SourceError};

/// The folder of all imported surveys.
const FOLDER: &str = "surveys";

/// Where the wave of a survey lies in the data.
pub fn document_path(source: &SourceId, survey: &str, wave: &Period) -> Path {
    // A period of several years has a slash.
    let wave = wave.as_str().replace('/', "_");
    Path::from_iter([FOLDER, source.as_str(), survey, &format!("{wave}.json")])
}

/// The documents of a source, or of one of its surveys, in the order of their places.
///
/// # Errors
/// The store's.
pub async fn documents(
    store: &dyn ObjectStore,
    source: &SourceId,
    survey: Option<&str>,
) -> Result<Vec<Bytes>, object_store::Error> {
    let found = read(store, source, survey).await?;
    Ok(found.into_iter().map(|stored| stored.body).collect())
}

/// One stored document.
struct Stored {
    path: Path,
    body: Bytes,
    changed_at: Timestamp,
}

async fn read(
    store: &dyn ObjectStore,
    source: &SourceId,
    survey: Option<&str>,
) -> Result<Vec<Stored>, object_store::Error> {
    let folder = Path::from_iter([FOLDER, source.as_str()]);
    let folders = match survey {
        Some(survey) => vec![folder.clone().join(survey)],
        None => {
            store
                .list_with_delimiter(Some(&folder))
                .await?
                .common_prefixes
        }
    };
    let mut listed = Vec::new();
    for folder in folders {
        listed.extend(store.list_with_delimiter(Some(&folder)).await?.objects);
    }
    listed.retain(|meta| meta.location.extension() == Some("json"));
    listed.sort_by(|one, other| one.location.cmp(&other.location));
    let mut found = Vec::new();
    for meta in listed {
        let body = store.get(&meta.location).await?.bytes().await?;
        found.push(Stored {
            body,
            changed_at: Timestamp::from_second(meta.last_modified.timestamp()).unwrap_or_default(),
            path: meta.location,
        });
    }
    Ok(found)
}

/// The imported surveys of one source.
pub(crate) struct Surveys {
    id: SourceId,
    years: YearRange,
    wants_catalogue: bool,
    store: Arc<dyn ObjectStore>,
}

impl Surveys {
    pub(crate) fn open(
        settings: &SourceSettings,
        store: Arc<dyn ObjectStore>,
        wants_catalogue: bool,
    ) -> Self {
        Self {
            id: settings.id.clone(),
            years: settings.years,
            wants_catalogue,
            store,
        }
    }

    fn failure(&self, operation: &str, problem: impl Into<String>) -> Failure {
        Failure {
            operation: format!("{operation} from `{}`", self.id),
            problem: problem.into(),
            rejected: None,
        }
    }

    /// All documents, each with what is read of it.
    async fn all(&self, operation: &str) -> Result<Vec<(Stored, wire::Document)>, SourceError> {
        let stored = read(self.store.as_ref(), &self.id, None);
        let stored = stored.await.map_err(|cause| {
            let failure = self.failure(operation, "the imported surveys cannot be read");
            SourceError::unavailable(failure, Some(cause.into()))
        })?;
        if stored.is_empty() {
            let problem = "no survey was imported yet; hint: `botnia import survey FILE --map MAP`";
            return Err(SourceError::NotFound {
                failure: self.failure(operation, problem),
            });
        }
        stored
            .into_iter()
            .map(|stored| {
                let document = serde_json::from_slice(&stored.body).map_err(|cause| {
                    let problem = format!(
                        "`{}` is no document of a survey; hint: import that survey again",
                        stored.path
                    );
                    let failure = self.failure(operation, problem);
                    SourceError::malformed(failure, Some(Box::new(cause)))
                })?;
                Ok((stored, document))
            })
            .collect()
    }

    fn answer(
        &self,
        role: AnswerRole,
        indicator: Option<&SourceIndicator>,
        place: &str,
        body: Bytes,
        fetched_at: Timestamp,
    ) -> Answer {
        Answer {
            snapshot: Snapshot {
                source: self.id.clone(),
                role,
                source_indicator: indicator.cloned(),
                method: "GET".to_owned(),
                url: format!("survey:{place}"),
                request_body: None,
                status: 200,
                headers: Vec::new(),
                fetched_at,
                hash: ContentHash::of(&body),
                length: body.len() as u64,
            },
            body,
        }
    }

    fn is_wanted(&self, wave: &Period) -> bool {
        let year = wave.year();
        year >= self.years.first && self.years.last.is_none_or(|last| year <= last)
    }

    /// The documents that have an indicator, by wave.
    async fn of(
        &self,
        indicator: &SourceIndicator,
        operation: &str,
    ) -> Result<Vec<(Stored, wire::Document)>, SourceError> {
        let operation = format!("{operation} `{indicator}`");
        let mut found = self.all(&operation).await?;
        found.retain(|(_, document)| document.indicator(indicator).is_some());
        found.sort_by(|(_, one), (_, other)| one.wave.cmp(&other.wave));
        if found.is_empty() {
            return Err(SourceError::NotFound {
                failure: self.failure(&operation, "no imported survey has it"),
            });
        }
        Ok(found)
    }
}

#[async_trait]
impl Source for Surveys {
    fn id(&self) -> &SourceId {
        &self.id
    }

    async fn frame(&self) -> Result<Vec<Answer>, SourceError> {
        let found = self.all("fetch the region list").await?;
        let moments = found.iter().map(|(stored, _)| stored.changed_at);
        let newest = moments.max().unwrap_or_default();
        let documents = found.iter().map(|(_, document)| document);
        let regions: BTreeSet<&RegionKey> = documents
            .clone()
            .flat_map(|document| &document.regions)
            .collect();
        let list = Bytes::from(json!({ "regions": regions }).to_string());
        let place = format!("{}/regions", self.id);
        let mut frame = vec![self.answer(AnswerRole::Regions, None, &place, list, newest)];
        if self.wants_catalogue {
            let indicators: BTreeSet<&SourceIndicator> = documents
                .flat_map(|document| &document.indicators)
                .map(|indicator| &indicator.id)
                .collect();
            let list = Bytes::from(json!({ "indicators": indicators }).to_string());
            let place = format!("{}/indicators", self.id);
            frame.push(self.answer(AnswerRole::Catalogue, None, &place, list, newest));
        }
        Ok(frame)
    }

    fn catalogue(&self, frame: &[Answer]) -> Result<Vec<SourceIndicator>, SourceError> {
        let operation = "list the indicators";
        let mut answers = frame.iter();
        let answer = answers
            .find(|answer| answer.snapshot.role == AnswerRole::Catalogue)
            .ok_or_else(|| {
                let failure = self.failure(operation, "the sweep has no indicator list");
                SourceError::contract(failure, None)
            })?;
        let list: wire::Catalogue = serde_json::from_slice(&answer.body).map_err(|cause| {
            let failure = self.failure(operation, "the indicator list cannot be read");
            SourceError::contract(failure, Some(cause.into()))
        })?;
        Ok(list.indicators)
    }

    async fn describe(&self, indicator: &SourceIndicator) -> Result<Answer, SourceError> {
        let found = self.of(indicator, "fetch the description of").await?;
        let waves: Vec<_> = found
            .iter()
            .map(|(stored, document)| {
                json!({
                    "wave": document.wave,
                    "document": ContentHash::of(&stored.body).to_string(),
                })
            })
            .collect();
        let latest = found.last().and_then(|(stored, document)| {
            Some((stored, document.indicator(indicator)?.about.get()))
        });
        let (changed_at, about) = latest
            .map_or((Timestamp::default(), "null"), |(stored, about)| {
                (stored.changed_at, about)
            });
        // The latest document's own words, byte for byte.
        let body = format!(
            "{{\"id\":{},\"about\":{about},\"waves\":{}}}",
            json!(indicator),
            json!(waves)
        );
        let place = format!("{}/{indicator}", self.id);
        let body = Bytes::from(body);
        Ok(self.answer(
            AnswerRole::Description,
            Some(indicator),
            &place,
            body,
            changed_at,
        ))
    }

    async fn fetch(
        &self,
        indicator: &SourceIndicator,
        _description: &Answer,
    ) -> Result<Vec<Answer>, SourceError> {
        let found = self.of(indicator, "fetch indicator").await?;
        let answers = found
            .into_iter()
            .filter(|(_, document)| self.is_wanted(&document.wave))
            .map(|(stored, _)| {
                let Stored {
                    path,
                    body,
                    changed_at,
                } = stored;
                let place = path.as_ref();
                self.answer(AnswerRole::Data, Some(indicator), place, body, changed_at)
            });
        Ok(answers.collect())
    }

    /// What describes an indicator says nothing of its figures, and they lie at hand.
    fn description_settles(&self) -> bool {
        false
    }

    fn freshness(&self, description: &Answer) -> Result<Freshness, SourceError> {
        let read: wire::Description =
            serde_json::from_slice(&description.body).map_err(|cause| {
                let failure = self.failure("read a description", "it cannot be read");
                SourceError::contract(failure, Some(cause.into()))
            })?;
        let years = || read.waves.iter().map(|line| line.wave.year());
        Ok(Freshness {
            data_updated: None,
            first_year: years().min(),
            last_year: years().max(),
            body: description.snapshot.hash,
        })
    }
}
