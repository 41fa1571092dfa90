//! Tables with named dimensions, and the interfaces through which offices serve them:
//! `PxWeb` in both versions, plain JSON-stat, and THL's cubes.
//!
//! | address | what |
//! |---|---|
//! | `/PxWeb/api/v1/{language}/{database}/…` | version 1: `?config`, levels, metadata, questions by POST |
//! | `/api/v2/…` | version 2: `config`, `tables`, metadata, data, `codelists` |
//! | `/jsonstat/{table}` | the whole table as JSON-stat 2.0 |
//! | `/pivot/prod/…` | THL's cubes: lists, versions, dimensions as JSONP, figures |
//!
//! The figures are made up from a seed, or recorded: every JSON-stat dataset of a folder
//! becomes a table that can be asked for in part. The one clock here is that of the limiter.

mod cubes;
mod limiter;
mod pxweb1;
mod pxweb2;
mod recorded;
mod synthetic;
mod table;
mod written;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::RwLock;
use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;

use self::cubes::CubeServer;
pub use self::cubes::{CubeNaming, CubeOptions};
use self::limiter::Limiter;
use self::table::Table;
use crate::SandboxError;

/// How tables are served.
#[derive(Clone, Debug)]
pub struct TableOptions {
    /// How dimensions and tables are called.
    pub naming: TableNaming,
    /// What `?config` says, and what is kept.
    pub limits: TableLimits,
    /// What is kept instead, where that is not what is said.
    pub kept_cells: Option<usize>,
    /// A code that the metadata list and a question for which is turned down.
    pub broken_code: Option<String>,
    /// Recorded datasets, instead of made-up ones.
    pub recordings: Option<PathBuf>,
    /// How cubes are served, which are always made up.
    pub cubes: CubeOptions,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self {
            naming: TableNaming::Since2026,
            limits: TableLimits::default(),
            kept_cells: None,
            broken_code: None,
            recordings: None,
            cubes: CubeOptions::default(),
        }
    }
}

/// How dimensions and tables are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableNaming {
    /// `statfin_vaerak_pxt_11re.px` with `Alue` and `Vuosi`, until June 2026.
    Until2026,
    /// `11re.px` with `alue_23_20260101` and `timeperiod_y`.
    Since2026,
    /// As since, with the region dimension under a name that nobody foresaw.
    Renamed,
}

/// How much may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableLimits {
    /// Values of a dimension that are listed, and that a question may have.
    pub values: usize,
    /// Cells of one answer.
    pub cells: usize,
    /// Requests within the window.
    pub calls: usize,
    /// The window.
    pub window: Duration,
}

/// Those of Statistics Finland.
impl Default for TableLimits {
    fn default() -> Self {
        Self {
            values: 1000,
            cells: 120_000,
            calls: 40,
            window: Duration::from_mins(1),
        }
    }
}

/// A request for a table.
#[derive(Clone, Debug)]
pub(crate) struct TableRequest {
    pub(crate) is_post: bool,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Bytes,
}

/// An answer of a table server.
#[derive(Clone, Debug)]
pub(crate) struct TableAnswer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    /// Seconds to wait.
    pub(crate) retry_after: Option<u64>,
    /// Whether the figures are made up.
    pub(crate) is_synthetic: bool,
}

/// Everything that tables are served from.
#[derive(Debug)]
pub(crate) struct TableServer {
    options: RwLock<TableOptions>,
    tables: Vec<Table>,
    cubes: CubeServer,
    limiter: Limiter,
}

/// Where the cubes are.
const CUBES: &str = "/pivot/";
const JSON: &str = "application/json; charset=utf-8";

impl TableServer {
    pub(crate) fn new(options: TableOptions, seed: u64) -> Result<Self, SandboxError> {
        let tables = match &options.recordings {
            Some(folder) => recorded::tables(folder)?,
            None => synthetic::tables(seed),
        };
        Ok(Self {
            limiter: Limiter::default(),
            cubes: CubeServer::new(seed),
            tables,
            options: RwLock::new(options),
        })
    }

    /// Whether a path is one of those that are answered here.
    pub(crate) fn serves(path: &str) -> bool {
        ["/PxWeb/", "/api/v2/", "/jsonstat/", CUBES]
            .iter()
            .any(|start| path.starts_with(start))
    }

    pub(crate) fn set_options(&self, options: TableOptions) {
        *self
            .options
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = options;
    }

    fn options(&self) -> TableOptions {
        self.options
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn answer(&self, request: &TableRequest) -> TableAnswer {
        let options = self.options();
        let mut answer = if self.limiter.admits(options.limits) {
            self.route(request, &options)
        } else {
            let seconds = options.limits.window.as_secs().max(1);
            let mut answer = TableAnswer::json(
                StatusCode::TOO_MANY_REQUESTS,
                r#"{"error":"429 - Too many requests in too short timeframe. Please try again later."}"#,
            );
            answer.retry_after = Some(seconds);
            answer
        };
        answer.is_synthetic = options.recordings.is_none() || request.path.starts_with(CUBES);
        answer
    }

    fn route(&self, request: &TableRequest, options: &TableOptions) -> TableAnswer {
        let segments: Vec<&str> = request
            .path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        match segments.as_slice() {
            ["PxWeb", "api", "v1", _language, rest @ ..] => {
                pxweb1::answer(&self.tables, options, rest, request)
            }
            ["api", "v2", rest @ ..] => pxweb2::answer(&self.tables, options, rest, request),
            ["pivot", "prod", rest @ ..] => self.cubes.answer(options.cubes, rest, request),
            ["jsonstat", id] => match self.tables.iter().find(|table| table.is_called(id)) {
                Some(table) => {
                    let all = table.everything(options.naming);
                    let dataset = written::dataset(table, options.naming, &all, true);
                    TableAnswer::json(StatusCode::OK, dataset.to_string())
                }
                None => TableAnswer::json(StatusCode::NOT_FOUND, r#"{"error":"not found"}"#),
            },
            _ => TableAnswer::json(StatusCode::NOT_FOUND, r#"{"error":"not found"}"#),
        }
    }

    /// How often the limiter turned a request down.
    pub(crate) fn turned_down(&self) -> u64 {
        self.limiter.turned_down()
    }
}

impl TableAnswer {
    fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            content_type: JSON,
            body: body.into(),
            retry_after: None,
            is_synthetic: true,
        }
    }
}

/// The datasets of a folder of recordings that are tables: `pxweb1/statfin`, `pxwebapi2/scb`
/// and so on, or the folder itself.
pub(crate) fn folders_of(recordings: &Path) -> Vec<PathBuf> {
    [
        "",
        "pxweb1",
        "pxweb1/statfin",
        "pxwebapi2/scb",
        "eurostat",
        "dst",
    ]
    .iter()
    .map(|name| recordings.join(name))
    .filter(|folder| folder.is_dir())
    .collect()
}
