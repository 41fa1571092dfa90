//! The open cubes of a subject as the server lists them, and what is not among them.

use std::collections::{BTreeMap, BTreeSet};

use botnia_config::problem::nearest;
use serde::Deserialize;

use super::{Cube, LANGUAGE};

/// Names that an error lists; the rest is counted.
const MOST_NAMED: usize = 10;

/// `api/{subject}.json` and `api/{subject}/{hydra}.json`: a JSON-stat collection.
#[derive(Deserialize)]
struct Collection {
    #[serde(default)]
    link: Link,
}

#[derive(Default, Deserialize)]
struct Link {
    #[serde(default)]
    item: Vec<Item>,
}

/// A cube in one language.
#[derive(Deserialize)]
struct Item {
    href: String,
    #[serde(default)]
    label: String,
}

/// The open cubes of one subject: hydra and fact, with the title.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing(BTreeMap<(String, String), String>);

impl Listing {
    /// Items whose address is of another form are passed over.
    pub(super) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        let collection: Collection = serde_json::from_slice(body)?;
        let mut cubes: BTreeMap<(String, String), String> = BTreeMap::new();
        for item in collection.link.item {
            // …/fi/subject/hydra/fact_cube.json
            let path = item.href.split(['?', '#']).next().unwrap_or_default();
            let mut parts = path.rsplit('/');
            let (Some(file), Some(hydra), Some(_subject), Some(language)) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let fact = file.strip_suffix(".json").unwrap_or(file);
            let title = cubes
                .entry((hydra.to_owned(), fact.to_owned()))
                .or_insert_with(|| item.label.clone());
            if language == LANGUAGE {
                *title = item.label;
            }
        }
        Ok(Self(cubes))
    }

    /// Which part of a cube's name the server does not have, and what it has that is like
    /// it; none where the cube is listed. `subjects` are others that the settings name;
    /// `page` is where a person finds all of them.
    pub(super) fn what_is_missing(
        &self,
        cube: &Cube<'_>,
        subjects: &BTreeSet<&str>,
        page: &str,
    ) -> Option<String> {
        let subject = cube.subject;
        if self.0.is_empty() {
            let hint = match nearest(subject, subjects.iter().copied()) {
                Some(other) => format!("did you mean `{other}`?"),
                None => format!("see which subjects there are: {page}"),
            };
            let what = format!("the server has no open cube of the subject `{subject}`");
            return Some(format!("{what}; hint: {hint}"));
        }
        let hydras: BTreeSet<&str> = self.0.keys().map(|(hydra, _)| hydra.as_str()).collect();
        if !hydras.contains(cube.hydra) {
            let cubes = self.0.iter().collect::<Vec<_>>();
            return Some(format!(
                "the subject `{subject}` has no hydra `{}` with an open cube; hint: {}",
                cube.hydra,
                hint(subject, cube.hydra, hydras, &cubes)
            ));
        }
        let inside = self.0.iter().filter(|((hydra, _), _)| hydra == cube.hydra);
        let inside: Vec<_> = inside.collect();
        let facts: BTreeSet<&str> = inside.iter().map(|((_, fact), _)| fact.as_str()).collect();
        if facts.contains(cube.fact) {
            return None;
        }
        Some(format!(
            "the hydra `{subject}/{}` has no open cube `{}`; hint: {}",
            cube.hydra,
            cube.fact,
            hint(subject, cube.fact, facts, &inside)
        ))
    }
}

fn hint(
    subject: &str,
    written: &str,
    known: BTreeSet<&str>,
    cubes: &[(&(String, String), &String)],
) -> String {
    let meant = nearest(written, known).map(|name| format!("did you mean `{name}`? "));
    let named = cubes.iter().take(MOST_NAMED).map(|((hydra, fact), title)| {
        let path = format!("`{subject}/{hydra}/{fact}`");
        if title.is_empty() {
            path
        } else {
            format!("{path} ({title})")
        }
    });
    let list = named.collect::<Vec<_>>().join(", ");
    let more = match cubes.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}there is {list}{more}", meant.unwrap_or_default())
}
