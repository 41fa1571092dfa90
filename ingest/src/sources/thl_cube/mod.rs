//! THL's database cubes: `https://sampo.thl.fi/pivot/prod`.
//!
//! Its ways that matter here: dimensions come as JSONP; categories are surrogate ids that
//! change with every version of a cube, so the version (`run_id`) is asked for first and
//! named in every further request of the indicator; without a measure the server picks one,
//! so it is always named; a dimension twice in one request may hang the server, so each is
//! named once; an id that the server does not know is passed over in silence; a query that
//! it does not understand is answered with 403 and nothing.
//!
//! Figures are asked for level by level: all regions of one stage, all years, one measure,
//! everything else at its total.

mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use botnia_config::{IndicatorSelector, SourceSettings};
use botnia_model::{AnswerRole, SourceId, SourceIndicator};
use url::Url;

use crate::client::{Fetched, Request, Shape};
use crate::error::Failure;
use crate::source::{Freshness, Source};
use crate::{Answer, PoliteClient, SourceError};

/// The language of the dimensions: measures without a code are named by their label in it.
const LANGUAGE: &str = "fi";

/// Cubes of one server.
pub(crate) struct ThlCubes {
    id: SourceId,
    base_url: Url,
    /// The first indicator of the settings: its cube has the regions of a sweep.
    first: Option<SourceIndicator>,
    client: Arc<PoliteClient>,
}

/// A measure of a cube, taken apart: `subject/hydra/fact_cube/measure`.
struct Cube<'a> {
    subject: &'a str,
    hydra: &'a str,
    fact: &'a str,
    measure: &'a str,
}

impl<'a> Cube<'a> {
    fn of(indicator: &'a SourceIndicator) -> Option<Self> {
        let mut parts = indicator.as_str().splitn(4, '/');
        let cube = Self {
            subject: parts.next()?,
            hydra: parts.next()?,
            fact: parts.next()?,
            measure: parts.next()?,
        };
        let parts = [cube.subject, cube.hydra, cube.fact, cube.measure];
        parts.iter().all(|part| !part.is_empty()).then_some(cube)
    }

    /// The cube's name in the call for its latest version.
    fn name(&self) -> &str {
        self.fact.strip_prefix("fact_").unwrap_or(self.fact)
    }
}

impl ThlCubes {
    pub(crate) fn open(
        settings: &SourceSettings,
        client: Arc<PoliteClient>,
    ) -> Result<Self, SourceError> {
        let base_url = &settings.base_url;
        let host = base_url.host_str().ok_or_else(|| {
            let failure = Failure {
                operation: format!("open `{}`", settings.id),
                problem: format!(
                    "`{base_url}` is no web address; hint: correct `base_url` in the settings"
                ),
                rejected: None,
            };
            SourceError::contract(failure, None)
        })?;
        client.host_limits(host, settings.requests_per_second, settings.concurrency);
        let first = settings
            .indicators
            .iter()
            .find_map(|selector| match selector {
                IndicatorSelector::Id(id) => Some(id.clone()),
                IndicatorSelector::Set(_) | IndicatorSelector::All => None,
            });
        Ok(Self {
            id: settings.id.clone(),
            base_url: base_url.clone(),
            first,
            client,
        })
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        url.path_segments_mut()
            .expect("an http address with a host has path segments")
            .pop_if_empty()
            .extend(path);
        url
    }

    fn cube<'a>(&self, indicator: &'a SourceIndicator) -> Result<Cube<'a>, SourceError> {
        Cube::of(indicator).ok_or_else(|| SourceError::NotFound {
            failure: Failure {
                operation: format!("find indicator `{indicator}` at `{}`", self.id),
                problem: "it names no measure of a cube; hint: write \
                          subject/hydra/fact_cube/measure"
                    .to_owned(),
                rejected: None,
            },
        })
    }

    fn request(
        &self,
        url: Url,
        role: AnswerRole,
        indicator: Option<&SourceIndicator>,
        shape: Shape,
    ) -> Request {
        Request {
            url,
            role,
            source: self.id.clone(),
            source_indicator: indicator.cloned(),
            shape,
            validators: None,
            body: None,
        }
    }

    async fn ask(&self, request: &Request) -> Result<Answer, SourceError> {
        match self.client.get(request).await {
            Ok(Fetched::Answer(answer)) => Ok(*answer),
            Ok(Fetched::NotModified) => {
                let failure = request.failure("the server says that nothing asked for changed");
                Err(SourceError::contract(failure, None))
            }
            Err(SourceError::Refused { mut failure }) => {
                failure.problem += "; this server refuses also what it does not understand: \
                                    hint: see whether the cube is open, and still has the measure";
                Err(SourceError::Refused { failure })
            }
            Err(error) => Err(error),
        }
    }

    /// The dimensions of the latest version, which the answer's address names.
    async fn dimensions(
        &self,
        indicator: &SourceIndicator,
        role: AnswerRole,
    ) -> Result<Answer, SourceError> {
        let cube = self.cube(indicator)?;
        let about = (role != AnswerRole::Regions).then_some(indicator);
        let mut url = self.url(&["api", "latest"]);
        url.query_pairs_mut()
            .append_pair("subject", cube.subject)
            .append_pair("hydra", cube.hydra)
            .append_pair("fact", cube.name());
        let request = self.request(url, role, about, Shape::Object);
        let answer = self.ask(&request).await?;
        let latest: wire::Latest = serde_json::from_slice(&answer.body).map_err(|cause| {
            let failure = request.failure("the latest version of the cube has no `runid`");
            SourceError::contract(failure, Some(cause.into()))
        })?;
        let file = format!("{}.dimensions.json", cube.fact);
        let mut url = self.url(&[LANGUAGE, cube.subject, cube.hydra, &file]);
        url.query_pairs_mut()
            .append_pair("run_id", &latest.run_id());
        self.ask(&self.request(url, role, about, Shape::Call)).await
    }

    fn read(&self, answer: &Answer) -> Result<Vec<wire::Dimension>, SourceError> {
        wire::dimensions(&answer.body).map_err(|cause| {
            let indicator = answer.snapshot.source_indicator.as_ref();
            let failure = Failure {
                operation: format!(
                    "read the dimensions of `{}` from `{}`",
                    indicator.map_or("a cube", SourceIndicator::as_str),
                    self.id
                ),
                problem: "they are not what the server promises".to_owned(),
                rejected: Some(Box::new(answer.clone())),
            };
            SourceError::contract(failure, Some(cause.into()))
        })
    }
}

