//! Indicator sets: reviewed, versioned lists of indicators with what is expected of each.

mod file;

use std::path::Path;

use botnia_model::{Polarity, SourceId, SourceIndicator, Text, ValueKind};
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, SettingsError};
use crate::survey_map::SurveyMap;

/// One set: `config/sets/<id>.toml`. Serialised it is part of a release's recipe, and read
/// back from there it is not checked again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndicatorSet {
    /// The file's name without its ending: `hyvinvointikertomus`.
    pub id: String,
    /// Raised with every reviewed change.
    pub version: u32,
    /// The day of the last review.
    pub reviewed: jiff::civil::Date,
    /// The set's title.
    pub title: Text,
    /// What the set is for and where it comes from.
    pub description: Text,
    /// The source of its indicators: `sotkanet`.
    pub source: SourceId,
    /// Its indicators, in reading order.
    pub indicators: Vec<SetIndicator>,
}

/// One indicator of a set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetIndicator {
    /// What the source calls it.
    pub id: SourceIndicator,
    /// The title that is expected under that id, as reviewed; empty in a language in which
    /// none was reviewed.
    pub title: Text,
    /// Theme of the life course: `population`, `economy`, `children`, `young_adults`,
    /// `working_age`, `older_people`, `everyone`, `health_promotion`, `nordic`.
    pub theme: String,
    /// Topics across the themes: `child_welfare`, `older_people_services`, …
    pub topics: Vec<String>,
    /// Which direction is good.
    pub polarity: Polarity,
    /// What kind of number it is.
    pub value_kind: ValueKind,
    /// What the value is a share or rate of, in words; empty for counts.
    pub denominator: Text,
    /// The producer's name as reviewed.
    pub producer: String,
    /// Sexes the source declares for it; empty when none is declared.
    pub sexes: Vec<botnia_model::Sex>,
    /// Whether its figures are projections, not observations.
    pub projection: bool,
    /// Whether what a share or rate counts are persons or events that do not depend on
    /// each other: only then is its chance known.
    #[serde(default = "independent_events")]
    pub independent_events: bool,
    /// Why it was chosen.
    pub why: String,
}

fn independent_events() -> bool {
    true
}

/// The themes of the life course, in the order of a wellbeing report.
pub const THEMES: [&str; 9] = [
    "population",
    "economy",
    "children",
    "young_adults",
    "working_age",
    "older_people",
    "everyone",
    "health_promotion",
    "nordic",
];

/// The embedded sets: id and text.
const BUILTIN: [(&str, &str); 5] = [
    (
        "hyvinvointikertomus",
        include_str!("../sets/hyvinvointikertomus.toml"),
    ),
    ("lastensuojelu", include_str!("../sets/lastensuojelu.toml")),
    ("ikaihmiset", include_str!("../sets/ikaihmiset.toml")),
    ("pohjoismaat", include_str!("../sets/pohjoismaat.toml")),
    ("hyte", include_str!("../sets/hyte.toml")),
];

impl IndicatorSet {
    /// The sets that ship with botnia, by id.
    ///
    /// # Panics
    ///
    /// Never with the files of this crate: a test parses them.
    pub fn builtin() -> Vec<Self> {
        let mut sets: Vec<_> = BUILTIN
            .into_iter()
            .map(|(id, text)| Self::parse(id, &format!("{id}.toml"), text))
            .collect::<Result<_, _>>()
            .expect("the embedded indicator sets parse");
        sets.sort_by(|left, right| left.id.cmp(&right.id));
        sets
    }

    /// Reads one set. `file_name` is what the errors call the file.
    pub fn parse(id: &str, file_name: &str, text: &str) -> Result<Self, SettingsError> {
        file::parse(id, file_name, text)
    }

    /// The embedded sets, and those of `*.toml` in `folder`; a set there replaces the
    /// embedded one of the same name. Sets that share an indicator must agree on its
    /// title, polarity, kind and whether its events are independent.
    pub fn load_all(folder: Option<&Path>) -> Result<Vec<Self>, SettingsError> {
        Self::load(folder, Vec::new())
    }

    /// The sets for the settings at `path`: the embedded ones, those of the folder `sets`
    /// beside it, and what the survey maps describe, embedded or in the folder `surveys`.
    pub fn load_for(path: &Path) -> Result<Vec<Self>, SettingsError> {
        let beside = |name: &str| {
            let folder = path.parent().unwrap_or(Path::new("")).join(name);
            folder.is_dir().then_some(folder)
        };
        let maps = SurveyMap::load_all(beside("surveys").as_deref())?;
        let of_surveys = maps.iter().map(SurveyMap::indicator_set).collect();
        Self::load(beside("sets").as_deref(), of_surveys)
    }

    fn load(folder: Option<&Path>, further: Vec<Self>) -> Result<Vec<Self>, SettingsError> {
        let mut sets = Self::builtin();
        sets.extend(further);
        for path in folder.map(toml_files).transpose()?.unwrap_or_default() {
            let text = std::fs::read_to_string(&path).map_err(|source| SettingsError::Read {
                path: path.clone(),
                source,
            })?;
            let id = path.file_stem().unwrap_or_default().to_string_lossy();
            let set = Self::parse(&id, &path.display().to_string(), &text)?;
            sets.retain(|earlier| earlier.id != set.id);
            sets.push(set);
        }
        sets.sort_by(|left, right| left.id.cmp(&right.id));
        let problems = disagreements(&sets);
        if problems.is_empty() {
            Ok(sets)
        } else {
            Err(SettingsError::Invalid { problems })
        }
    }
}

/// The `*.toml` of a folder, by name.
pub(crate) fn toml_files(folder: &Path) -> Result<Vec<std::path::PathBuf>, SettingsError> {
    let failed = |source| SettingsError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn disagreements(sets: &[IndicatorSet]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        for indicator in &set.indicators {
            let Some((other, twin)) = sets[..index]
                .iter()
                .filter(|other| other.source == set.source)
                .find_map(|other| Some((other, other.indicator(&indicator.id)?)))
            else {
                continue;
            };
            for (what, agree) in [
                ("title", twin.title == indicator.title),
                ("polarity", twin.polarity == indicator.polarity),
                ("value_kind", twin.value_kind == indicator.value_kind),
                (
                    "independent_events",
                    twin.independent_events == indicator.independent_events,
                ),
            ] {
                if !agree {
                    problems.push(Problem {
                        file: format!("{}.toml", set.id),
                        place: None,
                        key: format!("indicator {}", indicator.id),
                        what: format!("its {what} is not that of the set `{}`", other.id),
                        hint: Some("one indicator means the same in every set".to_owned()),
                    });
                }
            }
        }
    }
    problems
}

impl IndicatorSet {
    /// The indicator with `id`, if the set has it.
    pub fn indicator(&self, id: &SourceIndicator) -> Option<&SetIndicator> {
        self.indicators.iter().find(|indicator| indicator.id == *id)
    }
}

#[cfg(test)]
mod tests;
