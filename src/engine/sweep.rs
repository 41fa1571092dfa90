//! What all jobs of a sweep share: what the settings select and expect, how answers are
//! kept, and the trouble that a source can make.

use std::collections::BTreeSet;

use botnia_config::{IndicatorSelector, IndicatorSet, SetIndicator, Settings, SourceSettings};
use botnia_ingest::{Answer, ArchiveError, Kept, SourceError};
use botnia_model::{Event, IndicatorId, SourceIndicator, SweepId};
use botnia_transform::TransformError;

use super::job::Task;
use super::ledger::{AnswerPlace, Completion};
use super::{Engine, EngineError};

/// Why nothing came of a source or an indicator. An outcome of the sweep, not an error
/// of the program: it is recorded, and the others go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The source could not be had, or turned us down.
    #[error(transparent)]
    Source(SourceError),
    /// Its answer makes no sense.
    #[error(transparent)]
    Unreadable(TransformError),
    /// An answer that came before is not in the archive any more, or not whole.
    #[error(transparent)]
    Lost(ArchiveError),
}

impl Trouble {
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::Source(failure) => failure.remedy(),
            Self::Unreadable(_) => "contract",
            Self::Lost(_) => "archive",
        }
    }

    /// The answer that was turned down; one that was archived before is not given again.
    pub(super) fn rejected(&self) -> Option<&Answer> {
        match self {
            Self::Source(failure) => failure.rejected(),
            Self::Unreadable(_) | Self::Lost(_) => None,
        }
    }
}

impl Engine {
    /// Archives an answer; the completion makes it the latest in its place.
    pub(super) async fn keep(
        &self,
        sweep: &SweepId,
        answer: &Answer,
        part: u32,
        done: &mut Completion,
    ) -> Result<(), EngineError> {
        let snapshot = &answer.snapshot;
        let place = AnswerPlace {
            source: snapshot.source.clone(),
            role: snapshot.role,
            source_indicator: snapshot.source_indicator.clone(),
            part,
        };
        let previous = self.ledger.latest_answer(&place).await?;
        let kept = self
            .archive
            .keep(answer, previous.as_ref().map(|latest| &latest.hash))
            .await?;
        let sweep = sweep.clone();
        let indicator = place
            .source_indicator
            .clone()
            .map(|id| IndicatorId::new(place.source.clone(), id));
        let snapshot = snapshot.hash;
        done.events.push(match kept {
            Kept::Archived => Event::SnapshotArchived {
                sweep,
                indicator,
                snapshot,
            },
            Kept::Unchanged => Event::SnapshotUnchanged {
                sweep,
                indicator,
                snapshot,
            },
        });
        done.answers.push((place, snapshot));
        Ok(())
    }

    /// Archives the answer that was turned down, as evidence.
    pub(super) async fn keep_rejected(&self, failure: &Trouble) -> Result<(), EngineError> {
        if let Some(answer) = failure.rejected() {
            self.archive.keep(answer, None).await?;
        }
        Ok(())
    }
}

/// What the first set that has it expects of an indicator. Sets that share an indicator
/// agree on it: their readers check that.
pub(super) fn expected<'a>(sets: &'a [IndicatorSet], id: &IndicatorId) -> Option<&'a SetIndicator> {
    entries(sets, id).next()
}

/// The themes of every set that has an indicator, each once, in the sets' order.
pub(super) fn themes(sets: &[IndicatorSet], id: &IndicatorId) -> Vec<String> {
    let mut themes = Vec::new();
    for entry in entries(sets, id) {
        if !themes.contains(&entry.theme) {
            themes.push(entry.theme.clone());
        }
    }
    themes
}

/// The entries of an indicator in the sets.
fn entries<'a>(
    sets: &'a [IndicatorSet],
    id: &IndicatorId,
) -> impl Iterator<Item = &'a SetIndicator> {
    sets.iter()
        .filter(|set| set.source == *id.source())
        .filter_map(|set| set.indicator(id.source_indicator()))
}

/// What a source's settings name themselves, by set or by id.
pub(crate) fn selected_by_settings(
    settings: &SourceSettings,
    sets: &[IndicatorSet],
) -> BTreeSet<SourceIndicator> {
    let mut selected = BTreeSet::new();
    for selector in &settings.indicators {
        match selector {
            IndicatorSelector::Set(name) => {
                let named = sets.iter().filter(|set| set.id == *name);
                let indicators = named.flat_map(|set| &set.indicators);
                selected.extend(indicators.map(|indicator| indicator.id.clone()));
            }
            IndicatorSelector::Id(id) => {
                selected.insert(id.clone());
            }
            IndicatorSelector::All => {}
        }
    }
    selected
}

/// Whether the settings select an indicator. Where they select all, every indicator of the
/// source is.
pub(crate) fn is_selected(settings: &Settings, sets: &[IndicatorSet], id: &IndicatorId) -> bool {
    settings
        .source
        .iter()
        .filter(|source| source.id == *id.source())
        .any(|source| {
            source.indicators.contains(&IndicatorSelector::All)
                || selected_by_settings(source, sets).contains(id.source_indicator())
        })
}

/// Whether a job is about something that the settings still have. What they no longer select
/// is nobody's trouble.
pub(crate) fn is_wanted(settings: &Settings, sets: &[IndicatorSet], task: &Task) -> bool {
    match task {
        Task::Indicator { indicator, .. } => is_selected(settings, sets, indicator),
        Task::Plan { source, .. } => settings.source.iter().any(|known| known.id == *source),
        Task::Release | Task::Announce { .. } => true,
    }
}

/// An error with its causes, as one text.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
