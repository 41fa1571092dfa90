//! `PxWebApi` 2: `https://statistikdatabasen.scb.se/api/v2`, `https://data.ssb.no/api/pxwebapi/v2`.
//!
//! Its ways that matter here: `/config` tells how much may be asked and in which formats; a
//! question without a selection is answered with the service's own, a slice that looks like
//! the whole, so every dimension is always named; questions go as POST, because addresses
//! with hundreds of codes are too long; a code list changes the codes of a dimension; what
//! is turned down is explained in `problem+json`.

mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use botnia_config::{IndicatorMapping, SourceSettings};
use botnia_model::{AnswerRole, SourceId, SourceIndicator};
use serde::Deserialize;

use crate::client::{Request, Shape};
use crate::error::Failure;
use crate::source::{Freshness, Source};
use crate::sources::tables::{
    DESCRIPTION_AGE, Dataset, LIMITS_AGE, Limits, Selection, Table, TableSource, check_returned,
    is_too_much, read_dataset, rejected_status, split,
};
use crate::sources::upstream::unreadable;
use crate::{Answer, PoliteClient, SourceError};

/// What a service takes that does not say it.
const UNSAID: Limits = Limits {
    cells: 100_000,
    values: usize::MAX,
};
/// The format that is asked for.
const FORMAT: &str = "json-stat2";
/// How often the believed limit is halved where a service turns down what it promised.
const HALVINGS: usize = 4;
/// Tables on a page of the list, and pages that are turned at most.
const PAGE_SIZE: u32 = 1000;
const MOST_PAGES: u32 = 10;

/// A service that speaks version 2.
pub(crate) struct PxWeb2 {
    tables: TableSource,
}

impl PxWeb2 {
    pub(crate) fn open(
        settings: &SourceSettings,
        client: Arc<PoliteClient>,
    ) -> Result<Self, SourceError> {
        let tables = TableSource::open(settings, client)?;
        Ok(Self { tables })
    }

    /// The answer to `/config`, and what it says. A service that cannot give what is read
    /// here is [`SourceError::Contract`].
    async fn limits(&self) -> Result<(Answer, Limits), SourceError> {
        let url = self.tables.url("config");
        let request = self
            .tables
            .upstream
            .request(url, AnswerRole::Limits, None, Shape::Object);
        let answer = self
            .tables
            .upstream
            .client
            .get_recent(&request, LIMITS_AGE)
            .await?;
        let config: wire::Config = serde_json::from_slice(&answer.body)
            .map_err(|cause| unreadable(&request, &answer, "it is no configuration", cause))?;
        let formats = &config.data_formats;
        if !formats.is_empty() && !formats.iter().any(|format| format == FORMAT) {
            let problem = format!("it does not give `{FORMAT}`, but {}", formats.join(", "));
            let failure = Failure {
                rejected: Some(Box::new(answer)),
                ..request.failure(problem)
            };
            return Err(SourceError::contract(failure, None));
        }
        if let (Some(calls), Some(seconds)) = (config.max_calls_per_time_window, config.time_window)
        {
            self.tables.keep_window(calls, seconds);
        }
        let cells = config
            .max_data_cells
            .and_then(|cells| usize::try_from(cells).ok());
        let limits = Limits {
            cells: cells.filter(|cells| *cells > 0).unwrap_or(UNSAID.cells),
            ..UNSAID
        };
        Ok((answer, limits))
    }

    /// An address of a table: its id and what is asked of it, with the language that may
    /// stand behind the id in the settings.
    fn table_url(&self, mapping: &IndicatorMapping, what: &str) -> url::Url {
        let path = &mapping.table.path;
        let (id, question) = path.split_once('?').unwrap_or((path, ""));
        self.tables.url(&format!("tables/{id}/{what}?{question}"))
    }

