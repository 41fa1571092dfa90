//! What is wrong with a file that somebody filled in, said at its cell in three languages.

mod text;

use std::fmt;

use botnia_model::Language;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The sheet; empty for CSV.
    pub sheet: String,
    /// From 1.
    pub row: u32,
    /// From 0.
    pub column: u32,
}

impl fmt::Display for Place {
    /// As in Excel: `Vastaukset!C5`, `C5`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.sheet.is_empty() {
            write!(formatter, "{}!", self.sheet)?;
        }
        let mut letters = Vec::new();
        let mut rest = self.column + 1;
        while rest > 0 {
            rest -= 1;
            letters.push(char::from(
                b'A' + u8::try_from(rest % 26).unwrap_or_default(),
            ));
            rest /= 26;
        }
        letters.reverse();
        write!(formatter, "{}{}", String::from_iter(letters), self.row)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyProblem {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: ProblemKind,
}

impl SurveyProblem {
    /// What is wrong and what is expected, as a sentence or two.
    pub fn text(&self, language: Language) -> String {
        text::text(&self.kind, language)
    }
}

/// What can be wrong with a cell, or what begins at it.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub enum ProblemKind {
    /// The file or sheet has nothing in it.
    Empty,
    /// No column has one of these headings.
    ColumnMissing {
        /// The headings that would do.
        expected: Vec<String>,
    },
    /// Two columns have headings of the same meaning.
    ColumnTwice {
        /// The heading.
        heading: String,
    },
    /// The map does not know this heading.
    ColumnUnknown {
        /// The heading.
        heading: String,
        /// The nearest one that it knows.
        nearest: Option<String>,
    },
    /// There are cells below a column without a heading.
    HeadingMissing,
    /// A heading as files about single persons have them.
    PersonHeading {
        /// The heading.
        heading: String,
    },
    /// A personal identity code.
    IdentityCode,
    /// A mail address.
    MailAddress,
    /// Every count is one: each row seems to be a person.
    PersonRows,
    /// A formula that could not be worked out.
    FormulaError,
    /// A date or a logical value where a text or number is expected.
    NotText,
    /// The region's cell is empty.
    RegionMissing,
    /// No region has this name or id.
    RegionUnknown {
        /// As written.
        found: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// The region is of a level that the map does not take.
    RegionLevel {
        /// As written.
        found: String,
    },
    /// The municipality did not exist in the year of the wave.
    RegionAbolished {
        /// As written.
        found: String,
        /// The wave.
        wave: String,
    },
    /// The wave's cell is empty.
    WaveMissing,
    /// No period.
    WaveMalformed {
        /// As written.
        found: String,
    },
    /// A year that cannot be.
    WaveImpossible {
        /// As written.
        found: String,
    },
    /// A dimension's cell is empty.
    MemberMissing {
        /// The column's heading.
        heading: String,
    },
    /// The dimension has no such member.
    MemberUnknown {
        /// The column's heading.
        heading: String,
        /// As written.
        found: String,
        /// The nearest member.
        nearest: Option<String>,
    },
    /// The question's cell is empty.
    QuestionMissing,
    /// The map has no such question.
    QuestionUnknown {
        /// As written.
        found: String,
        /// The nearest question.
        nearest: Option<String>,
    },
    /// The answer's cell is empty.
    AnswerMissing,
    /// The question's scale has no such answer.
    AnswerUnknown {
        /// As written.
        found: String,
        /// What could be answered.
        expected: Vec<String>,
    },
    /// The count's cell is empty.
    CountMissing,
    /// No number.
    CountNotNumber {
        /// As written.
        found: String,
    },
    /// A date where a count is expected: Excel took "1.2" for one.
    CountDate,
    /// Less than nothing.
    CountNegative {
        /// As written.
        found: String,
    },
    /// No whole number.
    CountNotWhole {
        /// As written.
        found: String,
    },
    /// More than there are people.
    CountTooLarge {
        /// As written.
        found: String,
    },
    /// More answers than respondents.
    CountAboveRespondents {
        /// The count.
        count: u32,
        /// The respondents.
        respondents: u32,
    },
    /// The number of respondents is missing.
    RespondentsMissing,
    /// The number of respondents is no whole number.
    RespondentsNotNumber {
        /// As written.
        found: String,
    },
    /// Rows of one question and group have different numbers of respondents.
    RespondentsDiffer {
        /// Here.
        found: u32,
        /// In the row `row`.
        expected: u32,
        /// Its number.
        row: u32,
    },
    /// No number.
    ShareNotNumber {
        /// As written.
        found: String,
    },
    /// Not from 0 to 100.
    ShareImpossible {
        /// As written.
        found: String,
    },
    /// The share is not that of the count.
    ShareContradictsCount {
        /// As written.
        found: f64,
        /// What the count comes to.
        expected: f64,
    },
    /// The same region, wave, group, question and answer as in another row.
    RowTwice {
        /// The other row.
        row: u32,
    },
    /// An answer of the scale has no row.
    AnswerRowMissing {
        /// The answer.
        answer: String,
    },
    /// The counts of the answers do not come to the respondents.
    AnswersDoNotAddUp {
        /// What they come to.
        sum: u64,
        /// The respondents.
        respondents: u32,
    },
    /// The counts of the groups do not come to that of all.
    TotalDoesNotAddUp {
        /// What they come to.
        sum: u64,
        /// As written.
        total: u32,
    },
    /// A part is larger than the whole.
    PartAboveWhole {
        /// The part.
        part: u32,
        /// The whole.
        whole: u32,
        /// The whole's title.
        title: String,
    },
}
