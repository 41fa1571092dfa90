//! `PxWeb`, version 1 of its API: `https://pxdata.stat.fi/PxWeb/api/v1/fi/StatFin`, and
//! the same at many offices.
//!
//! Its ways that matter here: `?config` tells how much may be asked, and published lists of
//! that are wrong; a question for too many cells is 403, one with a code that the table does
//! not have is 400 without a word more; codes of a dimension with many of them are not
//! listed; a dimension that is not named is summed or given whole, by the table's taste;
//! tables get other names (`statfin_vaerak_pxt_11re.px` became `11re.px`); dates of update
//! move without the figures, and figures without the dates.

mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use botnia_config::{IndicatorMapping, Pattern, SourceSettings};
use botnia_model::{AnswerRole, SourceId, SourceIndicator};
use url::Url;

use crate::client::{Request, Shape};
use crate::error::Failure;
use crate::source::{Freshness, Source};
use crate::sources::tables::{
    CodeSearch, DESCRIPTION_AGE, LIMITS_AGE, Limits, Selection, Table, TableSource, Tried,
    check_returned, is_too_much, read_dataset, rejected_status, split,
};
use crate::sources::upstream::unreadable;
use crate::{Answer, PoliteClient, SourceError};

/// What a server takes that does not say it: the defaults of `PxWeb`'s own code.
const UNSAID: Limits = Limits {
    cells: 100_000,
    values: 10_000,
};
/// How often the believed limit is halved where a server turns down what it promised.
const HALVINGS: usize = 4;

/// A server that speaks version 1.
pub(crate) struct PxWeb1 {
    tables: TableSource,
}

/// What asking for figures came to.
enum Asked {
    Answers(Vec<Answer>),
    TooMuch(SourceError),
}

impl PxWeb1 {
    pub(crate) fn open(
        settings: &SourceSettings,
        client: Arc<PoliteClient>,
    ) -> Result<Self, SourceError> {
        let tables = TableSource::open(settings, client)?;
        Ok(Self { tables })
    }

    /// The answer to `?config`, and what it says. A server without one is asked with the
    /// limits of `PxWeb`'s own code.
    async fn limits(&self) -> Result<(Option<Answer>, Limits), SourceError> {
        let mut url = self.tables.upstream.base_url.clone();
        url.set_query(Some("config"));
        let request = self
            .tables
            .upstream
            .request(url, AnswerRole::Limits, None, Shape::Object);
        let answer = match self
            .tables
            .upstream
            .client
            .get_recent(&request, LIMITS_AGE)
            .await
        {
            Ok(answer) => answer,
            Err(error) if !error.is_transient() => return Ok((None, UNSAID)),
            Err(error) => return Err(error),
        };
        let config: wire::Config = serde_json::from_slice(&answer.body).unwrap_or_default();
        if let (Some(calls), Some(seconds)) = (config.max_calls, config.time_window) {
            self.tables.keep_window(calls, seconds);
        }
        let limits = Limits {
            cells: whole(config.max_cells).unwrap_or(UNSAID.cells),
            values: whole(config.max_values).unwrap_or(UNSAID.values),
        };
        Ok((Some(answer), limits))
    }

    /// Asks for a table's metadata, under its earlier and later names too.
    async fn metadata(
        &self,
        mapping: &IndicatorMapping,
        indicator: &SourceIndicator,
    ) -> Result<Answer, SourceError> {
        let mut first = None;
        let path = self.newest(&mapping.table.path, indicator).await?;
        for path in names_of(&path, &self.tables.upstream.base_url) {
            let role = AnswerRole::Description;
            let url = self.tables.url(&path);
            let request = self
                .tables
                .upstream
                .request(url, role, Some(indicator), Shape::Object);
            match self
                .tables
                .upstream
                .client
                .get_recent(&request, DESCRIPTION_AGE)
                .await
            {
                Ok(answer) => return Ok(answer),
                // Most servers say 400 of a table that they do not have.
                Err(error) if is_not_there(&error) => {
                    first.get_or_insert((request, error));
                }
                Err(error) => return Err(error),
            }
        }
        let Some((request, error)) = first else {
            unreachable!("a table has a name")
        };
        let problem = format!(
            "there is no table `{}` (the server answered {}); hint: look for it under \
             `{}`, or among the discontinued ones, and correct `path` in the settings",
            mapping.table.path,
            rejected_status(&error).unwrap_or(404),
            self.tables.upstream.base_url,
        );
        Err(SourceError::NotFound {
            failure: Failure {
                rejected: error.rejected().cloned().map(Box::new),
                ..request.failure(problem)
            },
        })
    }

