//! The trend of five years.

use botnia_model::{Polarity, Trend, TrendVerdict};

use super::super::Limits;
use super::super::trend::{CHI_SQUARED, Point, trend, trend_verdict};

/// Points with the standard error `error`.
fn points(values: [f64; 5], error: f64) -> [Point; 5] {
    values.map(|value| Point {
        value,
        limits: Limits {
            low: value - 1.96 * error,
            high: value + 1.96 * error,
        },
    })
}

#[test]
fn the_threshold_is_that_of_fingertips() {
    // With equal weights the slope is Σ (i − 3) yᵢ / 10 and its variance σ² / 10, so a
    // straight line with slope b has χ² = 10 b² / σ².
    let error = (10.0 / CHI_SQUARED).sqrt();
    let line = [1.0, 2.0, 3.0, 4.0, 5.0];
    assert_eq!(
        trend(&points(line, error * 0.9999)),
        Some(Trend::Increasing)
    );
    assert_eq!(trend(&points(line, error * 1.0001)), Some(Trend::NoChange));
    let falling = line.map(|value| -value);
    assert_eq!(
        trend(&points(falling, error * 0.9999)),
        Some(Trend::Decreasing)
    );
    assert_eq!(trend(&points([7.0; 5], 1.0)), Some(Trend::NoChange));
}

#[test]
fn one_year_alone_makes_no_trend() {
    // Slope of all: (−2·0 − 1·−1 + 0 + 1·−3 + 2·10) / 10 = 1.8, χ² = 32.4 with σ = 1. Without
    // the last year the line falls: (−1.5·0 + 0.5·1 − 0.5·2 − 1.5·3) / 5 = −1.
    let outlier = [0.0, -1.0, -2.0, -3.0, 10.0];
    assert_eq!(trend(&points(outlier, 1.0)), Some(Trend::NoChange));
    // With an even course the same χ² is a trend.
    let even = [0.0, 1.8, 3.6, 5.4, 7.2];
    assert_eq!(trend(&points(even, 1.0)), Some(Trend::Increasing));
}

#[test]
fn uncertain_years_weigh_less() {
    // A last year far off, but hardly known, leaves the fall of the others.
    let mut falling = points([10.0, 8.0, 6.0, 4.0, 20.0], 0.3);
    falling[4].limits = Limits {
        low: -1000.0,
        high: 1000.0,
    };
    assert_eq!(trend(&falling), Some(Trend::Decreasing));
    assert_eq!(
        trend(&points([10.0, 8.0, 6.0, 4.0, 20.0], 0.3)),
        Some(Trend::NoChange)
    );
}

#[test]
fn an_interval_without_width_has_no_weight() {
    let mut line = points([1.0, 2.0, 3.0, 4.0, 5.0], 0.1);
    line[2].limits = Limits {
        low: 3.0,
        high: 3.0,
    };
    assert_eq!(trend(&line), None);
}

#[test]
fn a_trend_means_what_its_polarity_says() {
    use TrendVerdict::{Decreasing, GettingBetter, GettingWorse, Increasing};

    let words = |trend| {
        [
            Polarity::HigherIsBetter,
            Polarity::LowerIsBetter,
            Polarity::None,
        ]
        .map(|polarity| trend_verdict(trend, polarity))
    };
    assert_eq!(
        words(Trend::Increasing),
        [GettingBetter, GettingWorse, Increasing]
    );
    assert_eq!(
        words(Trend::Decreasing),
        [GettingWorse, GettingBetter, Decreasing]
    );
    assert_eq!(words(Trend::NoChange), [TrendVerdict::NoChange; 3]);
    assert_eq!(
        words(Trend::NotCalculated),
        [TrendVerdict::NotCalculated; 3]
    );
}
