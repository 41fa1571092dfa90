//! The files that are made of a report, and what decides whether one is made anew.

use botnia_model::{ContentHash, Language};

use super::page::{Pages, TEMPLATE_SOURCES, report_file, short_file};
use crate::PublishError;

/// Raised when the same report is shown differently by the code; a changed template says so
/// by itself.
const FORMAT_VERSION: &[u8] = b"report 1";

/// A file of a region's folder that is made of its report.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its name.
    pub file: String,
    /// The hash of the way in which it is made.
    way: ContentHash,
    kind: Kind,
    language: Language,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Report,
    Short,
}

/// All of them, in the order in which they are made.
pub fn products() -> Vec<Product> {
    let way = ContentHash::of_parts(
        std::iter::once(FORMAT_VERSION).chain(TEMPLATE_SOURCES.into_iter().map(str::as_bytes)),
    );
    let of = |kind, file: fn(Language) -> &'static str| {
        Language::ALL.into_iter().map(move |language| Product {
            file: file(language).to_owned(),
            way,
            kind,
            language,
        })
    };
    of(Kind::Report, report_file)
        .chain(of(Kind::Short, short_file))
        .collect()
}

impl Product {
    /// The hash that decides whether the file of the release before still holds. `shown` is
    /// that of everything that it shows.
    pub fn content_hash(&self, shown: ContentHash) -> ContentHash {
        ContentHash::of_parts([
            self.way.as_bytes().as_slice(),
            shown.as_bytes(),
            self.file.as_bytes(),
        ])
    }

    /// Its bytes.
    ///
    /// # Errors
    /// [`PublishError::WritePage`].
    pub fn make(&self, pages: &Pages<'_>) -> Result<Vec<u8>, PublishError> {
        match self.kind {
            Kind::Report => pages.report(self.language).map(String::into_bytes),
            Kind::Short => pages.short(self.language).map(String::into_bytes),
        }
    }
}
