//! The form in which people fill in notes: its columns and what they are called.
//!
//! The workbooks of a release have it as a sheet, and `botnia import notes` reads it back,
//! so that both must call the columns the same.

use botnia_model::Language;

/// A column of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteColumn {
    /// The region's id: `KU743`.
    RegionId,
    /// The region's name.
    Region,
    /// The indicator's id: `sotkanet:127`.
    IndicatorId,
    /// The indicator's title, for the reader alone.
    Indicator,
    /// The theme, by its word or its name.
    Theme,
    /// What the note says.
    Text,
    /// Who says so.
    Author,
    /// The day.
    Date,
    /// The language of the text.
    Language,
    /// How the text is written.
    Format,
    /// The id of a note that is there already.
    NoteId,
    /// A mark that withdraws the note.
    Withdraw,
}

impl NoteColumn {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 12] = [
        Self::RegionId,
        Self::Region,
        Self::IndicatorId,
        Self::Indicator,
        Self::Theme,
        Self::Text,
        Self::Author,
        Self::Date,
        Self::Language,
        Self::Format,
        Self::NoteId,
        Self::Withdraw,
    ];

    /// Its heading in the form.
    pub fn heading(self, language: Language) -> &'static str {
        let [fi, sv, en] = match self {
            Self::RegionId => ["Alueen tunnus", "Områdets kod", "Area code"],
            Self::Region => ["Alue", "Område", "Area"],
            Self::IndicatorId => ["Indikaattorin tunnus", "Indikatorns kod", "Indicator code"],
            Self::Indicator => ["Indikaattori", "Indikator", "Indicator"],
            Self::Theme => ["Teema", "Tema", "Theme"],
            Self::Text => [
                "Tulkinta tai ehdotus",
                "Tolkning eller förslag",
                "Interpretation or proposal",
            ],
            Self::Author => ["Laatija", "Författare", "Author"],
            Self::Date => ["Päivä", "Datum", "Date"],
            Self::Language => ["Kieli", "Språk", "Language"],
            Self::Format => ["Muoto", "Format", "Format"],
            Self::NoteId => ["Muistiinpanon tunnus", "Anteckningens kod", "Note code"],
            Self::Withdraw => ["Poista", "Ta bort", "Withdraw"],
        };
        match language {
            Language::Fi => fi,
            Language::Sv => sv,
            Language::En => en,
        }
    }

    /// Its name in the published `notes.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::RegionId => "region_id",
            Self::Region => "region",
            Self::IndicatorId => "indicator_id",
            Self::Indicator => "indicator",
            Self::Theme => "theme",
            Self::Text => "text",
            Self::Author => "author",
            Self::Date => "date",
            Self::Language => "language",
            Self::Format => "format",
            Self::NoteId => "note_id",
            Self::Withdraw => "withdraw",
        }
    }

    /// Other headings that people give it.
    fn synonyms(self) -> &'static [&'static str] {
        match self {
            Self::RegionId => &["aluetunnus", "områdeskod"],
            Self::IndicatorId => &["tunnus", "kod", "indikaattoritunnus", "indikatorkod"],
            Self::Indicator => &["osoitin"],
            Self::Text => &[
                "muistiinpano",
                "anteckning",
                "note",
                "teksti",
                "tulkinta / ehdotus",
                "tulkinta/ehdotus",
                "tolkning / förslag",
                "tolkning/förslag",
                "interpretation / proposal",
            ],
            Self::Author => &["kirjoittaja", "skribent"],
            Self::Date => &["päivämäärä", "pvm"],
            Self::Region
            | Self::Theme
            | Self::Language
            | Self::Format
            | Self::NoteId
            | Self::Withdraw => &[],
        }
    }

    /// The column with this heading, in any language and however it is capitalised, and the
    /// language where it tells one.
    pub fn find(heading: &str) -> Option<(Self, Option<Language>)> {
        let heading = heading.trim().trim_end_matches([':', '*']).to_lowercase();
        for column in Self::ALL {
            if column.name() == heading || column.synonyms().contains(&heading.as_str()) {
                return Some((column, None));
            }
        }
        let of = |language: Language| {
            let mut columns = Self::ALL.into_iter();
            columns.find(|column| column.heading(language).to_lowercase() == heading)
        };
        let mut found = Language::ALL
            .into_iter()
            .filter_map(|language| Some((of(language)?, language)));
        let (column, language) = found.next()?;
        // "Format" is Swedish and English: it tells no language.
        Some((column, found.next().is_none().then_some(language)))
    }
}

/// Whether a column with this heading is there for the reader alone: names and titles, as
/// `notes.csv` has them.
pub fn is_for_readers(heading: &str) -> bool {
    let heading = heading.trim();
    ["region_name_", "title_"].iter().any(|start| {
        let mut languages = Language::ALL.into_iter();
        let rest = heading.strip_prefix(start);
        rest.is_some_and(|rest| languages.any(|language| language.code() == rest))
    })
}

/// The name of the sheet with the form.
pub fn note_sheet_name(language: Language) -> &'static str {
    match language {
        Language::Fi => "Muistiinpanot",
        Language::Sv => "Anteckningar",
        Language::En => "Notes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_leads_to_its_column_and_to_no_other() {
        for column in NoteColumn::ALL {
            for language in Language::ALL {
                let heading = column.heading(language);
                let (found, _) = NoteColumn::find(&heading.to_uppercase()).unwrap();
                assert_eq!(found, column, "{heading}");
            }
            for name in column.synonyms().iter().chain([&column.name()]) {
                assert_eq!(NoteColumn::find(name).unwrap().0, column, "{name}");
            }
        }
        assert_eq!(NoteColumn::find("Kommentti"), None);
    }

    #[test]
    fn names_and_titles_are_for_readers() {
        assert!(is_for_readers("region_name_sv") && is_for_readers("title_fi"));
        assert!(!is_for_readers("title_de") && !is_for_readers("region_id"));
    }

    #[test]
    fn a_heading_tells_its_language_where_no_other_has_it() {
        let language = |heading| NoteColumn::find(heading).unwrap().1;
        assert_eq!(language("Tulkinta tai ehdotus"), Some(Language::Fi));
        assert_eq!(language("Tolkning eller förslag"), Some(Language::Sv));
        assert_eq!(language("Interpretation or proposal"), Some(Language::En));
        assert_eq!(language("Format"), None);
        assert_eq!(language("text"), None);
    }
}
