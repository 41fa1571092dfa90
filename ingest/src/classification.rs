//! Statistics Finland's classification service: the official divisions of a year.
//!
//! It is no source of indicators: nothing is published from it. It is asked when the
//! region tables are compared with it.

use std::sync::Arc;

use botnia_model::{AnswerRole, RegionLevel, SourceId};
use url::Url;

use crate::client::{Fetched, Request, Shape};
use crate::error::Failure;
use crate::{Answer, PoliteClient, SourceError};

/// The divisions that are asked for, by the service's names of them.
const DIVISIONS: [(RegionLevel, &str); 4] = [
    (RegionLevel::Municipality, "kunta"),
    (RegionLevel::Province, "maakunta"),
    (RegionLevel::WellbeingCounty, "hyvinvointialue"),
    (RegionLevel::Subregion, "seutukunta"),
];

/// What one of its answers lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassificationList {
    /// The codes and names of a level.
    Regions(RegionLevel),
    /// Which region of a level each municipality belongs to.
    Memberships(RegionLevel),
}

/// The service at one address.
pub struct ClassificationService {
    base_url: Url,
    client: Arc<PoliteClient>,
}

impl ClassificationService {
    /// The id under which its answers are archived.
    ///
    /// # Panics
    ///
    /// Never: the text is a source id.
    pub fn id() -> SourceId {
        "statistics-finland"
            .parse()
            .expect("lower-case letters and a hyphen")
    }

    /// The service below `base_url`, an address that the settings accept.
    pub fn new(base_url: Url, client: Arc<PoliteClient>) -> Self {
        Self { base_url, client }
    }

    /// Everything that it lists of the divisions of 1 January of `year`, a request each.
    ///
    /// # Errors
    /// The first request that fails.
    pub async fn lists(&self, year: i16) -> Result<Vec<(ClassificationList, Answer)>, SourceError> {
        let mut lists = Vec::new();
        for (level, name) in DIVISIONS {
            let version = format!("{name}_1_{year}0101");
            let mut url = self.url(&["classifications", &version, "classificationItems"]);
            url.query_pairs_mut().extend_pairs([
                ("content", "data"),
                ("meta", "max"),
                ("lang", "fi"),
            ]);
            let answer = self.get(url, Shape::ArrayOfObjects).await?;
            lists.push((ClassificationList::Regions(level), answer));
        }
        for (level, name) in DIVISIONS {
            if level == RegionLevel::Municipality {
                continue;
            }
            let table = format!("kunta_1_{year}0101#{name}_1_{year}0101");
            // Without parameters it is a list of addresses that end in the two codes. With
            // them the service has been seen to fail.
            let url = self.url(&["correspondenceTables", &table, "maps"]);
            let answer = self.get(url, Shape::Array).await?;
            lists.push((ClassificationList::Memberships(level), answer));
        }
        Ok(lists)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    async fn get(&self, url: Url, shape: Shape) -> Result<Answer, SourceError> {
        let request = Request {
            url,
            role: AnswerRole::Regions,
            source: Self::id(),
            source_indicator: None,
            shape,
            validators: None,
            body: None,
        };
        match self.client.get(&request).await? {
            Fetched::Answer(answer) => Ok(*answer),
            Fetched::NotModified => {
                let failure: Failure = request
                    .failure("it answered \"not modified\" to a question without conditions");
                Err(SourceError::contract(failure, None))
            }
        }
    }
}
