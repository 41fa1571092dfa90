//! The files that are made of a report, and what decides whether one is made anew.

use botnia_config::words;
use botnia_model::{ContentHash, Language, Note};

use super::charts::profile_file;
use super::page::{Pages, TEMPLATE_SOURCES, report_file, short_file};
use crate::PublishError;

/// Raised when the same report is shown differently by the code; a changed template says so
/// by itself.
const FORMAT_VERSION: &[u8] = b"report 2";

/// A kind of file that a region's folder has of its report, in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// The whole report as a page.
    Report,
    /// The short version for decision makers.
    Short,
    /// The profile as a drawing.
    ProfileSvg,
    /// The profile as a picture.
    ProfilePng,
}

impl PageKind {
    /// All of them, in the order in which they are made.
    pub const ALL: [Self; 4] = [
        Self::Report,
        Self::Short,
        Self::ProfileSvg,
        Self::ProfilePng,
    ];
}

/// The name of a file within the region's folder.
pub fn page_file(kind: PageKind, language: Language) -> &'static str {
    match kind {
        PageKind::Report => report_file(language),
        PageKind::Short => short_file(language),
        PageKind::ProfileSvg => words::in_language(
            language,
            [
                "charts/profiili.fi.svg",
                "charts/profil.sv.svg",
                "charts/profile.en.svg",
            ],
        ),
        PageKind::ProfilePng => words::in_language(
            language,
            [
                "charts/profiili.fi.png",
                "charts/profil.sv.png",
                "charts/profile.en.png",
            ],
        ),
    }
}

/// The hash that decides whether the file of the release before still holds: of everything
/// that it shows, and of the way in which it is made. The release's number and moment are no
/// part of it: a page shows those of the release in which it last changed.
///
/// `tables` are the content hashes of the region's tables and of the series that it is
/// compared with; `shared` is the hash of what the reports of all regions share.
pub fn page_hash(
    (kind, language): (PageKind, Language),
    tables: &[ContentHash],
    shared: ContentHash,
    notes: &[Note],
) -> ContentHash {
    let ids: Vec<_> = notes.iter().map(Note::id).collect();
    let head = [
        FORMAT_VERSION,
        page_file(kind, language).as_bytes(),
        shared.as_bytes(),
    ];
    ContentHash::of_parts(
        head.into_iter()
            .chain(TEMPLATE_SOURCES.into_iter().map(str::as_bytes))
            .chain(tables.iter().map(|hash| hash.as_bytes().as_slice()))
            .chain(ids.iter().map(|id| id.as_str().as_bytes())),
    )
}

impl Pages<'_> {
    /// The bytes of a file.
    ///
    /// # Errors
    /// [`PublishError::WritePage`] and [`PublishError::DrawPicture`].
    pub fn write(&self, kind: PageKind, language: Language) -> Result<Vec<u8>, PublishError> {
        match kind {
            PageKind::Report => self.report(language).map(String::into_bytes),
            PageKind::Short => self.short(language).map(String::into_bytes),
            PageKind::ProfileSvg => Ok(profile_file::draw(self, language).into_bytes()),
            PageKind::ProfilePng => super::charts::picture::png(
                page_file(kind, language),
                &profile_file::draw(self, language),
            ),
        }
    }
}
