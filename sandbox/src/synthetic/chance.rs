//! Chance from a seed: every figure has its own, found by its keys alone, so that the
//! order of questions cannot change an answer.
//!
//! Only operations that IEEE 754 defines exactly are used on its results throughout the
//! synthetic world (no `exp`, `ln`, `sin`): the same seed gives the same bytes everywhere.

/// A point in the tree of chances (`SplitMix64`, Steele et al. 2014).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance(u64);

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

impl Chance {
    /// The root.
    pub(crate) fn new(seed: u64) -> Self {
        Self(mixed(seed.wrapping_add(GOLDEN_GAMMA)))
    }

    /// The chance below this one that belongs to `key`.
    #[must_use]
    pub(crate) fn of(self, key: u64) -> Self {
        Self(mixed(
            self.0
                .wrapping_add(GOLDEN_GAMMA)
                .wrapping_add(key.wrapping_mul(0xD6E8_FEB8_6659_FD93)),
        ))
    }

    /// The chance below this one that belongs to a year.
    #[must_use]
    pub(crate) fn of_year(self, year: i32) -> Self {
        self.of(u64::from(year.unsigned_abs()))
    }

    /// 64 even bits.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// Even in 0..1.
    pub(crate) fn fraction(self) -> f64 {
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Even in low..high.
    pub(crate) fn within(self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.fraction()
    }

    /// Mean 0, standard deviation 1, never beyond 3.5 (Irwin–Hall of four).
    pub(crate) fn deviation(self) -> f64 {
        let sum: u64 = (0..4).map(|part| (self.0 >> (16 * part)) & 0xFFFF).sum();
        (sum as f64 / 65_536.0 - 2.0) * 1.732_050_807_568_877_2
    }

    /// True once in `count` times.
    pub(crate) fn one_in(self, count: u64) -> bool {
        self.0.is_multiple_of(count)
    }
}

fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// The nearest whole number.
#[expect(
    clippy::cast_possible_truncation,
    reason = "amounts of this world stay far below 2^53"
)]
pub(crate) fn rounded(amount: f64) -> i64 {
    amount.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_have_mean_0_and_deviation_1() {
        let draws: Vec<f64> = (0..20_000)
            .map(|key| Chance::new(7).of(key).deviation())
            .collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|draw| draw * draw).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
    }

    #[test]
    fn keys_do_not_run_into_each_other() {
        let root = Chance::new(1);
        assert_ne!(root.of(1).of(2).bits(), root.of(2).of(1).bits());
        assert_ne!(root.of(0).bits(), root.bits());
    }
}
