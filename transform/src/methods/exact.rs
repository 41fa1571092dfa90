//! The exact Poisson interval.

use std::sync::LazyLock;

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use super::Limits;

/// The interval of 95 % of a Poisson mean of which `count` events were seen, at most nine.
///
/// Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936; 28: 437–442,
/// by quantiles of χ²: `χ²(0.025; 2x)/2` and `χ²(0.975; 2x + 2)/2`. The lower limit of no
/// event is 0.
pub fn exact(count: u8) -> Option<Limits> {
    static LIMITS: LazyLock<[Option<Limits>; 10]> =
        LazyLock::new(|| [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(by_quantiles));
    LIMITS.get(usize::from(count)).copied().flatten()
}

fn by_quantiles(count: u8) -> Option<Limits> {
    let events = f64::from(count);
    let half_quantile = |freedom: f64, probability: f64| {
        let distribution = ChiSquared::new(freedom).ok()?;
        Some(distribution.inverse_cdf(probability) / 2.0)
    };
    Some(Limits {
        low: if count == 0 {
            0.0
        } else {
            half_quantile(2.0 * events, 0.025)?
        },
        high: half_quantile(2.0 * events + 2.0, 0.975)?,
    })
}
