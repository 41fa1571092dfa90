//! `botnia import notes`: what people say beside the figures.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use botnia_ingest::Archive;
use botnia_model::{Clock, Language};
use bytes::Bytes;
use jiff::civil::Date;

use super::super::output::note;
use super::super::{Exit, Global, no_data_yet};
use crate::engine::ledger::{Ledger, NotesImported};
use crate::engine::notes::{NotesError, NotesImport};
use crate::engine::storage::Storage;

/// Notes beside the figures, from a CSV file or an XLSX workbook.
///
/// The sheet of notes in a region's workbook is such a form, and so is `notes.csv`. A row is a
/// note: a region, an indicator or a theme, author, date, language and text. Rows without a
/// text are passed over. The same note again is no second one; a row with the code of a note
/// corrects it, and a mark in the column that withdraws takes it away. A file with mistakes
/// changes nothing: all of them are told, each with its place.
#[derive(Debug, clap::Args)]
pub(super) struct Notes {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The language in which mistakes are told: `fi`, `sv` or `en`. Without it, the first of
    /// the settings' `languages`.
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    language: Option<Language>,
    /// The author of notes that name none.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// The date of notes that have none, YYYY-MM-DD.
    #[arg(long, value_name = "DATE")]
    date: Option<Date>,
    /// Have notes hold again that were withdrawn before.
    #[arg(long)]
    restore: bool,
}

/// A language by its code.
pub(super) fn language(text: &str) -> Result<Language, String> {
    Language::ALL
        .into_iter()
        .find(|language| language.code() == text)
        .ok_or_else(|| format!("`{text}` is not `fi`, `sv` or `en`"))
}

impl Notes {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let (settings, sets) = (global.settings()?, global.sets()?);
        let language = self
            .language
            .or_else(|| settings.languages.first().copied())
            .unwrap_or(Language::Fi);
        let storage =
            Storage::open_to_read(&settings.data)?.ok_or_else(|| no_data_yet(&settings.data))?;
        let bytes =
            std::fs::read(&self.file).with_context(|| format!("read `{}`", self.file.display()))?;
        // The archive keeps the file's name, and nothing of where it lay.
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let ledger = Ledger::open(&settings.state).await?;
        let imported = NotesImport {
            ledger: &ledger,
            archive: &Archive::new(storage.store.clone()),
            settings: &settings,
            sets: &sets,
            author: self.author.as_deref(),
            date: self.date,
            restore: self.restore,
            now: clock.now(),
        }
        .import(&name, Bytes::from(bytes))
        .await;
        ledger.close().await;
        match imported {
            Ok(imported) => {
                for line in outcome(&imported, language) {
                    note(line);
                }
                Ok(Exit::Done)
            }
            Err(NotesError::Mistakes { file, problems }) => {
                for problem in &problems {
                    note(format_args!("{file}: {}", problem.message(language)));
                }
                note(nothing_imported(problems.len(), language));
                Ok(Exit::Usage)
            }
            Err(NotesError::Archive(error)) => Err(error.into()),
            Err(NotesError::Ledger(error)) => Err(error.into()),
        }
    }
}

fn nothing_imported(mistakes: usize, language: Language) -> String {
    match (language, mistakes) {
        (Language::Fi, 1) => "Tiedostossa on yksi virhe. Mitään ei tuotu.".to_owned(),
        (Language::Fi, _) => format!("Tiedostossa on {mistakes} virhettä. Mitään ei tuotu."),
        (Language::Sv, _) => format!("Filen har {mistakes} fel. Ingenting importerades."),
        (Language::En, 1) => "The file has one mistake. Nothing was imported.".to_owned(),
        (Language::En, _) => format!("The file has {mistakes} mistakes. Nothing was imported."),
    }
}

fn outcome(imported: &NotesImported, language: Language) -> Vec<String> {
    let NotesImported {
        added,
        known,
        withdrawn,
        left_out,
    } = imported;
    let changed = *added > 0 || *withdrawn > 0;
    let mut lines = Vec::new();
    let left_out_are: Vec<_> = left_out.iter().map(ToString::to_string).collect();
    let left_out_are = left_out_are.join(", ");
    match language {
        Language::Fi => {
            lines.push(format!(
                "Muistiinpanoja: uusia {added}, ennestään tuotuja {known}, poistettuja {withdrawn}."
            ));
            if !left_out.is_empty() {
                lines.push(format!(
                    "Aiemmin poistettuja, jotka jäivät pois: {left_out_are}. Valitsin --restore \
                     palauttaa ne."
                ));
            }
            if changed {
                lines.push("Muutos julkaistaan seuraavassa ajossa: botnia run".to_owned());
            }
        }
        Language::Sv => {
            lines.push(format!(
                "Anteckningar: nya {added}, importerade tidigare {known}, borttagna {withdrawn}."
            ));
            if !left_out.is_empty() {
                lines.push(format!(
                    "Tidigare borttagna som lämnades bort: {left_out_are}. --restore tar dem \
                     tillbaka."
                ));
            }
            if changed {
                lines.push("Ändringen publiceras vid nästa körning: botnia run".to_owned());
            }
        }
        Language::En => {
            lines.push(format!(
                "Notes: {added} new, {known} imported before, {withdrawn} withdrawn."
            ));
            if !left_out.is_empty() {
                lines.push(format!(
                    "Withdrawn before, and left out: {left_out_are}. --restore brings them back."
                ));
            }
            if changed {
                lines.push("The next run publishes the change: botnia run".to_owned());
            }
        }
    }
    lines
}
