//! Survey maps: which column of a local survey's file means what, and what may be told of
//! it. A map is also an indicator set: what it describes is reported beside the indicators
//! of registers.

mod file;

use std::path::Path;

use botnia_model::{Polarity, RegionLevel, SourceId, SourceIndicator, Text, ValueKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::indicator_set::{IndicatorSet, SetIndicator};
use crate::problem::SettingsError;

/// One map: `config/surveys/<id>.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyMap {
    /// The file's name without its ending: `hyvinvointibarometri`.
    pub id: String,
    /// Raised with every reviewed change.
    pub version: u32,
    /// The day of the last review.
    pub reviewed: jiff::civil::Date,
    /// The source of kind `survey` in the settings that its indicators belong to.
    pub source: SourceId,
    /// The survey's name.
    pub title: Text,
    /// What was asked, of whom and how.
    pub description: Text,
    /// Who made it.
    pub producer: Text,
    /// The SPDX id or name of the licence.
    pub licence: String,
    /// Whether the figures may be published onward.
    pub redistributable: bool,
    /// How the file is laid out.
    pub form: SurveyForm,
    /// Who answered.
    pub respondents: Respondents,
    /// Whether shares are weighted: then the counts behind them are not told.
    pub weighted: bool,
    /// The worksheet; none: the first.
    pub sheet: Option<String>,
    /// The headings of the columns.
    pub columns: SurveyColumns,
    /// The levels on which the regions of the file are looked for, in this order.
    pub region_levels: Vec<RegionLevel>,
    /// Below which numbers figures are hidden.
    pub limits: DisclosureLimits,
    /// What the respondents or counts are divided by, apart from regions and waves.
    pub dimensions: Vec<SurveyDimension>,
    /// What could be answered.
    pub scales: Vec<AnswerScale>,
    /// Questions, or what was counted.
    pub indicators: Vec<SurveyIndicator>,
    /// The identity that persons employed fulfil from wave to wave.
    pub balance: Option<Balance>,
}

/// How a survey's file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SurveyForm {
    /// A row for each answer to each question, with how many gave it.
    Answers,
    /// A row for each region and group, with a column for each thing that was counted.
    Measures,
    /// A row for each region, with a column for each question and the answer in it.
    Categories,
}

/// Who answered a survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Respondents {
    /// Persons, or the counts are of persons: disclosure control is on.
    Persons,
    /// Municipalities and other public bodies, whose answers are public.
    Organisations,
}

/// Headings, each with every wording that files have it in. Compared without regard to case
/// and spaces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SurveyColumns {
    /// The region's name or id.
    pub region: Vec<String>,
    /// The wave; empty: all rows are of the wave that is given with the file.
    pub wave: Vec<String>,
    /// The question, in the form `answers`.
    pub question: Vec<String>,
    /// The answer, in the form `answers`.
    pub answer: Vec<String>,
    /// How many gave the answer.
    pub count: Vec<String>,
    /// The share who did, in percent.
    pub share: Vec<String>,
    /// How many answered the question.
    pub respondents: Vec<String>,
    /// Columns that are passed over.
    pub ignored: Vec<String>,
}

/// Below which numbers figures are hidden; see `botnia_transform::disclosure`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DisclosureLimits {
    /// Counts of at most this many.
    pub numerator: u32,
    /// Counts out of at most this many.
    pub denominator: u32,
    /// A point of a series is weak if it rests on at most this many.
    pub series_cases: u32,
    /// The share of weak points above which a series is hidden whole, 0 to 1.
    pub series_share: f64,
}

/// A division of the respondents or counts.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyDimension {
    /// Its name in the breakdown: `group`. `sex` becomes the column of that name.
    pub key: String,
    /// Its headings.
    pub columns: Vec<String>,
    /// How the file names all of them together.
    pub total: Vec<String>,
    /// Whether its members do not overlap and come to all of them.
    pub adds_up: bool,
    /// Its members.
    pub members: Vec<SurveyWord>,
}

/// A member or answer.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyWord {
    /// Its code in the breakdown.
    pub code: String,
    /// Its name.
    pub title: Text,
    /// How the file names it, besides code and title.
    pub values: Vec<String>,
}

/// What could be answered to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerScale {
    /// Its name in the map.
    pub id: String,
    /// Whether everybody gave exactly one of the answers.
    pub one_each: bool,
    /// The answers, in order.
    pub answers: Vec<SurveyWord>,
}

/// A question, or a thing that was counted.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyIndicator {
    /// What it is called at the source.
    pub id: SourceIndicator,
    /// How the file names it, besides id and title: in the question's column, or as a
    /// heading.
    pub values: Vec<String>,
    /// Its title.
    pub title: Text,
    /// Its scale, for questions.
    pub scale: Option<String>,
    /// The answers whose share together is reported, for questions.
    pub headline: Vec<String>,
    /// For counts: the indicator that it is a part of.
    pub part_of: Option<SourceIndicator>,
    /// The waves from which on it was asked otherwise: the series breaks there.
    pub changed_in: Vec<String>,
    /// Theme of the life course.
    pub theme: String,
    /// Topics across the themes.
    pub topics: Vec<String>,
    /// Which direction is good.
    pub polarity: Polarity,
    /// What kind of number it is.
    pub value_kind: ValueKind,
    /// Why it is in the map.
    pub why: String,
}

