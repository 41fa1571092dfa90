//! `[gates]`: how much may change between two releases before somebody is told or asked.

use schemars::JsonSchema;
use serde::Deserialize;

/// How much of an indicator may change between two releases. What goes beyond is held for a
/// person, or published with a warning where that is said here. `docs/gates.md` has the
/// measurements on real data behind the defaults.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GateSettings {
    /// Percent of the released figures that may be gone.
    #[schemars(range(min = 0, max = 100))]
    pub lost_percent: f64,
    /// Figures that come for years which were released before, in percent of the released
    /// ones; more is a warning.
    #[schemars(range(min = 0, max = 1000))]
    pub added_percent: f64,
    /// Percent of the released figures whose value may change by more than its rounding.
    #[schemars(range(min = 0, max = 100))]
    pub changed_percent: f64,
    /// The same; more is a warning.
    #[schemars(range(min = 0, max = 100))]
    pub changed_warning_percent: f64,
    /// By how many percent the middle one of a released year's figures may move.
    #[schemars(range(min = 0, max = 200))]
    pub revision_percent: f64,
    /// By how many percent the middle one of a new year's figures may differ from the year
    /// before.
    #[schemars(range(min = 0, max = 200))]
    pub jump_percent: f64,
    /// How far beyond the quartiles the fences of outliers stand, in distances between the
    /// quartiles. To be outside is a warning where many are, and otherwise a note.
    #[schemars(range(min = 0, max = 100))]
    pub outlier_fence: f64,
    /// How many times the largest change that was ever released a figure outside the fences
    /// may change.
    #[schemars(range(min = 1, max = 1000))]
    pub outlier_factor: f64,
    /// Percent of the released sums that may disagree with their parts; an indicator with
    /// more is none whose parts should sum, and is not checked.
    #[schemars(range(min = 0, max = 100))]
    pub not_summing_percent: f64,
    /// Percent of the released rows that may be suppressed on top; more is a warning.
    #[schemars(range(min = 0, max = 100))]
    pub suppressed_percent: f64,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self {
            lost_percent: 10.0,
            added_percent: 10.0,
            changed_percent: 25.0,
            changed_warning_percent: 5.0,
            revision_percent: 10.0,
            jump_percent: 50.0,
            outlier_fence: 1.5,
            outlier_factor: 2.0,
            not_summing_percent: 5.0,
            suppressed_percent: 5.0,
        }
    }
}
