//! What Sotkanet's API understands of a request, and its answers to what it does not.

use axum::http::StatusCode;
use botnia_model::Sex;
use bytes::Bytes;
use url::form_urlencoded;

use crate::SandboxError;
use crate::replay::Recordings;
use crate::synthetic::World;

/// A path and a query, and what they mean.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The path, doubled slashes taken as one.
    pub(crate) path: String,
    /// The query as asked.
    pub(crate) query: String,
    endpoint: Endpoint,
}

#[derive(Clone, Debug, PartialEq)]
enum Endpoint {
    Indicators,
    Indicator(u32),
    Regions,
    Data(Format, Result<DataQuery, BadQuery>),
    /// The municipal boundaries of a year.
    Boundaries,
    Unknown,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
}

/// Which rows are asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DataQuery {
    pub(crate) indicator: u32,
    /// Ascending, each once.
    pub(crate) years: Vec<i32>,
    /// Each once.
    pub(crate) genders: Vec<Sex>,
}

/// A query that is refused; the indicator, where it could be told, lets faults match.
#[derive(Clone, Debug, PartialEq)]
struct BadQuery {
    indicator: Option<u32>,
    parameter: &'static str,
}

impl Question {
    pub(crate) fn new(path: &str, query: &str) -> Self {
        let segments: Vec<&str> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        let endpoint = match segments.as_slice() {
            ["rest", "1.1", "indicators"] => Endpoint::Indicators,
            ["rest", "1.1", "indicators", id] => {
                id.parse().map_or(Endpoint::Unknown, Endpoint::Indicator)
            }
            ["rest", "1.1", "regions"] => Endpoint::Regions,
            ["rest", "1.1", "json"] => Endpoint::Data(Format::Json, DataQuery::parse(query)),
            ["rest", "1.1", "csv"] => Endpoint::Data(Format::Csv, DataQuery::parse(query)),
            ["geoserver", "tilastointialueet", "wfs"] if asks_for_boundaries(query) => {
                Endpoint::Boundaries
            }
            _ => Endpoint::Unknown,
        };
        Self {
            path: format!("/{}", segments.join("/")),
            query: query.to_owned(),
            endpoint,
        }
    }

    /// The indicator that is asked about, if it is one.
    pub(crate) fn indicator(&self) -> Option<u32> {
        match &self.endpoint {
            Endpoint::Indicator(id) => Some(*id),
            Endpoint::Data(_, Ok(data)) => Some(data.indicator),
            Endpoint::Data(_, Err(bad)) => bad.indicator,
            Endpoint::Indicators | Endpoint::Regions | Endpoint::Boundaries | Endpoint::Unknown => {
                None
            }
        }
    }
}

/// Whether a query asks a WFS for the boundaries of the municipalities of some year, as
/// `GeoJSON` in metres.
fn asks_for_boundaries(query: &str) -> bool {
    let wanted = |key: &str, fits: &dyn Fn(&str) -> bool| {
        form_urlencoded::parse(query.as_bytes())
            .any(|(name, value)| name == key && fits(value.as_ref()))
    };
    wanted("service", &|value| value == "WFS")
        && wanted("request", &|value| value == "GetFeature")
        && wanted("outputFormat", &|value| value == "application/json")
        && wanted("srsName", &|value| value == "EPSG:3067")
        && wanted("typeNames", &|value| {
            let year = value.strip_prefix("tilastointialueet:kunta4500k_");
            year.is_some_and(|year| {
                year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit())
            })
        })
}

