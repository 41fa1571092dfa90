//! A table that is written for the one who asks: Parquet or CSV, into a new file.

use std::fs::{File, Permissions};
use std::io::{BufWriter, Seek as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use botnia_publish::write_table_csv;
use tempfile::NamedTempFile;

use super::UsageError;

/// A file that is not there yet.
pub(super) struct TableFile {
    path: PathBuf,
    is_csv: bool,
}

impl TableFile {
    /// The file at `path`, whose ending says what it becomes.
    ///
    /// # Errors
    /// [`UsageError`] for another ending than `.parquet` and `.csv`, and for a file that is
    /// there already: nothing is ever overwritten.
    pub(super) fn new(path: PathBuf) -> Result<Self, UsageError> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let is_csv = match ending {
            Some("parquet") => false,
            Some("csv") => true,
            _ => {
                return Err(UsageError(format!(
                    "`{}` is no name for a table\nhint: end it in `.parquet` or in `.csv`",
                    path.display()
                )));
            }
        };
        if path.exists() {
            return Err(taken(&path));
        }
        Ok(Self { path, is_csv })
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Has `make` write the table as Parquet, and puts it in its place when it is whole.
    pub(super) async fn write<T: Send + 'static>(
        self,
        make: impl FnOnce(&mut File) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        tokio::task::spawn_blocking(move || self.write_now(make))
            .await
            .context("write the table")?
    }

    fn write_now<T>(self, make: impl FnOnce(&mut File) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut table = self.beside()?;
        let outcome = make(table.as_file_mut())?;
        let table = if self.is_csv {
            let mut parquet = table.into_file();
            parquet.rewind().context("read the table again")?;
            let text = self.beside()?;
            let mut writer = BufWriter::new(text.as_file());
            write_table_csv(&self.path.display().to_string(), parquet, &mut writer)?;
            writer.flush().context("write the table")?;
            drop(writer);
            text
        } else {
            table
        };
        table.persist_noclobber(&self.path).map_err(|error| {
            if error.error.kind() == std::io::ErrorKind::AlreadyExists {
                return anyhow::Error::new(taken(&self.path));
            }
            anyhow::Error::new(error.error).context(format!("create `{}`", self.path.display()))
        })?;
        Ok(outcome)
    }

    /// A file in the same folder, readable as any new file is, which goes unless it is put
    /// in its place.
    fn beside(&self) -> anyhow::Result<NamedTempFile> {
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .with_context(|| format!("write into `{}`", folder.display()))
    }
}

fn taken(path: &Path) -> UsageError {
    UsageError(format!(
        "`{}` is there already, and nothing is overwritten\nhint: `--output FILE` names another",
        path.display()
    ))
}
