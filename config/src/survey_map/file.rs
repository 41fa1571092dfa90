//! The file of a survey map.

use std::collections::BTreeSet;

use botnia_model::{Polarity, RegionLevel, SourceIndicator, Text, ValueKind};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    AnswerScale, Balance, DisclosureLimits, Respondents, SurveyColumns, SurveyDimension,
    SurveyForm, SurveyIndicator, SurveyMap, SurveyWord,
};
use crate::document::Document;
use crate::indicator_set::THEMES;
use crate::problem::{SettingsError, suggestion};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MapFile {
    /// Raised with every reviewed change.
    #[schemars(range(min = 1))]
    version: u32,
    /// The day of the last review, `YYYY-MM-DD`.
    reviewed: String,
    /// The id of the `[[source]]` with `kind = "survey"` in the settings.
    source: String,
    /// How the file is laid out.
    form: SurveyForm,
    /// Who answered.
    respondents: Respondents,
    /// Whether shares are weighted.
    #[serde(default)]
    weighted: bool,
    /// The worksheet; not given: the first.
    sheet: Option<String>,
    /// The SPDX id or name of the licence.
    licence: String,
    /// Whether the figures may be published onward.
    #[serde(default = "yes")]
    redistributable: bool,
    /// Levels of the regions in the file.
    #[schemars(extend("items" = {"type": "string", "enum": words(RegionLevel::ALL)}))]
    region_levels: Vec<String>,
    title: MapText,
    description: MapText,
    producer: MapText,
    columns: ColumnsFile,
    #[serde(default)]
    limits: LimitsFile,
    #[serde(default)]
    dimension: Vec<DimensionFile>,
    #[serde(default)]
    scale: Vec<ScaleFile>,
    #[serde(default)]
    indicator: Vec<IndicatorFile>,
    balance: Option<BalanceFile>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct MapText {
    fi: String,
    sv: String,
    en: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ColumnsFile {
    region: Vec<String>,
    #[serde(default)]
    wave: Vec<String>,
    #[serde(default)]
    question: Vec<String>,
    #[serde(default)]
    answer: Vec<String>,
    #[serde(default)]
    count: Vec<String>,
    #[serde(default)]
    share: Vec<String>,
    #[serde(default)]
    respondents: Vec<String>,
    #[serde(default)]
    ignored: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct LimitsFile {
    #[schemars(range(min = 1, max = 1000))]
    numerator: u32,
    #[schemars(range(min = 2, max = 1000))]
    denominator: u32,
    #[schemars(range(max = 1000))]
    series_cases: u32,
    #[schemars(range(min = 0, max = 1))]
    series_share: f64,
}

impl Default for LimitsFile {
    fn default() -> Self {
        Self {
            numerator: 4,
            denominator: 9,
            series_cases: 4,
            series_share: 0.5,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DimensionFile {
    key: String,
    columns: Vec<String>,
    #[serde(default)]
    total: Vec<String>,
    #[serde(default = "yes")]
    adds_up: bool,
    member: Vec<WordFile>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WordFile {
    code: String,
    title: MapText,
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScaleFile {
    id: String,
    #[serde(default = "yes")]
    one_each: bool,
    answer: Vec<WordFile>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct IndicatorFile {
    id: String,
    #[serde(default)]
    values: Vec<String>,
    title: MapText,
    scale: Option<String>,
    #[serde(default)]
    headline: Vec<String>,
    part_of: Option<String>,
    #[serde(default)]
    changed_in: Vec<String>,
    #[schemars(extend("enum" = THEMES))]
    theme: String,
    #[serde(default)]
    topics: Vec<String>,
    #[schemars(extend("enum" = words(Polarity::ALL)))]
    polarity: String,
    #[schemars(extend("enum" = words(&KINDS)))]
    value_kind: String,
    why: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BalanceFile {
    stock: String,
    joined: String,
    left: String,
}

/// What a survey can give.
const KINDS: [ValueKind; 3] = [ValueKind::Count, ValueKind::Share, ValueKind::SurveyShare];

fn words<T: std::fmt::Display>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn yes() -> bool {
    true
}

impl From<MapText> for Text {
    fn from(text: MapText) -> Self {
        Self {
            fi: text.fi,
            sv: text.sv,
            en: text.en,
        }
    }
}

impl From<WordFile> for SurveyWord {
    fn from(word: WordFile) -> Self {
        Self {
            code: word.code,
            title: word.title.into(),
            values: word.values,
        }
    }
}

pub(super) fn parse(id: &str, file_name: &str, text: &str) -> Result<SurveyMap, SettingsError> {
    let (document, file) = Document::read::<MapFile>(file_name, text);
    let mut reader = Reader { document };
    let map = file.and_then(|file| reader.map(id, file));
    let problems = reader.document.into_problems();
    match map {
        Some(map) if problems.is_empty() => Ok(map),
        _ => Err(SettingsError::Invalid { problems }),
    }
}

struct Reader<'a> {
    document: Document<'a>,
}

impl Reader<'_> {
    fn report(&mut self, key: &str, what: impl Into<String>, hint: Option<&str>) {
        self.document.report(key, what, hint.map(str::to_owned));
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &mut self,
        key: &str,
        text: &str,
    ) -> Option<T> {
        text.parse()
            .inspect_err(|error: &T::Err| self.report(key, error.to_string(), None))
            .ok()
    }

    fn map(&mut self, id: &str, file: MapFile) -> Option<SurveyMap> {
        let source = self.parsed("source", &file.source);
        let reviewed = self.parsed("reviewed", &file.reviewed);
        if file.title.fi.is_empty() {
            self.report("title", "has no Finnish text", None);
        }
        let mut region_levels = Vec::new();
        for (index, level) in file.region_levels.iter().enumerate() {
            let key = format!("region_levels[{}]", index + 1);
            region_levels.extend(self.parsed::<RegionLevel>(&key, level));
        }
        if region_levels.is_empty() {
            let hint = "write region_levels = [\"province\", \"country\"]";
            self.report("region_levels", "must not be empty", Some(hint));
        }
        if file.limits.denominator <= file.limits.numerator {
            let hint = "the protection of a small group needs the larger limit";
            let what = "`denominator` must be larger than `numerator`";
            self.report("limits", what, Some(hint));
        }
        self.columns(file.form, &file.columns);
        let dimensions = self.dimensions(file.dimension);
        let scales = self.scales(file.scale);
        let mut indicators: Vec<SurveyIndicator> = Vec::new();
        for (index, line) in file.indicator.into_iter().enumerate() {
            let path = format!("indicator[{}]", index + 1);
            if indicators.iter().any(|other| other.id.as_str() == line.id) {
                let what = format!("`{}` is in the map twice", line.id);
                self.report(&format!("{path}.id"), what, None);
            }
            indicators.extend(self.indicator(&path, line, file.form, &scales));
        }
        if indicators.is_empty() {
            let hint = "write one `[[indicator]]` table for each question or count";
            self.report("indicator", "the map has no indicators", Some(hint));
        }
        let known: BTreeSet<_> = indicators.iter().map(|line| line.id.as_str()).collect();
        for (index, line) in indicators.iter().enumerate() {
            if let Some(whole) = &line.part_of
                && !known.contains(whole.as_str())
            {
                let key = format!("indicator[{}].part_of", index + 1);
                let names: Vec<_> = known.iter().copied().collect();
                let hint = suggestion(whole.as_str(), &names);
                self.report(
                    &key,
                    format!("there is no indicator `{whole}`"),
                    Some(&hint),
                );
            }
        }
        let balance = file.balance.and_then(|balance| {
            let mut of = |key: &str, id: &str| -> Option<SourceIndicator> {
                if !known.contains(id) {
                    let what = format!("there is no indicator `{id}`");
                    self.report(&format!("balance.{key}"), what, None);
                }
                id.parse().ok()
            };
            Some(Balance {
                stock: of("stock", &balance.stock)?,
                joined: of("joined", &balance.joined)?,
                left: of("left", &balance.left)?,
            })
        });
        Some(SurveyMap {
            id: id.to_owned(),
            version: file.version,
            reviewed: reviewed?,
            source: source?,
            title: file.title.into(),
            description: file.description.into(),
            producer: file.producer.into(),
            licence: file.licence,
            redistributable: file.redistributable,
            form: file.form,
            respondents: file.respondents,
            weighted: file.weighted,
            sheet: file.sheet,
            columns: SurveyColumns {
                region: file.columns.region,
                wave: file.columns.wave,
                question: file.columns.question,
                answer: file.columns.answer,
                count: file.columns.count,
                share: file.columns.share,
                respondents: file.columns.respondents,
                ignored: file.columns.ignored,
            },
            region_levels,
            limits: DisclosureLimits {
                numerator: file.limits.numerator,
                denominator: file.limits.denominator,
                series_cases: file.limits.series_cases,
                series_share: file.limits.series_share,
            },
            dimensions,
            scales,
            indicators,
            balance,
        })
    }

    /// Which columns a form needs.
    fn columns(&mut self, form: SurveyForm, columns: &ColumnsFile) {
        let mut needed = vec![("region", columns.region.is_empty())];
        if form == SurveyForm::Answers {
            needed.push(("question", columns.question.is_empty()));
            needed.push(("answer", columns.answer.is_empty()));
            let no_figure = columns.count.is_empty()
                && (columns.share.is_empty() || columns.respondents.is_empty());
            needed.push(("count", no_figure));
        }
        for (name, is_missing) in needed {
            if is_missing {
                let what = format!("the form needs the column `{name}`");
                let hint = "name its headings: a list of texts";
                self.report("columns", what, Some(hint));
            }
        }
    }

    fn dimensions(&mut self, files: Vec<DimensionFile>) -> Vec<SurveyDimension> {
        let mut keys = BTreeSet::new();
        let mut read = Vec::new();
        for (index, file) in files.into_iter().enumerate() {
            let path = format!("dimension[{}]", index + 1);
            let is_taken = ["answer"].contains(&file.key.as_str());
            if is_taken || !keys.insert(file.key.clone()) {
                let what = format!("`{}` is the name of another dimension", file.key);
                self.report(&format!("{path}.key"), what, None);
            }
            self.code(&format!("{path}.key"), &file.key);
            self.words(&format!("{path}.member"), &file.member);
            if file.key == "sex" {
                for (place, member) in file.member.iter().enumerate() {
                    if !["male", "female"].contains(&member.code.as_str()) {
                        let key = format!("{path}.member[{}].code", place + 1);
                        self.report(&key, "the codes of `sex` are `male` and `female`", None);
                    }
                }
            }
            read.push(SurveyDimension {
                key: file.key,
                columns: file.columns,
                total: file.total,
                adds_up: file.adds_up,
                members: file.member.into_iter().map(Into::into).collect(),
            });
        }
        read
    }

    fn scales(&mut self, files: Vec<ScaleFile>) -> Vec<AnswerScale> {
        let mut read = Vec::new();
        for (index, file) in files.into_iter().enumerate() {
            self.words(&format!("scale[{}].answer", index + 1), &file.answer);
            read.push(AnswerScale {
                id: file.id,
                one_each: file.one_each,
                answers: file.answer.into_iter().map(Into::into).collect(),
            });
        }
        read
    }

    fn words(&mut self, path: &str, words: &[WordFile]) {
        let mut codes = BTreeSet::new();
        for (index, word) in words.iter().enumerate() {
            let key = format!("{path}[{}].code", index + 1);
            self.code(&key, &word.code);
            if !codes.insert(&word.code) {
                self.report(&key, format!("`{}` is there twice", word.code), None);
            }
        }
    }

    /// A code becomes part of a breakdown, which many write into their queries.
    fn code(&mut self, key: &str, code: &str) {
        let fits = !code.is_empty()
            && code.len() <= 40
            && code
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
        if !fits {
            let what = format!("`{code}` is no code");
            let hint = "write lower-case letters, digits, `_` and `-`, at most 40";
            self.report(key, what, Some(hint));
        }
    }

    fn indicator(
        &mut self,
        path: &str,
        line: IndicatorFile,
        form: SurveyForm,
        scales: &[AnswerScale],
    ) -> Option<SurveyIndicator> {
        let at = |key: &str| format!("{path}.{key}");
        let kind: Option<ValueKind> = self.parsed(&at("value_kind"), &line.value_kind);
        let scale = line
            .scale
            .as_ref()
            .and_then(|id| scales.iter().find(|scale| scale.id == *id));
        match form {
            SurveyForm::Answers | SurveyForm::Categories => {
                if scale.is_none() {
                    let known: Vec<_> = scales.iter().map(|scale| scale.id.as_str()).collect();
                    let hint = suggestion(line.scale.as_deref().unwrap_or_default(), &known);
                    let what = "a question needs one of the scales of the map";
                    self.report(&at("scale"), what, Some(&hint));
                }
                if kind.is_some_and(|kind| kind != ValueKind::SurveyShare) {
                    let what = "the kind of an answer's share is `survey_share`";
                    self.report(&at("value_kind"), what, None);
                }
                if line.headline.is_empty() {
                    let what = "say which answers are reported together";
                    self.report(&at("headline"), what, Some("headline = [\"yes\"]"));
                }
            }
            SurveyForm::Measures => {
                if kind == Some(ValueKind::SurveyShare) {
                    let what = "what was counted is a `count` or a `share` of another count";
                    self.report(&at("value_kind"), what, None);
                }
                if kind == Some(ValueKind::Share) && line.part_of.is_none() {
                    let hint = "name the indicator that it is a part of: part_of = \"…\"";
                    self.report(&at("value_kind"), "a share of what?", Some(hint));
                }
            }
        }
        for (index, code) in line.headline.iter().enumerate() {
            let is_known =
                scale.is_none_or(|scale| scale.answers.iter().any(|answer| answer.code == *code));
            if !is_known {
                let key = at(&format!("headline[{}]", index + 1));
                self.report(&key, format!("the scale has no answer `{code}`"), None);
            }
        }
        Some(SurveyIndicator {
            id: self.parsed(&at("id"), &line.id)?,
            values: line.values,
            title: line.title.into(),
            scale: line.scale,
            headline: line.headline,
            part_of: line.part_of.and_then(|id| self.parsed(&at("part_of"), &id)),
            changed_in: line.changed_in,
            theme: line.theme,
            topics: line.topics,
            polarity: self.parsed(&at("polarity"), &line.polarity)?,
            value_kind: kind?,
            why: line.why,
        })
    }
}
