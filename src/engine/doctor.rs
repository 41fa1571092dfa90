//! The doctor: looks at everything that botnia needs, and says what is wrong with it.
//!
//! It works beside a service that runs. It changes nothing: what it writes to try whether
//! writing works, it removes again.

mod clocks;
mod ledger;
mod place;
mod releases;
mod sources;

use std::path::Path;
use std::sync::Arc;

use botnia_config::{IndicatorSet, Settings, SettingsError};
use botnia_model::Clock;

use super::sweep::chain;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// As it should be.
    Good,
    /// It works, but not for ever, or not for everybody.
    Doubtful,
    /// It does not work.
    Bad,
}

impl Condition {
    /// The word for people and programs: `ok`, `warn`, `fail`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Doubtful => "warn",
            Self::Bad => "fail",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// How it is.
    pub condition: Condition,
    /// What was looked at.
    pub looked_at: String,
    /// What was found.
    pub found: String,
    /// What to do, for what is not good.
    pub remedy: Option<String>,
}

impl Diagnosis {
    fn good(looked_at: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            condition: Condition::Good,
            looked_at: looked_at.into(),
            found: found.into(),
            remedy: None,
        }
    }

    fn doubtful(
        looked_at: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            condition: Condition::Doubtful,
            remedy: Some(remedy.into()),
            ..Self::good(looked_at, found)
        }
    }

    fn bad(
        looked_at: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            condition: Condition::Bad,
            ..Self::doubtful(looked_at, found, remedy)
        }
    }
}

/// Looks at the settings file and the sets, and then at everything that the settings name.
/// Settings that cannot be read are all that is looked at.
pub async fn examine(
    file: &Path,
    settings: Result<Settings, SettingsError>,
    sets: Result<Vec<IndicatorSet>, SettingsError>,
    clock: &Arc<dyn Clock>,
) -> Vec<Diagnosis> {
    let (settings, sets) = match (settings, sets) {
        (Ok(settings), Ok(sets)) => (settings, sets),
        (settings, sets) => {
            let mut errors: Vec<SettingsError> = settings.err().into_iter().collect();
            // The settings read the sets, too: the same problem is said once.
            if errors.is_empty() {
                errors.extend(sets.err());
            }
            return errors.iter().flat_map(|error| wrong(file, error)).collect();
        }
    };
    let mut found = vec![Diagnosis::good(
        "settings",
        format!(
            "{}: {} sources, {} indicator sets",
            file.display(),
            settings.source.len(),
            sets.len()
        ),
    )];
    found.extend(place::secrets(file));
    found.push(clocks::time_zone(&settings.time_zone, clock.now()));
    let storage = place::data_folder(&settings.data, &mut found);
    if let Some(storage) = &storage {
        let newest = releases::examine(storage, &mut found).await;
        if let Some(root) = &storage.root {
            found.push(place::free_space(root, newest));
            found.extend(place::lock(root, &settings.state));
        }
    }
    let ledger = ledger::examine(&settings.state, &mut found).await;
    if let Some(ledger) = &ledger {
        found.extend(clocks::of_database(ledger, clock.as_ref()).await);
    }
    sources::examine(
        &settings,
        storage.as_ref(),
        ledger.as_ref(),
        clock,
        &mut found,
    )
    .await;
    if let Some(ledger) = ledger {
        ledger.close().await;
    }
    found
}

/// Every problem of the settings or sets.
fn wrong(file: &Path, error: &SettingsError) -> Vec<Diagnosis> {
    let problems = error.problems();
    if problems.is_empty() {
        return vec![Diagnosis::bad(
            "settings",
            chain(error),
            format!(
                "make `{}` readable, or name another file with `--config`",
                file.display()
            ),
        )];
    }
    problems
        .iter()
        .map(|problem| {
            let mut bare = problem.clone();
            let hint = bare.hint.take();
            let remedy =
                hint.unwrap_or_else(|| "put it right; `botnia validate` looks again".to_owned());
            Diagnosis::bad("settings", bare.to_string(), remedy)
        })
        .collect()
}
