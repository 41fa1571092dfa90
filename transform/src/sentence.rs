//! One figure of one region, told in plain sentences in three languages.
//!
//! Every sentence is a template that is right with whatever it is filled with: places come
//! inflected ([`InflectedName`]), subjects were written for these templates
//! ([`botnia_config::words::subject`]), and where there is no such subject the indicator's
//! title stands before a colon, as it is. No sentence says that something is better, worse,
//! higher or lower where chance may explain it, and none uses a term of statistics.
//!
//! What is deliberately absent: any judgement. Verdicts and trends come from the methods.

mod english;
mod finnish;
mod phrasing;
mod swedish;

use botnia_config::InflectedName;
use botnia_config::words::missing_sentence;
use botnia_config::words::numbers::{old_and_new, percent, with_unit};
use botnia_config::words::times::in_period;
use botnia_model::{
    Language, NotCompared, Period, RegionLevel, Sex, Status, Text, TrendVerdict, ValueKind, Verdict,
};

use self::english::English;
use self::finnish::Finnish;
use self::phrasing::{Clear, Other, Phrasing};
use self::swedish::Swedish;

/// What is told of one indicator and one region.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The indicator's title.
    pub title: &'a Text,
    /// A reviewed phrase that can be the subject of "was 7.2% in Vaasa": "The share of …".
    pub subject: Option<&'a Text>,
    /// The region's name as it is.
    pub region: &'a Text,
    /// The region's level.
    pub level: RegionLevel,
    /// Where.
    pub place: &'a InflectedName,
    /// Of whom.
    pub sex: Sex,
    /// What kind of number it is.
    pub kind: ValueKind,
    /// Decimals with which it is shown.
    pub decimals: Option<u8>,
    /// Whether it is a projection by its nature.
    pub is_projection: bool,
    /// The state of the figure, or why there is none.
    pub status: Status,
    /// The figure and its period.
    pub figure: Option<(f64, &'a Period)>,
    /// The whole country beside it.
    pub country: Option<Beside<'a>>,
    /// Its province beside it.
    pub province: Option<Beside<'a>>,
    /// The region's own figure before it.
    pub previous: Option<Previous>,
    /// Where five years lead.
    pub trend: TrendVerdict,
}

/// The figure of another region for the same period.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// Where.
    pub place: &'a InflectedName,
    /// The figure.
    pub value: f64,
    /// What the comparison says; `NotCompared` only states the other figure.
    pub verdict: Verdict,
}

/// The region's own figure before the one that is told.
#[derive(Clone, Debug)]
pub struct Previous {
    /// Its period.
    pub period: Period,
    /// The figure.
    pub value: f64,
    /// What the comparison says.
    pub verdict: Verdict,
    /// Why there is none; only a figure that merely has no interval is stated.
    pub not_compared: Option<NotCompared>,
}

/// What the facts say, in plain sentences of each language.
pub fn sentence(facts: &Facts<'_>) -> Text {
    Text {
        fi: told(&Finnish, Language::Fi, facts),
        sv: told(&Swedish, Language::Sv, facts),
        en: told(&English, Language::En, facts),
    }
}

