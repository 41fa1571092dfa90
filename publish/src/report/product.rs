//! The files that are made of a report, and what decides whether one is made anew.

use botnia_model::{ContentHash, Language};

use super::page::{Pages, TEMPLATE_SOURCES, report_file, short_file};
use crate::PublishError;
use crate::workbook::{RegionWorkbook, WORKBOOK_LANGUAGES, WORKBOOK_VERSION, workbook_file};
use crate::workshop::{self, WORKSHOP_LANGUAGES, WorkshopPack, workshop_file};

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
    Workbook,
    Workshop,
}

/// All of them, in the order in which they are made.
pub fn products() -> Vec<Product> {
    let way = ContentHash::of_parts(
        std::iter::once(FORMAT_VERSION).chain(TEMPLATE_SOURCES.into_iter().map(str::as_bytes)),
    );
    let mut products = Vec::new();
    let mut add = |kind, languages: &[Language], file: fn(Language) -> &'static str, way| {
        products.extend(languages.iter().map(|language| Product {
            file: file(*language).to_owned(),
            way,
            kind,
            language: *language,
        }));
    };
    add(Kind::Report, &Language::ALL, report_file, way);
    add(Kind::Short, &Language::ALL, short_file, way);
    let way = ContentHash::of(WORKBOOK_VERSION);
    add(Kind::Workbook, &WORKBOOK_LANGUAGES, workbook_file, way);
    let way = workshop::way();
    add(Kind::Workshop, &WORKSHOP_LANGUAGES, workshop_file, way);
    products
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
    /// [`PublishError::WritePage`] and [`PublishError::WriteWorkbook`].
    pub fn make(&self, pages: &Pages<'_>) -> Result<Vec<u8>, PublishError> {
        let Pages {
            report,
            context,
            facts,
            ..
        } = *pages;
        match self.kind {
            Kind::Report => pages.report(self.language).map(String::into_bytes),
            Kind::Short => pages.short(self.language).map(String::into_bytes),
            Kind::Workbook => RegionWorkbook {
                report,
                context,
                facts,
            }
            .write(self.language),
            Kind::Workshop => WorkshopPack {
                report,
                context,
                facts,
            }
            .write(self.language)
            .map(String::into_bytes),
        }
    }
}
