//! What differs between released figures and new ones: a row per figure, losses first.

use std::cmp::Ordering;
use std::fmt::Write as _;

use botnia_model::{Observation, Period, RegionKey, Sex, Status};

/// One figure that went, changed or came.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where.
    pub region: RegionKey,
    /// When.
    pub period: Period,
    /// Of whom.
    pub sex: Sex,
    /// Any further dimension.
    pub breakdown: Option<String>,
    /// The value and its status before; `None` where there was no row.
    pub old: Option<(Option<f64>, Status)>,
    /// The value and its status now; `None` where there is no row.
    pub new: Option<(Option<f64>, Status)>,
}

impl Difference {
    fn of(old: Option<&Observation>, new: Option<&Observation>) -> Option<Self> {
        let row = new.or(old)?;
        let state = |row: &Observation| (row.value, row.status);
        Some(Self {
            region: row.region.clone(),
            period: row.period.clone(),
            sex: row.sex,
            breakdown: row
                .breakdown
                .as_ref()
                .map(|breakdown| breakdown.as_str().to_owned()),
            old: old.map(state),
            new: new.map(state),
        })
    }

    /// `removed` where there is no value any more, `added` where there was none,
    /// `changed` otherwise.
    pub fn what(&self) -> &'static str {
        match (self.old_value(), self.new_value()) {
            (Some(_), None) => "removed",
            (None, Some(_)) => "added",
            _ => "changed",
        }
    }

    /// The value before.
    pub fn old_value(&self) -> Option<f64> {
        self.old.and_then(|(value, _)| value)
    }

    /// The value now.
    pub fn new_value(&self) -> Option<f64> {
        self.new.and_then(|(value, _)| value)
    }

    /// Losses, then changes, then what came.
    fn rank(&self) -> u8 {
        match self.what() {
            "removed" => 0,
            "changed" => 1,
            _ => 2,
        }
    }

    fn size(&self) -> f64 {
        match (self.old_value(), self.new_value()) {
            (Some(old), Some(new)) => (new - old).abs(),
            _ => 0.0,
        }
    }
}

/// What differs between two lists of observations, both sorted by [`Observation::key`]:
/// losses first, then changes with the largest before the others, then what came; apart
/// from that in the order of the keys.
pub fn differences(before: &[Observation], after: &[Observation]) -> Vec<Difference> {
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    let mut found = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some(old), Some(new)) => old.key().cmp(&new.key()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => break,
        };
        let one = if order.is_le() { old.next() } else { None };
        let other = if order.is_ge() { new.next() } else { None };
        let same = one
            .zip(other)
            .is_some_and(|(one, other)| (one.value, one.status) == (other.value, other.status));
        if !same {
            found.extend(Difference::of(one, other));
        }
    }
    found.sort_by(|left, right| {
        (left.rank().cmp(&right.rank())).then(right.size().total_cmp(&left.size()))
    });
    found
}

/// The differences as CSV (RFC 4180, UTF-8, a dot in numbers, nothing for what is absent).
pub fn differences_csv(differences: &[Difference]) -> String {
    let mut text = "region_level,region_code,region_id,period,sex,breakdown,what,old_value,\
                    new_value,old_status,new_status\r\n"
        .to_owned();
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let word = |state: Option<(Option<f64>, Status)>| {
        state.map_or_else(String::new, |(_, status)| status.to_string())
    };
    for difference in differences {
        let breakdown = difference.breakdown.as_deref().map(quoted);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{}\r\n",
            difference.region.level,
            difference.region.code,
            difference.region.id(),
            difference.period,
            difference.sex,
            breakdown.unwrap_or_default(),
            difference.what(),
            number(difference.old_value()),
            number(difference.new_value()),
            word(difference.old),
            word(difference.new),
        );
    }
    text
}

/// A field in quotation marks. The apostrophe keeps a spreadsheet from reading a formula.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['+', '-', '@', '=', '\t']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
