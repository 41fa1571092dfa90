//! From counts to what may be published of them.

use std::collections::{BTreeMap, BTreeSet};

use botnia_config::{RegionTables, Respondents, SurveyForm, SurveyIndicator, SurveyMap};
use botnia_model::{Breakdown, RegionKey, Sex, SourceIndicator, Status, Text, ValueKind};

use super::document::{About, Document, DocumentIndicator, DocumentRow, FORM};
use super::protection::{self, Counts, Spot, What};
use super::{Entry, SurveyTable};
use crate::disclosure::{Limits, Reason, protect};

/// What may be published of a survey's file.
#[derive(Clone, Debug, PartialEq)]
pub struct Publishable {
    /// A document for each wave, by wave.
    pub documents: Vec<Document>,
    /// How many figures are hidden although an earlier import published them.
    pub published_before: usize,
}

/// Why nothing of a file may be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was imported earlier would give hidden figures away.
    #[error(
        "{figures} small figures of this file could be worked out from what was imported earlier \
         of the same wave"
    )]
    Exposed {
        /// How many.
        figures: usize,
    },
    /// The file differs from what was imported earlier by so few persons that their answers
    /// could be read from the difference.
    #[error(
        "{figures} published figures of the wave {wave} would change by so few persons that \
         something of each could be read from the difference"
    )]
    SmallRevision {
        /// The first such wave.
        wave: String,
        /// How many figures.
        figures: usize,
    },
}

/// Hides what must be hidden of `table`. `earlier` are the documents of the same survey
/// that were imported before; what they published is taken for known. `accepts_revision`:
/// published figures may change by few persons, as the correction of a mistake.
///
/// # Errors
/// A file that cannot be published beside what was published before.
pub fn publishable(
    table: &SurveyTable,
    map: &SurveyMap,
    tables: &RegionTables,
    earlier: &[Document],
    accepts_revision: bool,
) -> Result<Publishable, Refusal> {
    let counts = protection::counts(&table.entries, map);
    let waves = table.waves();
    let published: BTreeMap<RowKey, &DocumentRow> = earlier
        .iter()
        .filter(|document| waves.contains(&document.wave))
        .flat_map(|document| {
            document.indicators.iter().flat_map(move |indicator| {
                let rows = indicator.rows.iter().filter(|row| row.value.is_some());
                rows.map(move |row| (row_key(document, &indicator.id, row), row))
            })
        })
        .collect();
    let shown = |spot: &Spot| published.get(&key_of(spot, map)).copied();
    let limits = protection::limits(map);
    let (hidden, published_before) = if map.respondents == Respondents::Organisations {
        // Public bodies that answer publicly have nothing to hide.
        (vec![None; counts.len()], 0)
    } else {
        let table = protection::table(&counts, map, tables, |spot| shown(spot).is_some());
        let protected = protect(&table, &limits);
        if !protected.exposed.is_empty() {
            return Err(Refusal::Exposed {
                figures: protected.exposed.len(),
            });
        }
        (protected.hidden, protected.published_before.len())
    };
    let hidden: BTreeMap<&Spot, Option<Reason>> = counts.keys().zip(hidden).collect();
    if map.respondents == Respondents::Persons && !accepts_revision {
        small_revision(&counts, &hidden, map, &limits, &shown)?;
    }
    let documents = waves
        .iter()
        .map(|wave| document(wave, table, map, &counts, &hidden))
        .collect();
    Ok(Publishable {
        documents,
        published_before,
    })
}

/// What identifies a published figure: wave, indicator, region, sex, breakdown.
type RowKey = (String, String, RegionKey, Sex, Option<Breakdown>);

fn row_key(document: &Document, indicator: &SourceIndicator, row: &DocumentRow) -> RowKey {
    (
        document.wave.to_string(),
        indicator.to_string(),
        row.region.clone(),
        row.sex,
        row.breakdown.clone(),
    )
}

