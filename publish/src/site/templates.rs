//! The templates of the pages. The engine escapes every value by itself; a value that a
//! template names and the view lacks is an error.

use botnia_model::{ContentHash, Language};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use super::dots::escaped;
use crate::PublishError;
use crate::report::plain::kept_together;

const TEMPLATES: [(&str, &str); 17] = [
    ("page.html", include_str!("templates/page.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("start.html", include_str!("templates/start.html")),
    ("indicators.html", include_str!("templates/indicators.html")),
    ("indicator.html", include_str!("templates/indicator.html")),
    ("region.html", include_str!("templates/region.html")),
    ("data.html", include_str!("templates/data.html")),
    ("releases.html", include_str!("templates/releases.html")),
    ("about.fi.html", include_str!("templates/about.fi.html")),
    ("about.sv.html", include_str!("templates/about.sv.html")),
    ("about.en.html", include_str!("templates/about.en.html")),
    (
        "accessibility.fi.html",
        include_str!("templates/accessibility.fi.html"),
    ),
    (
        "accessibility.sv.html",
        include_str!("templates/accessibility.sv.html"),
    ),
    (
        "accessibility.en.html",
        include_str!("templates/accessibility.en.html"),
    ),
    (
        "glossary.fi.html",
        include_str!("templates/glossary.fi.html"),
    ),
    (
        "glossary.sv.html",
        include_str!("templates/glossary.sv.html"),
    ),
    (
        "glossary.en.html",
        include_str!("templates/glossary.en.html"),
    ),
];

/// The words of the pages, an object each: the same keys in every language.
const TEXTS: [(Language, &str); 3] = [
    (Language::Fi, include_str!("texts/fi.json")),
    (Language::Sv, include_str!("texts/sv.json")),
    (Language::En, include_str!("texts/en.json")),
];

/// Raised when the code makes another page of the same content.
const FORM: &[u8] = b"site 2";

/// Templates and words, read.
pub(super) struct Templates {
    environment: Environment<'static>,
    texts: [serde_json::Map<String, serde_json::Value>; 3],
    /// The hash of all of them and of the program's version.
    hash: ContentHash,
}

impl Templates {
    pub(super) fn new(program_version: &str) -> Result<Self, PublishError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(|out, state, value| match value.as_str() {
            // The engine's own would write an entity for every slash of a link.
            Some(text) if !value.is_safe() => {
                out.write_str(&escaped(&kept_together(text)))?;
                Ok(())
            }
            _ => minijinja::escape_formatter(out, state, value),
        });
        for (name, template) in TEMPLATES {
            environment
                .add_template(name, template)
                .map_err(|source| PublishError::Page {
                    page: name.to_owned(),
                    source,
                })?;
        }
        let mut texts: [serde_json::Map<String, serde_json::Value>; 3] = Default::default();
        for (language, text) in TEXTS {
            texts[position(language)] = serde_json::from_str(text)
                .map_err(|source| PublishError::SiteTexts { language, source })?;
        }
        let sources = TEMPLATES.iter().map(|(_, text)| *text);
        let words = TEXTS.iter().map(|(_, text)| *text);
        let parts = sources.chain(words).chain([program_version]);
        let hash = ContentHash::of_parts(
            [FORM]
                .into_iter()
                .chain(parts.map(str::as_bytes))
                .collect::<Vec<_>>(),
        );
        Ok(Self {
            environment,
            texts,
            hash,
        })
    }

    /// Part of every page's content hash.
    pub(super) fn hash(&self) -> ContentHash {
        self.hash
    }

    /// A word or sentence; its key where it is missing, which a test meets.
    pub(super) fn text<'a>(&'a self, language: Language, key: &'a str) -> &'a str {
        self.texts[position(language)]
            .get(key)
            .and_then(serde_json::Value::as_str)
            .unwrap_or(key)
    }

    /// A sentence with `{}` replaced by each of `values` in turn.
    pub(super) fn sentence(&self, language: Language, key: &str, values: &[&str]) -> String {
        let mut sentence = String::new();
        let mut values = values.iter();
        for (index, part) in self.text(language, key).split("{}").enumerate() {
            if index > 0 {
                sentence.push_str(values.next().copied().unwrap_or_default());
            }
            sentence.push_str(part);
        }
        sentence
    }

    /// The page that the template `name` makes of `view`.
    pub(super) fn render(
        &self,
        name: &str,
        language: Language,
        view: &impl Serialize,
    ) -> Result<String, PublishError> {
        #[derive(Serialize)]
        struct WithWords<'a, V> {
            w: &'a serde_json::Map<String, serde_json::Value>,
            #[serde(flatten)]
            view: &'a V,
        }
        let view = WithWords {
            w: &self.texts[position(language)],
            view,
        };
        self.environment
            .get_template(name)
            .and_then(|template| template.render(Value::from(Serde(&view))))
            .map_err(|source| PublishError::Page {
                page: name.to_owned(),
                source,
            })
    }
}

pub(super) fn position(language: Language) -> usize {
    match language {
        Language::Fi => 0,
        Language::Sv => 1,
        Language::En => 2,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_language_has_every_word_that_the_templates_name() {
        let templates = Templates::new("0").unwrap();
        let keys = |texts: &serde_json::Map<String, serde_json::Value>| {
            texts.keys().cloned().collect::<BTreeSet<_>>()
        };
        let finnish = keys(&templates.texts[0]);
        for texts in &templates.texts[1..] {
            let other = keys(texts);
            let differing: Vec<_> = finnish.symmetric_difference(&other).collect();
            assert!(differing.is_empty(), "{differing:?}");
        }
        for (name, template) in TEMPLATES {
            for (start, _) in template.match_indices("w.") {
                let is_alone =
                    !template[..start].ends_with(|letter: char| letter.is_alphanumeric());
                let key: String = template[start + 2..]
                    .chars()
                    .take_while(|letter| letter.is_ascii_lowercase() || *letter == '_')
                    .collect();
                if is_alone && !key.is_empty() {
                    assert!(finnish.contains(&key), "{name} names the word `{key}`");
                }
            }
        }
    }

    #[test]
    fn a_sentence_takes_its_values_in_order() {
        let mut templates = Templates::new("0").unwrap();
        templates.texts[0].insert("test".to_owned(), "{} / {}.".into());
        assert_eq!(
            templates.sentence(Language::Fi, "test", &["1", "2"]),
            "1 / 2."
        );
    }
}
