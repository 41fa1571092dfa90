//! `botnia import survey`: a local survey, its small figures hidden.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use botnia_config::SurveyMap;
use botnia_model::{Language, Period};
use botnia_transform::survey::{Refusal, SurveyError, template};

use super::super::output::{data, note};
use super::super::{Exit, Global, UsageError};
use crate::engine::storage::Storage;
use crate::engine::survey::{ImportError, Imported, import};

/// A local survey, from a CSV file or an XLSX workbook.
///
/// Small figures are hidden before anything is written, and as many more as it takes that
/// nobody can work them out. The file itself is not kept. A file with mistakes changes
/// nothing: all of them are told, each with its cell. The next run publishes the survey.
#[derive(Debug, clap::Args)]
pub(super) struct Survey {
    /// The file.
    #[arg(value_name = "FILE", required_unless_present = "template")]
    file: Option<PathBuf>,
    /// The map of its columns: a file, or the name of one that ships or lies in the folder
    /// `surveys` beside the settings.
    #[arg(long, value_name = "MAP")]
    map: String,
    /// The wave of all rows, such as 2021, where the file has no column for it.
    #[arg(long, value_name = "PERIOD")]
    wave: Option<Period>,
    /// Write an example file of the map to stdout, as CSV, and import nothing.
    #[arg(long, conflicts_with = "file")]
    template: bool,
    /// The language in which mistakes are told and the example is written: `fi`, `sv` or
    /// `en`. Without it, the first of the settings' `languages`.
    #[arg(long, value_name = "LANGUAGE", value_parser = super::notes::language)]
    language: Option<Language>,
    /// The file corrects a mistake: published figures may change by few persons. Whoever
    /// kept the earlier figures sees what was corrected.
    #[arg(long)]
    correction: bool,
}

impl Survey {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let map = self.map(global)?;
        if self.template {
            let language = self.language.unwrap_or(Language::Fi);
            let file = template(&map, language);
            data(file.trim_end_matches("\r\n"));
            return Ok(Exit::Done);
        }
        let settings = global.settings()?;
        let language = self
            .language
            .or_else(|| settings.languages.first().copied())
            .unwrap_or(Language::Fi);
        let path = self.file.unwrap_or_default();
        let bytes = std::fs::read(&path).with_context(|| format!("read `{}`", path.display()))?;
        let storage = open_data(&settings.data)?;
        let imported = import(
            &bytes,
            &map,
            self.wave.as_ref(),
            self.correction,
            &settings,
            &storage.store,
        );
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match imported.await {
            Ok(imported) => {
                for line in outcome(&imported, language) {
                    note(line);
                }
                Ok(Exit::Done)
            }
            Err(ImportError::File(SurveyError::Problems { problems })) => {
                for problem in &problems {
                    let text = problem.text(language);
                    note(format_args!("{name}: {}: {text}", problem.place));
                }
                note(nothing_imported(problems.len(), language));
                Ok(Exit::Usage)
            }
            Err(ImportError::Refused(refusal)) => {
                note(refused(&refusal, language));
                Ok(Exit::Held)
            }
            Err(error @ ImportError::NoSource { .. }) => Err(UsageError(format!(
                "{error}\nhint: add a `[[source]]` with id = \"{}\" and kind = \"survey\"",
                map.source
            ))
            .into()),
            Err(error) => Err(error.into()),
        }
    }

    fn map(&self, global: &Global) -> anyhow::Result<SurveyMap> {
        let path = Path::new(&self.map);
        if path.extension().is_some_and(|ending| ending == "toml") {
            return Ok(SurveyMap::load(path)?);
        }
        let beside = global
            .config
            .parent()
            .unwrap_or(Path::new(""))
            .join("surveys");
        let maps = SurveyMap::load_all(beside.is_dir().then_some(beside.as_path()))?;
        let known: Vec<_> = maps.iter().map(|map| format!("`{}`", map.id)).collect();
        let known = known.join(", ");
        maps.into_iter()
            .find(|map| map.id == self.map)
            .ok_or_else(|| {
                let hint = format!("hint: the maps are {known}; or give a file that ends in .toml");
                UsageError(format!("there is no map `{}`\n{hint}", self.map)).into()
            })
    }
}

