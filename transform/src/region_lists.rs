//! The region tables against a list of regions: a source's own, or Statistics Finland's
//! classifications.

mod classification;

use std::collections::BTreeSet;
use std::fmt;

use botnia_config::{Date, RegionTables};
use botnia_model::{FindingKind, Region, RegionKey, RegionLevel};

use crate::normalise::RegionIndex;

pub use self::classification::Classifications;

/// Levels whose names are the same words everywhere. Sotkanet has others for the others:
/// "Helsingin seutukunta" where the tables have "Helsinki".
const NAMED_ALIKE: [RegionLevel; 3] = [
    RegionLevel::Municipality,
    RegionLevel::Province,
    RegionLevel::WellbeingCounty,
];

/// One region of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    key: RegionKey,
    name: String,
    /// The regions that it belongs to, as far as the list says.
    parents: Vec<RegionKey>,
}

/// What a list has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// What a source publishes under: also municipalities that were abolished some years
    /// ago, and only regions that have an id there.
    Source,
    /// Exactly what exists.
    Official,
}

/// Something that a list and the tables say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionDifference {
    /// The region.
    pub region: RegionKey,
    /// The difference.
    pub what: Difference,
}

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The tables do not have its code.
    New {
        /// Its name in the list.
        name: String,
    },
    /// The list does not have it any more.
    Vanished {
        /// Its name in the tables.
        name: String,
    },
    /// The list has a municipality that the tables know as abolished.
    Abolished {
        /// Its name in the tables.
        name: String,
    },
    /// It has another name.
    Renamed {
        /// In the tables.
        known: String,
        /// In the list.
        listed: String,
    },
    /// It belongs to another region of the same level.
    Moved {
        /// Its name in the tables.
        name: String,
        /// In the tables; none where they do not say.
        known: Option<RegionKey>,
        /// In the list.
        listed: RegionKey,
    },
}

impl Difference {
    /// One word for it: `new`, `vanished`, `abolished`, `renamed`, `moved`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::New { .. } => "new",
            Self::Vanished { .. } => "vanished",
            Self::Abolished { .. } => "abolished",
            Self::Renamed { .. } => "renamed",
            Self::Moved { .. } => "moved",
        }
    }
}

impl fmt::Display for RegionDifference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.region.id();
        match &self.what {
            Difference::New { name } => {
                write!(formatter, "{id} ({name}) is listed, and not in the tables")
            }
            Difference::Vanished { name } => {
                write!(formatter, "{id} ({name}) is in the tables, and not listed")
            }
            Difference::Abolished { name } => {
                write!(
                    formatter,
                    "{id} ({name}) is listed, and abolished in the tables"
                )
            }
            Difference::Renamed { known, listed } => write!(
                formatter,
                "{id} is called \"{listed}\" in the list, and \"{known}\" in the tables"
            ),
            Difference::Moved {
                name,
                known,
                listed,
            } => {
                let known = known
                    .as_ref()
                    .map_or_else(|| "nothing".to_owned(), |known| known.id().to_string());
                let listed = listed.id();
                write!(
                    formatter,
                    "{id} ({name}) belongs to {listed} in the list, and to {known} in the tables"
                )
            }
        }
    }
}

/// What a source's list says otherwise than the tables say of `day`, by region. Of what
/// the tables have, those regions are expected in it whose id at the source is known; a
/// source may go on listing what was abolished.
pub fn differences_from_source(
    index: &RegionIndex,
    tables: &RegionTables,
    day: Date,
) -> Vec<RegionDifference> {
    let listed: Vec<Listed> = index
        .regions()
        .iter()
        .map(|region| Listed {
            key: region.key.clone(),
            name: region.name.fi.clone(),
            parents: parents(region),
        })
        .collect();
    compare(&listed, tables, day, Extent::Source)
}

/// What Statistics Finland's classifications say otherwise than the tables say of `day`,
/// by region.
pub fn differences_from_classifications(
    classifications: &Classifications,
    tables: &RegionTables,
    day: Date,
) -> Vec<RegionDifference> {
    compare(&classifications.listed(), tables, day, Extent::Official)
}

