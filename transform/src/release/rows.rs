//! Observations of a release: as compact bytes, which are what is hashed and what waits
//! for its region's file, and as batches of the published columns.
//!
//! A *run* is all observations of one indicator about one region; they stand together in
//! the published order.

use std::io::{self, Read};
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, StringBuilder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, SchemaRef};
use botnia_model::hash::ContentHasher;
use botnia_model::{Observation, Origin, RegionLevel, Sex, Status};

use super::places::Place;
use super::table::canonical_bits;
use crate::observation_table::coverages;

const HAS_VALUE: u8 = 1;
const HAS_ABSOLUTE_VALUE: u8 = 2;
const HAS_BREAKDOWN: u8 = 4;
/// The period is a calendar year, which stands as a number.
const IS_YEAR: u8 = 8;

/// Appends one observation, without indicator and region.
pub(super) fn encode(bytes: &mut Vec<u8>, observation: &Observation, first_release: i32) {
    let period = observation.period.as_str();
    let year = (period.len() == 4)
        .then(|| u16::try_from(observation.period.year()).ok())
        .flatten();
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    bytes.extend([
        flag(observation.value.is_some(), HAS_VALUE)
            | flag(observation.absolute_value.is_some(), HAS_ABSOLUTE_VALUE)
            | flag(observation.breakdown.is_some(), HAS_BREAKDOWN)
            | flag(year.is_some(), IS_YEAR),
        observation.sex as u8,
        observation.status as u8,
        observation.origin as u8,
    ]);
    match year {
        Some(year) => bytes.extend(year.to_le_bytes()),
        None => encode_text(bytes, period),
    }
    if let Some(breakdown) = &observation.breakdown {
        encode_text(bytes, breakdown.as_str());
    }
    for figure in [observation.value, observation.absolute_value]
        .into_iter()
        .flatten()
    {
        bytes.extend(canonical_bits(figure));
    }
    bytes.extend(first_release.to_le_bytes());
}

fn encode_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// Adds the meaning of the encoded numbers to a hash: another order of the words is
/// another hash.
pub(super) fn hash_vocabulary(hasher: &mut ContentHasher) {
    let words = (Sex::ALL.iter().map(|word| word.as_str()))
        .chain(Status::ALL.iter().map(|word| word.as_str()))
        .chain(Origin::ALL.iter().map(|word| word.as_str()));
    for word in words {
        hasher.part(word.as_bytes());
    }
}

/// Dictionaries that all batches of a release share. Two levels may have the same code:
/// it then stands twice, which a dictionary may.
pub(super) struct Dictionaries {
    indicators: ArrayRef,
    levels: ArrayRef,
    codes: ArrayRef,
    ids: ArrayRef,
    sexes: ArrayRef,
    statuses: ArrayRef,
    origins: ArrayRef,
}

impl Dictionaries {
    /// Of these indicators and regions, each by position.
    pub(super) fn new<'i>(indicators: impl Iterator<Item = &'i str>, places: &[Place]) -> Self {
        fn words<'w>(words: impl Iterator<Item = &'w str>) -> ArrayRef {
            Arc::new(StringArray::from_iter_values(words))
        }
        Self {
            indicators: words(indicators),
            levels: words(RegionLevel::ALL.iter().map(|level| level.as_str())),
            codes: words(places.iter().map(|place| place.region.key.code.as_str())),
            ids: words(places.iter().map(|place| place.id.as_str())),
            sexes: words(Sex::ALL.iter().map(|sex| sex.as_str())),
            statuses: words(Status::ALL.iter().map(|status| status.as_str())),
            origins: words(Origin::ALL.iter().map(|origin| origin.as_str())),
        }
    }
}

/// Rows on their way into a batch of `observations`.
#[derive(Default)]
pub(super) struct Rows {
    indicators: Vec<i32>,
    levels: Vec<i32>,
    regions: Vec<i32>,
    years: Vec<i32>,
    periods: StringBuilder,
    sexes: Vec<i32>,
    breakdowns: StringDictionaryBuilder<Int32Type>,
    values: Float64Builder,
    absolute_values: Float64Builder,
    statuses: Vec<i32>,
    origins: Vec<i32>,
    first_releases: Vec<i32>,
}

