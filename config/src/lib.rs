//! What an operator decides: settings, indicator sets and region tables.
//!
//! What is deliberately absent: any knowledge of a stage. This crate reads and checks
//! decisions; it does not act on them.

pub mod indicator_set;
pub mod mapping;
pub mod note_form;
pub mod problem;
pub mod region_tables;
pub mod schedule;
pub mod secret;
pub mod settings;
pub mod survey_map;
pub mod words;

mod document;

pub use indicator_set::{IndicatorSet, SetIndicator};
pub use jiff::civil::Date;
pub use mapping::{
    IndicatorMapping, Misfit, Pattern, Purpose, RegionCodes, Resolved, TableMapping,
};
pub use note_form::NoteColumn;
pub use problem::{Problem, SettingsError};
pub use region_tables::{
    BUILTIN_REGION_FILES, Classification, InflectedName, InflectedNames, Membership, Municipality,
    MunicipalityClass, RegionChange, RegionFiles, RegionTables, SharedBorder, Succession,
    TableRegion, Validity,
};
pub use schedule::{InvalidSchedule, Schedule};
pub use secret::{LedgerAddress, Secret};
pub use settings::{
    CustomGroup, GateSettings, IndicatorSelector, PeerRule, RegionPeers, RegionSettings,
    ServerSettings, Settings, SourceKind, SourceSettings, WorkerSettings, YearRange,
    settings_json_schema, settings_reference_markdown,
};
pub use survey_map::{
    AnswerScale, BUILTIN_SURVEY_MAPS, Balance, DisclosureLimits, Respondents, SurveyColumns,
    SurveyDimension, SurveyForm, SurveyIndicator, SurveyMap, SurveyWord,
};