/// The regions of a source's list whose code the tables do not have.
pub fn unknown_regions<'i>(
    index: &'i RegionIndex,
    tables: &'i RegionTables,
) -> impl Iterator<Item = &'i Region> {
    let regions = index.regions().iter();
    regions.filter(|region| name_in(tables, &region.key).is_none())
}

/// The kinds of regions in a source's list that botnia does not know, with an example
/// each.
pub fn unknown_categories(index: &RegionIndex) -> &[String] {
    let mut findings = index.findings().iter();
    findings
        .find(|(kind, _)| *kind == FindingKind::UnknownRegionCategory)
        .map_or(&[], |(_, finding)| finding.examples.as_slice())
}

fn parents(region: &Region) -> Vec<RegionKey> {
    // Only of municipalities: of a subregion the tables do not say it.
    let of = |level, code: &Option<_>| {
        code.clone()
            .filter(|_| region.key.level == RegionLevel::Municipality)
            .map(|code| RegionKey::new(level, code))
    };
    [
        of(RegionLevel::Province, &region.province),
        of(RegionLevel::WellbeingCounty, &region.wellbeing_county),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn compare(
    listed: &[Listed],
    tables: &RegionTables,
    day: Date,
    extent: Extent,
) -> Vec<RegionDifference> {
    let mut differences = Vec::new();
    let levels: BTreeSet<RegionLevel> = listed.iter().map(|one| one.key.level).collect();
    let keys: BTreeSet<&RegionKey> = listed.iter().map(|one| &one.key).collect();
    for one in listed {
        let mut differs = |what| {
            differences.push(RegionDifference {
                region: one.key.clone(),
                what,
            });
        };
        let Some(known) = name_in(tables, &one.key) else {
            let name = one.name.clone();
            differs(Difference::New { name });
            continue;
        };
        let name = known.to_owned();
        let is_municipality = one.key.level == RegionLevel::Municipality;
        let municipality = tables
            .municipality(&one.key.code)
            .filter(|_| is_municipality);
        if municipality.is_some_and(|municipality| !municipality.exists_on(day)) {
            if extent == Extent::Official {
                differs(Difference::Abolished { name });
            }
            continue;
        }
        if NAMED_ALIKE.contains(&one.key.level) && !is_same_name(known, &one.name) {
            differs(Difference::Renamed {
                known: name.clone(),
                listed: one.name.clone(),
            });
        }
        for parent in &one.parents {
            let known = tables.member_on(&one.key.code, parent.level, day);
            let known = known.map(|code| RegionKey::new(parent.level, code.clone()));
            if known.as_ref() != Some(parent) {
                differs(Difference::Moved {
                    name: name.clone(),
                    known,
                    listed: parent.clone(),
                });
            }
        }
    }
    let municipalities = tables
        .municipalities_on(day)
        .map(|one| (one.key(), one.name.fi.as_str(), one.sotkanet_id));
    let text = day.to_string();
    let others = tables.regions.iter().filter(|region| {
        let began = region.valid_from.as_ref().is_none_or(|from| *from <= text);
        began && region.valid_to.is_none()
    });
    let others = others.map(|one| (one.key.clone(), one.name.fi.as_str(), one.sotkanet_id));
    for (region, name, sotkanet_id) in municipalities.chain(others) {
        let is_expected = extent == Extent::Official || sotkanet_id.is_some();
        if levels.contains(&region.level) && is_expected && !keys.contains(&region) {
            let name = name.to_owned();
            let what = Difference::Vanished { name };
            differences.push(RegionDifference { region, what });
        }
    }
    differences.sort_by(|one, other| one.region.cmp(&other.region));
    differences
}

/// The Finnish name of a region in the tables.
fn name_in<'t>(tables: &'t RegionTables, key: &RegionKey) -> Option<&'t str> {
    let name = match key.level {
        RegionLevel::Municipality => &tables.municipality(&key.code)?.name,
        _ => &tables.region(key)?.name,
    };
    Some(name.fi.as_str())
}

/// Lists have parts of names ("Koski" for "Koski Tl") and names in two languages
/// ("Maarianhamina - Mariehamn").
fn is_same_name(one: &str, other: &str) -> bool {
    let begins = |long: &str, short: &str| {
        let rest = long.strip_prefix(short);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    !one.is_empty() && !other.is_empty() && (begins(one, other) || begins(other, one))
}

#[cfg(test)]
mod tests;
