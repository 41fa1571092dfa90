//! `botnia generate`: the references that are made from the code.

use std::path::Path;

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
            ("settings.md", botnia_config::settings_reference_markdown()),
            (
                "settings.schema.json",
                botnia_config::settings_json_schema(),
            ),
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

#[expect(
    clippy::disallowed_methods,
    reason = "a document of the project, not data"
)]
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(std::fs::write(path, text)?)
}
