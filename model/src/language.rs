//! The three languages, and text that exists in each of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language of publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Finnish.
    Fi,
    /// Swedish.
    Sv,
    /// English.
    En,
}

impl Language {
    /// All of them, in the order in which files are written.
    pub const ALL: [Self; 3] = [Self::Fi, Self::Sv, Self::En];

    /// The ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fi => "fi",
            Self::Sv => "sv",
            Self::En => "en",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// One text in three languages. A language in which it does not exist is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Text {
    /// Finnish.
    pub fi: String,
    /// Swedish.
    pub sv: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in `language`, possibly empty.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Fi => &self.fi,
            Language::Sv => &self.sv,
            Language::En => &self.en,
        }
    }

    /// The text in `language`, or in Finnish where it does not exist in that language.
    pub fn or_finnish(&self, language: Language) -> &str {
        match self.get(language) {
            "" => &self.fi,
            text => text,
        }
    }

    /// The same operation on each of the three.
    #[must_use]
    pub fn map(&self, mut operation: impl FnMut(&str) -> String) -> Self {
        Self {
            fi: operation(&self.fi),
            sv: operation(&self.sv),
            en: operation(&self.en),
        }
    }
}
