//! Regional facts that do not come from a source: names, validity, membership, changes.
//!
//! The facts stand in `config/regions/*.csv`; `config/regions/README.md` describes them.

mod in_time;
mod inflected_names;
mod read;

use std::sync::LazyLock;

use botnia_model::{RegionCode, RegionKey, RegionLevel, Text};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::problem::SettingsError;

pub use in_time::{Classification, Membership, MunicipalityClass, Succession, Validity};
pub use inflected_names::{InflectedName, InflectedNames};

/// The tables under `config/regions/`. Serialised they are part of a release's recipe, and
/// read back from there they are not checked again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RegionTables {
    /// Every municipality that existed at any time from 2000 on, by code.
    pub municipalities: Vec<Municipality>,
    /// Every region of the other levels, by level and code.
    pub regions: Vec<TableRegion>,
    /// What changed and when, by date.
    pub changes: Vec<RegionChange>,
    /// Which municipality belonged to which region and when, as far as it is known, by
    /// municipality, level and day.
    pub memberships: Vec<Membership>,
    /// Of which class each municipality was and when, by municipality, classification and
    /// day.
    pub classes: Vec<MunicipalityClass>,
    /// Which municipalities of today share a border, by their codes, the lower code first.
    #[serde(default)]
    pub borders: Vec<SharedBorder>,
}

/// Two municipalities that share a border.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedBorder {
    /// The one with the lower code.
    pub municipality: RegionCode,
    /// The other one.
    pub neighbour: RegionCode,
    /// `land`: over land or inland water; `sea`: over the sea alone.
    pub border: String,
    /// The day of whose division this is said.
    pub day: Date,
}

impl SharedBorder {
    /// The municipality on the other side, if `code` is on one of the two.
    pub fn across_from(&self, code: &RegionCode) -> Option<&RegionCode> {
        if self.municipality == *code {
            Some(&self.neighbour)
        } else if self.neighbour == *code {
            Some(&self.municipality)
        } else {
            None
        }
    }
}

/// One municipality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Municipality {
    /// The code: `743`.
    pub code: RegionCode,
    /// Its name.
    pub name: Text,
    /// First day, `YYYY-MM-DD`; `None` before 2001.
    pub valid_from: Option<String>,
    /// Last day; `None` while it exists.
    pub valid_to: Option<String>,
    /// The regions it belongs to today, or last belonged to where a division has ended, at
    /// most one per level. An abolished municipality belongs where all its successors do.
    pub member_of: Vec<RegionKey>,
    /// `finnish`, `bilingual_finnish_majority`, `bilingual_swedish_majority`, `swedish`;
    /// `None` for an abolished municipality.
    pub language_status: Option<String>,
    /// `urban`, `semi_urban`, `rural`; `None` for an abolished municipality.
    pub urban_rural: Option<String>,
    /// Sotkanet's id of it, where known.
    pub sotkanet_id: Option<u32>,
}

/// One region of another level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableRegion {
    /// Level and code.
    pub key: RegionKey,
    /// Its name.
    pub name: Text,
    /// First day, `YYYY-MM-DD`, where known.
    pub valid_from: Option<String>,
    /// Last day; `None` while it exists.
    pub valid_to: Option<String>,
    /// Sotkanet's id of it, where known.
    pub sotkanet_id: Option<u32>,
}

/// One change in the division.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionChange {
    /// The day from which it holds, `YYYY-MM-DD`.
    pub effective: String,
    /// `merger`, `split`, `province_move`, `partial_transfer`, `hospital_district_move`.
    pub kind: String,
    /// The region that changed.
    pub from: RegionKey,
    /// What it became, or became part of; for a move, the new parent.
    pub to: RegionKey,
    /// The region it is part of today, for a merger or a split.
    pub successor_today: Option<RegionKey>,
    /// A sentence for a reader: amounts, circumstances.
    pub note: Text,
}

/// The text of the files.
#[derive(Clone, Copy, Debug)]
pub struct RegionFiles<'a> {
    /// `regions/municipalities.csv`
    pub municipalities: &'a str,
    /// `regions/regions.csv`
    pub regions: &'a str,
    /// `regions/changes.csv`
    pub changes: &'a str,
    /// `regions/memberships.csv`
    pub memberships: &'a str,
    /// `regions/classes.csv`
    pub classes: &'a str,
    /// `regions/neighbours.csv`
    pub neighbours: &'a str,
}

/// The files that ship with botnia.
pub const BUILTIN_REGION_FILES: RegionFiles<'static> = RegionFiles {
    municipalities: include_str!("../regions/municipalities.csv"),
    regions: include_str!("../regions/regions.csv"),
    changes: include_str!("../regions/changes.csv"),
    memberships: include_str!("../regions/memberships.csv"),
    classes: include_str!("../regions/classes.csv"),
    neighbours: include_str!("../regions/neighbours.csv"),
};

impl RegionTables {
    /// The tables that ship with botnia.
    ///
    /// # Panics
    ///
    /// Never with the files of this crate: a test parses them.
    pub fn builtin() -> &'static Self {
        static TABLES: LazyLock<RegionTables> = LazyLock::new(|| {
            RegionTables::parse(BUILTIN_REGION_FILES).expect("the embedded region tables parse")
        });
        &TABLES
    }

    /// Reads the files and checks them against each other: no key twice, every region that
    /// a line names is described by a line, nothing belongs to two regions of a level on
    /// one day, what holds today is what the municipality's line says, moves and
    /// memberships tell the same, and only municipalities of one day share a border. Stops
    /// at the first problem.
    pub fn parse(files: RegionFiles<'_>) -> Result<Self, SettingsError> {
        read::tables(files).map_err(|problem| SettingsError::Invalid {
            problems: vec![problem],
        })
    }

    /// The municipality with `code`, in existence or not.
    pub fn municipality(&self, code: &RegionCode) -> Option<&Municipality> {
        self.municipalities
            .binary_search_by(|municipality| municipality.code.as_str().cmp(code.as_str()))
            .ok()
            .map(|index| &self.municipalities[index])
    }

    /// The region of another level with `key`, in existence or not.
    pub fn region(&self, key: &RegionKey) -> Option<&TableRegion> {
        self.regions
            .binary_search_by(|region| region.key.cmp(key))
            .ok()
            .map(|index| &self.regions[index])
    }
}

impl Municipality {
    /// Level and code.
    pub fn key(&self) -> RegionKey {
        RegionKey::new(RegionLevel::Municipality, self.code.clone())
    }

    /// Whether it existed on `day`. From 2000-01-01 on; earlier days are not covered.
    pub fn exists_on(&self, day: Date) -> bool {
        // Days in ISO form are ordered as their text.
        let day = day.to_string();
        self.valid_from.as_ref().is_none_or(|first| *first <= day)
            && self.valid_to.as_ref().is_none_or(|last| *last >= day)
    }

    /// The region of `level` it belongs to.
    pub fn member_at(&self, level: RegionLevel) -> Option<&RegionCode> {
        self.member_of
            .iter()
            .find(|key| key.level == level)
            .map(|key| &key.code)
    }
}

#[cfg(test)]
mod tests;
