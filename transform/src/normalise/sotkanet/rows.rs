//! `/json` and `/csv`: the rows of one indicator.
//!
//! A missing value is an absent row; that is all that Sotkanet says of it, so nothing is
//! made up for it here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use botnia_model::{FindingKind, Findings, Observation, Origin, Period, Sex, Status};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{excerpt, without_byte_order_mark};
use crate::TransformError;
use crate::normalise::{Input, Normalised};

/// One row as it is written. Numbers are kept as their text: it alone shows an integer
/// beyond what f64 holds, and the standard library's parser is exact to the last bit.
struct Row<'a> {
    indicator: u64,
    region: u64,
    year: i64,
    sex: Cow<'a, str>,
    value: Option<&'a str>,
    absolute_value: Option<&'a str>,
}

/// A row that can be taken, before the whole of the answers is known.
struct Candidate<'a> {
    /// Place in the region index, whose order is the published one.
    region: usize,
    sex: Sex,
    year: i32,
    value: Option<f64>,
    absolute_value: Option<f64>,
    text: &'a str,
}

impl Candidate<'_> {
    fn key(&self) -> (usize, &'static str, i32) {
        (self.region, self.sex.as_str(), self.year)
    }

    fn figures(&self) -> (Option<f64>, Option<f64>) {
        (self.value, self.absolute_value)
    }
}

pub(in crate::normalise) fn normalise(input: &Input<'_>) -> Result<Normalised, TransformError> {
    let object = || format!("the figures of `{}`", input.indicator_id);
    let indicator = input
        .indicator_id
        .source_indicator()
        .as_str()
        .parse()
        .map_err(|_| TransformError::contract(object(), "Sotkanet's indicators are numbers"))?;
    let mut reader = Reader {
        input,
        indicator,
        places: HashMap::new(),
        candidates: Vec::new(),
        rows_in: 0,
        findings: Findings::default(),
    };
    for body in input.data {
        let body = without_byte_order_mark(body);
        if body.starts_with(b"indicator") {
            read_csv(body, &mut reader)
                .map_err(|reason| TransformError::contract(object(), reason))?;
        } else {
            read_json(body, &mut reader).map_err(|source| TransformError::Malformed {
                object: object(),
                source,
            })?;
        }
    }
    Ok(reader.finish())
}

/// Takes rows one by one; every row ends as a candidate or as one finding.
struct Reader<'a> {
    input: &'a Input<'a>,
    indicator: u64,
    /// What the region index says of an id, so that it is asked once per region and not
    /// once per row.
    places: HashMap<u64, Result<usize, FindingKind>>,
    candidates: Vec<Candidate<'a>>,
    rows_in: u64,
    findings: Findings,
}

impl<'a> Reader<'a> {
    fn take(&mut self, row: Option<Row<'a>>, text: &'a str) {
        self.rows_in += 1;
        match row
            .ok_or(FindingKind::UnreadableRow)
            .and_then(|row| self.candidate(&row, text))
        {
            Ok(candidate) => self.candidates.push(candidate),
            Err(kind) => self.findings.add(kind, || excerpt(text)),
        }
    }

    /// A row whose text is not even text.
    fn take_unreadable(&mut self, bytes: &[u8]) {
        self.rows_in += 1;
        self.findings.add(FindingKind::UnreadableRow, || {
            excerpt(&String::from_utf8_lossy(bytes))
        });
    }

    fn candidate(&mut self, row: &Row<'a>, text: &'a str) -> Result<Candidate<'a>, FindingKind> {
        if row.indicator != self.indicator {
            return Err(FindingKind::WrongIndicator);
        }
        let sex = row
            .sex
            .parse()
            .map_err(|_invalid| FindingKind::UnknownSex)?;
        let year = i32::try_from(row.year)
            .ok()
            .filter(|year| (1900..=2100).contains(year))
            .ok_or(FindingKind::ImpossibleYear)?;
        let regions = self.input.regions;
        let region = *self.places.entry(row.region).or_insert_with(|| {
            let id = row.region.to_string();
            regions
                .position(&id)
                .ok_or_else(|| regions.reason_without(&id))
        });
        Ok(Candidate {
            region: region?,
            sex,
            year,
            value: row.value.map(number).transpose()?,
            absolute_value: row.absolute_value.map(number).transpose()?,
            text,
        })
    }

    fn finish(mut self) -> Normalised {
        // Stable, so that of identical rows the first of the answer is kept.
        self.candidates
            .sort_by(|left, right| left.key().cmp(&right.key()));
        let mut observations = Vec::with_capacity(self.candidates.len());
        for same_key in self
            .candidates
            .chunk_by(|left, right| left.key() == right.key())
        {
            let Some((first, others)) = same_key.split_first() else {
                continue;
            };
            if others
                .iter()
                .any(|other| other.figures() != first.figures())
            {
                for row in same_key {
                    self.findings
                        .add(FindingKind::ContradictoryRow, || excerpt(row.text));
                }
                continue;
            }
            for row in others {
                self.findings
                    .add(FindingKind::DuplicateRow, || excerpt(row.text));
            }
            if first.value.is_none() {
                self.findings
                    .add(FindingKind::RowWithoutValue, || excerpt(first.text));
            }
            observations.push(self.observation(first));
        }
        Normalised {
            observations,
            rows_in: self.rows_in,
            findings: self.findings,
        }
    }

    fn observation(&self, row: &Candidate<'_>) -> Observation {
        let projection = self
            .input
            .expected
            .is_some_and(|expected| expected.projection);
        Observation {
            region: self.input.regions.regions()[row.region].key.clone(),
            period: Period::of_year(row.year),
            sex: row.sex,
            breakdown: None,
            value: row.value,
            absolute_value: row.absolute_value,
            status: match (row.value, projection) {
                (None, _) => Status::NotPublished,
                (Some(_), true) => Status::Projection,
                (Some(_), false) => Status::Normal,
            },
            origin: Origin::Published,
        }
    }
}