#[async_trait]
impl Source for ThlCubes {
    fn id(&self) -> &SourceId {
        &self.id
    }

    async fn frame(&self) -> Result<Vec<Answer>, SourceError> {
        let Some(first) = &self.first else {
            let failure = Failure {
                operation: format!("sweep `{}`", self.id),
                problem: "the settings name no indicator; hint: write \
                          indicators = [\"subject/hydra/fact_cube/measure\"]"
                    .to_owned(),
                rejected: None,
            };
            return Err(SourceError::contract(failure, None));
        };
        Ok(vec![self.dimensions(first, AnswerRole::Regions).await?])
    }

    fn catalogue(&self, _frame: &[Answer]) -> Result<Vec<SourceIndicator>, SourceError> {
        let failure = Failure {
            operation: format!("list the indicators of `{}`", self.id),
            problem: "the server lists cubes, not measures; hint: name the indicators".to_owned(),
            rejected: None,
        };
        Err(SourceError::contract(failure, None))
    }

    async fn describe(&self, indicator: &SourceIndicator) -> Result<Answer, SourceError> {
        self.dimensions(indicator, AnswerRole::Description).await
    }

    async fn fetch(
        &self,
        indicator: &SourceIndicator,
        description: &Answer,
    ) -> Result<Vec<Answer>, SourceError> {
        let cube = self.cube(indicator)?;
        let dimensions = self.read(description)?;
        let contract = |problem: &str| {
            let failure = Failure {
                operation: format!("fetch indicator `{indicator}` from `{}`", self.id),
                problem: problem.to_owned(),
                rejected: None,
            };
            SourceError::contract(failure, None)
        };
        let measure = wire::measure(&dimensions, cube.measure)
            .ok_or_else(|| contract("the cube has no such measure"))?;
        let (time, year) =
            wire::years(&dimensions).ok_or_else(|| contract("no dimension has years"))?;
        let (area, stages) =
            wire::stages(&dimensions).ok_or_else(|| contract("no dimension has regions"))?;
        let pinned = Url::parse(&description.snapshot.url).ok();
        let run_id = pinned.and_then(|url| {
            let mut pairs = url.query_pairs();
            pairs
                .find(|(key, _)| key == "run_id")
                .map(|(_, value)| value.into_owned())
        });
        // The dimensions once more: figures are read with those of their own version.
        let mut dimension_answer = description.clone();
        dimension_answer.snapshot.role = AnswerRole::Data;
        let mut answers = vec![dimension_answer];
        for node in stages {
            let file = format!("{}.json", cube.fact);
            let mut url = self.url(&[LANGUAGE, cube.subject, cube.hydra, &file]);
            {
                let mut query = url.query_pairs_mut();
                // `L`: all nodes of the stage of this one.
                query.append_pair("row", &format!("{area}-{node}L"));
                query.append_pair("column", &format!("{time}-{year}L"));
                // Twice the same id, each with its dot: one alone may be taken for packed.
                query.append_pair("column", &format!("measure-{measure}.{measure}."));
                if let Some(run_id) = &run_id {
                    query.append_pair("run_id", run_id);
                }
            }
            let request = self.request(url, AnswerRole::Data, Some(indicator), Shape::Object);
            answers.push(self.ask(&request).await?);
        }
        Ok(answers)
    }

    /// The dimensions of a cube stay the same while its figures are renewed.
    fn description_settles(&self) -> bool {
        false
    }

    fn freshness(&self, description: &Answer) -> Result<Freshness, SourceError> {
        let years = wire::all_years(&self.read(description)?);
        Ok(Freshness {
            data_updated: None,
            first_year: years.iter().min().copied(),
            last_year: years.iter().max().copied(),
            body: description.snapshot.hash,
        })
    }
}
