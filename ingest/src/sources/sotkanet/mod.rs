//! Sotkanet, the indicator bank of the Finnish Institute for Health and Welfare:
//! `https://sotkanet.fi/rest/1.1`.
//!
//! Its ways that matter here: `years` and `genders` are required and must be repeated, not
//! joined by commas; all regions come whatever is asked; an indicator may have figures for
//! one sex only, so all three are always asked for; a year without figures is absent; an
//! indicator without figures is an empty array.

mod wire;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use botnia_config::{SourceSettings, YearRange};
use botnia_model::{AnswerRole, SourceId, SourceIndicator};
use jiff::tz::TimeZone;
use url::Url;

use crate::client::{Fetched, Request, Shape, Validators};
use crate::error::Failure;
use crate::source::{Freshness, Source};
use crate::sources::upstream::{Upstream, unasked};
use crate::{Answer, PoliteClient, SourceError};

/// Years that figures can be about. A range that leaves them is a mistake at the source.
const BELIEVABLE_YEARS: RangeInclusive<i32> = 1900..=2100;
/// Bytes of an address that servers and the boxes before them accept without question.
const LONGEST_URL: usize = 6000;
const SEXES: [&str; 3] = ["male", "female", "total"];

/// Sotkanet, or a server that answers like it.
pub(crate) struct Sotkanet {
    upstream: Upstream,
    years: YearRange,
    wants_catalogue: bool,
    /// Lists and descriptions that came with validators, by the address asked: they are
    /// asked for again at every sweep and seldom change.
    remembered: Mutex<HashMap<Url, Answer>>,
}

impl Sotkanet {
    pub(crate) fn open(
        settings: &SourceSettings,
        client: Arc<PoliteClient>,
        wants_catalogue: bool,
    ) -> Result<Self, SourceError> {
        Ok(Self {
            upstream: Upstream::open(settings, client)?,
            years: settings.years,
            wants_catalogue,
            remembered: Mutex::default(),
        })
    }

    /// Asks for something that is asked for often, and lets the server say that what it
    /// gave last time still holds: then that answer is given again, with the moment at
    /// which it came. What `check` turns down is not remembered.
    async fn ask_again(
        &self,
        mut request: Request,
        check: impl FnOnce(&Request, &Answer) -> Result<(), SourceError>,
    ) -> Result<Answer, SourceError> {
        let known = self.remembered().get(&request.url).cloned();
        request.validators = known.as_ref().and_then(Validators::of);
        let fetched = self.upstream.client.get(&request).await?;
        match (fetched, known) {
            (Fetched::Answer(answer), _) => {
                check(&request, &answer)?;
                if Validators::of(&answer).is_some() {
                    self.remembered()
                        .insert(request.url, answer.as_ref().clone());
                }
                Ok(*answer)
            }
            (Fetched::NotModified, Some(answer)) => Ok(answer),
            (Fetched::NotModified, None) => Err(unasked(&request)),
        }
    }

    async fn list(&self, role: AnswerRole, path: &str) -> Result<Answer, SourceError> {
        let request =
            self.upstream
                .request(self.upstream.url([path]), role, None, Shape::ArrayOfObjects);
        self.ask_again(request, |request, answer| {
            // The body is an array of objects; without a brace it has none.
            if answer.body.contains(&b'{') {
                return Ok(());
            }
            let failure = Failure {
                rejected: Some(Box::new(answer.clone())),
                ..request.failure("the list is empty")
            };
            Err(SourceError::contract(failure, None))
        })
        .await
    }

    /// Reads what fetching needs of a description.
    fn read(&self, description: &Answer) -> Result<wire::Description, SourceError> {
        serde_json::from_slice(&description.body).map_err(|cause| {
            let failure = Failure {
                rejected: Some(Box::new(description.clone())),
                ..self
                    .description_request(description.snapshot.source_indicator.as_ref())
                    .failure("the description lacks what fetching needs")
            };
            SourceError::contract(failure, Some(cause.into()))
        })
    }