    /// A path with a pattern in it (`2*/kuntien_avainluvut_*_aikasarja.px`) as the newest
    /// table or folder that it describes: some databases have a folder and a file for every
    /// year.
    async fn newest(&self, path: &str, indicator: &SourceIndicator) -> Result<String, SourceError> {
        if !path.contains('*') {
            return Ok(path.to_owned());
        }
        let mut found = String::new();
        for part in path.split('/') {
            let mut next = part.to_owned();
            if part.contains('*') {
                let role = AnswerRole::Description;
                let url = self.tables.url(&found);
                let shape = Shape::ArrayOfObjects;
                let request = self
                    .tables
                    .upstream
                    .request(url, role, Some(indicator), shape);
                let client = &self.tables.upstream.client;
                let answer = client.get_recent(&request, DESCRIPTION_AGE).await?;
                let level: Vec<wire::LevelEntry> = serde_json::from_slice(&answer.body)
                    .map_err(|cause| unreadable(&request, &answer, "it is no level", cause))?;
                let pattern = Pattern::new(part);
                let like = level.iter().filter(|entry| pattern.matches(&entry.id));
                let Some(newest) = like.map(|entry| entry.id.as_str()).max() else {
                    let listed = level.iter().take(5).map(|entry| entry.id.as_str());
                    let listed: Vec<&str> = listed.collect();
                    let problem = format!(
                        "nothing there is like `{part}`, but {}; hint: correct `path` in the \
                         settings",
                        listed.join(", ")
                    );
                    let failure = Failure {
                        rejected: Some(Box::new(answer.clone())),
                        ..request.failure(problem)
                    };
                    return Err(SourceError::NotFound { failure });
                };
                newest.clone_into(&mut next);
            }
            if !found.is_empty() {
                found.push('/');
            }
            found.push_str(&next);
        }
        Ok(found)
    }

    /// Reads a description; codes that it does not list are asked for.
    async fn table(&self, description: &Answer, complete: bool) -> Result<Table, SourceError> {
        let (mut table, unlisted) = self.read(description)?;
        if complete {
            for at in unlisted {
                let body = wire::Query::codes_of(&table, at).text();
                let request = self.question(description, body)?;
                let answer = self.tables.upstream.ask(&request).await?;
                let dataset = read_dataset(&answer.body)
                    .map_err(|cause| unreadable(&request, &answer, "it is no dataset", cause))?;
                let code = table.variables[at].code.clone();
                let came = dataset.table().variables;
                if let Some(came) = came.into_iter().find(|came| came.code == code) {
                    table.variables[at].values = came.values;
                    table.variables[at].labels = came.labels;
                }
            }
        }
        Ok(table)
    }

    fn read(&self, description: &Answer) -> Result<(Table, Vec<usize>), SourceError> {
        let metadata: wire::Metadata =
            serde_json::from_slice(&description.body).map_err(|cause| {
                let indicator = description.snapshot.source_indicator.as_ref();
                let url = self.tables.upstream.base_url.clone();
                let role = AnswerRole::Description;
                let request = self
                    .tables
                    .upstream
                    .request(url, role, indicator, Shape::Object);
                let problem = "the description lacks what fetching needs";
                unreadable(&request, description, problem, cause)
            })?;
        Ok(metadata.table())
    }

    /// A question to the table that `description` describes, wherever it was found.
    fn question(&self, description: &Answer, body: String) -> Result<Request, SourceError> {
        let indicator = description.snapshot.source_indicator.as_ref();
        let url = Url::parse(&description.snapshot.url).map_err(|cause| {
            let failure = Failure {
                operation: format!("fetch a table from `{}`", self.tables.upstream.id),
                problem: format!("`{}` is no address", description.snapshot.url),
                rejected: None,
            };
            SourceError::contract(failure, Some(cause.into()))
        })?;
        let mut request =
            self.tables
                .upstream
                .request(url, AnswerRole::Data, indicator, Shape::Object);
        request.body = Some(body);
        Ok(request)
    }

