//! The direction of the five latest years.
//!
//! The trend marker of Fingertips, to its constants (`TrendMarkerCalculator` of the
//! Department of Health and Social Care): the standard error of each point is
//! σ = (U − L) / 3.92 of its interval of 95 %; a line is fitted to the points 1 to 5 by
//! least squares with the weights 1/σ²; the direction counts if (slope / standard
//! error)² is above [`CHI_SQUARED`], and if the slope has the same sign in the fit of all
//! points and in the five fits that each leave one out, so that no single year makes a
//! trend.

use botnia_model::{Polarity, Trend, TrendVerdict};

use super::Limits;

/// How many points are used.
pub const POINTS: usize = 5;

/// χ² with one degree of freedom at p = 0.002.
pub const CHI_SQUARED: f64 = 9.549_535_706_083_24;

/// The width of an interval of 95 % in standard errors, as Fingertips has it.
const WIDTH: f64 = 3.92;

/// The figure of one year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The figure.
    pub value: f64,
    /// Its interval of 95 %.
    pub limits: Limits,
}

/// The direction of five points, the oldest first; none where an interval has no width.
pub fn trend(points: &[Point; POINTS]) -> Option<Trend> {
    let mut position = 0.0;
    let points = points.map(|point| {
        position += 1.0;
        Weighted::of(point, position)
    });
    if !points.iter().all(|point| point.weight.is_finite()) {
        return None;
    }
    let whole = Fit::of(points.into_iter());
    let is_rising = whole.is_rising();
    let agree = (0..POINTS).all(|left_out| {
        let others = points.into_iter().enumerate();
        let others = others.filter(|(position, _)| *position != left_out);
        Fit::of(others.map(|(_, point)| point)).is_rising() == is_rising
    });
    Some(if !agree || whole.chi_squared() <= CHI_SQUARED {
        Trend::NoChange
    } else if is_rising {
        Trend::Increasing
    } else {
        Trend::Decreasing
    })
}

/// What a trend means where one direction is good.
pub fn trend_verdict(trend: Trend, polarity: Polarity) -> TrendVerdict {
    match (trend, polarity) {
        (Trend::NotCalculated, _) => TrendVerdict::NotCalculated,
        (Trend::NoChange, _) => TrendVerdict::NoChange,
        (Trend::Increasing, Polarity::HigherIsBetter)
        | (Trend::Decreasing, Polarity::LowerIsBetter) => TrendVerdict::GettingBetter,
        (Trend::Increasing, Polarity::LowerIsBetter)
        | (Trend::Decreasing, Polarity::HigherIsBetter) => TrendVerdict::GettingWorse,
        (Trend::Increasing, Polarity::None) => TrendVerdict::Increasing,
        (Trend::Decreasing, Polarity::None) => TrendVerdict::Decreasing,
    }
}

#[derive(Clone, Copy)]
struct Weighted {
    position: f64,
    value: f64,
    weight: f64,
}

impl Weighted {
    fn of(point: Point, position: f64) -> Self {
        let error = (point.limits.high - point.limits.low) / WIDTH;
        Self {
            position,
            value: point.value,
            weight: 1.0 / (error * error),
        }
    }
}

/// A line by weighted least squares.
struct Fit {
    slope: f64,
    /// The variance of the slope.
    variance: f64,
}

impl Fit {
    fn of(points: impl Iterator<Item = Weighted>) -> Self {
        let (mut weights, mut positions, mut values, mut products, mut squares) =
            (0.0, 0.0, 0.0, 0.0, 0.0);
        for point in points {
            weights += point.weight;
            positions += point.weight * point.position;
            values += point.weight * point.value;
            products += point.weight * point.position * point.value;
            squares += point.weight * point.position * point.position;
        }
        let determinant = weights * squares - positions * positions;
        Self {
            slope: (weights * products - positions * values) / determinant,
            variance: weights / determinant,
        }
    }

    /// A level line counts as rising, as at Fingertips.
    fn is_rising(&self) -> bool {
        self.slope >= 0.0
    }

    fn chi_squared(&self) -> f64 {
        self.slope * self.slope / self.variance
    }
}