fn key_of(spot: &Spot, map: &SurveyMap) -> RowKey {
    let (sex, breakdown) = breakdown(spot, map);
    (
        spot.wave.to_string(),
        id_of(spot, map).to_string(),
        spot.region.clone(),
        sex,
        breakdown,
    )
}

/// Refuses where published counts of both imports differ by few persons.
fn small_revision<'a>(
    counts: &Counts,
    hidden: &BTreeMap<&Spot, Option<Reason>>,
    map: &SurveyMap,
    limits: &Limits,
    shown: &impl Fn(&Spot) -> Option<&'a DocumentRow>,
) -> Result<(), Refusal> {
    let mut wave = None;
    let mut figures = 0;
    for (spot, count) in counts {
        let before = shown(spot).and_then(|row| match map.indicators[spot.indicator].scale {
            Some(_) if spot.what != What::All => row.absolute_value,
            _ => row.absolute_value.or(row.value),
        });
        let Some(before) = before.filter(|_| hidden.get(spot) == Some(&None)) else {
            continue;
        };
        let change = (f64::from(*count) - before).abs();
        if change > 0.0 && change <= f64::from(limits.numerator) {
            wave.get_or_insert_with(|| spot.wave.to_string());
            figures += 1;
        }
    }
    match wave {
        Some(wave) => Err(Refusal::SmallRevision { wave, figures }),
        None => Ok(()),
    }
}

/// The indicator under which a count is published.
fn id_of(spot: &Spot, map: &SurveyMap) -> SourceIndicator {
    let indicator = &map.indicators[spot.indicator];
    if indicator.scale.is_some() && spot.what == What::All {
        return respondents_id(indicator);
    }
    indicator.id.clone()
}

/// The indicator with the number of respondents to a question.
fn respondents_id(indicator: &SurveyIndicator) -> SourceIndicator {
    let id = format!("{}-vastaajat", indicator.id);
    id.parse().unwrap_or_else(|_| indicator.id.clone())
}

/// Sex and breakdown of a count: `answer=…;group=…`.
fn breakdown(spot: &Spot, map: &SurveyMap) -> (Sex, Option<Breakdown>) {
    let mut sex = Sex::Total;
    let mut pairs = Vec::new();
    for (dimension, member) in map.dimensions.iter().zip(&spot.members) {
        let Some(member) = member.and_then(|member| dimension.members.get(member)) else {
            continue;
        };
        if dimension.key == "sex" {
            sex = member.code.parse().unwrap_or(Sex::Total);
        } else {
            pairs.push((dimension.key.as_str(), member.code.as_str()));
        }
    }
    let scale = map.scale(&map.indicators[spot.indicator]);
    if let (What::Answer(answer), Some(scale)) = (spot.what, scale) {
        pairs.push(("answer", scale.answers[answer].code.as_str()));
    }
    (sex, Breakdown::from_pairs(pairs).ok())
}

fn document(
    wave: &botnia_model::Period,
    table: &SurveyTable,
    map: &SurveyMap,
    counts: &Counts,
    hidden: &BTreeMap<&Spot, Option<Reason>>,
) -> Document {
    let mut rows: BTreeMap<String, Vec<DocumentRow>> = BTreeMap::new();
    if map.form == SurveyForm::Categories {
        categories(wave, table, map, &mut rows);
    } else {
        counted(wave, table, map, counts, hidden, &mut rows);
    }
    not_collected(wave, table, map, &mut rows);
    let regions: BTreeSet<RegionKey> = rows
        .values()
        .flatten()
        .map(|row| row.region.clone())
        .collect();
    let indicators = rows.into_iter().filter_map(|(id, mut rows)| {
        rows.sort_by(|one, other| order(one).cmp(&order(other)));
        rows.dedup_by(|one, other| order(one) == order(other));
        let id: SourceIndicator = id.parse().ok()?;
        let mut lines = map.indicators.iter();
        let indicator = lines.find(|line| line.id == id || respondents_id(line) == id)?;
        Some(DocumentIndicator {
            about: about(&id, indicator, map),
            id,
            rows,
        })
    });
    Document {
        form: FORM,
        source: map.source.clone(),
        survey: map.id.clone(),
        map_version: map.version,
        wave: wave.clone(),
        regions: regions.into_iter().collect(),
        indicators: indicators.collect(),
    }
}

