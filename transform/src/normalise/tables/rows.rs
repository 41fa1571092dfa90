//! The cells of an indicator's tables as observations.

use std::collections::HashMap;
use std::fmt::Write as _;

use botnia_config::mapping::{Purpose, Resolved};
use botnia_config::{IndicatorMapping, YearRange};
use botnia_model::{
    Breakdown, FindingKind, Findings, Observation, Origin, Period, Region, Sex, Status,
};

use super::categories::{part_of, period_and_star, sex_of};
use super::symbols::Symbols;
use super::view;
use crate::TransformError;
use crate::jsonstat::{Budget, Cell, Dataset, Row, read_dataset};
use crate::normalise::sotkanet::{excerpt, number};
use crate::normalise::{Input, Normalised};

/// Which years an answer has was decided when it was asked for.
const ALL_YEARS: YearRange = YearRange {
    first: i32::MIN,
    last: None,
};

pub(in crate::normalise) fn normalise(input: &Input<'_>) -> Result<Normalised, TransformError> {
    let object = format!("the figures of `{}`", input.indicator_id);
    let Some(mapping) = input.description.mapping.as_deref() else {
        return Err(TransformError::contract(
            object,
            "the settings have no `[[source.indicator]]` for it",
        ));
    };
    let mut collected = Collected::default();
    for body in input.data {
        let dataset = read_dataset(&object, body, Budget::default())?;
        let resolved = mapping
            .resolve(&view(&dataset), ALL_YEARS)
            .map_err(|misfit| TransformError::contract(object.clone(), misfit.to_string()))?;
        Reader::new(input, mapping, &dataset, &resolved).read(&mut collected);
    }
    Ok(collected.finish())
}

#[derive(Default)]
struct Collected {
    observations: Vec<Observation>,
    rows_in: u64,
    findings: Findings,
}

impl Collected {
    fn finish(mut self) -> Normalised {
        // Stable, so that of identical cells the first one is kept.
        self.observations
            .sort_by(|left, right| left.key().cmp(&right.key()));
        let mut observations: Vec<Observation> = Vec::with_capacity(self.observations.len());
        for same_key in self
            .observations
            .chunk_by(|left, right| left.key() == right.key())
        {
            let Some((first, others)) = same_key.split_first() else {
                continue;
            };
            let figures = |one: &Observation| (one.value.map(f64::to_bits), one.status);
            let contradicts = others.iter().any(|other| figures(other) != figures(first));
            if contradicts {
                for one in same_key {
                    self.findings
                        .add(FindingKind::ContradictoryRow, || in_words(one));
                }
                continue;
            }
            for one in others {
                self.findings
                    .add(FindingKind::DuplicateRow, || in_words(one));
            }
            observations.push(first.clone());
        }
        Normalised {
            observations,
            rows_in: self.rows_in,
            findings: self.findings,
        }
    }
}

