//! What every page has around it.

use botnia_model::Language;
use serde::Serialize;

use super::Desk;
use super::paths::{Place, SCRIPT, STYLES, root};
use super::templates::position;
use crate::documents::words::synthetic_notice;

/// A page: what is around it, and what it says.
#[derive(Serialize)]
pub(super) struct View<'a, C> {
    pub(super) page: &'a Frame,
    #[serde(flatten)]
    pub(super) content: &'a C,
}

/// What is around a page.
#[derive(Serialize)]
pub(super) struct Frame {
    language: &'static str,
    title: String,
    here: &'static str,
    /// Leads to the root of the release.
    root: String,
    start: String,
    styles: &'static str,
    script: &'static str,
    languages: Vec<LanguageLink>,
    pages: Vec<Link>,
    below: Vec<Link>,
    synthetic: Option<&'static str>,
    sources: Vec<String>,
    /// In which release the page last changed. It is set after the content is hashed.
    pub(super) changed: String,
}

/// A link to a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Link {
    pub(super) url: String,
    pub(super) text: String,
    /// Whether it leads to the page itself.
    pub(super) current: bool,
}

#[derive(Serialize)]
struct LanguageLink {
    code: &'static str,
    text: &'static str,
    url: String,
    current: bool,
}

impl Frame {
    pub(super) fn new(
        desk: Desk<'_>,
        language: Language,
        counterparts: &[String; 3],
        title: &str,
        here: Option<Place>,
    ) -> Self {
        let root = root(&counterparts[position(language)]);
        let link = |place: Place, key: &str| Link {
            url: format!("{root}{}", place.path(language)),
            text: desk.text(language, key).to_owned(),
            current: here == Some(place),
        };
        let facts = desk.site.facts;
        Self {
            language: language.code(),
            title: title.to_owned(),
            here: if here == Some(Place::Start) {
                "start"
            } else {
                ""
            },
            start: format!("{root}{}", Place::Start.path(language)),
            styles: STYLES,
            script: SCRIPT,
            languages: Language::ALL
                .into_iter()
                .zip(counterparts)
                .map(|(other, path)| LanguageLink {
                    code: other.code(),
                    text: match other {
                        Language::Fi => "Suomi",
                        Language::Sv => "Svenska",
                        Language::En => "English",
                    },
                    url: format!("{root}{path}"),
                    current: other == language,
                })
                .collect(),
            pages: vec![
                link(Place::Start, "start"),
                link(Place::Indicators, "nav_indicators"),
                link(Place::Data, "nav_data"),
                link(Place::Releases, "nav_releases"),
                link(Place::About, "nav_about"),
            ],
            below: vec![
                link(Place::Glossary, "nav_glossary"),
                link(Place::Accessibility, "nav_accessibility"),
            ],
            synthetic: facts.synthetic.then(|| synthetic_notice(language)),
            sources: facts
                .sources
                .iter()
                .map(|source| source.name.or_finnish(language).to_owned())
                .collect(),
            changed: String::new(),
            root,
        }
    }

    /// A link from this page to the file at `path`.
    pub(super) fn to(root: &str, path: &str) -> String {
        format!("{root}{path}")
    }
}
