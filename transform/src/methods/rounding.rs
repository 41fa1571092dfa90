//! What rounding took away: nothing says with how many decimals a source publishes but
//! its figures.

/// More decimals than any statistic shows are those of an unrounded value.
const MOST_SHOWN: usize = 6;

/// How many decimals the values show at most; none where there are no values, and none
/// where they have more than a rounded figure has.
pub fn decimals_shown(values: impl IntoIterator<Item = f64>) -> Option<usize> {
    let mut shown = None;
    let mut scale = 1.0;
    for value in values {
        let mut decimals = shown.unwrap_or(0);
        while !is_shown_by(value, scale) {
            decimals += 1;
            scale *= 10.0;
            if decimals > MOST_SHOWN {
                return None;
            }
        }
        shown = Some(decimals);
    }
    shown
}

/// Whether a value has no more decimals than `scale`, a power of ten, has zeros.
#[expect(
    clippy::float_cmp,
    reason = "a decimal figure is the number nearest to whole / scale, which is what the division gives"
)]
fn is_shown_by(value: f64, scale: f64) -> bool {
    (value * scale).round() / scale == value
}

/// Half a unit of the last of so many decimals: what lies at most between a rounded figure
/// and the one before rounding.
pub fn half_unit(decimals: usize) -> f64 {
    (0..decimals).fold(0.5, |half, _| half / 10.0)
}