/// `stock` now is `stock` in the wave before, and `joined`, without `left`.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// Persons at the time of the wave.
    pub stock: SourceIndicator,
    /// Persons who came since the wave before.
    pub joined: SourceIndicator,
    /// Persons who left.
    pub left: SourceIndicator,
}

/// The maps that ship with botnia: id and text.
pub const BUILTIN_SURVEY_MAPS: [(&str, &str); 4] = [
    (
        "aktivointiresurssit",
        include_str!("../surveys/aktivointiresurssit.toml"),
    ),
    (
        "henkilosto-ja-kelpoisuus",
        include_str!("../surveys/henkilosto-ja-kelpoisuus.toml"),
    ),
    (
        "hyvinvointibarometri",
        include_str!("../surveys/hyvinvointibarometri.toml"),
    ),
    (
        "varhaiskasvatus",
        include_str!("../surveys/varhaiskasvatus.toml"),
    ),
];

impl SurveyMap {
    /// Reads one map. `file_name` is what the errors call the file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(id: &str, file_name: &str, text: &str) -> Result<Self, SettingsError> {
        file::parse(id, file_name, text)
    }

    /// Reads the map at `path`; its id is the file's name without the ending.
    ///
    /// # Errors
    /// A file that cannot be read, or everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Read {
            path: path.to_owned(),
            source,
        })?;
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse(&id, &path.display().to_string(), &text)
    }

    /// The maps that ship with botnia, by id.
    ///
    /// # Panics
    /// Never with the files of this crate: a test parses them.
    pub fn builtin() -> Vec<Self> {
        let maps = BUILTIN_SURVEY_MAPS.into_iter();
        maps.map(|(id, text)| Self::parse(id, &format!("{id}.toml"), text))
            .collect::<Result<_, _>>()
            .expect("the embedded survey maps parse")
    }

    /// The embedded maps, and those of `*.toml` in `folder`; a map there replaces the
    /// embedded one of the same name.
    ///
    /// # Errors
    /// The first map that cannot be used.
    pub fn load_all(folder: Option<&Path>) -> Result<Vec<Self>, SettingsError> {
        let mut maps = Self::builtin();
        let files = folder.map(crate::indicator_set::toml_files).transpose()?;
        for path in files.unwrap_or_default() {
            let map = Self::load(&path)?;
            maps.retain(|earlier| earlier.id != map.id);
            maps.push(map);
        }
        maps.sort_by(|left, right| left.id.cmp(&right.id));
        Ok(maps)
    }

    /// The scale of an indicator, if it has one.
    pub fn scale(&self, indicator: &SurveyIndicator) -> Option<&AnswerScale> {
        let id = indicator.scale.as_ref()?;
        self.scales.iter().find(|scale| scale.id == *id)
    }

    /// Its indicators as a set to report.
    pub fn indicator_set(&self) -> IndicatorSet {
        let indicator = |indicator: &SurveyIndicator| SetIndicator {
            id: indicator.id.clone(),
            title: indicator.title.clone(),
            theme: indicator.theme.clone(),
            topics: indicator.topics.clone(),
            polarity: indicator.polarity,
            value_kind: indicator.value_kind,
            denominator: match indicator.value_kind {
                ValueKind::SurveyShare if self.respondents == Respondents::Persons => Text {
                    fi: "kysymykseen vastanneet".to_owned(),
                    sv: "de som svarade på frågan".to_owned(),
                    en: "those who answered the question".to_owned(),
                },
                ValueKind::SurveyShare => Text {
                    fi: "vastanneet kunnat".to_owned(),
                    sv: "de kommuner som svarade".to_owned(),
                    en: "the municipalities that answered".to_owned(),
                },
                _ => self.whole_of(indicator),
            },
            producer: self.producer.fi.clone(),
            sexes: Vec::new(),
            projection: false,
            independent_events: true,
            why: indicator.why.clone(),
        };
        IndicatorSet {
            id: self.id.clone(),
            version: self.version,
            reviewed: self.reviewed,
            title: self.title.clone(),
            description: self.description.clone(),
            source: self.source.clone(),
            indicators: self.indicators.iter().map(indicator).collect(),
        }
    }

    /// What a counted share is a share of, in words.
    fn whole_of(&self, indicator: &SurveyIndicator) -> Text {
        let whole = indicator.part_of.as_ref();
        let whole = whole.and_then(|id| self.indicators.iter().find(|other| other.id == *id));
        whole
            .filter(|_| indicator.value_kind == ValueKind::Share)
            .map(|whole| whole.title.clone())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
