//! What an operator decides: settings, indicator sets and region tables.
//!
//! What is deliberately absent: any knowledge of a stage. This crate reads and checks
//! decisions; it does not act on them.

pub mod indicator_set;
pub mod region_tables;
pub mod settings;

pub use indicator_set::{IndicatorSet, SetIndicator};
pub use region_tables::{Municipality, RegionChange, RegionTables, TableRegion};
pub use settings::{
    IndicatorSelector, Settings, SettingsError, SourceKind, SourceSettings, YearRange,
};
