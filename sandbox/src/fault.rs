//! What goes wrong, when and how often.

use serde::Deserialize;

use crate::SandboxError;
use crate::api::Question;

/// One thing that goes wrong with some of the requests.
///
/// ```toml
/// [[fault]]
/// path = "/rest/1.1/json"                            # the start of the path
/// indicator = 127
/// query = "years=2020"                               # a part of the query
/// after = 1                                          # spares the first of these
/// times = 2                                          # then it is over
/// kind = { too_many_requests = { retry_after = 5 } } # or kind = "connection_reset"
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The start of the path, doubled slashes taken as one: `/rest/1.1/json`. None: any.
    pub path: Option<String>,
    /// The indicator in the path or the query. None: any, and requests without one.
    pub indicator: Option<u32>,
    /// A part of the query. None: any.
    pub query: Option<String>,
    /// How many of the matching requests are spared before it begins.
    #[serde(default)]
    pub after: u32,
    /// How many of the matching requests it meets. None: all.
    pub times: Option<u32>,
    /// What happens.
    pub kind: FaultKind,
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// The right answer, late.
    Delay {
        /// How late.
        milliseconds: u64,
    },
    /// 429.
    TooManyRequests {
        /// The header `Retry-After`; none is sent without it.
        retry_after: Option<RetryAfter>,
    },
    /// An error of the server's.
    ServerError {
        /// 500 to 599.
        status: u16,
    },
    /// Half of the bytes that `Content-Length` announces.
    Truncated,
    /// A maintenance page with status 200.
    #[serde(rename = "html_with_200")]
    HtmlWith200,
    /// `[]`
    EmptyArray,
    /// The first rows only; an answer that is no array stays whole.
    ShortAnswer {
        /// The share of the rows that is kept, 0 to 1.
        keep: f64,
    },
    /// A body that breaks off in mid-value, with the right `Content-Length`.
    NotJson,
    /// RST instead of an answer.
    ConnectionReset,
    /// 302 to the same address.
    RedirectLoop,
    /// A small gzip body that grows.
    DecompressionBomb {
        /// How far.
        megabytes: u32,
    },
    /// The right answer, slowly.
    SlowLoris {
        /// How slowly; at least 1.
        bytes_per_second: u32,
    },
    /// 403 with a short HTML page.
    Forbidden,
    /// Another title in a description: all three languages become this text.
    WrongTitle {
        /// The text.
        title: String,
    },
    /// Another unit in a description: its code and its words in all three languages.
    WrongUnit {
        /// The source's code of the value type, and its words.
        code: String,
    },
    /// Figures times a factor.
    WrongValues {
        /// Only of this region, by its id; none: of all.
        region: Option<u32>,
        /// Only of this year; none: of all.
        year: Option<i32>,
        /// What each is multiplied by.
        factor: f64,
    },
    /// No row of these regions.
    MissingRegions {
        /// Their ids.
        regions: Vec<u32>,
    },
    /// A field less in the answer's object, or in every object of its array.
    MissingField {
        /// The field's key.
        field: String,
    },
}

impl FaultKind {
    /// Its word in the file of faults.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delay { .. } => "delay",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::ServerError { .. } => "server_error",
            Self::Truncated => "truncated",
            Self::HtmlWith200 => "html_with_200",
            Self::EmptyArray => "empty_array",
            Self::ShortAnswer { .. } => "short_answer",
            Self::NotJson => "not_json",
            Self::ConnectionReset => "connection_reset",
            Self::RedirectLoop => "redirect_loop",
            Self::DecompressionBomb { .. } => "decompression_bomb",
            Self::SlowLoris { .. } => "slow_loris",
            Self::Forbidden => "forbidden",
            Self::WrongTitle { .. } => "wrong_title",
            Self::WrongUnit { .. } => "wrong_unit",
            Self::WrongValues { .. } => "wrong_values",
            Self::MissingRegions { .. } => "missing_regions",
            Self::MissingField { .. } => "missing_field",
        }
    }

    fn problem(&self) -> Option<&'static str> {
        match self {
            Self::ServerError { status } if !(500..=599).contains(status) => {
                Some("`status` is not between 500 and 599")
            }
            Self::ShortAnswer { keep } if !(0.0..=1.0).contains(keep) => {
                Some("`keep` is not between 0 and 1")
            }
            Self::WrongValues { factor, .. } if !factor.is_finite() => {
                Some("`factor` is no finite number")
            }
            Self::SlowLoris { bytes_per_second } if *bytes_per_second == 0 => {
                Some("`bytes_per_second` is 0")
            }
            _ => None,
        }
    }
}

/// `Retry-After` in either of its forms.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// A date as HTTP writes it: `Sat, 21 Nov 2026 20:15:00 GMT`.
    Date(String),
}

