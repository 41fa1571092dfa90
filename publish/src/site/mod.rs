//! The site of a release: static pages in three languages that link to each other with
//! relative links, so that they work on a server and from a disk alike.
//!
//! A page is a function of what it shows: its content hash covers every value in it and its
//! template, and a page whose hash is that of the release before is carried over. So the
//! release that a page names is the one in which it last changed.
//!
//! What is deliberately absent: any figure that is not in the tables; ranking; scripts that
//! a page would need.

mod data_page;
mod descriptions;
mod dots;
mod figures;
mod format;
mod frame;
mod history;
mod indicator_page;
mod indicators_page;
mod map;
mod nesting;
pub(crate) mod paths;
mod prose;
mod region_page;
mod regions;
mod releases_page;
mod start_page;
mod templates;

use std::collections::BTreeMap;
use std::fs::File;

use botnia_model::{ContentHash, Language, Region, RegionKey, ReleaseNumber};
use jiff::Timestamp;
use serde::Serialize;

use self::frame::{Frame, View};
use self::history::History;
use self::paths::{Place, SCRIPT, STYLES};
use self::regions::Areas;
use self::templates::Templates;
use crate::PublishError;
use crate::documents::{ReleaseFacts, TableFact};
pub(crate) use dots::{Dot, plot};
pub use map::{BoundaryShapes, Ring};
pub(crate) use map::{Class, Maps, classes};
pub(crate) use regions::alphabetical;

const STYLE_SHEET: &str = include_str!("assets/botnia.css");
const SEARCH_SCRIPT: &str = include_str!("assets/search.js");

/// What the settings say of the site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteInput {
    /// How its keeper can be reached: a mail address, a page, or any text; empty where
    /// nobody said.
    pub contact: String,
    /// The provinces that are marked where regions stand side by side.
    pub marked: Vec<RegionKey>,
    /// The shapes of the regions; none: the pages have no maps.
    pub boundaries: Option<BoundaryShapes>,
}

/// The tables that the pages are made of.
pub(crate) struct SiteTables {
    /// `indicators.parquet`.
    pub(crate) indicators: File,
    /// `observations.parquet`.
    pub(crate) observations: File,
    /// `revisions.parquet`.
    pub(crate) revisions: File,
}

/// Everything that the pages are made of.
pub(crate) struct Site<'a> {
    /// What the release tells.
    pub(crate) facts: &'a ReleaseFacts,
    /// The release before.
    pub(crate) parent: Option<ReleaseNumber>,
    /// Releases before this one, the newest first, and when they were released.
    pub(crate) earlier: &'a [(ReleaseNumber, Timestamp)],
    /// What the settings say.
    pub(crate) input: &'a SiteInput,
    /// The regions.
    pub(crate) regions: &'a [Region],
    /// The top-level tables.
    pub(crate) tables: &'a [TableFact],
    /// The other files of the release with their lengths, by path.
    pub(crate) files: &'a BTreeMap<String, u64>,
}

/// Where the pages go.
pub(crate) trait Pages {
    /// Takes the file at `path`, unless that of the release before has the same content:
    /// only then `make` is not called.
    fn page(
        &mut self,
        path: String,
        content: ContentHash,
        make: &mut dyn FnMut() -> Result<String, PublishError>,
    ) -> Result<(), PublishError>;
}

/// Makes every page of the site.
///
/// # Errors
/// Tables that are not as they should be, and what `pages` fails with.
pub(crate) fn write(
    site: &Site<'_>,
    tables: SiteTables,
    pages: &mut dyn Pages,
) -> Result<(), PublishError> {
    let templates = Templates::new(&site.facts.program_version)?;
    for (path, text) in [(STYLES, STYLE_SHEET), (SCRIPT, SEARCH_SCRIPT)] {
        pages.page(
            path.to_owned(),
            ContentHash::of(text.as_bytes()),
            &mut || Ok(text.to_owned()),
        )?;
    }
    let descriptions = descriptions::read(tables.indicators)?;
    let histories = history::read(tables.revisions)?;
    let areas = Areas::new(site.regions, site.files);
    let maps = site.input.boundaries.as_ref().map(Maps::new);
    let desk = Desk {
        maps: maps.as_ref(),
        site,
        templates: &templates,
        areas: &areas,
    };
    let mut press = Press { desk, pages };
    for language in Language::ALL {
        start_page::write(&mut press, language)?;
        indicators_page::write(&mut press, &descriptions, language)?;
        data_page::write(&mut press, language)?;
        releases_page::write(&mut press, &histories, language)?;
        prose::write(&mut press, language)?;
    }
    region_page::write(&mut press)?;
    indicator_page::write(&mut press, tables.observations, &descriptions, &histories)
}

/// What every page is made from.
#[derive(Clone, Copy)]
struct Desk<'a> {
    site: &'a Site<'a>,
    templates: &'a Templates,
    areas: &'a Areas<'a>,
    /// None without boundaries.
    maps: Option<&'a Maps>,
}

/// Makes the pages.
struct Press<'a> {
    desk: Desk<'a>,
    pages: &'a mut dyn Pages,
}

impl Press<'_> {
    /// Makes the page at `path`, which `counterparts` are in the three languages.
    fn print(
        &mut self,
        template: &str,
        language: Language,
        counterparts: &[String; 3],
        (title, here): (&str, Option<Place>),
        content: &impl Serialize,
    ) -> Result<(), PublishError> {
        let path = &counterparts[templates::position(language)];
        let desk = self.desk;
        let mut frame = Frame::new(desk, language, counterparts, title, here);
        let view = View {
            page: &frame,
            content,
        };
        let shown = serde_json::to_vec(&view).map_err(|source| PublishError::WriteJson {
            document: "a page's content",
            source,
        })?;
        let hash = ContentHash::of_parts([
            desk.templates.hash().as_bytes().as_slice(),
            template.as_bytes(),
            &shown,
        ]);
        frame.changed = desk.changed(language);
        let view = View {
            page: &frame,
            content,
        };
        self.pages.page(path.clone(), hash, &mut || {
            desk.templates.render(template, language, &view)
        })
    }
}

impl<'a> Desk<'a> {
    /// In which release a page last changed: this one, if it is made now.
    fn changed(&self, language: Language) -> String {
        let facts = self.site.facts;
        self.templates.sentence(
            language,
            "changed_in",
            &[
                &facts.number.to_string(),
                &crate::documents::words::day(language, facts.moment),
            ],
        )
    }

    fn text<'b>(&self, language: Language, key: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.templates.text(language, key)
    }

    fn sentence(&self, language: Language, key: &str, values: &[&str]) -> String {
        self.templates.sentence(language, key, values)
    }
}

/// A page's paths in the three languages.
fn in_each_language(path: impl Fn(Language) -> String) -> [String; 3] {
    Language::ALL.map(path)
}

/// By indicator.
type Histories = BTreeMap<String, History>;

#[cfg(test)]
mod tests;
