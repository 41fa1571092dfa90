//! Notes: what people say beside the figures.
//!
//! A note belongs to a region, and to an indicator or a theme there. It is kept as it was
//! imported until somebody withdraws it, whatever becomes of the figures meanwhile.

use std::fmt;

use compact_str::CompactString;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::hash::ContentHasher;
use crate::indicator::{text_newtype, word_enum};
use crate::{IndicatorId, Language, RegionKey};

/// Digits of a [`NoteId`].
const ID_DIGITS: usize = 16;

word_enum!(
    /// How the text of a note is written.
    NoteFormat {
        /// As it is read.
        Plain = "plain",
        /// Markdown: paragraphs, lists, emphasis.
        Markdown = "markdown",
    }
);

text_newtype!(
    /// The name of a note: the first 16 digits of the hash of everything that it says.
    #[derive(PartialOrd, Ord, Hash)]
    NoteId,
    "the id of a note: 16 lower-case hexadecimal digits",
    |text| text.len() == ID_DIGITS
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
);

/// What a note is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteSubject {
    /// A theme of the life course, by its word: `children`.
    Theme(String),
    /// An indicator.
    Indicator(IndicatorId),
}

/// One note. Ordered as it is published: by region, subject and date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The region that it is about.
    pub region: RegionKey,
    /// The indicator or the theme.
    pub subject: NoteSubject,
    /// The day that its author gave it.
    pub date: Date,
    /// Who says so: a person, a group, an office.
    pub author: String,
    /// The language of the text.
    pub language: Language,
    /// How the text is written.
    pub format: NoteFormat,
    /// What it says; lines end with `\n`. From outside: nothing in it is ever run, and of
    /// Markdown only what formats a text is heeded.
    pub text: String,
}

impl Note {
    /// Its name: equal notes have equal ones.
    pub fn id(&self) -> NoteId {
        let mut hasher = ContentHasher::new();
        let (kind, subject) = match &self.subject {
            NoteSubject::Theme(theme) => ("theme", theme.clone()),
            NoteSubject::Indicator(id) => ("indicator", id.to_string()),
        };
        for part in [
            self.region.id().as_str(),
            kind,
            &subject,
            &self.date.to_string(),
            &self.author,
            self.language.code(),
            self.format.as_str(),
            &self.text,
        ] {
            hasher.part(part.as_bytes());
        }
        NoteId(hasher.finish().to_string()[..ID_DIGITS].into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RegionCode, RegionLevel};

    fn note() -> Note {
        let code: RegionCode = "743".parse().unwrap();
        Note {
            region: RegionKey::new(RegionLevel::Municipality, code),
            subject: NoteSubject::Theme("children".to_owned()),
            date: "2026-11-22".parse().unwrap(),
            author: "Nuorisovaltuusto".to_owned(),
            language: Language::Fi,
            format: NoteFormat::Plain,
            text: "Harrastuksiin pääsee huonosti.".to_owned(),
        }
    }

    #[test]
    fn every_part_of_a_note_makes_its_name() {
        let changes: [fn(&mut Note); 7] = [
            |note| note.region.level = RegionLevel::Province,
            |note| note.subject = NoteSubject::Indicator("sotkanet:127".parse().unwrap()),
            |note| note.date = "2026-11-23".parse().unwrap(),
            |note| note.author.push('.'),
            |note| note.language = Language::Sv,
            |note| note.format = NoteFormat::Markdown,
            |note| note.text.push('.'),
        ];
        for (position, change) in changes.into_iter().enumerate() {
            let mut other = note();
            change(&mut other);
            assert_ne!(other.id(), note().id(), "change {position}");
        }
        assert_eq!(note().id(), note().id());
        assert!(note().id().as_str().parse::<NoteId>().is_ok());
    }
}