    async fn ask_all(
        &self,
        selection: &Selection,
        limits: Limits,
        description: &Answer,
    ) -> Result<Asked, SourceError> {
        let Some(parts) = split(selection, limits) else {
            let request = self.question(description, String::new())?;
            let problem = format!(
                "it would take thousands of questions of {} cells; hint: `select` less of the \
                 table in the settings",
                limits.cells
            );
            return Err(SourceError::contract(request.failure(problem), None));
        };
        let mut answers = Vec::with_capacity(parts.len());
        for part in parts {
            let request = self.question(description, wire::Query::of(&part).text())?;
            let answer = match self.tables.upstream.ask(&request).await {
                Ok(answer) => answer,
                Err(error) if is_too_much(&error) => return Ok(Asked::TooMuch(error)),
                Err(error) => match rejected_status(&error) {
                    Some(400) => return Err(self.named(&part, description, error).await),
                    _ => return Err(error),
                },
            };
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
        Ok(Asked::Answers(answers))
    }

    /// Why a question was turned down with 400: the table changed since it was described, or
    /// one of the codes.
    async fn named(
        &self,
        part: &Selection,
        description: &Answer,
        error: SourceError,
    ) -> SourceError {
        let Ok(request) = self.question(description, String::new()) else {
            return error;
        };
        let rejected = error.rejected().cloned().map(Box::new);
        let contract = |problem: String| {
            let failure = Failure {
                rejected: rejected.clone(),
                ..request.failure(problem)
            };
            SourceError::contract(failure, None)
        };
        // Anew: what was remembered is what was turned down.
        let mut again = request.clone();
        again.role = AnswerRole::Description;
        again.body = None;
        match self.tables.upstream.ask(&again).await {
            Ok(now) if now.snapshot.hash != description.snapshot.hash => {
                return contract(
                    "the table changed while it was being fetched; hint: the next sweep asks \
                     for it as it is now"
                        .to_owned(),
                );
            }
            Ok(_) => {}
            Err(error) => return error,
        }
        let mut search = CodeSearch::new(part);
        while let Some(smaller) = search.question() {
            let mut question = request.clone();
            question.body = Some(wire::Query::of(&smaller).text());
            match self.tables.upstream.ask(&question).await {
                Ok(_) => search.take(Tried::Answered),
                Err(error) if rejected_status(&error) == Some(400) => {
                    search.take(Tried::TurnedDown);
                }
                Err(error) => return error,
            }
        }
        match search.found() {
            Some((code, value)) => contract(format!(
                "the server turns down the code `{value}` of `{code}`, which its own description \
                 lists; hint: leave it out with `select`"
            )),
            None => contract(
                "the server turned down the question with 400, and no single code is the reason"
                    .to_owned(),
            ),
        }
    }
}

#[async_trait]
impl Source for PxWeb1 {
    fn id(&self) -> &SourceId {
        &self.tables.upstream.id
    }

    async fn frame(&self) -> Result<Vec<Answer>, SourceError> {
        let (answer, _) = self.limits().await?;
        Ok(answer.into_iter().collect())
    }

    fn catalogue(&self, _frame: &[Answer]) -> Result<Vec<SourceIndicator>, SourceError> {
        Ok(self.tables.catalogue())
    }

    async fn describe(&self, indicator: &SourceIndicator) -> Result<Answer, SourceError> {
        let mapping = self.tables.mapping(indicator)?;
        // First, so that the host's own limits hold from the first question on.
        self.limits().await?;
        self.metadata(mapping, indicator).await
    }

    async fn fetch(
        &self,
        indicator: &SourceIndicator,
        description: &Answer,
    ) -> Result<Vec<Answer>, SourceError> {
        let mapping = self.tables.mapping(indicator)?;
        let (_, mut limits) = self.limits().await?;
        let table = self.table(description, true).await?;
        let resolved = self.tables.resolve(mapping, &table, description)?;
        let selection = table.codes(&resolved.wanted);
        let mut halvings = 0;
        loop {
            match self.ask_all(&selection, limits, description).await? {
                Asked::Answers(answers) => return Ok(answers),
                Asked::TooMuch(error) if halvings >= HALVINGS || limits.cells <= 1 => {
                    return Err(error);
                }
                // The limit that was told is not the one that holds.
                Asked::TooMuch(_) => {
                    limits.cells = (limits.cells.min(selection.cells()) / 2).max(1);
                }
            }
            halvings += 1;
        }
    }

    /// Nothing in a description tells of the figures.
    fn description_settles(&self) -> bool {
        false
    }

    fn freshness(&self, description: &Answer) -> Result<Freshness, SourceError> {
        let (table, _) = self.read(description)?;
        Ok(self.tables.freshness(&table, description, None))
    }
}

fn is_not_there(error: &SourceError) -> bool {
    matches!(error, SourceError::NotFound { .. }) || rejected_status(error) == Some(400)
}

/// A limit as a whole number; nonsense is none.
fn whole(limit: Option<f64>) -> Option<usize> {
    let limit = limit.filter(|limit| limit.is_finite() && (1.0..1.0e12).contains(limit))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 1 to 10^12"
    )]
    Some(limit as usize)
}

/// The names under which a table may be found: as the settings have it, then as Statistics
/// Finland called it before or after June 2026.
fn names_of(path: &str, base_url: &Url) -> Vec<String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let in_folder = |file: &str| {
        if folder.is_empty() {
            file.to_owned()
        } else {
            format!("{folder}/{file}")
        }
    };
    let mut names = vec![path.to_owned()];
    let stem = file.strip_suffix(".px").unwrap_or(file);
    let ending = &file[stem.len()..];
    if let Some((_, short)) = stem.split_once("_pxt_") {
        names.push(in_folder(&format!("{short}{ending}")));
    } else {
        let database = base_url
            .path_segments()
            .and_then(|mut parts| parts.next_back());
        let database = database.unwrap_or_default().to_lowercase();
        let subject = folder.rsplit('/').next().unwrap_or_default();
        let is_short = stem.len() <= 5 && stem.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_short && !subject.is_empty() && !database.is_empty() {
            let long = format!("{database}_{subject}_pxt_{stem}{ending}");
            names.push(in_folder(&long));
        }
    }
    names
}