/// What a category stands for, found once per category and not once per cell.
enum Place<'a> {
    Region(Result<&'a Region, FindingKind>),
    Period(Option<(Period, bool)>),
    Sex(Option<Sex>),
    /// The key and part of a breakdown; `None` for the total.
    Part(Option<(&'a str, String)>),
    Nothing,
}

struct Reader<'a> {
    dataset: &'a Dataset,
    symbols: Symbols<'a>,
    /// For each dimension, what its categories stand for.
    places: Vec<Vec<Place<'a>>>,
    /// The categories that are wanted.
    wanted: Vec<Vec<bool>>,
    /// The region of the whole table, where it is about one.
    about: Option<Result<&'a Region, FindingKind>>,
    is_projection: bool,
    breakdowns: HashMap<String, Option<Breakdown>>,
}

impl<'a> Reader<'a> {
    fn new(
        input: &'a Input<'a>,
        mapping: &'a IndicatorMapping,
        dataset: &'a Dataset,
        resolved: &'a Resolved,
    ) -> Self {
        let region = |id: Option<botnia_model::RegionId>| {
            let id = id.ok_or(FindingKind::UnknownRegion)?;
            input
                .regions
                .get(id.as_str())
                .ok_or_else(|| input.regions.reason_without(id.as_str()))
        };
        let places = dataset.dimensions.iter().zip(&resolved.purposes);
        let places = places.map(|(dimension, purpose)| {
            let place = |category| match purpose {
                Purpose::Region => {
                    Place::Region(region(mapping.table.region_id(category_id(category))))
                }
                Purpose::Time => Place::Period(period_and_star(category)),
                Purpose::Sex => Place::Sex(sex_of(mapping, category)),
                Purpose::Breakdown(key) => {
                    Place::Part(part_of(dimension, category).map(|part| (key.as_str(), part)))
                }
                Purpose::Measure | Purpose::Fixed => Place::Nothing,
            };
            dimension.categories.iter().map(place).collect()
        });
        let wanted = dataset.dimensions.iter().zip(&resolved.wanted);
        let wanted = wanted.map(|(dimension, wanted)| {
            let mut all = vec![false; dimension.categories.len()];
            for at in wanted {
                all[*at] = true;
            }
            all
        });
        Self {
            dataset,
            symbols: Symbols {
                stated: &mapping.table.symbols,
                described: &dataset.px.symbols,
            },
            places: places.collect(),
            wanted: wanted.collect(),
            about: mapping.table.about.clone().map(|id| region(Some(id))),
            is_projection: input.expected.is_some_and(|expected| expected.projection),
            breakdowns: HashMap::new(),
        }
    }

    fn read(mut self, collected: &mut Collected) {
        for row in self.dataset.rows() {
            // Other measures, and what a whole answer has besides what is wanted.
            let mut places = row.places.iter().zip(&self.wanted);
            if !places.all(|(place, wanted)| wanted[*place]) {
                continue;
            }
            // A cell that is not there, of which nothing is said: no row.
            if row.cell == Cell::Absent && row.status.is_none() {
                continue;
            }
            collected.rows_in += 1;
            match self.observation(&row) {
                Ok((observation, note)) => {
                    if let Some(note) = note {
                        let text = || excerpt(&self.in_words(&row));
                        collected.findings.add(note, text);
                    }
                    collected.observations.push(observation);
                }
                Err(kind) => collected
                    .findings
                    .add(kind, || excerpt(&self.in_words(&row))),
            }
        }
    }

    /// The observation of a cell, perhaps with something to note of it.
    fn observation(
        &mut self,
        row: &Row<'_>,
    ) -> Result<(Observation, Option<FindingKind>), FindingKind> {
        let mut region = self.about;
        let mut period = None;
        let mut sex = Sex::Total;
        let mut parts: Vec<(&str, &str)> = Vec::new();
        for (place, places) in row.places.iter().zip(&self.places) {
            match &places[*place] {
                Place::Region(found) => region = Some(*found),
                Place::Period(found) => period.clone_from(found),
                Place::Sex(found) => sex = found.ok_or(FindingKind::UnknownSex)?,
                Place::Part(Some((key, part))) => parts.push((key, part)),
                Place::Part(None) | Place::Nothing => {}
            }
        }
        let region = region.unwrap_or(Err(FindingKind::UnknownRegion))?;
        let (period, is_preliminary) = period.ok_or(FindingKind::ImpossibleYear)?;
        if !(1900..=2100).contains(&period.year()) {
            return Err(FindingKind::ImpossibleYear);
        }
        let breakdown = if parts.is_empty() {
            None
        } else {
            let text = parts.iter().fold(String::new(), |mut text, (key, part)| {
                let _ = write!(text, "{key}={part};");
                text
            });
            let known = self
                .breakdowns
                .entry(text)
                .or_insert_with(|| Breakdown::from_pairs(parts.iter().copied()).ok());
            Some(known.clone().ok_or(FindingKind::UnreadableRow)?)
        };
        let (value, status, note) = self.value(row)?;
        let status = match status {
            Status::Normal if is_preliminary => Status::Provisional,
            Status::Normal if self.is_projection => Status::Projection,
            status => status,
        };
        let observation = Observation {
            region: region.key.clone(),
            period,
            sex,
            breakdown,
            value,
            absolute_value: None,
            status,
            origin: Origin::Published,
        };
        Ok((observation, note))
    }

    /// The value of a cell, its state, and what is to be noted.
    fn value(
        &self,
        row: &Row<'_>,
    ) -> Result<(Option<f64>, Status, Option<FindingKind>), FindingKind> {
        let text = match row.cell {
            Cell::Number(value) => return Ok(self.stated(value, row.status)),
            Cell::Text(text) => text.trim(),
            Cell::Null | Cell::Absent => "",
        };
        if is_number(text) {
            // Some services write decimals with a comma, and thousands with a space.
            let plain = text.replace(',', ".").replace([' ', '\u{a0}'], "");
            return Ok(self.stated(number(&plain)?, row.status));
        }
        let symbol = if text.is_empty() {
            row.status
        } else {
            Some(text)
        };
        let Some(symbol) = symbol else {
            let note = Some(FindingKind::RowWithoutValue);
            return Ok((None, Status::NotPublished, note));
        };
        Ok(match self.symbols.in_place_of_value(symbol) {
            Some(Status::Nil) => (Some(0.0), Status::Nil, None),
            // A state of values says nothing of a value that is not there.
            Some(status) if status.has_value() => (None, Status::NotPublished, None),
            Some(status) => (None, status, None),
            None => (None, Status::NotPublished, Some(FindingKind::UnknownSymbol)),
        })
    }

    fn stated(
        &self,
        value: f64,
        symbol: Option<&str>,
    ) -> (Option<f64>, Status, Option<FindingKind>) {
        let status = symbol.and_then(|symbol| self.symbols.beside_value(symbol));
        // There is one zero.
        (Some(value + 0.0), status.unwrap_or(Status::Normal), None)
    }

    fn in_words(&self, row: &Row<'_>) -> String {
        let mut words = String::new();
        for (place, dimension) in row.places.iter().zip(&self.dataset.dimensions) {
            let _ = write!(
                words,
                "{}={} ",
                dimension.id, dimension.categories[*place].id
            );
        }
        let _ = match row.cell {
            Cell::Number(number) => write!(words, "{number}"),
            Cell::Text(text) => write!(words, "{text}"),
            Cell::Null | Cell::Absent => write!(words, "no value"),
        };
        if let Some(status) = row.status {
            let _ = write!(words, " ({status})");
        }
        words
    }
}

fn category_id(category: &crate::jsonstat::Category) -> &str {
    &category.id
}

/// Whether a text is a number and not a symbol.
fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && text.chars().all(|character| {
            character.is_ascii_digit()
                || matches!(
                    character,
                    '-' | '+' | '.' | ',' | 'e' | 'E' | ' ' | '\u{a0}'
                )
        })
}

fn in_words(one: &Observation) -> String {
    let value = one
        .value
        .map_or("no value".to_owned(), |value| value.to_string());
    let breakdown = one.breakdown.as_ref().map_or("", Breakdown::as_str);
    excerpt(&format!(
        "{} {} {} {breakdown} {value} {}",
        one.region, one.period, one.sex, one.status
    ))
}
