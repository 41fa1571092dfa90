//! JSON-stat at an address: Eurostat's and other services that answer a GET with a dataset.
//!
//! The question stands in the settings. The dataset describes itself, so one answer is the
//! description and the figures: what did not change as bytes did not change.

use std::sync::Arc;

use async_trait::async_trait;
use botnia_config::SourceSettings;
use botnia_model::{AnswerRole, SourceId, SourceIndicator};

use crate::client::{Request, Shape};
use crate::source::{Freshness, Source};
use crate::sources::tables::{DESCRIPTION_AGE, TableSource, read_dataset};
use crate::sources::upstream::unreadable;
use crate::{Answer, PoliteClient, SourceError};

/// What is said of an answer that is something else.
const NO_DATASET: &str = "the answer is no JSON-stat dataset";

/// A service of JSON-stat documents.
pub(crate) struct JsonStat {
    tables: TableSource,
}

impl JsonStat {
    pub(crate) fn open(
        settings: &SourceSettings,
        client: Arc<PoliteClient>,
    ) -> Result<Self, SourceError> {
        let tables = TableSource::open(settings, client)?;
        Ok(Self { tables })
    }

    fn request(&self, indicator: &SourceIndicator) -> Result<Request, SourceError> {
        let mapping = self.tables.mapping(indicator)?;
        let url = self.tables.url(&mapping.table.path);
        let role = AnswerRole::Description;
        Ok(self
            .tables
            .upstream
            .request(url, role, Some(indicator), Shape::Object))
    }
}

#[async_trait]
impl Source for JsonStat {
    fn id(&self) -> &SourceId {
        &self.tables.upstream.id
    }

    /// Nothing frames a sweep: there is neither a list of regions nor one of limits.
    async fn frame(&self) -> Result<Vec<Answer>, SourceError> {
        Ok(Vec::new())
    }

    fn catalogue(&self, _frame: &[Answer]) -> Result<Vec<SourceIndicator>, SourceError> {
        Ok(self.tables.catalogue())
    }

    async fn describe(&self, indicator: &SourceIndicator) -> Result<Answer, SourceError> {
        let request = self.request(indicator)?;
        let client = &self.tables.upstream.client;
        let answer = client.get_recent(&request, DESCRIPTION_AGE).await?;
        match read_dataset(&answer.body) {
            Ok(_) => Ok(answer),
            Err(cause) => Err(unreadable(&request, &answer, NO_DATASET, cause)),
        }
    }

    async fn fetch(
        &self,
        indicator: &SourceIndicator,
        description: &Answer,
    ) -> Result<Vec<Answer>, SourceError> {
        let mapping = self.tables.mapping(indicator)?;
        let request = self.request(indicator)?;
        let dataset = read_dataset(&description.body)
            .map_err(|cause| unreadable(&request, description, NO_DATASET, cause))?;
        self.tables
            .resolve(mapping, &dataset.table(), description)?;
        let mut figures = description.clone();
        figures.snapshot.role = AnswerRole::Data;
        Ok(vec![figures])
    }

    /// The description holds the figures themselves.
    fn description_settles(&self) -> bool {
        true
    }

    fn freshness(&self, description: &Answer) -> Result<Freshness, SourceError> {
        let indicator = description.snapshot.source_indicator.as_ref();
        let dataset = read_dataset(&description.body).map_err(|cause| {
            let role = AnswerRole::Description;
            let url = self.tables.upstream.base_url.clone();
            let request = self
                .tables
                .upstream
                .request(url, role, indicator, Shape::Object);
            unreadable(&request, description, NO_DATASET, cause)
        })?;
        let updated = dataset.updated.clone();
        Ok(self
            .tables
            .freshness(&dataset.table(), description, updated))
    }
}