/// Rows for counts: shown, or hidden with the reason.
fn counted(
    wave: &botnia_model::Period,
    table: &SurveyTable,
    map: &SurveyMap,
    counts: &Counts,
    hidden: &BTreeMap<&Spot, Option<Reason>>,
    rows: &mut BTreeMap<String, Vec<DocumentRow>>,
) {
    let shares = shares(&table.entries);
    for (spot, count) in counts.iter().filter(|(spot, _)| spot.wave == *wave) {
        let indicator = &map.indicators[spot.indicator];
        let (sex, breakdown) = breakdown(spot, map);
        let (value, absolute_value) = value(spot, *count, indicator, map, counts, &shares);
        let status = match hidden.get(spot).copied().flatten() {
            Some(reason) => reason.status(),
            None if value.is_none() => Status::NotCollected,
            None => shown_status(indicator, wave),
        };
        let is_shown = status.has_value();
        rows.entry(id_of(spot, map).to_string())
            .or_default()
            .push(DocumentRow {
                region: spot.region.clone(),
                sex,
                breakdown,
                value: value.filter(|_| is_shown),
                absolute_value: absolute_value.filter(|_| is_shown),
                status,
            });
    }
}

/// Of a figure that is shown: whether the series breaks here.
fn shown_status(indicator: &SurveyIndicator, wave: &botnia_model::Period) -> Status {
    if indicator
        .changed_in
        .iter()
        .any(|year| year == wave.as_str())
    {
        Status::Break
    } else {
        Status::Normal
    }
}

fn order(row: &DocumentRow) -> (&RegionKey, &'static str, Option<&Breakdown>) {
    (&row.region, row.sex.as_str(), row.breakdown.as_ref())
}

/// Shares as they were written, by their answer's spot.
fn shares(entries: &[Entry]) -> BTreeMap<Spot, f64> {
    entries
        .iter()
        .filter_map(|entry| {
            let spot = Spot {
                indicator: entry.indicator,
                region: entry.region.clone(),
                wave: entry.wave.clone(),
                members: entry.members.clone(),
                what: What::Answer(entry.answer?),
            };
            Some((spot, entry.share?))
        })
        .collect()
}

/// The figure of a count, and the count behind it where it may be told.
fn value(
    spot: &Spot,
    count: u32,
    indicator: &SurveyIndicator,
    map: &SurveyMap,
    counts: &Counts,
    shares: &BTreeMap<Spot, f64>,
) -> (Option<f64>, Option<f64>) {
    let of = |whole: Option<&u32>| {
        let whole = whole.copied().filter(|whole| *whole > 0)?;
        Some(100.0 * f64::from(count) / f64::from(whole))
    };
    let Some(scale) = map.scale(indicator) else {
        if indicator.value_kind != ValueKind::Share {
            return (Some(f64::from(count)), None);
        }
        let whole = indicator.part_of.as_ref().and_then(|id| {
            let mut lines = map.indicators.iter();
            let position = lines.position(|line| line.id == *id)?;
            counts.get(&Spot {
                indicator: position,
                ..spot.clone()
            })
        });
        return (of(whole), Some(f64::from(count)));
    };
    if spot.what == What::All {
        return (Some(f64::from(count)), None);
    }
    let written = match spot.what {
        What::Answer(_) => shares.get(spot).copied(),
        _ => indicator
            .headline
            .iter()
            .map(|code| {
                let answer = scale
                    .answers
                    .iter()
                    .position(|answer| answer.code == *code)?;
                let what = What::Answer(answer);
                shares
                    .get(&Spot {
                        what,
                        ..spot.clone()
                    })
                    .copied()
            })
            .sum::<Option<f64>>(),
    };
    if map.weighted {
        // The count is not what the share was made from.
        return (written, None);
    }
    let respondents = counts.get(&Spot {
        what: What::All,
        ..spot.clone()
    });
    (of(respondents), Some(f64::from(count)))
}

