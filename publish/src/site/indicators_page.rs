//! The list of the indicators, by theme.

use std::collections::BTreeMap;

use botnia_config::words::theme;
use botnia_model::Language;
use serde::Serialize;

use super::descriptions::Description;
use super::format::count;
use super::frame::Frame;
use super::paths::{Place, indicator_page, root};
use super::regions::alphabetical;
use super::{Desk, Press, in_each_language};
use crate::PublishError;

/// The themes in their order on the page; others follow by their ids.
const THEMES: [&str; 9] = [
    "population",
    "economy",
    "children",
    "young_adults",
    "working_age",
    "older_people",
    "everyone",
    "health_promotion",
    "nordic",
];

/// Of indicators that no set has.
const NO_THEME: &str = "";

#[derive(Serialize)]
struct Indicators {
    lead: String,
    themes: Vec<Theme>,
}

#[derive(Serialize)]
struct Theme {
    name: String,
    indicators: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    url: String,
    title: String,
    about: String,
}

pub(super) fn write(
    press: &mut Press<'_>,
    descriptions: &BTreeMap<String, Description>,
    language: Language,
) -> Result<(), PublishError> {
    let counterparts = in_each_language(|language| Place::Indicators.path(language).to_owned());
    let root = root(Place::Indicators.path(language));
    let facts = press.desk.site.facts;
    let mut by_theme: BTreeMap<(usize, String), Vec<Entry>> = BTreeMap::new();
    for indicator in &facts.indicators {
        let about: Vec<String> = [
            Some(indicator.unit.or_finnish(language).to_owned()).filter(|unit| !unit.is_empty()),
            indicator.years(),
        ]
        .into_iter()
        .flatten()
        .collect();
        let themes = descriptions
            .get(&indicator.id.to_string())
            .map(|description| description.themes.clone())
            .filter(|themes| !themes.is_empty())
            .unwrap_or_else(|| vec![NO_THEME.to_owned()]);
        for theme in themes {
            let position = THEMES.iter().position(|known| *known == theme);
            let last = THEMES.len() + usize::from(theme == NO_THEME);
            by_theme
                .entry((position.unwrap_or(last), theme))
                .or_default()
                .push(Entry {
                    url: Frame::to(&root, &indicator_page(language, &indicator.id)),
                    title: super::indicator_page::title(indicator, language).0,
                    about: about.join(" · "),
                });
        }
    }
    let themes = by_theme
        .into_iter()
        .map(|((_, theme), mut indicators)| {
            indicators.sort_by_key(|entry| alphabetical(&entry.title));
            Theme {
                name: theme_name(press.desk, language, &theme),
                indicators,
            }
        })
        .collect();
    let number = count(language, facts.indicators.len() as u64);
    let content = Indicators {
        lead: press.desk.sentence(language, "indicators_lead", &[&number]),
        themes,
    };
    let title = press.desk.text(language, "indicators_title").to_owned();
    press.print(
        "indicators.html",
        language,
        &counterparts,
        (&title, Some(Place::Indicators)),
        &content,
    )
}

/// A theme in words; one that nobody has words for as it is.
fn theme_name(desk: Desk<'_>, language: Language, of: &str) -> String {
    match theme(language, of) {
        Some(name) => name.to_owned(),
        None if of == NO_THEME => desk.text(language, "theme_none").to_owned(),
        None => of.to_owned(),
    }
}