impl DataQuery {
    fn parse(query: &str) -> Result<Self, BadQuery> {
        let mut indicators = Vec::new();
        let mut years = Vec::new();
        let mut genders = Vec::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "indicator" => indicators.push(value.parse::<u32>().ok()),
                "years" => years.push(value.parse::<i32>().ok()),
                "genders" => genders.push(value.parse::<Sex>().ok()),
                // `region`, `regions` and whatever else is sent are ignored.
                _ => {}
            }
        }
        let indicator = match indicators.as_slice() {
            [Some(id)] => *id,
            _ => {
                return Err(BadQuery {
                    indicator: None,
                    parameter: "indicator",
                });
            }
        };
        let bad = |parameter| BadQuery {
            indicator: Some(indicator),
            parameter,
        };
        let all_years: Option<Vec<i32>> = years.into_iter().collect();
        let all_genders: Option<Vec<Sex>> = genders.into_iter().collect();
        let mut years = all_years
            .filter(|years| !years.is_empty())
            .ok_or_else(|| bad("years"))?;
        let mut genders = all_genders
            .filter(|genders| !genders.is_empty())
            .ok_or_else(|| bad("genders"))?;
        years.sort_unstable();
        years.dedup();
        genders.sort_unstable();
        genders.dedup();
        Ok(Self {
            indicator,
            years,
            genders,
        })
    }
}

/// An answer before faults and compression.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
}

pub(crate) const JSON: &str = "application/json;charset=UTF-8";
pub(crate) const CSV: &str = "text/csv;charset=UTF-8";
pub(crate) const HTML: &str = "text/html;charset=UTF-8";

impl Answer {
    pub(crate) fn ok(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::OK,
            content_type,
            body: body.into(),
        }
    }

    /// A short page with the status' own words and a sentence.
    pub(crate) fn page(status: StatusCode, sentence: &str) -> Self {
        let reason = status.canonical_reason().unwrap_or_default();
        Self {
            status,
            content_type: HTML,
            body: format!(
                "<html><head><title>{code} {reason}</title></head><body><h1>{reason}</h1><p>{sentence}</p></body></html>",
                code = status.as_u16(),
            )
            .into(),
        }
    }

    pub(crate) fn forbidden() -> Self {
        Self::page(
            StatusCode::FORBIDDEN,
            "You don't have permission to access this resource.",
        )
    }
}

/// Where answers come from.
#[derive(Debug)]
pub(crate) enum Upstream {
    Synthetic(World),
    Replay(Recordings),
}

impl Upstream {
    /// Answers as the API does, with `boundaries` where it is asked for those. May take
    /// milliseconds of computing: not for an event loop.
    pub(crate) fn answer(
        &self,
        question: &Question,
        user_agent: Option<&str>,
        boundaries: Option<&Bytes>,
    ) -> Answer {
        if !admits(user_agent) {
            return Answer::forbidden();
        }
        let found = match &question.endpoint {
            Endpoint::Indicators => self.indicators().map(|body| Some((JSON, body))),
            Endpoint::Regions => Ok(Some((JSON, self.regions()))),
            Endpoint::Indicator(id) => self
                .indicator(*id)
                .map(|body| body.map(|body| (JSON, body))),
            Endpoint::Data(format, Ok(query)) => self.data(*format, query).map(|body| {
                let content_type = match format {
                    Format::Json => JSON,
                    Format::Csv => CSV,
                };
                body.map(|body| (content_type, body))
            }),
            Endpoint::Data(_, Err(bad)) => {
                return Answer::page(
                    StatusCode::BAD_REQUEST,
                    &format!(
                        "Required parameter '{}' is missing or invalid.",
                        bad.parameter
                    ),
                );
            }
            Endpoint::Boundaries => Ok(boundaries.map(|body| (JSON, body.clone()))),
            Endpoint::Unknown => Ok(None),
        };
        match found {
            Ok(Some((content_type, body))) => Answer::ok(content_type, body),
            Ok(None) => Answer::page(StatusCode::NOT_FOUND, "There is no such resource."),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    path = question.path,
                    "A recording could not be used"
                );
                Answer::page(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The recording is broken.",
                )
            }
        }
    }

    /// Whether its figures are made up.
    pub(crate) fn is_synthetic(&self) -> bool {
        matches!(self, Self::Synthetic(_))
    }

    fn indicators(&self) -> Result<Bytes, SandboxError> {
        match self {
            Self::Synthetic(world) => Ok(world.indicators()),
            Self::Replay(recordings) => recordings.indicators(),
        }
    }

    fn indicator(&self, id: u32) -> Result<Option<Bytes>, SandboxError> {
        match self {
            Self::Synthetic(world) => Ok(world.indicator(id)),
            Self::Replay(recordings) => recordings.indicator(id),
        }
    }

    fn regions(&self) -> Bytes {
        match self {
            Self::Synthetic(world) => world.regions(),
            Self::Replay(recordings) => recordings.regions(),
        }
    }

    fn data(&self, format: Format, query: &DataQuery) -> Result<Option<Bytes>, SandboxError> {
        match self {
            Self::Synthetic(world) => Ok(world.data(format, query)),
            Self::Replay(recordings) => recordings.data(format, query),
        }
    }
}