    /// Whether the list of tables still has one: every page is looked through.
    async fn is_listed(&self, id: &str) -> Result<bool, SourceError> {
        for page in 1..=MOST_PAGES {
            let mut url = self.tables.url("tables");
            url.query_pairs_mut()
                .append_pair("query", id)
                .append_pair("includeDiscontinued", "true")
                .append_pair("pageNumber", &page.to_string())
                .append_pair("pageSize", &PAGE_SIZE.to_string());
            let role = AnswerRole::Catalogue;
            let request = self.tables.upstream.request(url, role, None, Shape::Object);
            let answer = self.tables.upstream.ask(&request).await?;
            let listed: wire::TablePage = serde_json::from_slice(&answer.body)
                .map_err(|cause| unreadable(&request, &answer, "it is no list", cause))?;
            if listed.tables.iter().any(|table| table.id == id) {
                return Ok(true);
            }
            if page >= listed.page.total_pages {
                break;
            }
        }
        Ok(false)
    }

    /// A description as a table, with the codes of the code lists that the settings name.
    async fn table(
        &self,
        mapping: &IndicatorMapping,
        description: &Answer,
    ) -> Result<(Table, Vec<(String, String)>), SourceError> {
        let mut table = self.dataset(description)?.table();
        let mut applied = Vec::new();
        for (dimension, list) in &mapping.table.code_lists {
            let Some(variable) = table.variables.iter_mut().find(|variable| {
                dimension.matches(&variable.code) || dimension.matches(&variable.label)
            }) else {
                continue;
            };
            let url = self.tables.url(&format!("codelists/{list}"));
            let indicator = Some(&mapping.id);
            let role = AnswerRole::Description;
            let request = self
                .tables
                .upstream
                .request(url, role, indicator, Shape::Object);
            let answer = self
                .tables
                .upstream
                .client
                .get_recent(&request, DESCRIPTION_AGE)
                .await?;
            let read: CodeList = serde_json::from_slice(&answer.body)
                .map_err(|cause| unreadable(&request, &answer, "it is no code list", cause))?;
            variable.labels = read
                .values
                .iter()
                .map(|value| value.label.clone())
                .collect();
            variable.values = read.values.into_iter().map(|value| value.code).collect();
            applied.push((variable.code.clone(), list.clone()));
        }
        Ok((table, applied))
    }

    fn dataset(&self, description: &Answer) -> Result<Dataset, SourceError> {
        read_dataset(&description.body).map_err(|cause| {
            let indicator = description.snapshot.source_indicator.as_ref();
            let url = self.tables.upstream.base_url.clone();
            let role = AnswerRole::Description;
            let request = self
                .tables
                .upstream
                .request(url, role, indicator, Shape::Object);
            let problem = "the description lacks what fetching needs";
            unreadable(&request, description, problem, cause)
        })
    }

    async fn ask_all(
        &self,
        mapping: &IndicatorMapping,
        selection: &Selection,
        code_lists: &[(String, String)],
        limits: Limits,
    ) -> Result<Vec<Answer>, SourceError> {
        let mut url = self.table_url(mapping, "data");
        url.query_pairs_mut().append_pair("outputFormat", FORMAT);
        let role = AnswerRole::Data;
        let question = self
            .tables
            .upstream
            .request(url, role, Some(&mapping.id), Shape::Object);
        let Some(parts) = split(selection, limits) else {
            let problem = format!(
                "it would take thousands of questions of {} cells; hint: `select` less of the \
                 table in the settings",
                limits.cells
            );
            return Err(SourceError::contract(question.failure(problem), None));
        };
        let mut answers = Vec::with_capacity(parts.len());
        for part in parts {
            let mut request = question.clone();
            request.body = Some(wire::Question::of(&part, code_lists).text());
            let answer = self
                .tables
                .upstream
                .ask(&request)
                .await
                .map_err(|error| explained(&request, error))?;
            if let Err(difference) = check_returned(&answer.body, &part) {
                let problem = format!("the answer is about something else: {difference}");
                let failure = Failure {
                    rejected: Some(Box::new(answer)),
                    ..request.failure(problem)
                };
                return Err(SourceError::contract(failure, None));
            }
            answers.push(answer);
        }
        Ok(answers)
    }
}

