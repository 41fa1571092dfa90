//! Wilson's score interval.

use super::{Limits, Z};

/// The interval of 95 % of a proportion, 0 to 1, of which `count` of `of` were seen.
/// `of` is above zero and `count` at most `of`.
///
/// Wilson EB. Probable inference, the law of succession, and statistical inference. Journal
/// of the American Statistical Association 1927; 22: 209–212. It is method 3 of Newcombe
/// (Statistics in Medicine 1998; 17: 857–872), without correction for continuity, and that
/// of `PHEindicatormethods` and Fingertips.
pub fn wilson(count: f64, of: f64) -> Limits {
    let z_squared = Z * Z;
    let others = of - count;
    let middle = 2.0 * count + z_squared;
    let reach = Z * (z_squared + 4.0 * count * others / of).sqrt();
    let scale = 2.0 * (of + z_squared);
    Limits {
        low: ((middle - reach) / scale).max(0.0),
        high: ((middle + reach) / scale).min(1.0),
    }
}
