//! Indicators: what is measured, by whom, and how a value may be read.

use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::Text;

/// Text that cannot be a name of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidName {
    /// What was given.
    pub text: String,
    /// What it should have been, with its article: "a source id: …".
    pub expected: &'static str,
}

impl InvalidName {
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            expected,
        }
    }
}

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "CompactString", into = "CompactString")]
        pub struct $name(CompactString);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::indicator::InvalidName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.into()))
                } else {
                    Err($crate::indicator::InvalidName::new(text, $expected))
                }
            }
        }

        impl TryFrom<CompactString> for $name {
            type Error = $crate::indicator::InvalidName;

            fn try_from(text: CompactString) -> Result<Self, Self::Error> {
                text.as_str().parse()
            }
        }

        impl From<$name> for CompactString {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}
pub(crate) use text_newtype;

text_newtype!(
    /// The id of a source in the settings: `sotkanet`. Lower-case letters, digits and hyphens.
    #[derive(PartialOrd, Ord, Hash)]
    SourceId,
    "a source id: lower-case letters, digits and hyphens, at most 64 of them",
    |text| !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
);

text_newtype!(
    /// What a source calls one of its indicators: `127`, a table id, a cube and measure.
    #[derive(PartialOrd, Ord, Hash)]
    SourceIndicator,
    "an indicator at a source: 1 to 200 visible characters without control characters",
    |text| !text.is_empty()
        && text.len() <= 200
        && text.trim() == text
        && !text.chars().any(char::is_control)
);

text_newtype!(
    /// The version of the data from which figures are asked for, where a source keeps
    /// several: the run of a cube.
    DataVersion,
    "a version of data: 1 to 64 visible characters without spaces",
    |text| !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic())
);

/// `<source>:<id at the source>`: `sotkanet:127`. Ordered as its text, byte by byte,
/// because that is the order in which observations are published.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IndicatorId {
    source: SourceId,
    source_indicator: SourceIndicator,
}

impl IndicatorId {
    /// The id of `source_indicator` at `source`.
    pub fn new(source: SourceId, source_indicator: SourceIndicator) -> Self {
        Self {
            source,
            source_indicator,
        }
    }

    /// The source it comes from.
    pub fn source(&self) -> &SourceId {
        &self.source
    }

    /// What that source calls it.
    pub fn source_indicator(&self) -> &SourceIndicator {
        &self.source_indicator
    }
}

impl Ord for IndicatorId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let text = |id: &Self| {
            id.source
                .as_str()
                .bytes()
                .chain([b':'])
                .chain(id.source_indicator.as_str().bytes())
                .collect::<Vec<_>>()
        };
        text(self).cmp(&text(other))
    }
}

impl PartialOrd for IndicatorId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for IndicatorId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.source, self.source_indicator)
    }
}

impl FromStr for IndicatorId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (source, source_indicator) = text.split_once(':').ok_or_else(|| {
            InvalidName::new(text, "an indicator id: <source>:<id at the source>")
        })?;
        Ok(Self::new(source.parse()?, source_indicator.parse()?))
    }
}

impl TryFrom<String> for IndicatorId {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<IndicatorId> for String {
    fn from(id: IndicatorId) -> Self {
        id.to_string()
    }
}

macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The published word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::indicator::InvalidName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|word| word.as_str() == text)
                    .ok_or_else(|| $crate::indicator::InvalidName::new(
                        text,
                        concat!("one of the words of ", stringify!($name)),
                    ))
            }
        }
    };
}
pub(crate) use word_enum;

word_enum!(
    /// Which direction is good, if either.
    Polarity {
        /// More is better: education, employment.
        HigherIsBetter = "higher_is_better",
        /// Less is better: unemployment, deaths.
        LowerIsBetter = "lower_is_better",
        /// Neither: structure, service volumes, placements.
        None = "none",
    }
);

word_enum!(
    /// What kind of number an indicator is. It decides which operations are valid
    /// (aggregation, intervals, trends).
    ValueKind {
        /// A count of persons, households or events.
        Count = "count",
        /// A share of a known whole, in percent.
        Share = "share",
        /// Events or persons per 1 000, 10 000 or 100 000.
        Rate = "rate",
        /// A ratio of two counts that are not part and whole (a dependency ratio).
        Ratio = "ratio",
        /// An amount of money.
        Euro = "euro",
        /// Money per inhabitant.
        EuroPerPerson = "euro_per_person",
        /// A mean.
        Mean = "mean",
        /// An index or score.
        Index = "index",
        /// A share of the respondents of a survey, in percent.
        SurveyShare = "survey_share",
        /// A physical amount per person (litres of alcohol).
        AmountPerPerson = "amount_per_person",
    }
);

word_enum!(
    /// Whether an indicator's figures are kept up.
    IndicatorState {
        /// Fetched and checked in the latest sweep.
        Active = "active",
        /// The last good figures are shown because newer ones could not be fetched.
        Stale = "stale",
        /// The source has published no newer year for long: the series has ended.
        Ended = "ended",
        /// Newer figures wait for a person's decision; the last good ones are shown.
        Held = "held",
    }
);

/// Who makes an indicator's figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Producer {
    /// The source's own id of the organisation, as text.
    pub id: String,
    /// Its name.
    pub name: Text,
}

/// What is known of one indicator: a row of `indicators.parquet`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// `sotkanet:127`.
    pub indicator_id: IndicatorId,
    /// The title, cleaned: no entities, control characters or stray spaces.
    pub title: Text,
    /// The title exactly as the source gave it.
    pub original_title: Text,
    /// What it measures; sanitised HTML.
    pub description: Text,
    /// How to read it; sanitised HTML.
    pub interpretation: Text,
    /// Where it must not be trusted; sanitised HTML.
    pub limits: Text,
    /// The law behind it; sanitised HTML.
    pub legislation: Text,
    /// Notices of the producer; sanitised HTML.
    pub notices: Text,
    /// The unit in words ("Prosenttia", "Procent", "Percent"); empty where the source has none.
    pub unit: Text,
    /// The source's own code of the value type (`PROS`, `PER1000`), an open list.
    pub source_value_type: Option<String>,
    /// What kind of number it is, where a set or the source's type says so.
    pub value_kind: Option<ValueKind>,
    /// Decimals with which the source shows values. Published values are never rounded.
    pub decimals: Option<u8>,
    /// Which direction is good, from the indicator set.
    pub polarity: Polarity,
    /// Who makes the figures.
    pub producer: Option<Producer>,
    /// The SPDX id or name of the licence.
    pub licence: String,
    /// Whether the figures may be published onward.
    pub redistributable: bool,
    /// The source's own date of the last update, `YYYY-MM-DD`.
    pub data_updated: Option<String>,
    /// Theme of the life course, from the indicator set.
    pub themes: Vec<String>,
    /// Where a person can read about it at the source.
    pub source_url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_as_their_text() {
        let id = |text: &str| text.parse::<IndicatorId>().unwrap();
        assert!(id("sotkanet:10052") < id("sotkanet:127"));
        // '-' sorts before ':', so the longer source name comes first, as in the text.
        assert!(id("a-b:1") < id("a:1"));
    }

    #[test]
    fn a_source_id_cannot_leave_its_folder() {
        assert!("../x".parse::<SourceId>().is_err());
        assert!("".parse::<SourceId>().is_err());
        assert!("Sotkanet".parse::<SourceId>().is_err());
    }
}
