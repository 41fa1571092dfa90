//! What is asked for, and what comes of it.

use botnia_model::{AnswerRole, SourceId, SourceIndicator};
use reqwest::header::{ETAG, LAST_MODIFIED};
use url::Url;

use super::Shape;
use crate::Answer;
use crate::error::Failure;

/// One thing to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The address.
    pub url: Url,
    /// What the answer is for.
    pub role: AnswerRole,
    /// The source that is asked.
    pub source: SourceId,
    /// The indicator it is about, if it is about one.
    pub source_indicator: Option<SourceIndicator>,
    /// What the answer must be.
    pub shape: Shape,
    /// What an earlier answer left for asking whether it still holds.
    pub validators: Option<Validators>,
    /// JSON to send: then it is a POST, otherwise a GET.
    pub body: Option<String>,
}

impl Request {
    /// A failure of this request, without evidence.
    pub(crate) fn failure(&self, problem: impl Into<String>) -> Failure {
        let object = match (self.role, &self.source_indicator) {
            (AnswerRole::Data, Some(indicator)) => format!("indicator `{indicator}`"),
            (AnswerRole::Description, Some(indicator)) => {
                format!("the description of indicator `{indicator}`")
            }
            (AnswerRole::Regions, _) => "the region list".to_owned(),
            (AnswerRole::Catalogue, _) => "the indicator list".to_owned(),
            (AnswerRole::Limits, _) => "the limits of use".to_owned(),
            (role @ (AnswerRole::Data | AnswerRole::Description | AnswerRole::Notes), _) => {
                format!("the {role}")
            }
        };
        Failure {
            operation: format!("fetch {object} from `{}`", self.source),
            problem: problem.into(),
            rejected: None,
        }
    }
}

/// What a server gave with an answer for asking later whether it still holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`, as sent.
    pub etag: Option<String>,
    /// `Last-Modified`, as sent.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Those of `answer`; `None` where the server gave none.
    pub fn of(answer: &Answer) -> Option<Self> {
        let header = |name: &str| {
            let mut headers = answer.snapshot.headers.iter();
            headers
                .find(|(header, _)| header == name)
                .map(|(_, value)| value.clone())
        };
        let validators = Self {
            etag: header(ETAG.as_str()),
            last_modified: header(LAST_MODIFIED.as_str()),
        };
        (validators.etag.is_some() || validators.last_modified.is_some()).then_some(validators)
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// An answer.
    Answer(Box<Answer>),
    /// The answer whose validators were sent still holds. Never without validators.
    NotModified,
}
