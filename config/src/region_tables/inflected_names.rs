//! Names of regions in the forms that sentences need: "Seinäjoen", "Seinäjoella",
//! "i Korsholm", "på Kimitoön".
//!
//! The forms stand in `config/regions/inflected_names.csv`, one line for every region of
//! today that reports are made of. A test holds them against the rules of the language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use botnia_model::{Language, RegionKey, RegionLevel, Text};
use serde::Deserialize;

use super::RegionTables;
use super::read::{Place, lines};
use crate::problem::{Problem, SettingsError};

const FILE: &str = "regions/inflected_names.csv";

/// A region's name in the forms that sentences need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InflectedName {
    /// Whose: "Seinäjoen"; `None` where it is not known.
    pub genitive_fi: Option<String>,
    /// Whose, in Swedish: "Vasas"; `None` where it is not known.
    pub genitive_sv: Option<String>,
    /// Where: "Seinäjoella", "i Seinäjoki", "in Seinäjoki". Always there.
    pub place: Text,
}

/// The inflected names of today's municipalities, provinces, wellbeing services counties
/// and of the country.
#[derive(Clone, Debug)]
pub struct InflectedNames {
    names: BTreeMap<RegionKey, (Text, InflectedName)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    level: String,
    code: String,
    name_fi: String,
    genitive_fi: String,
    place_fi: String,
    name_sv: String,
    genitive_sv: String,
    place_sv: String,
}

impl InflectedNames {
    /// Those that ship with botnia.
    ///
    /// # Panics
    ///
    /// Never with the files of this crate: a test parses them.
    pub fn builtin() -> &'static Self {
        static NAMES: LazyLock<InflectedNames> = LazyLock::new(|| {
            let text = include_str!("../../regions/inflected_names.csv");
            InflectedNames::parse(text, RegionTables::builtin())
                .expect("the embedded inflected names parse")
        });
        &NAMES
    }

    /// Reads the file and checks it against the region tables: every region of today once
    /// and no other, under its name, with all its forms.
    ///
    /// # Errors
    ///
    /// The first line that does not agree, or a region that is missing.
    pub fn parse(text: &str, tables: &RegionTables) -> Result<Self, SettingsError> {
        names(text, tables)
            .map(|names| Self { names })
            .map_err(|problem| SettingsError::Invalid {
                problems: vec![problem],
            })
    }

    /// The forms of the region with `key`, called `name`. A region that the table does not
    /// have, or has under another name, gets a phrase that is right without inflecting its
    /// name: "alueella Suupohja".
    pub fn of(&self, key: &RegionKey, name: &Text) -> InflectedName {
        match self.names.get(key) {
            // Whatever a source calls the whole country, it is the whole country.
            Some((_, forms)) if key.level == RegionLevel::Country => forms.clone(),
            Some((known, forms)) if is_called(&known.fi, &name.fi) => {
                let mut forms = forms.clone();
                if known.or_finnish(Language::Sv) != name.or_finnish(Language::Sv) {
                    forms.genitive_sv = None;
                    forms.place.sv = uninflected(key.level, name).sv;
                }
                forms.place.en = place_in_english(key.level, name);
                forms
            }
            _ => InflectedName {
                genitive_fi: None,
                genitive_sv: None,
                place: uninflected(key.level, name),
            },
        }
    }
}

/// Whether a source's name is the known one: it is, or lacks only what tells two apart, as
/// "Koski" for "Koski Tl".
fn is_called(known: &str, name: &str) -> bool {
    known
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || (rest.starts_with(' ') && !name.is_empty()))
}

fn uninflected(level: RegionLevel, name: &Text) -> Text {
    let sv = name.or_finnish(Language::Sv);
    Text {
        fi: format!("alueella {}", name.fi),
        sv: match level {
            RegionLevel::Custom => format!("i området {sv}"),
            _ => format!("i {sv}"),
        },
        en: place_in_english(level, name),
    }
}

/// English inflects nothing, but some names need an article.
fn place_in_english(level: RegionLevel, name: &Text) -> String {
    let name = name.or_finnish(Language::En);
    match level {
        RegionLevel::Country => "in the whole country".to_owned(),
        RegionLevel::Custom => format!("in the area {name}"),
        RegionLevel::WellbeingCounty
            if name.ends_with(" county") || name.starts_with("City of ") =>
        {
            format!("in the {name}")
        }
        _ => format!("in {name}"),
    }
}

fn names(
    text: &str,
    tables: &RegionTables,
) -> Result<BTreeMap<RegionKey, (Text, InflectedName)>, Problem> {
    let mut missing = of_today(tables);
    let mut names = BTreeMap::new();
    for (place, line) in lines::<Line>(FILE, text)? {
        let key = place.key(["level", "code"], &line.level, &line.code)?;
        let Some(name) = missing.remove(&key) else {
            return Err(if names.contains_key(&key) {
                place.twice(&key.to_string())
            } else {
                place.problem("code", format!("no report is made of {key}"))
            });
        };
        for (column, cell, expected) in [
            ("name_fi", &line.name_fi, &name.fi),
            ("name_sv", &line.name_sv, &name.sv),
        ] {
            if cell != expected {
                return Err(place.wrong(column, cell, &format!("the name of {key}: {expected}")));
            }
        }
        for (column, cell) in [
            ("genitive_fi", &line.genitive_fi),
            ("place_fi", &line.place_fi),
            ("genitive_sv", &line.genitive_sv),
            ("place_sv", &line.place_sv),
        ] {
            check_form(place, column, cell)?;
        }
        if !line.place_sv.starts_with("i ") && !line.place_sv.starts_with("på ") {
            return Err(place.wrong("place_sv", &line.place_sv, "a place with `i` or `på`"));
        }
        let forms = InflectedName {
            genitive_fi: Some(line.genitive_fi),
            genitive_sv: Some(line.genitive_sv),
            place: Text {
                fi: line.place_fi,
                sv: line.place_sv,
                en: place_in_english(key.level, &name),
            },
        };
        names.insert(key, (name, forms));
    }
    match missing.into_iter().next() {
        None => Ok(names),
        Some((key, name)) => Err(Problem {
            file: FILE.to_owned(),
            place: None,
            key: String::new(),
            what: format!("{key}, {}, is missing", name.fi),
            hint: Some("add its line: every region of today needs its forms".to_owned()),
        }),
    }
}

fn check_form(place: Place, column: &str, cell: &str) -> Result<(), Problem> {
    let words: Vec<&str> = cell.split_whitespace().collect();
    if cell.is_empty() || words.join(" ") != cell {
        return Err(place.wrong(column, cell, "a form of the name"));
    }
    Ok(())
}

/// The regions that reports are made of, and that exist today, with their names.
fn of_today(tables: &RegionTables) -> BTreeMap<RegionKey, Text> {
    let municipalities = tables
        .municipalities
        .iter()
        .filter(|municipality| municipality.valid_to.is_none())
        .map(|municipality| (municipality.key(), municipality.name.clone()));
    let others = tables
        .regions
        .iter()
        .filter(|region| {
            region.valid_to.is_none()
                && matches!(
                    region.key.level,
                    RegionLevel::Province | RegionLevel::WellbeingCounty | RegionLevel::Country
                )
        })
        .map(|region| (region.key.clone(), region.name.clone()));
    municipalities.chain(others).collect()
}

#[cfg(test)]
mod tests;
