//! The settings file: `botnia.toml`.

mod file;
mod gates;
mod groups;
mod peers;
mod read;
mod reference;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use botnia_model::{Language, RegionKey, SourceId, SourceIndicator};
use url::Url;

use crate::indicator_set::IndicatorSet;
use crate::problem::SettingsError;
use crate::schedule::{Missed, Overlap, Schedule};
use crate::secret::{LedgerAddress, Secret};

pub use gates::GateSettings;
pub use groups::CustomGroup;
pub use peers::{PeerRule, RegionPeers};
pub use reference::{settings_json_schema, settings_reference_markdown};

/// Everything an operator decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where everything is kept: a path, or `s3://bucket/prefix`.
    pub data: String,
    /// The ledger: `sqlite:data/state.db` or `postgres://…`.
    pub state: LedgerAddress,
    /// The time zone of the schedules.
    pub time_zone: String,
    /// Languages of publication.
    pub languages: Vec<Language>,
    /// How to reach the operator: an address or page that goes into the User-Agent.
    pub contact: String,
    /// The sources.
    pub source: Vec<SourceSettings>,
    /// Groups of regions that are published as regions of the level `custom`.
    pub groups: Vec<CustomGroup>,
    /// The peers of single regions; those of the others are found by the default method.
    pub peers: Vec<RegionPeers>,
    /// What the region tables are compared with.
    pub regions: RegionSettings,
    /// Where the maps come from.
    pub boundaries: BoundarySettings,
    /// Those who do the jobs.
    pub workers: WorkerSettings,
    /// How much may change between two releases.
    pub gates: GateSettings,
    /// The web server.
    pub server: ServerSettings,
}

/// One source.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceSettings {
    /// Its id here: `sotkanet`.
    pub id: SourceId,
    /// What it speaks.
    pub kind: SourceKind,
    /// Where it is.
    pub base_url: Url,
    /// When it is swept, in `time_zone`; none: only by hand.
    pub schedule: Option<Schedule>,
    /// What becomes of slots that passed while nothing ran.
    pub missed: Missed,
    /// What becomes of a slot that comes while the sweep before it still runs.
    pub overlap: Overlap,
    /// What to fetch.
    pub indicators: Vec<IndicatorSelector>,
    /// Which years.
    pub years: YearRange,
    /// Requests under way at once.
    pub concurrency: u8,
    /// Requests per second, over all workers.
    pub requests_per_second: f64,
}

/// What a source speaks.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Sotkanet's REST API.
    Sotkanet,
}

/// What to fetch from a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndicatorSelector {
    /// `set:hyvinvointikertomus`
    Set(String),
    /// `127`
    Id(SourceIndicator),
    /// `all`
    All,
}

/// `1990..` or `2000..2020`, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearRange {
    /// First year.
    pub first: i32,
    /// Last year; none: as far as the source goes.
    pub last: Option<i32>,
}

/// What the region tables are compared with, apart from the sources' own lists, and which
/// regions get files of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionSettings {
    /// Statistics Finland's classification service; none: it is not asked.
    pub classification_url: Option<Url>,
    /// The regions that get a folder of their own in a release; none: every municipality,
    /// province and wellbeing services county.
    pub packages: Option<BTreeSet<RegionKey>>,
}

/// Where the maps come from.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundarySettings {
    /// Statistics Finland's service of statistical areas; none: it is not asked.
    pub url: Option<Url>,
}

/// Those who do the jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerSettings {
    /// How long a worker that stopped answering keeps its job: 5 s to 1 h.
    pub lease: Duration,
}

/// The web server.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerSettings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Who sends it may decide; none: nothing can be decided over HTTP. Visible ASCII, at
    /// least 16 characters.
    pub token: Option<Secret>,
}

impl Settings {
    /// Reads the settings at `path`, then the variables `BOTNIA_…` of `environment`, which
    /// win. The sets that `indicators` may name are those that ship with botnia and those
    /// of the folder `sets` beside the file.
    pub fn load(
        path: &Path,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Read {
            path: path.to_owned(),
            source,
        })?;
        let beside = path.parent().unwrap_or(Path::new("")).join("sets");
        let sets = IndicatorSet::load_all(beside.is_dir().then_some(beside.as_path()))?;
        read::settings(&path.display().to_string(), &text, environment, &sets)
    }

    /// The same from a text; `file_name` is what the errors call it. Only the sets that
    /// ship with botnia can be named.
    pub fn parse(
        file_name: &str,
        text: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        read::settings(file_name, text, environment, &IndicatorSet::builtin())
    }
}

#[cfg(test)]
mod tests;
