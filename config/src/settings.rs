//! The settings file: `botnia.toml`.

mod file;
mod gates;
mod groups;
mod peers;
mod read;
mod reference;
mod tables;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use botnia_model::{Language, RegionKey, SourceId, SourceIndicator, Text};
use url::Url;

use crate::indicator_set::{IndicatorSet, toml_files};
use crate::mapping::IndicatorMapping;
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
    /// Where it is. Surveys are in the data folder; here a page that tells of them.
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
    /// What it is called in releases; empty where the settings do not say.
    pub name: Text,
    /// Where a person finds it, where the settings say so.
    pub home_page: Option<String>,
    /// How its tables become indicators; empty for a source that has indicators itself.
    pub mappings: Vec<IndicatorMapping>,
}

impl SourceSettings {
    /// How an indicator is read, where the source has tables.
    pub fn mapping(&self, indicator: &SourceIndicator) -> Option<&IndicatorMapping> {
        self.mappings
            .iter()
            .find(|mapping| mapping.id == *indicator)
    }
}

/// What a source speaks.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Sotkanet's REST API.
    Sotkanet,
    /// Surveys that `botnia import survey` took in.
    Survey,
    /// THL's database cubes.
    #[serde(rename = "thl-cube")]
    ThlCube,
    /// The API of `PxWeb`, version 1: tables, mapped to indicators.
    Pxweb,
    /// The API of `PxWeb`, version 2: tables, mapped to indicators.
    Pxweb2,
    /// JSON-stat documents at addresses: tables, mapped to indicators.
    Jsonstat,
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
    /// win. The sets that `indicators` may name are those that ship with botnia, those of
    /// the folder `sets` beside the file, and the survey maps. The sources are those of the
    /// file, then those of every `*.toml` of the folder `sources.d` beside it, by name.
    pub fn load(
        path: &Path,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Read {
            path: path.to_owned(),
            source,
        })?;
        let sets = IndicatorSet::load_for(path)?;
        let mut further = Vec::new();
        let sources = path.parent().unwrap_or(Path::new("")).join("sources.d");
        if sources.is_dir() {
            for path in toml_files(&sources)? {
                let text = std::fs::read_to_string(&path).map_err(|source| {
                    let path = path.clone();
                    SettingsError::Read { path, source }
                })?;
                further.push((path.display().to_string(), text));
            }
        }
        let name = path.display().to_string();
        read::settings(&name, &text, &further, environment, &sets)
    }

    /// The same from a text; `file_name` is what the errors call it. Only the sets that
    /// ship with botnia can be named.
    pub fn parse(
        file_name: &str,
        text: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        read::settings(file_name, text, &[], environment, &IndicatorSet::builtin())
    }

    /// The same with further files of sources, each a name and its text.
    pub fn parse_with_sources(
        file_name: &str,
        text: &str,
        sources: &[(String, String)],
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let sets = IndicatorSet::builtin();
        read::settings(file_name, text, sources, environment, &sets)
    }
}

#[cfg(test)]
mod tests;