    fn description_request(&self, indicator: Option<&SourceIndicator>) -> Request {
        let id = indicator.map_or("", SourceIndicator::as_str);
        let url = self.upstream.url(["indicators", id]);
        self.upstream
            .request(url, AnswerRole::Description, indicator, Shape::Object)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<Url, Answer>> {
        // An insertion is whole or has not happened, so a poisoned map is a good map.
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Source for Sotkanet {
    fn id(&self) -> &SourceId {
        &self.upstream.id
    }

    async fn frame(&self) -> Result<Vec<Answer>, SourceError> {
        let mut answers = vec![self.list(AnswerRole::Regions, "regions").await?];
        if self.wants_catalogue {
            answers.push(self.list(AnswerRole::Catalogue, "indicators").await?);
        }
        Ok(answers)
    }

    fn catalogue(&self, frame: &[Answer]) -> Result<Vec<SourceIndicator>, SourceError> {
        let failure = |problem: &str| Failure {
            operation: format!("list the indicators of `{}`", self.upstream.id),
            problem: problem.to_owned(),
            rejected: None,
        };
        let answer = frame
            .iter()
            .find(|answer| answer.snapshot.role == AnswerRole::Catalogue)
            .ok_or_else(|| {
                let failure = failure("the sweep has no indicator list");
                SourceError::contract(failure, None)
            })?;
        let entries: Vec<wire::CatalogueEntry> =
            serde_json::from_slice(&answer.body).map_err(|cause| {
                let failure = Failure {
                    rejected: Some(Box::new(answer.clone())),
                    ..failure("an entry of the indicator list has no id")
                };
                SourceError::contract(failure, Some(cause.into()))
            })?;
        let mut seen = HashSet::new();
        Ok(entries
            .into_iter()
            .filter(|entry| seen.insert(entry.id))
            .map(|entry| {
                let id = entry.id.to_string();
                id.parse().expect("a number in digits names an indicator")
            })
            .collect())
    }

    async fn describe(&self, indicator: &SourceIndicator) -> Result<Answer, SourceError> {
        let request = self.description_request(Some(indicator));
        self.ask_again(request, |request, answer| {
            let id = self.read(answer)?.id.to_string();
            if id == indicator.as_str() {
                return Ok(());
            }
            let failure = Failure {
                rejected: Some(Box::new(answer.clone())),
                ..request.failure(format!("the server described indicator `{id}` instead"))
            };
            Err(SourceError::contract(failure, None))
        })
        .await
    }

    async fn fetch(
        &self,
        indicator: &SourceIndicator,
        description: &Answer,
    ) -> Result<Vec<Answer>, SourceError> {
        let declared = self.read(description)?.years();
        let now = self.upstream.client.clock().now().to_zoned(TimeZone::UTC);
        let years = years_to_ask(declared, self.years, now.year().into());
        let mut answers = Vec::new();
        for url in data_urls(&self.upstream.url(["json"]), indicator, years, LONGEST_URL) {
            let shape = Shape::ArrayOfObjects;
            let request = self
                .upstream
                .request(url, AnswerRole::Data, Some(indicator), shape);
            answers.push(self.upstream.ask(&request).await?);
        }
        Ok(answers)
    }

    /// A description has the day of the last update.
    fn description_settles(&self) -> bool {
        true
    }

    fn freshness(&self, description: &Answer) -> Result<Freshness, SourceError> {
        let read = self.read(description)?;
        let years = read.years();
        Ok(Freshness {
            data_updated: read.data_updated().map(str::to_owned),
            first_year: years.map(|(first, _)| first),
            last_year: years.map(|(_, last)| last),
            body: description.snapshot.hash,
        })
    }
}

/// The years of `declared` and `wanted` in common. Where the source declares nothing
/// believable, `wanted` decides alone, to `this_year` if it has no end: asking for a year
/// too many costs nothing, because the answer leaves it out.
fn years_to_ask(
    declared: Option<(i32, i32)>,
    wanted: YearRange,
    this_year: i32,
) -> RangeInclusive<i32> {
    let (first, last) = declared.unwrap_or((wanted.first, wanted.last.unwrap_or(this_year)));
    let first = first.max(wanted.first).max(*BELIEVABLE_YEARS.start());
    let last = last
        .min(wanted.last.unwrap_or(last))
        .min(*BELIEVABLE_YEARS.end());
    first..=last
}

/// The addresses of an indicator's figures: one for all years, more only where one would
/// grow beyond `longest` bytes.
fn data_urls(
    base: &Url,
    indicator: &SourceIndicator,
    years: RangeInclusive<i32>,
    longest: usize,
) -> Vec<Url> {
    let address = |years: &[i32]| {
        let mut url = base.clone();
        url.query_pairs_mut()
            .append_pair("indicator", indicator.as_str())
            .extend_pairs(years.iter().map(|year| ("years", year.to_string())))
            .extend_pairs(SEXES.map(|sex| ("genders", sex)));
        url
    };
    let room = longest.saturating_sub(address(&[]).as_str().len());
    let years_each = (room / "&years=2024".len()).max(1);
    let years: Vec<i32> = years.collect();
    years.chunks(years_each).map(address).collect()
}
