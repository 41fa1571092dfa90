//! How tables become indicators: what the settings say of a table with named dimensions.
//!
//! Fetching and reading both need it: the one to ask for the right categories, the other to
//! know which dimension is the region. Both resolve it anew against what the source says of
//! the table today ([`IndicatorMapping::resolve`]), by role and by pattern: codes change
//! (`Alue` became `alue_23_20260101`), and a mapping that no longer fits is said, not bent.
//!
//! What is deliberately absent: values, and any format of any source.

mod pattern;
mod region_code;
mod resolve;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use botnia_model::{Polarity, RegionId, Sex, SourceIndicator, Status, Text, ValueKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::pattern::Pattern;
pub use self::resolve::{Misfit, Purpose, Resolved, Variable, VariableRole, period_of};

/// How one indicator is read from a table. Part of a release's recipe: figures are read
/// again under the mapping that they were read under first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorMapping {
    /// What the indicator is called here: the part after the colon of its id.
    pub id: SourceIndicator,
    /// The table it is read from.
    pub table: TableMapping,
    /// Which category of the measures it is; none where the table has one measure.
    pub measure: Option<Pattern>,
    /// What the source has to call that measure, or the table where it has one.
    pub expected_label: Option<Pattern>,
    /// Categories of further dimensions, by a pattern for the dimension.
    pub select: BTreeMap<Pattern, Vec<Pattern>>,
    /// Its title.
    pub title: Text,
    /// What it measures.
    pub description: Text,
    /// What has to be known before it is compared.
    pub comparability: Text,
    /// Its unit in words.
    pub unit: Text,
    /// What kind of number it is.
    pub value_kind: Option<ValueKind>,
    /// Which direction is good.
    pub polarity: Polarity,
    /// Decimals with which it is shown, where the settings say so.
    pub decimals: Option<u8>,
    /// Who makes the figures.
    pub producer: Text,
    /// The SPDX id or name of the licence.
    pub licence: String,
    /// Whether the figures may be published onward.
    pub redistributable: bool,
    /// How the provider wants to be named, where that is more than its name.
    pub attribution: Text,
    /// Where a person can read about it.
    pub source_url: Option<String>,
}

/// What the dimensions of a table are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableMapping {
    /// What the indicators call it.
    pub name: String,
    /// Where it is below the source's address.
    pub path: String,
    /// The dimension with regions.
    pub region: Option<Pattern>,
    /// The one region that the whole table is about, where it has no such dimension.
    pub about: Option<RegionId>,
    /// How the source codes regions.
    pub region_codes: RegionCodes,
    /// Regions by the source's codes, before `region_codes`.
    pub regions: BTreeMap<String, RegionId>,
    /// The dimension with time.
    pub time: Option<Pattern>,
    /// The dimension with sexes.
    pub sex: Option<Pattern>,
    /// Sexes by the source's codes.
    pub sexes: BTreeMap<String, Sex>,
    /// The dimension with measures.
    pub measure: Option<Pattern>,
    /// Dimensions that become breakdowns, by the key they are published under.
    pub breakdown: BTreeMap<String, Pattern>,
    /// Categories of dimensions, by a pattern for the dimension.
    pub select: BTreeMap<Pattern, Vec<Pattern>>,
    /// What the source's symbols mean.
    pub symbols: BTreeMap<String, Status>,
    /// Code lists that replace the codes of dimensions, by a pattern for the dimension.
    pub code_lists: BTreeMap<Pattern, String>,
}

/// How a source codes regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegionCodes {
    /// As Statistics Finland does: `KU743` or `743`, `MK14`, `HVA16`, `SK142`, `SSS`.
    #[default]
    Finland,
    /// The Nordic countries by their two letters: `FI`, `SE`.
    NordicCountries,
    /// European countries by their two letters, Eurostat's `EL` and `UK` too.
    EuropeanCountries,
    /// Only as `regions` says.
    Listed,
}
