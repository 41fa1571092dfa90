//! Where the pages of the site stand within a release, and how one leads to another: with
//! relative links, so that a copy on a disk works like the one on a server.

use std::fmt::Write as _;

use botnia_model::{ContentHash, IndicatorId, Language};

use crate::report::report_file;

/// The style sheet of every page.
pub(crate) const STYLES: &str = "site/botnia.css";
/// The script of the search. Every page works without it.
pub(crate) const SCRIPT: &str = "site/search.js";

/// The length of a hash in a file name.
const HASH_DIGITS: usize = 10;

/// A page that exists once in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where to begin.
    Start,
    /// The list of the indicators.
    Indicators,
    /// The tables, their columns, and how to read them.
    Data,
    /// The releases.
    Releases,
    /// What the site is.
    About,
    /// The accessibility statement.
    Accessibility,
    /// The terms.
    Glossary,
}

impl Place {
    /// Its path within the release.
    pub(crate) fn path(self, language: Language) -> &'static str {
        let [fi, sv, en] = match self {
            Self::Start => ["index.html", "sv/index.html", "en/index.html"],
            Self::Indicators => [
                "indikaattorit/index.html",
                "sv/indikatorer/index.html",
                "en/indicators/index.html",
            ],
            Self::Data => ["aineisto.html", "sv/data.html", "en/data.html"],
            Self::Releases => ["julkaisut.html", "sv/utgavor.html", "en/releases.html"],
            Self::About => ["tietoa.html", "sv/om.html", "en/about.html"],
            Self::Accessibility => [
                "saavutettavuus.html",
                "sv/tillganglighet.html",
                "en/accessibility.html",
            ],
            Self::Glossary => ["sanasto.html", "sv/ordlista.html", "en/glossary.html"],
        };
        match language {
            Language::Fi => fi,
            Language::Sv => sv,
            Language::En => en,
        }
    }
}

/// The path of an indicator's page.
pub(crate) fn indicator_page(language: Language, id: &IndicatorId) -> String {
    let folder = match language {
        Language::Fi => "indikaattorit",
        Language::Sv => "sv/indikatorer",
        Language::En => "en/indicators",
    };
    format!("{folder}/{}.html", file_stem(id))
}

/// An indicator's id as a file name: `sotkanet-127`. What the source calls it may hold any
/// sign, and differ in capitals alone; then a part of its hash keeps the names apart.
fn file_stem(id: &IndicatorId) -> String {
    let called = id.source_indicator().as_str();
    let mut stem = format!("{}-", id.source());
    for letter in called.chars().take(60) {
        match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9' | '_') => stem.push(letter),
            _ if stem.ends_with('-') => {}
            _ => stem.push('-'),
        }
    }
    let is_plain = called.len() <= 60
        && called
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if !is_plain {
        let hash = ContentHash::of(id.to_string().as_bytes()).to_string();
        let hash: String = hash.chars().take(HASH_DIGITS).collect();
        // Writing to a String cannot fail.
        let _ = write!(stem, "{}{hash}", if stem.ends_with('-') { "" } else { "-" });
    }
    stem
}

/// What a region's folder holds in `language`.
pub(crate) fn region_page(folder: &str, language: Language) -> String {
    match language {
        Language::Fi => format!("{folder}/index.html"),
        Language::Sv => format!("{folder}/index.sv.html"),
        Language::En => format!("{folder}/index.en.html"),
    }
}

/// A region's wellbeing report in `language`.
pub(crate) fn region_report(folder: &str, language: Language) -> String {
    format!("{folder}/{}", report_file(language))
}

/// What leads from the page at `path` to the root of the release.
pub(crate) fn root(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn stem(id: &str) -> String {
        file_stem(&id.parse().unwrap())
    }

    #[test]
    fn an_indicator_has_a_file_of_its_own() {
        assert_eq!(stem("sotkanet:127"), "sotkanet-127");
        // Each pair would be one file: by a hyphen, by capitals, by a sign, by its length.
        let long = "x".repeat(60);
        let ids = [
            "a-b:c",
            "a:b-c",
            "a:b",
            "a:B",
            "a:b/c",
            "a:b.c",
            "a:../../b",
            &format!("a:{long}y"),
            &format!("a:{long}z"),
        ];
        let stems: BTreeSet<String> = ids.iter().map(|id| stem(id)).collect();
        assert_eq!(stems.len(), ids.len(), "{stems:?}");
        for stem in stems {
            let is_safe = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
            assert!(stem.bytes().all(is_safe), "{stem}");
        }
    }

    #[test]
    fn every_page_leads_to_the_root() {
        assert_eq!(root("index.html"), "");
        assert_eq!(root("sv/index.html"), "../");
        assert_eq!(root("sv/indikatorer/sotkanet-127.html"), "../../");
    }
}
