//! The boundaries of municipalities, from Statistics Finland's service of statistical areas
//! (WFS 2.0).
//!
//! It is no source of indicators: maps are drawn from it, and nothing else waits for it.

use std::sync::Arc;

use botnia_model::{AnswerRole, SourceId, SourceIndicator};
use url::Url;

use crate::client::{Fetched, Request, Shape};
use crate::{Answer, PoliteClient, SourceError};

/// The scale of the boundaries, as the service names it: 1 : 4 500 000, generalised for maps
/// of the whole country.
const SCALE: &str = "kunta4500k";

/// The service at one address.
pub struct BoundaryService {
    base_url: Url,
    client: Arc<PoliteClient>,
}

impl BoundaryService {
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

    /// The name of the boundaries of a year: `kunta4500k_2026`.
    ///
    /// # Panics
    ///
    /// Never: the text is visible characters.
    pub fn layer(year: i16) -> SourceIndicator {
        format!("{SCALE}_{year}")
            .parse()
            .expect("letters, digits and a line")
    }

    /// The service at `base_url`, an address that the settings accept.
    pub fn new(base_url: Url, client: Arc<PoliteClient>) -> Self {
        Self { base_url, client }
    }

    /// The boundaries of the municipalities of a year: a `GeoJSON` collection in
    /// ETRS-TM35FIN.
    ///
    /// # Errors
    /// What the request fails with.
    pub async fn municipalities(&self, year: i16) -> Result<Answer, SourceError> {
        let layer = Self::layer(year);
        let mut url = self.base_url.clone();
        url.query_pairs_mut().extend_pairs([
            ("service", "WFS"),
            ("version", "2.0.0"),
            ("request", "GetFeature"),
            ("typeNames", &format!("tilastointialueet:{layer}")),
            ("outputFormat", "application/json"),
            ("srsName", "EPSG:3067"),
        ]);
        let request = Request {
            url,
            role: AnswerRole::Boundaries,
            source: Self::id(),
            source_indicator: Some(layer),
            shape: Shape::Object,
            validators: None,
            body: None,
        };
        match self.client.get(&request).await? {
            Fetched::Answer(answer) => Ok(*answer),
            Fetched::NotModified => {
                let failure = request
                    .failure("it answered \"not modified\" to a question without conditions");
                Err(SourceError::contract(failure, None))
            }
        }
    }
}
