//! THL's database cubes: `https://sampo.thl.fi/pivot/prod`.
//!
//! Its ways that matter here: dimensions come as JSONP; categories are surrogate ids that
//! change with every version of a cube, so the version (`run_id`) is asked for once in a
//! sweep and named in every further request; without a measure the server picks one, so it is
//! always named; a dimension twice in one request may hang the server, so each is named once;
//! an id that the server does not know is passed over in silence; a query that it does not
//! understand is answered with 403 and nothing.
//!
//! Figures are asked for level by level: all regions of one stage, all years, one measure,
//! everything else at its total. The server lists the open cubes of a subject, and those are
//! looked at where a cube is not there; it lists no subjects, but on a page for people.

mod listing;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use botnia_config::{IndicatorSelector, SourceSettings};
use botnia_model::{AnswerRole, DataVersion, SourceId, SourceIndicator};
use jiff::SignedDuration;
use url::Url;

use self::listing::Listing;
use crate::client::Shape;
use crate::error::Failure;
use crate::source::{Freshness, Source};
use crate::sources::upstream::Upstream;
use crate::{Answer, PoliteClient, SourceError};

/// The language of the dimensions: measures without a code are named by their label in it.
const LANGUAGE: &str = "fi";
/// How long the dimensions of one version, and the list of a subject's cubes, serve the
/// indicators of one sweep.
const ANSWER_AGE: SignedDuration = SignedDuration::from_mins(5);

/// Cubes of one server.
pub(crate) struct ThlCubes {
    upstream: Upstream,
    /// The indicators that the settings name by themselves.
    named: Vec<SourceIndicator>,
    /// The version that the sweep asks for; none: the latest.
    pinned: Option<DataVersion>,
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

    /// `subject/hydra/fact_cube`: what has a version.
    fn path(&self) -> String {
        format!("{}/{}/{}", self.subject, self.hydra, self.fact)
    }
}

impl ThlCubes {
    pub(crate) fn open(
        settings: &SourceSettings,
        client: Arc<PoliteClient>,
    ) -> Result<Self, SourceError> {
        let named = settings
            .indicators
            .iter()
            .filter_map(|selector| match selector {
                IndicatorSelector::Id(id) => Some(id.clone()),
                IndicatorSelector::Set(_) | IndicatorSelector::All => None,
            });
        Ok(Self {
            upstream: Upstream::open(settings, client)?,
            named: named.collect(),
            pinned: None,
        })
    }

