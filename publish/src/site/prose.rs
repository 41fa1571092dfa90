//! The pages that are mostly text: about the site, its accessibility, its terms.

use botnia_model::Language;
use serde::Serialize;

use super::format::{date, day};
use super::paths::Place;
use super::{Press, in_each_language};
use crate::PublishError;

#[derive(Serialize)]
struct Prose {
    contact: Option<Contact>,
    sources: Vec<Source>,
    number: String,
    date: String,
    division: String,
    version: String,
}

#[derive(Serialize)]
struct Contact {
    text: String,
    url: Option<String>,
}

#[derive(Serialize)]
struct Source {
    name: String,
    url: String,
}

/// A page: its template's name, its place, and the key of its title.
const PAGES: [(&str, Place, &str); 3] = [
    ("about", Place::About, "about_title"),
    ("accessibility", Place::Accessibility, "accessibility_title"),
    ("glossary", Place::Glossary, "glossary_title"),
];

pub(super) fn write(press: &mut Press<'_>, language: Language) -> Result<(), PublishError> {
    let facts = press.desk.site.facts;
    let prose = Prose {
        contact: contact(&press.desk.site.input.contact),
        sources: facts
            .sources
            .iter()
            .map(|source| Source {
                name: source.name.or_finnish(language).to_owned(),
                url: source.url.clone(),
            })
            .collect(),
        number: facts.number.to_string(),
        date: day(language, facts.moment),
        division: date(language, &facts.geo_vintage),
        version: facts.program_version.clone(),
    };
    for (template, place, key) in PAGES {
        let counterparts = in_each_language(|language| place.path(language).to_owned());
        let title = press.desk.text(language, key).to_owned();
        let template = format!("{template}.{language}.html");
        let (title, here) = (title.as_str(), Some(place));
        if place == Place::Glossary {
            // It tells nothing of the release.
            let words = std::collections::BTreeMap::<&str, &str>::new();
            press.print(&template, language, &counterparts, (title, here), &words)?;
        } else {
            press.print(&template, language, &counterparts, (title, here), &prose)?;
        }
    }
    Ok(())
}

/// How the keeper can be reached: as a link where it is a mail address or a page.
fn contact(text: &str) -> Option<Contact> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let is_address = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | '+' | '@')
    };
    let url = if text.starts_with("https://") || text.starts_with("http://") {
        Some(text.to_owned())
    } else if text.matches('@').count() == 1 && text.chars().all(is_address) {
        Some(format!("mailto:{text}"))
    } else {
        None
    };
    Some(Contact {
        text: text.to_owned(),
        url,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_becomes_a_link() {
        let url = |text| contact(text).and_then(|contact| contact.url);
        assert_eq!(
            url("tieto@alue.example").as_deref(),
            Some("mailto:tieto@alue.example")
        );
        assert_eq!(
            url(" https://alue.example/palaute ").as_deref(),
            Some("https://alue.example/palaute")
        );
        assert_eq!(url("javascript:alert(1)"), None);
        assert_eq!(url("a@b.example?subject=x"), None);
        assert!(contact("  ").is_none());
    }
}