impl Fault {
    /// `kind` for every request.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            path: None,
            indicator: None,
            query: None,
            after: 0,
            times: None,
            kind,
        }
    }

    /// Only for paths that begin with `path`.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Only for the indicator `id`.
    #[must_use]
    pub fn indicator(mut self, id: u32) -> Self {
        self.indicator = Some(id);
        self
    }

    /// Only for queries that contain `part`.
    #[must_use]
    pub fn query(mut self, part: &str) -> Self {
        self.query = Some(part.to_owned());
        self
    }

    /// Spares the first `count` of them.
    #[must_use]
    pub fn after(mut self, count: u32) -> Self {
        self.after = count;
        self
    }

    /// Is over after `count` of them.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.times = Some(count);
        self
    }

    /// The faults of a file: an array of tables `[[fault]]`.
    ///
    /// Fails with [`SandboxError::ParseFaults`] on an unknown key or kind, and with
    /// [`SandboxError::ImpossibleFault`] on a number outside its bounds.
    pub fn from_toml(text: &str) -> Result<Vec<Self>, SandboxError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            fault: Vec<Fault>,
        }
        let file: File =
            toml::from_str(text).map_err(|source| SandboxError::ParseFaults { source })?;
        Self::check(&file.fault)?;
        Ok(file.fault)
    }

    /// Fails with [`SandboxError::ImpossibleFault`] on a number outside its bounds.
    pub(crate) fn check(faults: &[Self]) -> Result<(), SandboxError> {
        for (index, fault) in faults.iter().enumerate() {
            if let Some(problem) = fault.kind.problem() {
                return Err(SandboxError::ImpossibleFault {
                    position: index + 1,
                    kind: fault.kind.name(),
                    problem,
                });
            }
        }
        Ok(())
    }

    fn matches(&self, question: &Question) -> bool {
        self.path
            .as_ref()
            .is_none_or(|start| question.path.starts_with(start))
            && self
                .indicator
                .is_none_or(|id| question.indicator() == Some(id))
            && self
                .query
                .as_ref()
                .is_none_or(|part| question.query.contains(part))
    }
}

/// The faults, and how many requests each has met.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan(Vec<(Fault, u32)>);

impl FaultPlan {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(faults.into_iter().map(|fault| (fault, 0)).collect())
    }

    /// What happens to this request: the first fault that matches and is neither still
    /// sparing nor already over.
    pub(crate) fn next(&mut self, question: &Question) -> Option<FaultKind> {
        for (fault, met) in &mut self.0 {
            if !fault.matches(question) {
                continue;
            }
            let number = *met;
            *met = met.saturating_add(1);
            let over = fault
                .times
                .is_some_and(|times| number >= fault.after.saturating_add(times));
            if number >= fault.after && !over {
                return Some(fault.kind.clone());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(path: &str, query: &str) -> Question {
        Question::new(path, query)
    }

    #[test]
    fn a_file_of_faults_is_read() {
        let faults = Fault::from_toml(
            r#"
            [[fault]]
            path = "/rest/1.1/json"
            indicator = 127
            after = 1
            times = 2
            kind = { too_many_requests = { retry_after = 5 } }

            [[fault]]
            query = "years=2020"
            kind = { too_many_requests = { retry_after = "Sat, 21 Nov 2026 20:15:00 GMT" } }

            [[fault]]
            kind = "connection_reset"
            "#,
        )
        .unwrap();
        assert_eq!(
            faults,
            [
                Fault::new(FaultKind::TooManyRequests {
                    retry_after: Some(RetryAfter::Seconds(5))
                })
                .path("/rest/1.1/json")
                .indicator(127)
                .after(1)
                .times(2),
                Fault::new(FaultKind::TooManyRequests {
                    retry_after: Some(RetryAfter::Date("Sat, 21 Nov 2026 20:15:00 GMT".to_owned()))
                })
                .query("years=2020"),
                Fault::new(FaultKind::ConnectionReset),
            ]
        );
    }

    #[test]
    fn what_is_wrong_in_a_file_is_an_error() {
        for text in [
            "[[fault]]\nkind = \"no_such_kind\"",
            "[[fault]]\nkind = \"truncated\"\nindikator = 127",
            "[[fault]]\nkind = { delay = { seconds = 1 } }",
            "[[fault]]\nindicator = 127",
            "[[failure]]\nkind = \"truncated\"",
        ] {
            assert!(
                matches!(
                    Fault::from_toml(text),
                    Err(SandboxError::ParseFaults { .. })
                ),
                "{text}"
            );
        }
        for text in [
            "[[fault]]\nkind = { server_error = { status = 404 } }",
            "[[fault]]\nkind = { short_answer = { keep = 1.5 } }",
            "[[fault]]\nkind = { slow_loris = { bytes_per_second = 0 } }",
        ] {
            assert!(
                matches!(
                    Fault::from_toml(text),
                    Err(SandboxError::ImpossibleFault { position: 1, .. })
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn a_fault_begins_and_ends() {
        let mut plan = FaultPlan::new(vec![
            Fault::new(FaultKind::Truncated)
                .path("/rest/1.1/json")
                .indicator(127)
                .after(1)
                .times(2),
            Fault::new(FaultKind::EmptyArray)
                .query("genders=male")
                .times(1),
        ]);
        let hit = question("/rest/1.1/json", "indicator=127&years=2020&genders=total");
        let other = question("/rest/1.1/json", "indicator=128&years=2020&genders=total");
        let described = question("/rest/1.1/indicators/127", "");
        let male = question("/rest/1.1/json", "indicator=127&years=2020&genders=male");
        assert_eq!(plan.next(&hit), None);
        assert_eq!(plan.next(&other), None);
        assert_eq!(plan.next(&described), None);
        assert_eq!(plan.next(&hit), Some(FaultKind::Truncated));
        assert_eq!(plan.next(&male), Some(FaultKind::Truncated));
        assert_eq!(plan.next(&male), Some(FaultKind::EmptyArray));
        assert_eq!(plan.next(&male), None);
        assert_eq!(plan.next(&hit), None);
    }
}
