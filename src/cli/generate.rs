//! `botnia generate`: the references that are made from the code.

use std::fs::File;
use std::path::Path;

use botnia_config::RegionTables;
use botnia_model::{IndicatorId, Observation, ReleaseNumber};
use botnia_publish::data_dictionary;
use botnia_transform::TransformError;
use botnia_transform::release::{Build, Inputs, build};

use crate::engine::release::build::Scratch;
use crate::error_code::{ErrorCode, index_markdown};
use crate::server::openapi_json;

use super::output::{data, note};
use super::{Exit, command_line_reference, read_text};

/// Write the generated references.
#[derive(Debug, clap::Args)]
pub(super) struct Generate {
    /// Write nothing; fail where a file differs from what would be written.
    #[arg(long)]
    check: bool,
}

impl Generate {
    pub(super) fn run(&self) -> anyhow::Result<Exit> {
        let references = [
            ("command-line.md", command_line_reference()),
            ("openapi.json", openapi_json()),
            ("settings.md", botnia_config::settings_reference_markdown()),
            (
                "settings.schema.json",
                botnia_config::settings_json_schema(),
            ),
            ("tables.md", tables()?),
        ];
        let references = references
            .into_iter()
            .map(|(name, text)| (Path::new("docs/reference").join(name), text));
        let pages = ErrorCode::ALL.map(|code| (format!("{code}.md"), code.markdown()));
        let pages = pages
            .into_iter()
            .chain([("README.md".to_owned(), index_markdown())])
            .map(|(name, text)| (Path::new(ERRORS).join(name), text));
        let mut differs = self.check && has_others(ERRORS, ErrorCode::ALL.len() + 1);
        for (path, text) in references.chain(pages) {
            if self.check {
                if read_text(&path).ok().as_deref() != Some(text.as_str()) {
                    differs = true;
                    note(format_args!("{} is not up to date", path.display()));
                }
            } else {
                std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
                write(&path, &text)?;
                data(path.display());
            }
        }
        if differs {
            note("hint: `make generate` writes them");
            return Ok(Exit::Failed);
        }
        Ok(Exit::Done)
    }
}

/// Where the pages of the error codes lie: nothing else does.
const ERRORS: &str = "docs/errors";

/// Whether a folder has more files than are generated: a page whose code is gone.
fn has_others(folder: &str, generated: usize) -> bool {
    let others = std::fs::read_dir(folder).map_or(0, Iterator::count) > generated;
    if others {
        note(format_args!("{folder} has a page of a code that is gone"));
    }
    others
}

/// The data dictionary, read off the tables of a release without indicators.
fn tables() -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    build(
        Build {
            release: ReleaseNumber::FIRST,
            series: &[],
            regions: &[],
            tables: RegionTables::builtin(),
            groups: &[],
            packages: None,
            peers: &[],
            sets: &[],
            sources: &[],
            geo_vintage: "2026-01-01",
            synthetic: false,
            previous: None,
        },
        &mut Nothing,
        &mut Scratch(folder.path().to_owned()),
    )?;
    let names = [
        "observations",
        "indicators",
        "regions",
        "region_changes",
        "region_memberships",
        "region_classes",
        "revisions",
        "wellbeing",
        "peers",
    ];
    let tables = names
        .into_iter()
        .map(|name| {
            let path = folder.path().join(format!("{name}.parquet"));
            Ok((name, File::open(path)?))
        })
        .collect::<std::io::Result<_>>()?;
    Ok(data_dictionary(tables)?)
}

/// The observations of no indicator at all.
struct Nothing;

impl Inputs for Nothing {
    fn observations(&mut self, _: &IndicatorId) -> Result<Vec<Observation>, TransformError> {
        Ok(Vec::new())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a document of the project, not data"
)]
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(std::fs::write(path, text)?)
}
