//! The settings file: `botnia.toml`.

use botnia_model::{Language, SourceId, SourceIndicator};
use url::Url;

/// Everything an operator decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where everything is kept: a path, or `s3://bucket/prefix`.
    pub data: String,
    /// The ledger: `sqlite:data/state.db`.
    pub state: String,
    /// The time zone of the schedules.
    pub time_zone: String,
    /// Languages of publication.
    pub languages: Vec<Language>,
    /// How to reach the operator: an address or page that goes into the User-Agent.
    pub contact: String,
    /// The sources.
    pub source: Vec<SourceSettings>,
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
    /// Five-field cron, in `time_zone`; none: only by hand.
    pub schedule: Option<String>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The web server.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerSettings {
    /// Where it listens.
    pub listen: std::net::SocketAddr,
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {}