    fn cube<'a>(&self, indicator: &'a SourceIndicator) -> Result<Cube<'a>, SourceError> {
        Cube::of(indicator).ok_or_else(|| SourceError::NotFound {
            failure: Failure {
                operation: format!("find indicator `{indicator}` at `{}`", self.upstream.id),
                problem: "it names no measure of a cube; hint: write \
                          subject/hydra/fact_cube/measure"
                    .to_owned(),
                rejected: None,
            },
        })
    }

    /// The latest version of a cube.
    async fn latest(
        &self,
        cube: &Cube<'_>,
        indicator: &SourceIndicator,
    ) -> Result<DataVersion, SourceError> {
        let mut url = self.upstream.url(["api", "latest"]);
        url.query_pairs_mut()
            .append_pair("subject", cube.subject)
            .append_pair("hydra", cube.hydra)
            .append_pair("fact", cube.fact);
        let role = AnswerRole::Description;
        let request = self
            .upstream
            .request(url, role, Some(indicator), Shape::Object);
        let answer = self.upstream.ask(&request).await?;
        wire::latest(&answer.body).map_err(|cause| {
            let failure = request.failure("the latest version of the cube has no `runid`");
            SourceError::contract(failure, Some(cause))
        })
    }

    /// The dimensions of a version, which the answer's address names. They never change.
    async fn dimensions(
        &self,
        cube: &Cube<'_>,
        indicator: &SourceIndicator,
    ) -> Result<Answer, SourceError> {
        let version = match &self.pinned {
            Some(version) => version.clone(),
            None => self.latest(cube, indicator).await?,
        };
        let file = format!("{}.dimensions.json", cube.fact);
        let mut url = self
            .upstream
            .url([LANGUAGE, cube.subject, cube.hydra, &file]);
        url.query_pairs_mut()
            .append_pair("run_id", version.as_str());
        let request =
            self.upstream
                .request(url, AnswerRole::Description, Some(indicator), Shape::Call);
        self.upstream.client.get_recent(&request, ANSWER_AGE).await
    }

    /// The open cubes of a subject, as an answer.
    async fn cubes_of(&self, subject: &str) -> Result<Answer, SourceError> {
        let file = format!("{subject}.json");
        let url = self.upstream.url(["api", &file]);
        let request = self
            .upstream
            .request(url, AnswerRole::Catalogue, None, Shape::Object);
        self.upstream.client.get_recent(&request, ANSWER_AGE).await
    }

    /// Why a cube was turned down, according to the list of its subject's open cubes. Where
    /// there is no such list, it stays with what the server said.
    async fn explained(
        &self,
        error: SourceError,
        cube: &Cube<'_>,
        indicator: &SourceIndicator,
    ) -> SourceError {
        let (SourceError::NotFound { .. } | SourceError::Refused { .. }) = &error else {
            return error;
        };
        let Ok(answer) = self.cubes_of(cube.subject).await else {
            return error;
        };
        let Ok(listing) = Listing::read(&answer.body) else {
            return error;
        };
        let others = self.named.iter().filter_map(Cube::of);
        let others = others.map(|other| other.subject);
        let subjects: BTreeSet<&str> = others.filter(|other| *other != cube.subject).collect();
        let page = self.upstream.base_url.as_str();
        if let Some(problem) = listing.what_is_missing(cube, &subjects, page) {
            return SourceError::NotFound {
                failure: Failure {
                    operation: format!("find indicator `{indicator}` at `{}`", self.upstream.id),
                    problem,
                    rejected: Some(Box::new(answer)),
                },
            };
        }
        let more = match &self.pinned {
            Some(version) => format!(
                "; the server lists the cube as open; hint: its version {version} may be gone, \
                 and the next sweep asks for the latest: `botnia run --source {}`",
                self.upstream.id
            ),
            None => "; the server lists the cube as open, and refuses also what it does not \
                     understand; hint: see whether the cube still has the measure"
                .to_owned(),
        };
        match error {
            SourceError::NotFound { mut failure } => {
                failure.problem += &more;
                SourceError::NotFound { failure }
            }
            SourceError::Refused { mut failure } => {
                failure.problem += &more;
                SourceError::Refused { failure }
            }
            other => other,
        }
    }

    fn read(&self, answer: &Answer) -> Result<Vec<wire::Dimension>, SourceError> {
        wire::dimensions(&answer.body).map_err(|cause| {
            let indicator = answer.snapshot.source_indicator.as_ref();
            let failure = Failure {
                operation: format!(
                    "read the dimensions of `{}` from `{}`",
                    indicator.map_or("a cube", SourceIndicator::as_str),
                    self.upstream.id
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
        &self.upstream.id
    }

    /// The list of the open cubes of the first subject that the settings name. It explains
    /// what is missing and is needed for nothing else: a server that gives none, but tells the
    /// version of a cube, can be swept.
    async fn frame(&self) -> Result<Vec<Answer>, SourceError> {
        let Some(first) = self.named.first() else {
            return Ok(Vec::new());
        };
        let cube = self.cube(first)?;
        match self.cubes_of(cube.subject).await {
            Ok(list) => Ok(vec![list]),
            Err(error) => match self.latest(&cube, first).await {
                Ok(_) => Ok(Vec::new()),
                Err(_) => Err(error),
            },
        }
    }

    /// The indicators that the settings name: the server lists cubes, and no measures.
    fn catalogue(&self, _frame: &[Answer]) -> Result<Vec<SourceIndicator>, SourceError> {
        if self.named.is_empty() {
            let failure = Failure {
                operation: format!("list the indicators of `{}`", self.upstream.id),
                problem: "the server lists cubes and no measures; hint: write \
                          indicators = [\"subject/hydra/fact_cube/measure\"]"
                    .to_owned(),
                rejected: None,
            };
            return Err(SourceError::contract(failure, None));
        }
        let mut listed = BTreeSet::new();
        let named = self.named.iter();
        Ok(named.filter(|id| listed.insert(*id)).cloned().collect())
    }

    async fn versions(
        &self,
        indicators: &BTreeSet<SourceIndicator>,
    ) -> Result<BTreeMap<SourceIndicator, DataVersion>, SourceError> {
        let mut of_cubes: BTreeMap<String, Option<DataVersion>> = BTreeMap::new();
        let mut versions = BTreeMap::new();
        for indicator in indicators {
            let Some(cube) = Cube::of(indicator) else {
                continue;
            };
            let version = if let Some(version) = of_cubes.get(&cube.path()) {
                version.clone()
            } else {
                let version = match self.latest(&cube, indicator).await {
                    Ok(version) => Some(version),
                    // Half a sweep would ask for one version, and half for another.
                    Err(error) if error.is_transient() => return Err(error),
                    // What asking for the indicator tells, it alone does not have.
                    Err(_) => None,
                };
                of_cubes.insert(cube.path(), version.clone());
                version
            };
            if let Some(version) = version {
                versions.insert(indicator.clone(), version);
            }
        }
        Ok(versions)
    }

    fn pin(&mut self, version: DataVersion) {
        self.pinned = Some(version);
    }

    async fn describe(&self, indicator: &SourceIndicator) -> Result<Answer, SourceError> {
        let cube = self.cube(indicator)?;
        match self.dimensions(&cube, indicator).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.explained(error, &cube, indicator).await),
        }
    }

    async fn fetch(
        &self,
        indicator: &SourceIndicator,
        description: &Answer,
    ) -> Result<Vec<Answer>, SourceError> {
        let cube = self.cube(indicator)?;
        let dimensions = self.read(description)?;
        let asked = wire::asked(&dimensions, cube.measure).map_err(|misfit| {
            let failure = Failure {
                operation: format!("fetch indicator `{indicator}` from `{}`", self.upstream.id),
                problem: misfit,
                rejected: Some(Box::new(description.clone())),
            };
            SourceError::contract(failure, None)
        })?;
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
        for node in asked.stages {
            let file = format!("{}.json", cube.fact);
            let mut url = self
                .upstream
                .url([LANGUAGE, cube.subject, cube.hydra, &file]);
            {
                let mut query = url.query_pairs_mut();
                // `L`: all nodes of the stage of this one.
                query.append_pair("row", &format!("{}-{node}L", asked.area));
                query.append_pair("column", &format!("{}-{}L", asked.time, asked.year));
                // Twice the same id, each with its dot: one alone may be taken for packed.
                let measure = asked.measure;
                query.append_pair("column", &format!("measure-{measure}.{measure}."));
                if let Some(run_id) = &run_id {
                    query.append_pair("run_id", run_id);
                }
            }
            // Tabs in the labels of measures are written as they are.
            let shape = Shape::LooseObject;
            let request = self
                .upstream
                .request(url, AnswerRole::Data, Some(indicator), shape);
            match self.upstream.ask(&request).await {
                Ok(answer) => answers.push(answer),
                Err(error) => return Err(self.explained(error, &cube, indicator).await),
            }
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
