//! `botnia generate`: the references that are made from the code.

use std::fs::File;
use std::path::Path;

use botnia_config::RegionTables;
use botnia_model::{IndicatorId, Observation, ReleaseNumber};
use botnia_publish::data_dictionary;
use botnia_transform::TransformError;
use botnia_transform::release::{Build, Inputs, build};

use crate::engine::release::build::Scratch;
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
        let folder = Path::new("docs/reference");
        let files = [
            ("command-line.md", command_line_reference()),
            ("openapi.json", openapi_json()),
            ("settings.md", botnia_config::settings_reference_markdown()),
            (
                "settings.schema.json",
                botnia_config::settings_json_schema(),
            ),
            ("tables.md", tables()?),
        ];
        let mut differs = false;
        for (name, text) in files {
            let path = folder.join(name);
            if self.check {
                if read_text(&path).ok().as_deref() != Some(text.as_str()) {
                    differs = true;
                    note(format_args!("{} is not up to date", path.display()));
                }
            } else {
                std::fs::create_dir_all(folder)?;
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
