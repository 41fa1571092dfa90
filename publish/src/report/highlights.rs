//! What of a report stands first: what is better or worse than in the whole country, and
//! what changed. Only figures that were judged, so that chance does not make the headlines.
//!
//! The order is by size, at most [`OF_ONE_THEME`] of a theme: that decides what is told
//! first, and is itself never told as a rank.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use botnia_model::{Comparator, Verdict};

use super::{RegionReport, ReportRow};

/// How many of each kind are shown.
pub(crate) const SHOWN: usize = 5;
/// How many of them may be of one theme.
const OF_ONE_THEME: usize = 2;

/// The rows that stand first.
pub(crate) struct Highlights<'a> {
    /// Better than the whole country.
    pub(crate) better: Vec<&'a ReportRow>,
    /// Worse than the whole country.
    pub(crate) worse: Vec<&'a ReportRow>,
    /// Clearly changed from the previous figure.
    pub(crate) changed: Vec<&'a ReportRow>,
}

impl<'a> Highlights<'a> {
    /// Those of `report`.
    pub(crate) fn of(report: &'a RegionReport) -> Self {
        let rows = report.rows_in_order();
        let against = |verdict| {
            let of_verdict = rows
                .iter()
                .copied()
                .filter(|row| row.comparison(Comparator::Country).judged.verdict == verdict);
            foremost(of_verdict, distance)
        };
        let changed = rows.iter().copied();
        let changed = changed.filter(|row| is_change(row.change_verdict.verdict));
        Self {
            better: against(Verdict::Better),
            worse: against(Verdict::Worse),
            changed: foremost(changed, |row| row.change_percent.unwrap_or_default().abs()),
        }
    }
}

/// Whether a figure clearly differs from its previous one.
pub(crate) fn is_change(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Similar | Verdict::NotCompared)
}

/// How far the figure is from the country's in proportion to it: for the order alone.
fn distance(row: &ReportRow) -> f64 {
    match (row.value, row.comparison(Comparator::Country).value) {
        (Some(own), Some(country)) if country != 0.0 => ((own - country) / country).abs(),
        _ => 0.0,
    }
}

/// The largest few; equal ones in the report's order.
fn foremost<'a>(
    rows: impl Iterator<Item = &'a ReportRow>,
    size: impl Fn(&ReportRow) -> f64,
) -> Vec<&'a ReportRow> {
    let mut rows: Vec<&ReportRow> = rows.collect();
    rows.sort_by_key(|row| Reverse(Ordered(size(row))));
    let mut of_theme: BTreeMap<&str, usize> = BTreeMap::new();
    rows.retain(|row| {
        let count = of_theme.entry(&row.theme).or_default();
        *count += 1;
        *count <= OF_ONE_THEME
    });
    rows.truncate(SHOWN);
    rows
}

/// A finite number with its total order.
struct Ordered(f64);

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.0.total_cmp(&other.0).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::report::made_up::{row, vaasa};
    use crate::report::{Comparison, Judged};

    fn report(rows: Vec<ReportRow>) -> RegionReport {
        RegionReport {
            region: vaasa(),
            rows,
            series: BTreeMap::new(),
        }
    }

    fn against_country(row: ReportRow, country: f64, verdict: Verdict) -> ReportRow {
        ReportRow {
            comparisons: row.comparisons.map(|one| match one.comparator {
                Comparator::Country => Comparison {
                    value: Some(country),
                    judged: Judged {
                        verdict,
                        not_compared: None,
                    },
                    ..one
                },
                _ => one,
            }),
            ..row
        }
    }

    fn ids(rows: &[&ReportRow]) -> Vec<String> {
        rows.iter().map(|row| row.indicator_id.clone()).collect()
    }

    #[test]
    fn the_largest_come_first_and_no_theme_takes_all_places() {
        let better = |id: &str, theme: &str, country| {
            against_country(row(id, theme, 10.0), country, Verdict::Better)
        };
        let report = report(vec![
            better("a:1", "children", 20.0),
            better("a:2", "children", 40.0),
            better("a:3", "children", 30.0),
            better("a:4", "everyone", 11.0),
            against_country(row("a:5", "everyone", 10.0), 99.0, Verdict::Similar),
            against_country(row("a:6", "everyone", 10.0), 8.0, Verdict::Worse),
        ]);
        let highlights = Highlights::of(&report);
        assert_eq!(ids(&highlights.better), ["a:2", "a:3", "a:4"]);
        assert_eq!(ids(&highlights.worse), ["a:6"]);
    }

    #[test]
    fn a_change_that_chance_explains_is_no_headline() {
        let mut similar = row("a:1", "children", 10.0);
        similar.change_verdict.verdict = Verdict::Similar;
        similar.change_percent = Some(80.0);
        let mut small = row("a:2", "children", 10.0);
        small.change_percent = Some(-3.0);
        let mut large = row("a:3", "everyone", 10.0);
        large.change_percent = Some(9.0);
        let report = report(vec![similar, small, large]);
        assert_eq!(ids(&Highlights::of(&report).changed), ["a:3", "a:2"]);
    }
}
