//! The page of an indicator: what it is, the latest figures of every level, how figures were
//! revised, and how all of it can be had.

mod levels;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use botnia_config::words::{sex as sex_word, status as status_word, value_kind};
use botnia_model::{IndicatorState, Language, Polarity, Sex, Status, Text};
use serde::Serialize;

use self::levels::LevelView;
use super::data_page::{Example, examples};
use super::descriptions::Description;
use super::figures::{IndicatorFigures, for_each_indicator};
use super::format::{capitalised, count, date, decimals, figure, period};
use super::frame::Frame;
use super::history::{History, Revised};
use super::nesting::well_nested;
use super::paths::{Place, indicator_page, root};
use super::region_page::Fact;
use super::{Desk, Histories, Press, in_each_language};
use crate::PublishError;
use crate::documents::IndicatorFact;
use crate::documents::words::{licence_name, licence_url};

#[derive(Serialize)]
struct IndicatorView {
    indicators_url: String,
    title: String,
    title_language: &'static str,
    state: Option<String>,
    facts: Vec<Fact>,
    texts: Vec<Prose>,
    withheld: bool,
    series: String,
    levels: Vec<LevelView>,
    history: HistoryView,
    examples_list: Vec<Example>,
}

/// A text of the source, sanitised HTML, in the language that it exists in.
#[derive(Serialize)]
struct Prose {
    heading: String,
    language: &'static str,
    html: String,
}

#[derive(Serialize)]
struct HistoryView {
    counts: Vec<CountsView>,
    revised: Vec<RevisedView>,
    unnamed: Option<String>,
}

#[derive(Serialize)]
struct CountsView {
    release: String,
    added: String,
    changed: String,
    removed: String,
}

#[derive(Serialize)]
struct RevisedView {
    release: String,
    area: String,
    period: String,
    old: String,
    new: String,
    reason: String,
}

/// The pages of all indicators, as their figures come; then of those without figures.
pub(super) fn write(
    press: &mut Press<'_>,
    observations: File,
    descriptions: &BTreeMap<String, Description>,
    histories: &Histories,
) -> Result<(), PublishError> {
    let facts = press.desk.site.facts;
    let by_id: BTreeMap<String, &IndicatorFact> = facts
        .indicators
        .iter()
        .map(|indicator| (indicator.id.to_string(), indicator))
        .collect();
    let mut written = BTreeSet::new();
    for_each_indicator(observations, |id, figures| {
        let Some(indicator) = by_id.get(id) else {
            return Ok(());
        };
        written.insert(id.to_owned());
        let (description, history) = (descriptions.get(id), histories.get(id));
        write_one(press, indicator, description, history, Some(&figures))
    })?;
    for (id, indicator) in &by_id {
        if !written.contains(id) {
            let (description, history) = (descriptions.get(id), histories.get(id));
            write_one(press, indicator, description, history, None)?;
        }
    }
    Ok(())
}

fn write_one(
    press: &mut Press<'_>,
    indicator: &IndicatorFact,
    description: Option<&Description>,
    history: Option<&History>,
    figures: Option<&IndicatorFigures>,
) -> Result<(), PublishError> {
    let nothing = Description::default();
    let subject = Subject {
        indicator,
        description: description.unwrap_or(&nothing),
        history,
        figures,
    };
    for language in Language::ALL {
        let counterparts = in_each_language(|language| indicator_page(language, &indicator.id));
        let view = subject.view(press.desk, language);
        let title = view.title.clone();
        press.print(
            "indicator.html",
            language,
            &counterparts,
            (&title, None),
            &view,
        )?;
    }
    Ok(())
}

/// What is known of an indicator.
struct Subject<'a> {
    indicator: &'a IndicatorFact,
    description: &'a Description,
    history: Option<&'a History>,
    figures: Option<&'a IndicatorFigures>,
}