/// Rows for what the file says that there is no figure of.
fn not_collected(
    wave: &botnia_model::Period,
    table: &SurveyTable,
    map: &SurveyMap,
    rows: &mut BTreeMap<String, Vec<DocumentRow>>,
) {
    let missing = table.entries.iter();
    for entry in missing.filter(|entry| entry.count.is_none() && entry.wave == *wave) {
        let spot = Spot {
            indicator: entry.indicator,
            region: entry.region.clone(),
            wave: entry.wave.clone(),
            members: entry.members.clone(),
            what: entry.answer.map_or(What::All, What::Answer),
        };
        let (sex, breakdown) = breakdown(&spot, map);
        let id = map.indicators[entry.indicator].id.to_string();
        rows.entry(id).or_default().push(DocumentRow {
            region: spot.region,
            sex,
            breakdown,
            value: None,
            absolute_value: None,
            status: Status::NotCollected,
        });
    }
}

/// Rows for each answer that a municipality could give, 100 for the one that it gave, and
/// for whether that is one of the headline's.
fn categories(
    wave: &botnia_model::Period,
    table: &SurveyTable,
    map: &SurveyMap,
    rows: &mut BTreeMap<String, Vec<DocumentRow>>,
) {
    for entry in table.entries.iter().filter(|entry| entry.wave == *wave) {
        let indicator = &map.indicators[entry.indicator];
        let (Some(given), Some(scale)) = (entry.answer, map.scale(indicator)) else {
            continue;
        };
        let of_indicator = rows.entry(indicator.id.to_string()).or_default();
        let mut put = |what, is_given: bool| {
            let spot = Spot {
                indicator: entry.indicator,
                region: entry.region.clone(),
                wave: entry.wave.clone(),
                members: entry.members.clone(),
                what,
            };
            let (sex, breakdown) = breakdown(&spot, map);
            of_indicator.push(DocumentRow {
                region: spot.region,
                sex,
                breakdown,
                value: Some(if is_given { 100.0 } else { 0.0 }),
                absolute_value: Some(f64::from(u8::from(is_given))),
                status: shown_status(indicator, wave),
            });
        };
        for answer in 0..scale.answers.len() {
            put(What::Answer(answer), answer == given);
        }
        let answer = &scale.answers[given];
        put(What::Headline, indicator.headline.contains(&answer.code));
    }
}

fn about(id: &SourceIndicator, indicator: &SurveyIndicator, map: &SurveyMap) -> About {
    let is_respondents = *id != indicator.id;
    let text = |fi: &str, sv: &str, en: &str| Text {
        fi: fi.to_owned(),
        sv: sv.to_owned(),
        en: en.to_owned(),
    };
    let value_kind = if is_respondents {
        ValueKind::Count
    } else {
        indicator.value_kind
    };
    let unit = match (value_kind, map.respondents) {
        (ValueKind::Count, Respondents::Persons) => text("Henkilöä", "Personer", "Persons"),
        (ValueKind::Count, Respondents::Organisations) => {
            text("Vastaajaa", "Respondenter", "Respondents")
        }
        _ => text("Prosenttia", "Procent", "Percent"),
    };
    let title = if is_respondents {
        let title = &indicator.title;
        text(
            &format!("{}: vastaajien määrä", title.fi),
            &format!("{}: antal respondenter", title.sv),
            &format!("{}: number of respondents", title.en),
        )
    } else {
        indicator.title.clone()
    };
    About {
        title,
        survey: map.title.clone(),
        description: map.description.clone(),
        unit,
        value_kind,
        decimals: u8::from(value_kind != ValueKind::Count),
        producer: map.producer.clone(),
        licence: map.licence.clone(),
        redistributable: map.redistributable,
        levels: map.region_levels.clone(),
    }
}