impl Rows {
    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.years.len()
    }

    /// Adds a run of encoded observations. `indicator` and `region` are positions.
    ///
    /// # Errors
    /// Bytes that [`encode`] did not make.
    pub(super) fn decode(
        &mut self,
        indicator: usize,
        region: (RegionLevel, usize),
        mut bytes: &[u8],
    ) -> io::Result<()> {
        while !bytes.is_empty() {
            self.decode_one(&mut bytes)?;
        }
        let end = self.len();
        self.indicators.resize(end, position(indicator)?);
        self.levels.resize(end, region.0 as i32);
        self.regions.resize(end, position(region.1)?);
        Ok(())
    }

    fn decode_one(&mut self, bytes: &mut &[u8]) -> io::Result<()> {
        let [flags, sex, status, origin] = take(bytes)?;
        if flags & IS_YEAR == 0 {
            let period = take_text(bytes)?;
            let year = period.get(..4).and_then(|year| year.parse().ok());
            self.years.push(year.ok_or_else(corrupt)?);
            self.periods.append_value(period);
        } else {
            let year = u16::from_le_bytes(take(bytes)?);
            self.years.push(i32::from(year));
            self.periods.append_value(format!("{year:04}"));
        }
        if flags & HAS_BREAKDOWN == 0 {
            self.breakdowns.append_null();
        } else {
            self.breakdowns.append_value(take_text(bytes)?);
        }
        for (figures, flag) in [
            (&mut self.values, HAS_VALUE),
            (&mut self.absolute_values, HAS_ABSOLUTE_VALUE),
        ] {
            if flags & flag == 0 {
                figures.append_null();
            } else {
                figures.append_value(f64::from_le_bytes(take(bytes)?));
            }
        }
        self.first_releases.push(i32::from_le_bytes(take(bytes)?));
        self.sexes.push(i32::from(sex));
        self.statuses.push(i32::from(status));
        self.origins.push(i32::from(origin));
        Ok(())
    }

    /// The batch, leaving nothing waiting.
    pub(super) fn take_batch(
        &mut self,
        schema: &SchemaRef,
        dictionaries: &Dictionaries,
    ) -> Result<RecordBatch, ArrowError> {
        let computed = Origin::Computed as i32;
        let coverages = coverages(self.origins.iter().map(|origin| *origin == computed));
        let words = |keys: Vec<i32>, values: &ArrayRef| -> Result<ArrayRef, ArrowError> {
            Ok(Arc::new(DictionaryArray::try_new(
                Int32Array::from(keys),
                Arc::clone(values),
            )?))
        };
        let Self {
            indicators,
            levels,
            regions,
            years,
            mut periods,
            sexes,
            mut breakdowns,
            mut values,
            mut absolute_values,
            statuses,
            origins,
            first_releases,
        } = std::mem::take(self);
        RecordBatch::try_new(
            Arc::clone(schema),
            vec![
                words(indicators, &dictionaries.indicators)?,
                words(levels, &dictionaries.levels)?,
                words(regions.clone(), &dictionaries.codes)?,
                words(regions, &dictionaries.ids)?,
                Arc::new(Int32Array::from(years)),
                Arc::new(periods.finish()),
                words(sexes, &dictionaries.sexes)?,
                Arc::new(breakdowns.finish()),
                Arc::new(values.finish()),
                Arc::new(absolute_values.finish()),
                words(statuses, &dictionaries.statuses)?,
                words(origins, &dictionaries.origins)?,
                Arc::new(Int32Array::from(first_releases)),
                coverages,
            ],
        )
    }
}

fn position(position: usize) -> io::Result<i32> {
    i32::try_from(position).map_err(|_| corrupt())
}

fn take<const LENGTH: usize>(bytes: &mut &[u8]) -> io::Result<[u8; LENGTH]> {
    let mut taken = [0; LENGTH];
    bytes.read_exact(&mut taken)?;
    Ok(taken)
}

fn take_text<'b>(bytes: &mut &'b [u8]) -> io::Result<&'b str> {
    let length = usize::try_from(u64::from_le_bytes(take(bytes)?)).map_err(|_| corrupt())?;
    let (text, rest) = bytes.split_at_checked(length).ok_or_else(corrupt)?;
    *bytes = rest;
    std::str::from_utf8(text).map_err(|_| corrupt())
}

fn corrupt() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "an encoded observation is broken",
    )
}

#[cfg(test)]
mod tests {
    use botnia_config::RegionTables;
    use botnia_model::{Breakdown, RegionKey};
    use proptest::prelude::*;

    use super::*;
    use crate::observation_table::{from_batch, schema};
    use crate::release::places::Places;

    fn observation() -> impl Strategy<Value = Observation> {
        let period = prop_oneof!["[0-9]{4}", "[0-9]{4}-Q[1-4]", "199[0-8]/20[0-9]{2}"];
        let breakdown = prop::option::of("[a-zäö]{1,9}=[0-9 –]{1,300}");
        let figure = || prop::option::of(prop::num::f64::NORMAL | prop::num::f64::ZERO);
        let words = (
            prop::sample::select(Sex::ALL),
            prop::sample::select(Status::ALL),
            prop::sample::select(Origin::ALL),
        );
        (period, breakdown, figure(), figure(), words).prop_map(
            |(period, breakdown, value, absolute_value, (sex, status, origin))| Observation {
                region: RegionKey::finland(),
                period: period.parse().unwrap(),
                sex,
                breakdown: breakdown.map(|text| text.parse::<Breakdown>().unwrap()),
                value,
                absolute_value,
                status,
                origin,
            },
        )
    }

    proptest! {
        #[test]
        fn encoded_observations_come_back_as_the_published_columns(
            observations in prop::collection::vec(observation(), 0..20),
        ) {
            let mut places = Places::new(&[], &RegionTables::default(), &[], None, "2025-01-01");
            let country = places.observed(&RegionKey::finland());
            let mut bytes = Vec::new();
            for (first_release, observation) in (1..).zip(&observations) {
                encode(&mut bytes, observation, first_release);
            }
            let mut rows = Rows::default();
            rows.decode(1, (RegionLevel::Country, country), &bytes).unwrap();
            let dictionaries = Dictionaries::new(["made:1", "made:2"].into_iter(), places.all());
            let batch = rows.take_batch(&schema(true), &dictionaries).unwrap();
            let expected: Vec<_> = (1..)
                .zip(observations)
                .map(|(release, it)| ("made:2".parse().unwrap(), it, Some(release)))
                .collect();
            prop_assert_eq!(from_batch(&batch).unwrap(), expected);
            prop_assert_eq!(rows.len(), 0);

            // Cut off anywhere within an observation, they are an error and no panic.
            if bytes.len() > 1 {
                let cut = rows.decode(0, (RegionLevel::Country, country), &bytes[..bytes.len() - 1]);
                prop_assert!(cut.is_err());
            }
        }
    }
}