impl Subject<'_> {
    fn view(&self, desk: Desk<'_>, language: Language) -> IndicatorView {
        let indicator = self.indicator;
        let root = root(&indicator_page(language, &indicator.id));
        let (title, title_language) = title(indicator, language);
        let is_shown = indicator.redistributable && indicator.rows > 0;
        let figures = self.figures.filter(|_| is_shown);
        IndicatorView {
            indicators_url: Frame::to(&root, Place::Indicators.path(language)),
            title_language: title_language.code(),
            state: self.state(desk, language),
            facts: self.facts(desk, language),
            texts: self.texts(desk, language),
            withheld: !indicator.redistributable,
            series: figures.map_or_else(String::new, |figures| series(desk, language, figures)),
            levels: figures.map_or_else(Vec::new, |figures| {
                let subject = levels::Subject {
                    title: &title,
                    unit: indicator.unit.or_finnish(language),
                    decimals: self.description.decimals,
                };
                levels::views(desk, language, &root, &subject, &figures.levels)
            }),
            history: self.history(desk, language),
            examples_list: if is_shown {
                examples(&indicator.id.to_string(), None)
            } else {
                Vec::new()
            },
            title,
        }
    }

    fn state(&self, desk: Desk<'_>, language: Language) -> Option<String> {
        let key = match self.indicator.state {
            IndicatorState::Active => return None,
            IndicatorState::Stale => "state_stale",
            IndicatorState::Ended => "state_ended",
            IndicatorState::Held => "state_held",
        };
        let since = match &self.description.state_since {
            Some(since) => date(language, since),
            None => desk.text(language, "unknown_day").to_owned(),
        };
        Some(desk.sentence(language, key, &[&since]))
    }

    fn facts(&self, desk: Desk<'_>, language: Language) -> Vec<Fact> {
        let indicator = self.indicator;
        let mut facts = Vec::new();
        let mut fact = |key: &str, text: String, url: Option<String>| {
            if !text.is_empty() {
                facts.push(Fact {
                    label: desk.text(language, key).to_owned(),
                    text,
                    url,
                });
            }
        };
        let word = |key: &str| desk.text(language, key).to_owned();
        fact("unit", indicator.unit.or_finnish(language).to_owned(), None);
        if let Some(kind) = self.description.value_kind {
            fact("kind", capitalised(value_kind(language, kind)), None);
        }
        if let Some(polarity) = self.description.polarity {
            let key = match polarity {
                Polarity::HigherIsBetter => "higher_is_better",
                Polarity::LowerIsBetter => "lower_is_better",
                Polarity::None => "none_is_better",
            };
            fact("direction", word(key), None);
        }
        let producer = indicator.producer.as_ref();
        let producer = producer.map(|producer| producer.name.or_finnish(language).to_owned());
        fact("producer", producer.unwrap_or_default(), None);
        let source = desk.site.facts.source(indicator.id.source());
        let source_name = source.map(|source| source.name.or_finnish(language).to_owned());
        let url = self.description.source_url.clone();
        let url = url.or_else(|| source.map(|source| source.url.clone()));
        fact(
            "source",
            source_name.unwrap_or_default(),
            url.filter(|url| is_web(url)),
        );
        let licence = licence_name(language, &indicator.licence);
        let url = licence_url(&indicator.licence).map(str::to_owned);
        fact("licence", licence, url);
        let updated = indicator.data_updated.as_deref();
        fact(
            "updated",
            updated.map_or_else(String::new, |day| date(language, day)),
            None,
        );
        fact("years", indicator.years().unwrap_or_default(), None);
        fact("identifier", indicator.id.to_string(), None);
        facts
    }

    fn texts(&self, desk: Desk<'_>, language: Language) -> Vec<Prose> {
        let description = self.description;
        [
            ("description", &description.description),
            ("interpretation", &description.interpretation),
            ("limits", &description.limits),
            ("legislation", &description.legislation),
            ("notices", &description.notices),
        ]
        .into_iter()
        .filter(|(_, text)| !text.or_finnish(language).is_empty())
        .map(|(key, text)| Prose {
            heading: desk.text(language, key).to_owned(),
            language: language_of(text, language).code(),
            html: well_nested(text.or_finnish(language)),
        })
        .collect()
    }

    fn history(&self, desk: Desk<'_>, language: Language) -> HistoryView {
        let Some(history) = self.history else {
            return HistoryView {
                counts: Vec::new(),
                revised: Vec::new(),
                unnamed: None,
            };
        };
        let values = history.revised.iter();
        let values = values.flat_map(|revised| [revised.old, revised.new]);
        let decimals = decimals(self.description.decimals, values.flatten());
        let unnamed = history.unnamed();
        HistoryView {
            counts: history
                .counts
                .iter()
                .map(|(release, counts)| CountsView {
                    release: release.0.to_string(),
                    added: count(language, counts.added),
                    changed: count(language, counts.changed),
                    removed: count(language, counts.removed),
                })
                .collect(),
            revised: history
                .revised
                .iter()
                .map(|row| revised(desk, language, row, decimals))
                .collect(),
            unnamed: (unnamed > 0).then(|| {
                desk.sentence(language, "revisions_unnamed", &[&count(language, unnamed)])
            }),
        }
    }
}

/// The title in the language, or in Finnish, and which of them it is; the id where it has
/// none.
pub(super) fn title(indicator: &IndicatorFact, language: Language) -> (String, Language) {
    let text = indicator.title.or_finnish(language);
    if text.is_empty() {
        return (indicator.id.to_string(), language);
    }
    (text.to_owned(), language_of(&indicator.title, language))
}

fn language_of(text: &Text, language: Language) -> Language {
    if text.get(language).is_empty() {
        Language::Fi
    } else {
        language
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Of whom the figures are.
fn series(desk: Desk<'_>, language: Language, figures: &IndicatorFigures) -> String {
    let key = match figures.sex {
        Sex::Total => "series_total",
        Sex::Male => "series_male",
        Sex::Female => "series_female",
    };
    let mut sentences = vec![desk.text(language, key).to_owned()];
    if let Some(breakdown) = &figures.breakdown {
        sentences.push(desk.sentence(language, "series_breakdown", &[breakdown]));
    }
    if figures.has_others {
        sentences.push(desk.text(language, "series_others").to_owned());
    }
    sentences.join(" ")
}

fn revised(desk: Desk<'_>, language: Language, row: &Revised, decimals: u8) -> RevisedView {
    let shown = |value: Option<f64>, status: &Option<String>| match (value, status) {
        (Some(value), _) => figure(language, value, decimals),
        (None, status) => match status
            .as_ref()
            .and_then(|status| status.parse::<Status>().ok())
        {
            Some(status) => status_word(language, status).to_owned(),
            None => desk.text(language, "no_value").to_owned(),
        },
    };
    let mut area = desk.areas.name(&row.region_id, language).to_owned();
    if let Ok(sex) = row.sex.parse::<Sex>()
        && sex != Sex::Total
    {
        area = format!("{area}, {}", sex_word(language, sex));
    }
    if let Some(breakdown) = &row.breakdown {
        area = format!("{area}, {breakdown}");
    }
    let reason = row.reason.as_ref().map(|reason| {
        let key = format!("reason_{reason}");
        desk.text(language, &key).to_owned()
    });
    RevisedView {
        release: row.release.to_string(),
        area,
        period: row
            .period
            .parse()
            .map_or_else(|_| row.period.clone(), |at| period(language, &at)),
        old: shown(row.old, &row.old_status),
        new: shown(row.new, &row.new_status),
        reason: reason.unwrap_or_default(),
    }
}