fn told(phrasing: &dyn Phrasing, language: Language, facts: &Facts<'_>) -> String {
    let title = one_line(facts.title.or_finnish(language));
    let subject = facts
        .subject
        .map(|subject| subject.get(language))
        .filter(|subject| !subject.is_empty());
    let Some((value, period)) = facts.figure.filter(|(value, _)| value.is_finite()) else {
        let about = subject.map_or(title.clone(), one_line);
        let region = one_line(facts.region.or_finnish(language));
        // A status that promises a value without one has nothing more to say.
        let reason = missing_sentence(language, facts.status, facts.level)
            .or_else(|| missing_sentence(language, Status::NotPublished, facts.level))
            .unwrap_or_default();
        return format!("{about} ({region}): {}", with_small_letter(&reason));
    };
    let shown = |value| with_unit(language, value, facts.decimals, facts.kind);
    let place = one_line(facts.place.place.get(language));
    let own = shown(value);
    let mut sentences = Vec::new();
    if facts.is_projection || facts.status == Status::Projection {
        sentences.push(phrasing.projection(&title, &place, &own));
    } else {
        let when = in_period(language, period);
        sentences.push(match subject {
            Some(subject) => phrasing.with_subject(&one_line(subject), &place, &own, &when),
            None => phrasing.with_title(&title, &place, &own, &when),
        });
    }
    sentences.extend(phrasing.of_sex(facts.sex).map(str::to_owned));
    sentences.extend(phrasing.remark(facts.status).map(str::to_owned));
    sentences.extend(comparison(phrasing, language, facts, value));
    sentences.extend(development(phrasing, language, facts));
    sentences.join(" ")
}

/// Beside the whole country, and beside the province as well where that says the same.
fn comparison(
    phrasing: &dyn Phrasing,
    language: Language,
    facts: &Facts<'_>,
    own: f64,
) -> Option<String> {
    let other = |beside: &Beside<'_>| Other {
        place: one_line(beside.place.place.get(language)),
        value: beside_own(language, facts, own, beside.value),
    };
    let country = facts.country.filter(|other| other.value.is_finite());
    let province = facts.province.filter(|other| other.value.is_finite());
    let first = country.or(province)?;
    let mut others = vec![other(&first)];
    if let (Some(country), Some(province)) = (country, province)
        && country.verdict == province.verdict
        && Clear::of(province.verdict).is_some()
    {
        others.push(other(&province));
    }
    if let Some(difference) = Clear::of(first.verdict) {
        return Some(phrasing.clear_difference(difference, &others));
    }
    let stated = if others[0].value == with_unit(language, own, facts.decimals, facts.kind) {
        phrasing.same(&others[0])
    } else {
        let stated = phrasing.stated(&others[0]);
        match first.verdict {
            Verdict::Similar => format!("{stated} {}", phrasing.may_be_chance()),
            _ if facts.kind == ValueKind::SurveyShare => {
                format!("{stated} {}", phrasing.survey())
            }
            _ => stated,
        }
    };
    Some(stated)
}

/// The figure of another region, with as many more decimals as a clear difference needs to
/// be seen.
fn beside_own(language: Language, facts: &Facts<'_>, own: f64, other: f64) -> String {
    let shown = |value| with_unit(language, value, facts.decimals, facts.kind);
    let differs = (own - other).abs() > f64::EPSILON * own.abs().max(other.abs());
    let is_percent = matches!(facts.kind, ValueKind::Share | ValueKind::SurveyShare);
    if differs && shown(own) == shown(other) && is_percent {
        let [_, other] = old_and_new(language, (own, other), facts.decimals);
        return percent(language, &other);
    }
    shown(other)
}

/// The trend of five years, or else the change from the figure before.
fn development(phrasing: &dyn Phrasing, language: Language, facts: &Facts<'_>) -> Option<String> {
    if let Some(trend) = phrasing.trend(facts.trend) {
        return Some(trend.to_owned());
    }
    let previous = facts
        .previous
        .as_ref()
        .filter(|one| one.value.is_finite())?;
    let value = with_unit(language, previous.value, facts.decimals, facts.kind);
    let when = in_period(language, &previous.period);
    match (previous.verdict, previous.not_compared) {
        (Verdict::NotCompared, Some(NotCompared::NoInterval | NotCompared::NotComparable)) => {
            Some(phrasing.previous(&value, &when))
        }
        (Verdict::NotCompared, _) => None,
        (verdict, _) => Some(phrasing.change(Clear::of(verdict), &value, &when)),
    }
}

/// A text from outside as part of a line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() && letter != '\u{a0}' || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

fn with_small_letter(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests;
