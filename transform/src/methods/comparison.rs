//! The verdict on a figure beside another one.
//!
//! As Fingertips does (its engine for benchmark comparisons): the other figure is taken as
//! fixed, as a mark to be measured against, and its own interval is not used. A figure is
//! above it if its whole interval is, below it if its whole interval is, and similar
//! otherwise. The indicator's polarity makes better and worse of that; without one it
//! stays higher and lower.

use std::cmp::Ordering;

use botnia_model::{Polarity, Verdict};

use super::Limits;

/// The verdict on a figure with these limits beside `other`.
pub fn beside(own: Limits, other: f64, polarity: Polarity) -> Verdict {
    let direction = if own.low > other {
        Ordering::Greater
    } else if own.high < other {
        Ordering::Less
    } else {
        Ordering::Equal
    };
    verdict(direction, polarity)
}

/// The verdict on a figure beside an earlier one of the same region: similar as long as
/// the two intervals touch.
///
/// That is conservative: two intervals of 95 % can overlap although a test of the
/// difference at 5 % would find one (Schenker & Gentleman, The American Statistician 2001;
/// 55: 182–186). With equal errors it corresponds to a test at about 0.6 %. A change that
/// is reported as one should not be chance.
pub fn since(own: Limits, earlier: Limits, polarity: Polarity) -> Verdict {
    let direction = if own.low > earlier.high {
        Ordering::Greater
    } else if own.high < earlier.low {
        Ordering::Less
    } else {
        Ordering::Equal
    };
    verdict(direction, polarity)
}

fn verdict(direction: Ordering, polarity: Polarity) -> Verdict {
    match (direction, polarity) {
        (Ordering::Equal, _) => Verdict::Similar,
        (Ordering::Greater, Polarity::HigherIsBetter)
        | (Ordering::Less, Polarity::LowerIsBetter) => Verdict::Better,
        (Ordering::Less, Polarity::HigherIsBetter)
        | (Ordering::Greater, Polarity::LowerIsBetter) => Verdict::Worse,
        (Ordering::Greater, Polarity::None) => Verdict::Higher,
        (Ordering::Less, Polarity::None) => Verdict::Lower,
    }
}
