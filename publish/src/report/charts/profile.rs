//! The profile of a theme: one line per indicator, on which the region's figure stands to the
//! left or the right of the whole country's.
//!
//! Each line has its own scale: the distance from the country in percent of the country's
//! figure. To the right is always *more*, never *better*: what that means, the words beside
//! the line say.

use std::fmt::Write as _;

use botnia_model::{Comparator, ValueKind, Verdict};

use super::length;
use super::scale::Scale;
use crate::report::ReportRow;

/// How far the ends of the scale may be from the country, in percent.
const REACHES: [f64; 5] = [10.0, 20.0, 50.0, 100.0, 200.0];
/// Of ten lines, so many must fit on the scale; the others end in an arrow.
const OF_TEN: usize = 9;

/// Where the figures of a row stand, in percent of the country's figure from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) own: f64,
    pub(crate) interval: Option<(f64, f64)>,
    pub(crate) province: Option<f64>,
    pub(crate) peers: Option<f64>,
}

impl Spread {
    /// None for numbers and amounts, which grow with the region, and where the country has no
    /// figure or zero.
    pub(crate) fn of(row: &ReportRow) -> Option<Self> {
        if matches!(row.value_kind, ValueKind::Count | ValueKind::Euro) {
            return None;
        }
        let country = row.comparison(Comparator::Country).value?;
        if country == 0.0 {
            return None;
        }
        let from_country = |value: f64| 100.0 * (value - country) / country.abs();
        let of = |comparator| row.comparison(comparator).value.map(from_country);
        Some(Self {
            own: from_country(row.value?),
            interval: row
                .interval
                .map(|interval| (from_country(interval.low), from_country(interval.high))),
            province: of(Comparator::Province),
            peers: of(Comparator::Peers),
        })
    }
}

/// The reach of the scale on which most of these stand.
pub(crate) fn reach<'a>(spreads: impl Iterator<Item = &'a Spread>) -> f64 {
    let mut distances: Vec<f64> = spreads.map(|spread| spread.own.abs()).collect();
    distances.sort_by(f64::total_cmp);
    let must_fit = (distances.len() * OF_TEN).div_ceil(10).saturating_sub(1);
    let farthest = distances.get(must_fit).copied().unwrap_or_default();
    REACHES
        .into_iter()
        .find(|reach| farthest <= *reach)
        .unwrap_or(REACHES[REACHES.len() - 1])
}

/// The class by which a verdict is drawn.
pub(crate) fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "b",
        Verdict::Worse => "w",
        Verdict::Similar => "s",
        Verdict::Higher => "u",
        Verdict::Lower => "d",
        Verdict::NotCompared => "x",
    }
}

/// The sign that stands for a verdict beside its word; the styles of pages have the same.
pub(crate) fn verdict_sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "\u{25b2}",
        Verdict::Worse => "\u{25bc}",
        Verdict::Similar => "\u{2248}",
        Verdict::Higher => "\u{2191}",
        Verdict::Lower => "\u{2193}",
        Verdict::NotCompared => "\u{2013}",
    }
}

/// A line of a profile, from `x` with a width, around the height `y`.
pub(crate) struct Track {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) reach: f64,
}

impl Track {
    fn at(&self, percent: f64) -> f64 {
        let inside = percent.clamp(-self.reach, self.reach);
        Scale::new((-self.reach, self.reach), (self.x, self.x + self.width)).place(inside)
    }

    /// The line, the country's mark, the other areas and the own figure.
    pub(crate) fn draw(&self, spread: &Spread, verdict: Verdict, svg: &mut String) {
        let Self { x, y, .. } = *self;
        let middle = length(x + self.width / 2.0);
        let _ = write!(
            svg,
            "<path class=\"tl\" d=\"M{} {}H{}M{middle} {}v14\"/>",
            length(x),
            length(y),
            length(x + self.width),
            length(y - 7.0)
        );
        if let Some(province) = spread.province.filter(|other| other.abs() <= self.reach) {
            let _ = write!(
                svg,
                "<path class=\"tp\" d=\"M{} {}v8\"/>",
                length(self.at(province)),
                length(y - 4.0)
            );
        }
        if let Some(peers) = spread.peers.filter(|other| other.abs() <= self.reach) {
            let _ = write!(
                svg,
                "<circle class=\"tv\" cx=\"{}\" cy=\"{}\" r=\"2.5\"/>",
                length(self.at(peers)),
                length(y)
            );
        }
        if let Some((low, high)) = spread.interval {
            let _ = write!(
                svg,
                "<path class=\"ti\" d=\"M{} {}H{}\"/>",
                length(self.at(low)),
                length(y),
                length(self.at(high))
            );
        }
        self.mark(spread.own, verdict, svg);
    }

    /// The own figure: its shape is that of the verdict's sign, at the end of the scale an
    /// arrowhead that says "farther".
    fn mark(&self, own: f64, verdict: Verdict, svg: &mut String) {
        let (x, y) = (self.at(own), self.y);
        let class = verdict_class(verdict);
        let shape = if own.abs() > self.reach {
            let back = if own > 0.0 { -7.0 } else { 7.0 };
            format!(
                "M{} {}L{} {}V{}z",
                length(x),
                length(y),
                length(x + back),
                length(y - 5.0),
                length(y + 5.0)
            )
        } else {
            match verdict {
                Verdict::Better => format!("M{} {}l5 9h-10z", length(x), length(y - 5.5)),
                Verdict::Worse => format!("M{} {}l5 -9h-10z", length(x), length(y + 5.5)),
                Verdict::Higher | Verdict::Lower => {
                    format!("M{} {}l5 5l-5 5l-5 -5z", length(x), length(y - 5.0))
                }
                Verdict::Similar | Verdict::NotCompared => {
                    let _ = write!(
                        svg,
                        "<circle class=\"m {class}\" cx=\"{}\" cy=\"{}\" r=\"4.2\"/>",
                        length(x),
                        length(y)
                    );
                    return;
                }
            }
        };
        let _ = write!(svg, "<path class=\"m {class}\" d=\"{shape}\"/>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up::row;

    #[test]
    fn distances_are_in_percent_of_the_country() {
        // 8 against the country's 11, its province's 10 and the peers' 6.
        let spread = Spread::of(&row("sotkanet:181", "working_age", 8.0)).unwrap();
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert!(near(spread.own, -300.0 / 11.0));
        assert!(near(spread.province.unwrap(), -100.0 / 11.0));
        assert!(near(spread.peers.unwrap(), -500.0 / 11.0));
        let (low, high) = spread.interval.unwrap();
        assert!(near(low, -350.0 / 11.0) && near(high, -250.0 / 11.0));
    }

    #[test]
    fn numbers_of_persons_have_no_place_beside_the_country() {
        let count = ReportRow {
            value_kind: ValueKind::Count,
            ..row("sotkanet:127", "population", 8.0)
        };
        assert_eq!(Spread::of(&count), None);
    }

    #[test]
    fn one_far_figure_of_ten_does_not_stretch_the_scale() {
        let spread = |own| Spread {
            own,
            interval: None,
            province: None,
            peers: None,
        };
        let mut spreads = vec![spread(-8.0); 9];
        spreads.push(spread(150.0));
        assert!((reach(spreads.iter()) - 10.0).abs() < 1e-9);
        let track = Track {
            x: 0.0,
            y: 8.0,
            width: 200.0,
            reach: 10.0,
        };
        let mut svg = String::new();
        track.draw(&spread(150.0), Verdict::Worse, &mut svg);
        assert!(svg.contains("M200 8L193 3V13z"), "{svg}");
    }
}
