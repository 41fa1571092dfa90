//! The settings as they stand in the file. The doc comments here are the reference that
//! `botnia generate` writes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::tables::{IndicatorFile, TableFile, TextFile};
use super::{GateSettings, SourceKind};
use crate::schedule::{Missed, Overlap};

/// The settings of botnia. Every key has the default that is shown, unless it says that it
/// must be given. A key that botnia does not know is an error.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "botnia.toml")]
pub(super) struct SettingsFile {
    /// Where everything is kept: a path, or `s3://bucket/prefix` for an object store that
    /// speaks S3; how to reach that is said by the variables `AWS_…` (see the operator's
    /// guide). `BOTNIA_DATA` overrides it.
    pub(super) data: String,
    /// The ledger: `sqlite:` and a path, or `postgres://user:password@host/database` where
    /// several machines work. Not given: `state.db` in `data`, which must then
    /// be a path. `BOTNIA_STATE` overrides it,
    /// and keeps a password out of the file.
    pub(super) state: Option<String>,
    /// The time zone of the schedules, by its IANA name. `BOTNIA_TIME_ZONE` overrides it.
    pub(super) time_zone: String,
    /// The languages of publication: `fi`, `sv`, `en`. `BOTNIA_LANGUAGES` overrides it,
    /// separated by commas.
    pub(super) languages: Vec<String>,
    /// How the keepers of a source can reach you: a mail address or a page. It is sent with
    /// every request. Put one there. `BOTNIA_CONTACT` overrides it.
    pub(super) contact: String,
    /// The sources, one `[[source]]` table each; at least one.
    pub(super) source: Vec<SourceFile>,
    /// Groups of regions that are published like regions, one `[[group]]` table each.
    pub(super) group: Vec<GroupFile>,
    /// With which others a region is compared in its wellbeing report, one `[[peers]]` table
    /// for each region. A municipality without one is compared with the twenty nearest by
    /// structure, a province or wellbeing services county without one with none.
    pub(super) peers: Vec<PeersFile>,
    /// What the region tables are compared with, and which regions get files of their own.
    pub(super) regions: RegionsFile,
    /// Those who do the jobs.
    pub(super) workers: WorkersFile,
    /// How much may change between two releases.
    pub(super) gates: GateSettings,
    /// The web server.
    pub(super) server: ServerFile,
}

/// One source.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceFile {
    /// Its id, unique: the part before the colon of every indicator id (`sotkanet:127`).
    /// Lower-case letters, digits and hyphens.
    #[schemars(extend("examples" = ["sotkanet"]))]
    pub(super) id: String,
    /// What it speaks.
    #[schemars(extend("examples" = ["sotkanet"]))]
    pub(super) kind: SourceKind,
    /// Where it is, with `http://` or `https://`. For `survey` a page that tells of the
    /// surveys: it is named as their source and never asked.
    #[schemars(extend("examples" = ["https://sotkanet.fi/rest/1.1"]))]
    pub(super) base_url: String,
    /// When it is swept: five-field cron, in `time_zone`. Not given: only by `botnia run`.
    #[schemars(extend("examples" = ["15 5 * * *"]))]
    pub(super) schedule: Option<String>,
    /// What becomes of slots that passed while nothing ran: the latest of them runs once, or
    /// none does.
    #[serde(default)]
    pub(super) missed: Missed,
    /// What becomes of a slot that comes while the sweep before it still runs: it is passed
    /// over, or one waits until the sweep has ended.
    #[serde(default)]
    pub(super) overlap: Overlap,
    /// What to fetch: `"set:NAME"` for an indicator set, an indicator's id at the source, or
    /// `"all"`. Must be given, except for a source with tables: there it is `"all"`, the
    /// `[[source.indicator]]` tables.
    #[serde(default)]
    pub(super) indicators: Vec<String>,
    /// Which years: `"1990.."` for all from 1990 on, `"2000..2020"` with both ends included.
    #[serde(default = "years")]
    pub(super) years: String,
    /// Requests under way at once.
    #[serde(default = "concurrency")]
    #[schemars(range(min = 1, max = 16))]
    pub(super) concurrency: u8,
    /// Requests per second, over all workers.
    #[serde(default = "requests_per_second")]
    #[schemars(range(max = 1000), extend("exclusiveMinimum" = 0))]
    pub(super) requests_per_second: f64,
    /// What the source is called in releases. Not given: its id.
    #[serde(default)]
    pub(super) name: TextFile,
    /// Where a person finds the source. Not given: `base_url`.
    #[serde(default)]
    pub(super) home_page: Option<String>,
    /// Who makes its figures, for sources with tables.
    #[serde(default)]
    pub(super) producer: TextFile,
    /// The licence of its figures, for sources with tables: an SPDX id or a name. Not given:
    /// `third-party`, whose figures are kept for one's own use and not published onward.
    #[serde(default)]
    #[schemars(extend("examples" = ["CC-BY-4.0"]))]
    pub(super) licence: Option<String>,
    /// How the provider wants its figures to be credited, where that is more than its name.
    #[serde(default)]
    pub(super) attribution: TextFile,
    /// The tables of a source with tables (`pxweb`, `pxweb2`, `jsonstat`), one
    /// `[[source.table]]` each.
    #[serde(default)]
    pub(super) table: Vec<TableFile>,
    /// The indicators of a source with tables, one `[[source.indicator]]` each.
    #[serde(default)]
    pub(super) indicator: Vec<IndicatorFile>,
}

