//! Observations: one value of one indicator, for one region, period and sex.

use std::fmt;

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use crate::RegionKey;
use crate::indicator::{InvalidName, word_enum};

word_enum!(
    /// Sex, as far as the source divides by it.
    Sex {
        /// Both together.
        Total = "total",
        /// Men and boys.
        Male = "male",
        /// Women and girls.
        Female = "female",
    }
);

word_enum!(
    /// The state of a value, in SDMX's vocabulary, or why there is none.
    Status {
        /// A value as usual.
        Normal = "normal",
        /// Will be revised.
        Provisional = "provisional",
        /// A projection, not an observation.
        Projection = "projection",
        /// The series breaks here.
        Break = "break",
        /// Exactly nothing, as the source says itself.
        Nil = "nil",
        /// The source has no value here and does not say why.
        NotPublished = "not_published",
        /// Hidden, because few persons stand behind it.
        Suppressed = "suppressed",
        /// Not collected.
        NotCollected = "not_collected",
        /// Cannot exist.
        NotApplicable = "not_applicable",
        /// Too few answered the survey.
        BelowRespondentLimit = "below_respondent_limit",
        /// The source no longer publishes this indicator at this level.
        SeriesEndedAtLevel = "series_ended_at_level",
        /// It could not be fetched.
        FetchFailed = "fetch_failed",
    }
);

impl Status {
    /// Whether a row with this status carries a value.
    pub fn has_value(self) -> bool {
        matches!(
            self,
            Self::Normal | Self::Provisional | Self::Projection | Self::Break | Self::Nil
        )
    }
}

word_enum!(
    /// Who computed a value.
    Origin {
        /// The source.
        Published = "published",
        /// Botnia, as an aggregate of published values.
        Computed = "computed",
    }
);

/// A period of time: `2024`, `2024-Q1`, `2024-03`, `2019/2021`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "CompactString", into = "CompactString")]
pub struct Period {
    text: CompactString,
    year: i32,
}

impl Period {
    /// A calendar year.
    pub fn of_year(year: i32) -> Self {
        Self {
            text: format_compact!("{year:04}"),
            year,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first calendar year.
    pub fn year(&self) -> i32 {
        self.year
    }
}

impl std::str::FromStr for Period {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName::new(text, "a period: 2024, 2024-Q1, 2024-03 or 2019/2021");
        let year = |digits: &str| {
            (digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| digits.parse::<i32>().ok())
                .flatten()
                .ok_or_else(invalid)
        };
        let first = year(text.get(..4).ok_or_else(invalid)?)?;
        match text.as_bytes().get(4..).unwrap_or_default() {
            []
            | [b'-', b'Q', b'1'..=b'4']
            | [b'-', b'0', b'1'..=b'9']
            | [b'-', b'1', b'0'..=b'2'] => {}
            [b'/', ..] if year(&text[5..])? > first => {}
            _ => return Err(invalid()),
        }
        Ok(Self {
            text: text.into(),
            year: first,
        })
    }
}

impl TryFrom<CompactString> for Period {
    type Error = InvalidName;

    fn try_from(text: CompactString) -> Result<Self, InvalidName> {
        text.as_str().parse()
    }
}

impl From<Period> for CompactString {
    fn from(period: Period) -> Self {
        period.text
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Any further dimension, canonical: `age=65-74;education=high`, keys in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "CompactString", into = "CompactString")]
pub struct Breakdown(CompactString);

impl Breakdown {
    /// From key and value pairs, in any order.
    ///
    /// # Errors
    /// No pair at all, an empty key or value, a key twice, or `=` or `;` in a part.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, InvalidName> {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_unstable();
        let text = pairs
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(";");
        let part_is_wrong = |part: &str| part.is_empty() || part.contains(['=', ';']);
        if pairs.is_empty()
            || pairs.windows(2).any(|pair| pair[0].0 == pair[1].0)
            || pairs
                .iter()
                .any(|(key, value)| part_is_wrong(key) || part_is_wrong(value))
        {
            return Err(InvalidName::new(
                &text,
                "a breakdown: key=value;key=value, each key once",
            ));
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<CompactString> for Breakdown {
    type Error = InvalidName;

    fn try_from(text: CompactString) -> Result<Self, InvalidName> {
        let pairs: Option<Vec<_>> = text.split(';').map(|pair| pair.split_once('=')).collect();
        let canonical = Self::from_pairs(pairs.unwrap_or_default())?;
        if canonical.0 == text {
            Ok(canonical)
        } else {
            Err(InvalidName::new(
                &text,
                "a breakdown with its keys in order",
            ))
        }
    }
}

impl std::str::FromStr for Breakdown {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        CompactString::from(text).try_into()
    }
}

impl From<Breakdown> for CompactString {
    fn from(breakdown: Breakdown) -> Self {
        breakdown.0
    }
}

/// One observation of one indicator (which it does not repeat).
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Where.
    pub region: RegionKey,
    /// When.
    pub period: Period,
    /// Of whom.
    pub sex: Sex,
    /// Any further dimension.
    pub breakdown: Option<Breakdown>,
    /// The published figure, unrounded. `None` exactly when the status says why.
    pub value: Option<f64>,
    /// The count behind it, where the source gives one.
    pub absolute_value: Option<f64>,
    /// The state of the value, or why there is none.
    pub status: Status,
    /// Who computed it.
    pub origin: Origin,
}

impl Observation {
    /// What identifies it within its indicator, in the published order: region level and
    /// code, sex, breakdown, period.
    pub fn key(&self) -> (&RegionKey, &'static str, Option<&Breakdown>, &Period) {
        (
            &self.region,
            self.sex.as_str(),
            self.breakdown.as_ref(),
            &self.period,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn periods_have_four_forms() {
        for (text, year) in [
            ("2024", 2024),
            ("2024-Q1", 2024),
            ("2024-03", 2024),
            ("2019/2021", 2019),
        ] {
            assert_eq!(text.parse::<Period>().unwrap().year(), year);
        }
        for text in [
            "",
            "24",
            "2024-Q5",
            "2024-13",
            "2024-00",
            "2021/2019",
            "2024/",
            "2024-",
            "20a4",
            "２０２４",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_breakdown_has_one_form() {
        let breakdown = Breakdown::from_pairs([("education", "high"), ("age", "65-74")]).unwrap();
        assert_eq!(breakdown.as_str(), "age=65-74;education=high");
        assert!("education=high;age=65-74".parse::<Breakdown>().is_err());
        assert!("age=1;age=2".parse::<Breakdown>().is_err());
    }

    proptest! {
        #[test]
        fn parsing_a_period_never_panics(text in "\\PC{0,12}") {
            if let Ok(period) = text.parse::<Period>() {
                prop_assert_eq!(period.as_str(), text);
            }
        }
    }
}
