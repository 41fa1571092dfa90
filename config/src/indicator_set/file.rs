//! The file of an indicator set.

use std::collections::{BTreeMap, BTreeSet};

use botnia_model::{Polarity, Sex, SourceId, SourceIndicator, Text, ValueKind};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{IndicatorSet, SetIndicator, THEMES, independent_events};
use crate::document::Document;
use crate::problem::{SettingsError, suggestion};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetFile {
    /// Raised with every reviewed change.
    #[schemars(range(min = 1))]
    version: u32,
    /// The day of the last review, `YYYY-MM-DD`.
    reviewed: String,
    /// The source of the indicators.
    source: String,
    /// The set's title.
    title: SetText,
    /// What the set is for and where it comes from.
    description: SetText,
    /// Denominators in words, by a name of the file's own.
    #[serde(default)]
    denominators: BTreeMap<String, SetText>,
    /// The indicators, in reading order.
    #[serde(default)]
    indicator: Vec<SetFileIndicator>,
}

/// Empty in a language in which it does not exist.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct SetText {
    fi: String,
    sv: String,
    en: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetFileIndicator {
    /// What the source calls it.
    #[schemars(extend("examples" = ["127"]))]
    id: String,
    /// The title that is expected under that id.
    title: SetText,
    /// Theme of the life course.
    #[schemars(extend("enum" = THEMES))]
    theme: String,
    /// Topics across the themes.
    topics: Vec<String>,
    /// Which direction is good.
    #[schemars(extend("enum" = words(Polarity::ALL)))]
    polarity: String,
    /// What kind of number it is.
    #[schemars(extend("enum" = words(ValueKind::ALL)))]
    value_kind: String,
    /// One of the denominators of the file; none for counts, sums, means and indices.
    denominator: Option<String>,
    /// The producer's name.
    producer: String,
    /// Sexes the source declares for it.
    #[serde(default)]
    sexes: Vec<String>,
    /// Whether its figures are projections.
    #[serde(default)]
    projection: bool,
    /// Whether what a share or rate counts are persons or events that do not depend on each
    /// other. False for visits and days of care, of which one person has many, for years of
    /// life, and for a net of two numbers: no interval is computed of them.
    #[serde(default = "independent_events")]
    independent_events: bool,
    /// Why it was chosen.
    why: String,
}

fn words<T: std::fmt::Display>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

impl From<SetText> for Text {
    fn from(text: SetText) -> Self {
        Self {
            fi: text.fi,
            sv: text.sv,
            en: text.en,
        }
    }
}

pub(super) fn parse(id: &str, file_name: &str, text: &str) -> Result<IndicatorSet, SettingsError> {
    let (mut document, file) = Document::read::<SetFile>(file_name, text);
    let set = file.and_then(|file| set(&mut document, id, file));
    let problems = document.into_problems();
    match set {
        Some(set) if problems.is_empty() => Ok(set),
        _ => Err(SettingsError::Invalid { problems }),
    }
}

fn set(document: &mut Document<'_>, id: &str, file: SetFile) -> Option<IndicatorSet> {
    let source: Option<SourceId> = parsed(document, "source", &file.source);
    let reviewed: Option<Date> = parsed(document, "reviewed", &file.reviewed);
    if file.title.fi.is_empty() {
        document.report("title", "has no Finnish text", None);
    }
    if file.indicator.is_empty() {
        let hint = "write one `[[indicator]]` table for each";
        document.report(
            "indicator",
            "the set has no indicators",
            Some(hint.to_owned()),
        );
    }
    let denominators: BTreeMap<String, Text> = file
        .denominators
        .into_iter()
        .map(|(name, text)| (name, text.into()))
        .collect();
    let mut used = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let mut indicators = Vec::new();
    for (index, line) in file.indicator.into_iter().enumerate() {
        let path = format!("indicator[{}]", index + 1);
        if !ids.insert(line.id.clone()) {
            let what = format!("`{}` is in the set twice", line.id);
            document.report(&format!("{path}.id"), what, None);
        }
        used.extend(line.denominator.clone());
        indicators.extend(indicator(document, &path, line, &denominators));
    }
    for name in denominators.keys().filter(|name| !used.contains(*name)) {
        let what = "no indicator uses this denominator";
        document.report(&format!("denominators.{name}"), what, None);
    }
    Some(IndicatorSet {
        id: id.to_owned(),
        version: file.version,
        reviewed: reviewed?,
        title: file.title.into(),
        description: file.description.into(),
        source: source?,
        indicators,
    })
}

fn indicator(
    document: &mut Document<'_>,
    path: &str,
    line: SetFileIndicator,
    denominators: &BTreeMap<String, Text>,
) -> Option<SetIndicator> {
    let at = |key: &str| format!("{path}.{key}");
    let title = Text::from(line.title);
    for text in [&title.fi, &title.sv, &title.en] {
        if !is_clean(text) {
            let what = format!("`{text}` has markup, entities, stray spaces or control characters");
            let hint = "write it as it is to be read, with one space between words";
            document.report(&at("title"), what, Some(hint.to_owned()));
        }
    }
    if title.fi.is_empty() {
        document.report(&at("title"), "has no Finnish text", None);
    }
    let value_kind: Option<ValueKind> = parsed(document, &at("value_kind"), &line.value_kind);
    let denominator = if let Some(name) = &line.denominator {
        let found = denominators.get(name).cloned();
        if found.is_none() {
            let known: Vec<_> = denominators.keys().map(String::as_str).collect();
            let what = format!("there is no denominator `{name}`");
            document.report(&at("denominator"), what, Some(suggestion(name, &known)));
        }
        found.unwrap_or_default()
    } else {
        if let Some(kind) = value_kind.filter(|kind| needs_denominator(*kind)) {
            let what = format!("a {kind} needs a denominator");
            let hint = "name one of the table `denominators`: denominator = \"…\"";
            document.report(path, what, Some(hint.to_owned()));
        }
        Text::default()
    };
    let mut sexes = Vec::new();
    for (index, sex) in line.sexes.iter().enumerate() {
        sexes.extend(parsed::<Sex>(
            document,
            &at(&format!("sexes[{}]", index + 1)),
            sex,
        ));
    }
    Some(SetIndicator {
        id: parsed::<SourceIndicator>(document, &at("id"), &line.id)?,
        title,
        theme: line.theme,
        topics: line.topics,
        polarity: parsed(document, &at("polarity"), &line.polarity)?,
        value_kind: value_kind?,
        denominator,
        producer: line.producer,
        sexes,
        projection: line.projection,
        independent_events: line.independent_events,
        why: line.why,
    })
}

/// Without knowing of what, these cannot be read.
fn needs_denominator(kind: ValueKind) -> bool {
    match kind {
        ValueKind::Share
        | ValueKind::SurveyShare
        | ValueKind::Rate
        | ValueKind::Ratio
        | ValueKind::EuroPerPerson
        | ValueKind::AmountPerPerson => true,
        ValueKind::Count | ValueKind::Euro | ValueKind::Mean | ValueKind::Index => false,
    }
}

/// Titles of the source are cleaned before they are compared, so these must be clean.
fn is_clean(text: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ") == text
        && !text.chars().any(char::is_control)
        && !["<br", "</", "&#", "&amp;", "&nbsp;"]
            .iter()
            .any(|mark| text.contains(mark))
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    document: &mut Document<'_>,
    key: &str,
    text: &str,
) -> Option<T> {
    text.parse()
        .inspect_err(|error: &T::Err| document.report(key, error.to_string(), None))
        .ok()
}
