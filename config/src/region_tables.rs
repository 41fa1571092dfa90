//! Regional facts that do not come from a source: names, validity, membership, changes.

use botnia_model::{RegionCode, RegionKey, Text};

/// The tables under `config/regions/`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegionTables {
    /// Every municipality that existed at any time from 2000 on, by code.
    pub municipalities: Vec<Municipality>,
    /// Every region of the other levels, by level and code.
    pub regions: Vec<TableRegion>,
    /// What changed and when, by date.
    pub changes: Vec<RegionChange>,
}

/// One municipality.
#[derive(Clone, Debug, PartialEq)]
pub struct Municipality {
    /// The code: `743`.
    pub code: RegionCode,
    /// Its name.
    pub name: Text,
    /// First day, `YYYY-MM-DD`; `None` before 2001.
    pub valid_from: Option<String>,
    /// Last day; `None` while it exists.
    pub valid_to: Option<String>,
    /// The regions it belongs to today (of its successor, if it was abolished), one per level.
    pub member_of: Vec<RegionKey>,
    /// `finnish`, `bilingual_finnish_majority`, `bilingual_swedish_majority`, `swedish`.
    pub language_status: Option<String>,
    /// `urban`, `semi_urban`, `rural`.
    pub urban_rural: Option<String>,
    /// Sotkanet's id of it, where known.
    pub sotkanet_id: Option<u32>,
}

/// One region of another level.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
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

impl RegionTables {
    /// The tables that ship with botnia.
    pub fn builtin() -> Self {
        Self::default()
    }
}