/// A finite number from its text. Beyond 2^53 an f64 no longer holds every whole number,
/// so it would not be the published figure.
pub(in crate::normalise) fn number(text: &str) -> Result<f64, FindingKind> {
    const LARGEST: u64 = 1 << 53;
    let impossible = FindingKind::ImpossibleValue;
    // Rust also reads `inf` and `nan`, which are no published figures.
    if !text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
    {
        return Err(impossible);
    }
    let whole = !text.contains(['.', 'e', 'E']);
    if whole {
        let whole: i64 = text.parse().map_err(|_| impossible)?;
        if whole.unsigned_abs() > LARGEST {
            return Err(impossible);
        }
    }
    let value: f64 = text.parse().map_err(|_| impossible)?;
    if value.is_finite() && value.abs() <= LARGEST as f64 {
        // There is one zero: adding it to -0.0 gives 0.0.
        Ok(value + 0.0)
    } else {
        Err(impossible)
    }
}

#[derive(Deserialize)]
struct JsonRow<'a> {
    indicator: u64,
    region: u64,
    year: i64,
    #[serde(borrow)]
    gender: Cow<'a, str>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow, rename = "absValue")]
    absolute_value: Option<&'a RawValue>,
}

fn read_json<'a>(body: &'a [u8], reader: &mut Reader<'a>) -> Result<(), serde_json::Error> {
    struct Rows<'r, 'a>(&'r mut Reader<'a>);

    impl<'a> Visitor<'a> for Rows<'_, 'a> {
        type Value = ();

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an array of rows")
        }

        fn visit_seq<A: SeqAccess<'a>>(self, mut rows: A) -> Result<(), A::Error> {
            // Each row on its own: an odd one is a finding and costs no other row.
            while let Some(row) = rows.next_element::<&'a RawValue>()? {
                let text = row.get();
                let row = serde_json::from_str::<JsonRow<'a>>(text)
                    .ok()
                    .map(|row| Row {
                        indicator: row.indicator,
                        region: row.region,
                        year: row.year,
                        sex: row.gender,
                        value: row.value.map(RawValue::get),
                        absolute_value: row.absolute_value.map(RawValue::get),
                    });
                self.0.take(row, text);
            }
            Ok(())
        }
    }

    let mut deserializer = serde_json::Deserializer::from_slice(body);
    deserializer.deserialize_seq(Rows(reader))?;
    deserializer.end()
}

/// The form has no quoting at all: six fields between semicolons, lines ended by CRLF,
/// decimals by a point, nothing where there is no value.
fn read_csv<'a>(body: &'a [u8], reader: &mut Reader<'a>) -> Result<(), String> {
    const HEADER: &str = "indicator;region;year;gender;primary value;absolute value";
    let mut lines = body
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let header = String::from_utf8_lossy(lines.next().unwrap_or_default());
    if header != HEADER {
        return Err(format!(
            "the columns are not `{HEADER}` but `{}`",
            excerpt(&header)
        ));
    }
    for line in lines.filter(|line| !line.is_empty()) {
        match std::str::from_utf8(line) {
            Ok(text) => reader.take(csv_row(text), text),
            Err(_) => reader.take_unreadable(line),
        }
    }
    Ok(())
}

fn csv_row(line: &str) -> Option<Row<'_>> {
    let mut fields = line.split(';');
    let row = Row {
        indicator: fields.next()?.parse().ok()?,
        region: fields.next()?.parse().ok()?,
        year: fields.next()?.parse().ok()?,
        sex: Cow::Borrowed(fields.next()?),
        value: fields
            .next()
            .map(|field| (!field.is_empty()).then_some(field))?,
        absolute_value: fields
            .next()
            .map(|field| (!field.is_empty()).then_some(field))?,
    };
    fields.next().is_none().then_some(row)
}
