//! From figures to places on the paper.

use botnia_model::Period;

/// A straight scale between two figures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// `low` stands at `from`, `high` at `to`.
    pub(crate) fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        Self {
            low,
            high,
            from,
            to,
        }
    }

    /// Where `value` stands; in the middle where the scale has no length.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let length = self.high - self.low;
        let share = if length > 0.0 {
            (value - self.low) / length
        } else {
            0.5
        };
        self.from + share * (self.to - self.from)
    }
}

/// A few round figures that the values lie between, and with how many decimals they are
/// written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ticks {
    pub(crate) values: Vec<f64>,
    pub(crate) decimals: u8,
}

/// Steps between ticks, as a multiple of a power of ten.
const STEPS: [f64; 4] = [1.0, 2.0, 5.0, 10.0];

impl Ticks {
    /// Three to five ticks around `low` and `high`. A scale that comes near zero begins there.
    pub(crate) fn around(low: f64, high: f64) -> Self {
        let (low, high) = (low.min(high), low.max(high));
        let low = if low > 0.0 && low < 0.4 * high {
            0.0
        } else {
            low
        };
        let span = if high > low {
            high - low
        } else {
            high.abs().max(1.0)
        };
        let rough = span / 3.0;
        let power = rough.log10().floor();
        let unit = 10f64.powf(power);
        let step = STEPS
            .iter()
            .map(|step| step * unit)
            .find(|step| *step >= rough * 0.999)
            .unwrap_or(10.0 * unit);
        let first = (low / step).floor();
        let last = (high / step).ceil().max(first + 1.0);
        let mut values = Vec::new();
        let mut index = first;
        while index <= last && values.len() < 8 {
            values.push(index * step);
            index += 1.0;
        }
        let decimals = (0..=6)
            .find(|decimals| {
                let scaled = step * 10f64.powi(i32::from(*decimals));
                (scaled - scaled.round()).abs() < 1e-6
            })
            .unwrap_or(6);
        Self { values, decimals }
    }

    /// The first and the last.
    pub(crate) fn ends(&self) -> (f64, f64) {
        let first = self.values.first().copied().unwrap_or(0.0);
        (first, self.values.last().copied().unwrap_or(first))
    }
}

/// When a period is on a scale of years: in the middle of a span of years, at the quarter or
/// the month of its year otherwise.
pub(crate) fn moment(period: &Period) -> f64 {
    let year = f64::from(period.year());
    let rest = period.as_str().get(4..).unwrap_or_default();
    if let Some(last) = rest.strip_prefix('/') {
        let last: f64 = last.parse().unwrap_or(year);
        f64::midpoint(year, last)
    } else if let Some(quarter) = rest.strip_prefix("-Q") {
        year + (quarter.parse::<f64>().unwrap_or(1.0) - 1.0) / 4.0
    } else if let Some(month) = rest.strip_prefix('-') {
        year + (month.parse::<f64>().unwrap_or(1.0) - 1.0) / 12.0
    } else {
        year
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_and_near_zero_begin_there() {
        let ticks = |low, high| Ticks::around(low, high).values;
        assert_eq!(ticks(3.1, 11.7), [0.0, 5.0, 10.0, 15.0]);
        assert_eq!(ticks(91.2, 94.9), [90.0, 92.0, 94.0, 96.0]);
        assert_eq!(ticks(8.0, 8.0), [5.0, 10.0]);
        assert_eq!(ticks(0.0, 0.0), [0.0, 0.5]);
    }

    #[test]
    fn periods_follow_each_other() {
        let at = |text: &str| moment(&text.parse().unwrap());
        assert!((at("2019/2021") - 2020.0).abs() < 1e-9);
        assert!((at("2024-Q3") - 2024.5).abs() < 1e-9);
        assert!((at("2024-07") - 2024.5).abs() < 1e-9);
        assert!((at("2024") - 2024.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn every_figure_lies_between_few_ticks(
            one in -1e9..1e9f64,
            other in -1e9..1e9f64,
        ) {
            let (low, high) = (one.min(other), one.max(other));
            let ticks = Ticks::around(low, high);
            let (first, last) = ticks.ends();
            prop_assert!(first <= low + 1e-6 * low.abs() && high <= last + 1e-6 * high.abs());
            prop_assert!((2..=8).contains(&ticks.values.len()));
        }
    }
}
