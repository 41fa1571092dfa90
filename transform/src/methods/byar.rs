//! Byar's approximation.

use super::{Limits, Z};

/// From how many events on the approximation is used; below it [`super::exact`].
pub const FEWEST: f64 = 10.0;

/// The interval of 95 % of a Poisson mean of which `count` events were seen, at least
/// [`FEWEST`].
///
/// Breslow NE, Day NE. Statistical Methods in Cancer Research, volume II: The Design and
/// Analysis of Cohort Studies. IARC 1987, page 69; the method of `PHEindicatormethods` and
/// Fingertips for rates with ten events or more.
pub fn byar(count: f64) -> Limits {
    let cube = |events: f64, z: f64| {
        let root = 1.0 - 1.0 / (9.0 * events) + z / (3.0 * events.sqrt());
        events * root.powi(3)
    };
    Limits {
        low: cube(count, -Z),
        high: cube(count + 1.0, Z),
    }
}