/// `/codelists/{id}`.
#[derive(Deserialize)]
struct CodeList {
    values: Vec<CodeListValue>,
}

#[derive(Deserialize)]
struct CodeListValue {
    code: String,
    /// Some services write `value`.
    #[serde(alias = "value", default)]
    label: String,
}

#[async_trait]
impl Source for PxWeb2 {
    fn id(&self) -> &SourceId {
        &self.tables.upstream.id
    }

    async fn frame(&self) -> Result<Vec<Answer>, SourceError> {
        let (answer, _) = self.limits().await?;
        Ok(vec![answer])
    }

    fn catalogue(&self, _frame: &[Answer]) -> Result<Vec<SourceIndicator>, SourceError> {
        Ok(self.tables.catalogue())
    }

    async fn describe(&self, indicator: &SourceIndicator) -> Result<Answer, SourceError> {
        let mapping = self.tables.mapping(indicator)?;
        self.limits().await?;
        let url = self.table_url(mapping, "metadata");
        let role = AnswerRole::Description;
        let request = self
            .tables
            .upstream
            .request(url, role, Some(indicator), Shape::Object);
        let error = match self
            .tables
            .upstream
            .client
            .get_recent(&request, DESCRIPTION_AGE)
            .await
        {
            Ok(answer) => return Ok(answer),
            Err(error @ SourceError::NotFound { .. }) => error,
            Err(error) => return Err(explained(&request, error)),
        };
        let id = mapping.table.path.split('?').next().unwrap_or_default();
        let problem = match self.is_listed(id).await {
            Ok(true) => format!(
                "the table `{id}` is in the list of tables and is not described; hint: see \
                 whether it has ended"
            ),
            Ok(false) => format!(
                "there is no table `{id}`, nor is it in the list of tables; hint: correct \
                 `path` in the settings"
            ),
            Err(_) => format!("there is no table `{id}`; hint: correct `path` in the settings"),
        };
        Err(SourceError::NotFound {
            failure: Failure {
                rejected: error.rejected().cloned().map(Box::new),
                ..request.failure(problem)
            },
        })
    }

    async fn fetch(
        &self,
        indicator: &SourceIndicator,
        description: &Answer,
    ) -> Result<Vec<Answer>, SourceError> {
        let mapping = self.tables.mapping(indicator)?;
        let (_, mut limits) = self.limits().await?;
        let (table, code_lists) = self.table(mapping, description).await?;
        let resolved = self.tables.resolve(mapping, &table, description)?;
        let selection = table.codes(&resolved.wanted);
        let mut halvings = 0;
        loop {
            let asked = self.ask_all(mapping, &selection, &code_lists, limits);
            match asked.await {
                Ok(answers) => return Ok(answers),
                Err(error) if is_too_much(&error) && halvings < HALVINGS && limits.cells > 1 => {
                    limits.cells = (limits.cells.min(selection.cells()) / 2).max(1);
                }
                Err(error) => return Err(error),
            }
            halvings += 1;
        }
    }

    /// Its day of update has been seen to stay while figures moved.
    fn description_settles(&self) -> bool {
        false
    }

    fn freshness(&self, description: &Answer) -> Result<Freshness, SourceError> {
        let dataset = self.dataset(description)?;
        let updated = dataset.updated.clone();
        Ok(self
            .tables
            .freshness(&dataset.table(), description, updated))
    }
}

/// An error with what the service says of it in `problem+json`.
fn explained(request: &Request, error: SourceError) -> SourceError {
    let words = error
        .rejected()
        .and_then(|answer| wire::Problem::words(&answer.body));
    let (Some(words), Some(status)) = (words, rejected_status(&error)) else {
        return error;
    };
    let failure = Failure {
        rejected: error.rejected().cloned().map(Box::new),
        ..request.failure(format!("the server answered {status}: {words}"))
    };
    match error {
        SourceError::Refused { .. } => SourceError::Refused { failure },
        SourceError::Contract { .. } => SourceError::contract(failure, None),
        other => other,
    }
}
