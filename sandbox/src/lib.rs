//! An upstream to run: a server that answers as Sotkanet and as table servers do, for tests,
//! demonstrations and load. It speaks `/rest/1.1` (`//1.1` too): `/indicators`,
//! `/indicators/{id}`, `/regions`, `/json` and `/csv`; and the interfaces of `tables`:
//! `PxWeb` in versions 1 and 2, plain JSON-stat, and THL's cubes.
//!
//! Two modes. **Synthetic**: real regions, real ids and titles, made-up figures that
//! behave; the same seed gives the same bytes, whatever was asked before. Every synthetic
//! answer carries the header `x-botnia-synthetic: true`, and every description says in
//! three languages that the figures are made up. **Replay**: a folder of recorded answers,
//! with their numbers exactly as recorded.
//!
//! # Quirks that a reader must survive
//!
//! | quirk | where |
//! |---|---|
//! | 400 where `years` or `genders` is missing, not a word or number, or comma-separated | `/json`, `/csv` |
//! | 403 with a short HTML page for an absent User-Agent or a library's own | everywhere |
//! | 404 for an id that is not there | `/indicators/{id}`, `/json`, `/csv` |
//! | rows in arbitrary order; `13`, `13.0` and `7.4` in one column | `/json`, `/csv` |
//! | no `absValue` key where there is no count; no row where there is no value | `/json` |
//! | `region` in the question is ignored | `/json`, `/csv` |
//! | years without data are left out without a word | `/json`, `/csv` |
//! | rows of region ids that are not in the region list, all 0 | 127 and some others, years ending in 9 |
//! | abolished municipalities without rows | `/regions` |
//! | one sex only; no rows at all (`[]`) | 232, 3068; 1952, 2905 |
//! | cells of 1 to 4 cases absent for municipalities | counts, shares and rates |
//! | surveys every second year, without small municipalities | survey shares |
//! | Åland absent; figures for Nordic countries only; series that ended; no municipalities after 2022 | some |
//! | no wellbeing services counties in `classifications.region.values`, though there are rows | descriptions |
//! | no `classifications.sex`; `primaryValueType` null | some descriptions |
//! | trailing spaces, U+00A0 and entities in titles; unclosed tags, U+0096 and entities in texts | descriptions and list |
//! | no `uri` key, an empty `uri`, an empty `memberOf`, trailing spaces | `/regions` |
//! | 400 without a word for an unknown table, dimension or code, or another format than was named | `PxWeb` 1 |
//! | 403 for more cells than `?config` says, or fewer; 429 within the window | `PxWeb` 1 and 2 |
//! | values left out of long dimensions; dates of update that moved without the figures | `PxWeb` 1 |
//! | a slice instead of the whole where nothing is selected; problems explained in JSON | `PxWeb` 2 |
//! | surrogate ids that are others in every version; a version that moves in the middle of a sweep | cubes |
//! | 403 and nothing for what is not understood; the first measure where none is named; unknown ids passed over | cubes |
//! | values as texts, `..` beside absent keys, subtotals among the nodes, tabs in texts | cubes |
//! | `null` with `-` for nothing and `...` for what is hidden; a starred last year; inhabitants of no municipality | tables |
//! | history rewritten: a municipality's rows vanish for all years and its neighbour's rise | from edition 2 on |
//!
//! # Faults
//!
//! | kind | what the client meets |
//! |---|---|
//! | `delay` | the right answer, late |
//! | `too_many_requests` | 429 with `Retry-After` in seconds or as a date |
//! | `server_error` | a 5xx |
//! | `truncated` | fewer bytes than `Content-Length` says, then the end |
//! | `html_with_200` | a maintenance page where JSON was expected |
//! | `empty_array` | `[]` |
//! | `short_answer` | only a share of the rows |
//! | `not_json` | a body that breaks off in mid-value, with the right length |
//! | `connection_reset` | RST instead of an answer |
//! | `redirect_loop` | 302 to the same address |
//! | `decompression_bomb` | some kilobytes of gzip that grow to megabytes |
//! | `slow_loris` | the right answer, a few bytes per second |
//! | `forbidden` | 403 with a short HTML page |
//! | `wrong_title` | another indicator's title under the id |
//! | `wrong_unit` | another unit in the description |
//! | `wrong_values` | figures times a factor: of one region and year, or all |
//! | `missing_regions` | no row of some regions |
//! | `missing_field` | objects without one of their fields |
//!
//! What is deliberately absent: a clock (but for the tables' limiter), randomness that is not from the seed, and any use
//! in production.