/// Opens the data; a folder is made where there is none, because a survey can be the first
/// thing that is brought. Nothing is locked: a document is written whole or not at all.
fn open_data(place: &str) -> anyhow::Result<Storage> {
    if let Some(storage) = Storage::open_to_read(place)? {
        return Ok(storage);
    }
    std::fs::create_dir_all(place).with_context(|| format!("make the data folder `{place}`"))?;
    Storage::open_to_read(place)?.context("open the data folder")
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

fn outcome(imported: &Imported, language: Language) -> Vec<String> {
    let mut lines: Vec<String> = imported
        .waves
        .iter()
        .map(|wave| {
            let (name, figures, hidden) = (&wave.wave, wave.figures, wave.hidden);
            match (language, wave.changed) {
                (Language::Fi, true) => {
                    format!("{name}: {figures} lukua tuotu, joista {hidden} piilotettu")
                }
                (Language::Fi, false) => format!("{name}: samat luvut kuin ennen"),
                (Language::Sv, true) => {
                    format!("{name}: {figures} tal importerade, varav {hidden} dolda")
                }
                (Language::Sv, false) => format!("{name}: samma tal som förut"),
                (Language::En, true) => {
                    format!("{name}: {figures} figures imported, {hidden} of them hidden")
                }
                (Language::En, false) => format!("{name}: the same figures as before"),
            }
        })
        .collect();
    if imported.published_before > 0 {
        let count = imported.published_before;
        lines.push(match language {
            Language::Fi => format!(
                "{count} nyt piilotettua lukua on julkaistu aiemmin; niitä ei voi enää salata."
            ),
            Language::Sv => format!(
                "{count} tal som nu döljs har publicerats tidigare; de kan inte längre hållas \
                 hemliga."
            ),
            Language::En => format!(
                "{count} figures that are hidden now were published before; they cannot be made \
                 secret again."
            ),
        });
    }
    lines.push(
        match language {
            Language::Fi => "Julkaise komennolla `botnia run`.",
            Language::Sv => "Publicera med kommandot `botnia run`.",
            Language::En => "Publish with `botnia run`.",
        }
        .to_owned(),
    );
    lines
}

fn refused(refusal: &Refusal, language: Language) -> String {
    match (refusal, language) {
        (Refusal::Exposed { figures }, Language::Fi) => format!(
            "Tiedoston {figures} pientä lukua voisi päätellä siitä, mitä samasta kyselystä on jo \
             tuotu. Mitään ei tuotu. Jätä uudet ryhmät tai alueet pois tai yhdistä niitä."
        ),
        (Refusal::Exposed { figures }, Language::Sv) => format!(
            "{figures} små tal i filen kunde härledas ur det som redan importerats av samma \
             enkät. Ingenting importerades. Utelämna nya grupper eller områden, eller slå ihop \
             dem."
        ),
        (Refusal::Exposed { figures }, Language::En) => format!(
            "{figures} small figures of the file could be worked out from what was imported of \
             the same survey before. Nothing was imported. Leave new groups or regions out, or \
             merge them."
        ),
        (Refusal::SmallRevision { wave, figures }, Language::Fi) => format!(
            "{figures} vuoden {wave} julkaistua lukua muuttuisi niin vähän, että muutoksesta voisi \
             päätellä yksittäisten vastaajien tietoja. Mitään ei tuotu. Jos tiedosto korjaa \
             virheen, anna valitsin --correction."
        ),
        (Refusal::SmallRevision { wave, figures }, Language::Sv) => format!(
            "{figures} publicerade tal för {wave} skulle ändras så lite att uppgifter om enskilda \
             respondenter kunde härledas ur ändringen. Ingenting importerades. Om filen rättar \
             ett fel, ge flaggan --correction."
        ),
        (Refusal::SmallRevision { wave, figures }, Language::En) => format!(
            "{figures} published figures of {wave} would change by so little that something of \
             single respondents could be read from the change. Nothing was imported. If the file \
             corrects a mistake, give --correction."
        ),
    }
}