/// Whether the service answers this User-Agent: not where it is absent, and not where it
/// is what a library says by itself.
fn admits(user_agent: Option<&str>) -> bool {
    const LIBRARIES: [&str; 16] = [
        "python-requests/",
        "python-urllib/",
        "python-httpx/",
        "aiohttp/",
        "curl/",
        "wget/",
        "reqwest/",
        "ureq/",
        "hyper/",
        "go-http-client/",
        "okhttp/",
        "java/",
        "apache-httpclient/",
        "axios/",
        "node-fetch",
        "libwww-perl/",
    ];
    let user_agent = user_agent.map(|text| text.trim().to_ascii_lowercase());
    user_agent.is_some_and(|text| {
        !text.is_empty()
            && text != "node"
            && !LIBRARIES.iter().any(|library| text.starts_with(library))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_question_is_understood() {
        assert_eq!(
            DataQuery::parse(
                "indicator=127&years=2020&years=2019&years=2020&genders=total&genders=male&region=46"
            ),
            Ok(DataQuery {
                indicator: 127,
                years: vec![2019, 2020],
                genders: {
                    let mut genders = vec![Sex::Total, Sex::Male];
                    genders.sort_unstable();
                    genders
                },
            })
        );
    }

    #[test]
    fn a_bad_question_names_what_is_wrong() {
        let cases = [
            ("", "indicator"),
            ("years=2020&genders=total", "indicator"),
            (
                "indicator=1&indicator=2&years=2020&genders=total",
                "indicator",
            ),
            ("indicator=1,2&years=2020&genders=total", "indicator"),
            ("indicator=127", "years"),
            ("indicator=127&genders=total", "years"),
            ("indicator=127&years=2019,2020&genders=total", "years"),
            ("indicator=127&years=2019&years=x&genders=total", "years"),
            ("indicator=127&years=2020", "genders"),
            ("indicator=127&years=2020&genders=male,female", "genders"),
            ("indicator=127&years=2020&genders=all", "genders"),
        ];
        for (query, parameter) in cases {
            let bad = DataQuery::parse(query).unwrap_err();
            assert_eq!(bad.parameter, parameter, "{query}");
        }
    }

    #[test]
    fn a_library_by_its_own_name_is_refused() {
        for refused in [
            None,
            Some(""),
            Some(" "),
            Some("python-requests/2.32.3"),
            Some("curl/8.5.0"),
            Some("reqwest/0.13.5"),
            Some("Go-http-client/2.0"),
            Some("okhttp/4.12.0"),
            Some("Java/21.0.1"),
            Some("axios/1.7.2"),
            Some("node-fetch/1.0 (+https://github.com/bitinn/node-fetch)"),
            Some("Wget/1.21.4"),
        ] {
            assert!(!admits(refused), "{refused:?}");
        }
        for admitted in [
            "botnia/0.1.0 (+https://example.org; ylla@example.org)",
            "rOpenGov/sotkanet",
            "Mozilla/5.0",
        ] {
            assert!(admits(Some(admitted)), "{admitted}");
        }
    }

    #[test]
    fn doubled_slashes_are_one() {
        let question = Question::new("/rest//1.1/indicators/127", "");
        assert_eq!(question.path, "/rest/1.1/indicators/127");
        assert_eq!(question.indicator(), Some(127));
        assert_eq!(
            Question::new("/rest/1.2/regions", "").endpoint,
            Endpoint::Unknown
        );
    }
}