/// A file of the folder `sources.d` beside the settings: sources alone.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SourcesFile {
    /// The sources, one `[[source]]` table each.
    #[serde(default)]
    pub(super) source: Vec<SourceFile>,
}

/// A group of regions.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupFile {
    /// Its code, unique among the groups: 1 to 24 letters, digits or hyphens. It is
    /// published as `region_level` `custom` with this `region_code`.
    #[schemars(extend("examples" = ["pohjanmaat"]))]
    pub(super) id: String,
    /// Its name in the three languages: `{ fi = "…", sv = "…", en = "…" }`. A language that
    /// is left out has the Finnish one.
    pub(super) name: GroupName,
    /// Its members by their ids: `"MK14"` is a province, `"HVA16"` a wellbeing services
    /// county, `"KU743"` a municipality, `"SK142"` a subregion. They exist today and do not
    /// overlap.
    pub(super) members: Vec<String>,
}

/// The peers of a region.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PeersFile {
    /// The region by its id: `"KU743"` is a municipality, `"MK14"` a province, `"HVA16"` a
    /// wellbeing services county. It exists today.
    #[schemars(extend("examples" = ["KU743"]))]
    pub(super) region: String,
    /// Its peers by their ids, of its own level. Either this or `method` must be given.
    pub(super) chosen: Option<Vec<String>>,
    /// How the peers of a municipality are found: `"neighbours"`, those that share a border
    /// with it, or `"nearest"`, the twenty that are nearest by structure.
    #[schemars(extend("enum" = ["neighbours", "nearest"]))]
    pub(super) method: Option<String>,
}

/// The name of a group.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct GroupName {
    /// Finnish; must be given.
    pub(super) fi: String,
    /// Swedish.
    pub(super) sv: String,
    /// English.
    pub(super) en: String,
}

/// What the region tables are compared with, and which regions get files of their own.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RegionsFile {
    /// Statistics Finland's classification service, with which `botnia regions check`
    /// compares the region tables besides the sources' lists. Not given: it is not asked.
    #[schemars(extend("examples" = ["https://data.stat.fi/api/classifications/v2"]))]
    pub(super) classification_url: Option<String>,
    /// The regions that get a folder with files of their own in a release, by their ids; a
    /// province, a wellbeing services county or a subregion with all its municipalities:
    /// `["MK14", "HVA16"]`. The tables have every region all the same. Not given: every
    /// municipality, province and wellbeing services county gets one.
    #[schemars(extend("examples" = [["MK14", "MK15", "MK16"]]))]
    pub(super) packages: Option<Vec<String>>,
}

/// Those who do the jobs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WorkersFile {
    /// How long a worker that stopped answering keeps its job, in seconds; then another
    /// worker does it again. Longer than the machine or the ledger is ever held up.
    #[schemars(range(min = 5, max = 3600))]
    pub(super) lease_seconds: u16,
}

/// The web server.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServerFile {
    /// Where it listens: an address and a port. `BOTNIA_SERVER_LISTEN` overrides it.
    pub(super) listen: String,
    /// The secret with which figures that are held can be decided over HTTP: at least 16
    /// letters, digits and signs. Without it nothing can be decided over HTTP.
    /// `BOTNIA_SERVER_TOKEN` overrides it, and keeps it out of the file.
    #[schemars(extend("writeOnly" = true))]
    pub(super) token: Option<String>,
}

impl Default for SettingsFile {
    fn default() -> Self {
        Self {
            data: "data".to_owned(),
            state: None,
            time_zone: "Europe/Helsinki".to_owned(),
            languages: ["fi", "sv", "en"].map(str::to_owned).to_vec(),
            contact: String::new(),
            source: Vec::new(),
            group: Vec::new(),
            peers: Vec::new(),
            regions: RegionsFile::default(),
            workers: WorkersFile::default(),
            gates: GateSettings::default(),
            server: ServerFile::default(),
        }
    }
}

impl Default for WorkersFile {
    fn default() -> Self {
        Self { lease_seconds: 60 }
    }
}

impl Default for ServerFile {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            token: None,
        }
    }
}

fn years() -> String {
    "1990..".to_owned()
}

fn concurrency() -> u8 {
    4
}

fn requests_per_second() -> f64 {
    4.0
}