mod api;
mod connection;
mod fault;
mod faulty_response;
mod replay;
mod request_log;
mod server;
mod synthetic;
mod tables;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

pub use fault::{Fault, FaultKind, RetryAfter};
pub use request_log::LoggedRequest;
pub use server::Sandbox;
pub use tables::{CubeNaming, CubeOptions, TableLimits, TableNaming, TableOptions};

/// The header that every synthetic answer carries, with the value `true`.
pub const SYNTHETIC_HEADER: &str = "x-botnia-synthetic";

/// How a sandbox is run.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Where its answers come from.
    pub mode: Mode,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// A `GeoJSON` file that it gives as the boundaries of the municipalities, of whatever
    /// year; none: it has no boundaries.
    pub boundaries: Option<PathBuf>,
    /// How the table interfaces answer.
    pub tables: TableOptions,
}

impl SandboxOptions {
    /// Answers from `mode`, on a free port of this machine, without faults.
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            faults: Vec::new(),
            boundaries: None,
            tables: TableOptions::default(),
        }
    }
}

/// The synthetic world with its defaults.
impl Default for SandboxOptions {
    fn default() -> Self {
        Self::new(Mode::Synthetic(Synthetic::default()))
    }
}

/// Where answers come from.
#[derive(Clone, Debug)]
pub enum Mode {
    /// Made up from a seed.
    Synthetic(Synthetic),
    /// Recorded answers.
    Replay {
        /// The folder, laid out as `regions.<label>.json`, `indicators.<label>.json`,
        /// `indicators/<id>.json`, `<id>.<label>.json`, `data/<id>.<label>.json.gz`,
        /// `data/<id>.<label>.csv`.
        folder: PathBuf,
        /// The label to prefer where an indicator was recorded several times; otherwise
        /// the first in alphabetical order, JSON before CSV.
        edition: Option<String>,
    },
}

/// The made-up world.
#[derive(Clone, Debug)]
pub struct Synthetic {
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Which indicators there are.
    pub indicators: SyntheticIndicators,
    /// The first year with figures.
    pub first_year: i32,
    /// The last year with figures in edition 1.
    pub last_year: i32,
    /// How often the world was updated, from 1.
    pub edition: u32,
}

impl Default for Synthetic {
    fn default() -> Self {
        Self {
            seed: 1,
            indicators: SyntheticIndicators::Sets,
            first_year: 1990,
            last_year: 2024,
            edition: 1,
        }
    }
}

/// Which indicators the made-up world has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntheticIndicators {
    /// Those of the indicator sets that ship with botnia, and a few odd ones.
    Sets,
    /// So many without a real counterpart, ids from 100001, for load. A third has three
    /// sexes; over twenty years one has some 16 000 rows on average.
    Count(u32),
}

/// Why a sandbox cannot run.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The address is taken or not of this machine.
    #[error("listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A recording cannot be read.
    #[error("read the recording `{}`", path.display())]
    ReadRecording {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A recording is not what its name says.
    #[error("parse the recording `{}`", path.display())]
    ParseRecording {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// A folder of recordings without one that every client needs.
    #[error("no recording `{name}` in `{}`", folder.display())]
    MissingRecording {
        /// The folder.
        folder: PathBuf,
        /// What its name would be.
        name: &'static str,
    },
    /// The text of the faults is not TOML of the right shape.
    #[error("parse the faults")]
    ParseFaults {
        /// The cause, with line and key.
        #[source]
        source: toml::de::Error,
    },
    /// A fault with a number outside its bounds.
    #[error("fault {position} of kind `{kind}`: {problem}")]
    ImpossibleFault {
        /// Its place in the file, from 1.
        position: usize,
        /// Its kind.
        kind: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// Years or an edition that no world can have.
    #[error("the years {first_year}–{last_year} in edition {edition}: {problem}")]
    ImpossibleWorld {
        /// The first year.
        first_year: i32,
        /// The last year.
        last_year: i32,
        /// The edition.
        edition: u32,
        /// What is wrong.
        problem: &'static str,
    },
}
