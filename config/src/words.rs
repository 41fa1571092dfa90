//! The words in which results are told, in the three languages: what pages, workbooks and
//! sentences share, so that a verdict reads the same wherever it stands.
//!
//! Every function is one closed vocabulary. The words are in lower case, as inside a
//! sentence or a cell, except for headings ([`theme`]) and whole sentences
//! ([`missing_sentence`]), which begin with a capital. How numbers and times are written is
//! in [`numbers`] and [`times`].
//!
//! What is deliberately absent: the phrases of one page or one document (they stand beside
//! it), and sentences with figures, which `transform` makes.

mod comparisons;
mod indicators;
mod missing;
pub mod numbers;
mod places;
mod subjects;
pub mod summary;
pub mod times;
mod trends;

use botnia_model::Language;

pub use comparisons::{
    change_not_compared, change_verdict, comparator, comparator_against, comparator_in,
    interval_method, not_compared, peer_method, verdict, verdict_against,
};
pub use indicators::{sex, theme, value_kind};
pub use missing::{missing_sentence, status};
pub use places::{level, level_by, level_plural};
pub use subjects::subject;
pub use trends::{no_trend, trend, trend_verdict};

/// The one of three texts: Finnish, Swedish, English.
#[must_use]
pub const fn in_language(language: Language, texts: [&'static str; 3]) -> &'static str {
    let [fi, sv, en] = texts;
    match language {
        Language::Fi => fi,
        Language::Sv => sv,
        Language::En => en,
    }
}

#[cfg(test)]
mod tests;
