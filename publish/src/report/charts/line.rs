//! A small chart of an indicator over the years: the region's own line, those of the areas it
//! is compared with, and the interval of the latest figure.

use std::fmt::Write as _;

use botnia_config::words::numbers;
use botnia_model::{Language, Status};

use super::escape;
use super::scale::{Scale, Ticks, moment};
use crate::report::{Interval, Point};

/// How many years a chart goes back from the latest own figure.
pub(crate) const YEARS: i32 = 15;

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 132.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 112.0;
const RIGHT: f64 = 330.0;
/// A letter of the axis, and what is between it and the lines.
const LETTER: f64 = 5.9;
const GAP: f64 = 6.0;

/// What a line is of: the class by which the page draws it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineOf {
    Province,
    WellbeingCounty,
    Country,
}

impl LineOf {
    /// The class in the page's styles.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Province => "lp",
            Self::WellbeingCounty => "lh",
            Self::Country => "lc",
        }
    }
}

/// What a chart shows.
pub(crate) struct LineChart<'a> {
    pub(crate) own: &'a [Point],
    pub(crate) others: &'a [(LineOf, &'a [Point])],
    /// Of the latest own figure.
    pub(crate) interval: Option<Interval>,
    /// What the chart says, in words.
    pub(crate) alternative: &'a str,
    pub(crate) language: Language,
}

/// The years that the chart of these own figures goes over; none without a figure.
pub(crate) fn years(own: &[Point]) -> Option<(i32, i32)> {
    let with_value = || own.iter().filter(|point| point.value.is_some());
    let last = with_value().map(|point| point.period.year()).max()?;
    let first = with_value()
        .map(|point| point.period.year())
        .find(|year| *year > last - YEARS)?;
    Some((first, last))
}

/// The points of a series within the years.
pub(crate) fn within(points: &[Point], (first, last): (i32, i32)) -> impl Iterator<Item = &Point> {
    points
        .iter()
        .filter(move |point| (first..=last).contains(&point.period.year()))
}

impl LineChart<'_> {
    /// The chart as an SVG element; none where there is nothing to draw.
    pub(crate) fn draw(&self) -> Option<String> {
        let years = years(self.own)?;
        let own: Vec<&Point> = within(self.own, years).collect();
        let others: Vec<(LineOf, Vec<&Point>)> = self
            .others
            .iter()
            .map(|(of, points)| (*of, within(points, years).collect()))
            .collect();
        let all = others
            .iter()
            .flat_map(|(_, points)| points)
            .chain(&own)
            .filter_map(|point| point.value)
            .chain(
                self.interval
                    .into_iter()
                    .flat_map(|one| [one.low, one.high]),
            );
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let ticks = Ticks::around(low, high);
        let labels: Vec<String> = ticks
            .values
            .iter()
            .map(|value| numbers::figure(self.language, *value, Some(ticks.decimals)))
            .collect();
        let longest = labels.iter().map(|label| label.chars().count()).max()?;
        let left = longest as f64 * LETTER + GAP;

        let across = Scale::new(span(&own), (left + GAP, RIGHT - GAP));
        let up = Scale::new(ticks.ends(), (BOTTOM, TOP));

        let mut svg =
            format!("<svg class=g viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=img aria-label=\"");
        escape(self.alternative, &mut svg);
        svg.push_str("\">");
        frame(&mut svg, &ticks, &labels, (left, &up));
        years_below(&mut svg, &own, &across);
        breaks(&mut svg, &own, &across);
        for (of, points) in &others {
            let path = path(points, &across, &up);
            if !path.is_empty() {
                let _ = write!(svg, "<path class={} d=\"{path}\"/>", of.class());
            }
        }
        self.own_line(&mut svg, &own, &across, &up);
        svg.push_str("</svg>");
        Some(svg)
    }

    fn own_line(&self, svg: &mut String, own: &[&Point], across: &Scale, up: &Scale) {
        let latest = own.iter().rev().find(|point| point.value.is_some());
        let Some((latest, value)) = latest.and_then(|point| Some((point, point.value?))) else {
            return;
        };
        let x = across.place(moment(&latest.period)).round();
        if let Some(interval) = self.interval {
            let (low, high) = (
                up.place(interval.low).round(),
                up.place(interval.high).round(),
            );
            let _ = write!(
                svg,
                "<path class=li d=\"M{x} {low}V{high}M{} {low}h6M{} {high}h6\"/>",
                x - 3.0,
                x - 3.0
            );
        }
        let path = path(own, across, up);
        let y = up.place(value).round();
        let _ = write!(
            svg,
            "<path class=lo d=\"{path}\"/><circle class=po cx={x} cy={y} r=4 />"
        );
    }
}

/// The moments of the first and the last point with a value.
fn span(points: &[&Point]) -> (f64, f64) {
    let mut moments = points
        .iter()
        .filter(|point| point.value.is_some())
        .map(|point| moment(&point.period));
    let first = moments.next().unwrap_or_default();
    (first, moments.next_back().unwrap_or(first))
}

/// The first and the last year under the line, and one between them where there is room.
fn years_below(svg: &mut String, own: &[&Point], across: &Scale) {
    let (first, last) = span(own);
    let y = HEIGHT - 6.0;
    let mut label = |at: f64, anchor: &str| {
        let x = across.place(at).round();
        let _ = write!(
            svg,
            "<text class={anchor} x={x} y={y}>{:.0}</text>",
            at.floor()
        );
    };
    if last - first < 1.0 {
        label(last, "am");
        return;
    }
    label(first, "as");
    let middle = f64::midpoint(first, last).floor();
    if last - first >= 6.0 {
        label(middle, "am");
    }
    label(last, "ae");
}

/// A dashed line before each point at which the series breaks.
fn breaks(svg: &mut String, own: &[&Point], across: &Scale) {
    let mut path = String::new();
    for pair in own.windows(2) {
        if pair[1].status == Status::Break {
            let before = across.place(moment(&pair[0].period));
            let x = f64::midpoint(before, across.place(moment(&pair[1].period))).round();
            let _ = write!(path, "M{x} {TOP}V{BOTTOM}");
        }
    }
    if !path.is_empty() {
        let _ = write!(svg, "<path class=lb d=\"{path}\"/>");
    }
}

/// The line through the points; it is interrupted where a year has no figure, and a figure
/// without neighbours is a short dash.
fn path(points: &[&Point], across: &Scale, up: &Scale) -> String {
    let mut path = String::new();
    let mut run: Vec<(f64, f64)> = Vec::new();
    let mut last_year = None;
    for point in points {
        let Some(value) = point.value else {
            end_run(&mut path, &mut run);
            continue;
        };
        let year = point.period.year();
        if last_year.is_some_and(|last| year - last > 1) && is_yearly(points) {
            end_run(&mut path, &mut run);
        }
        last_year = Some(year);
        run.push((
            across.place(moment(&point.period)).round(),
            up.place(value).round(),
        ));
    }
    end_run(&mut path, &mut run);
    path
}

/// Whether at least two of three figures follow the one before within a year: a survey every
/// other year is a line all the same.
fn is_yearly(points: &[&Point]) -> bool {
    let years: Vec<i32> = points
        .iter()
        .filter(|point| point.value.is_some())
        .map(|point| point.period.year())
        .collect();
    let close = years
        .windows(2)
        .filter(|pair| pair[1] - pair[0] <= 1)
        .count();
    3 * close >= 2 * years.len().saturating_sub(1)
}

fn end_run(path: &mut String, run: &mut Vec<(f64, f64)>) {
    match run.as_slice() {
        [] => {}
        [(x, y)] => {
            let _ = write!(path, "M{} {y}h4", x - 2.0);
        }
        [(x, y), rest @ ..] => {
            let _ = write!(path, "M{x} {y}l");
            // Steps are shorter to write than places.
            let mut last = (*x, *y);
            for (index, (x, y)) in rest.iter().enumerate() {
                let (across, up) = (x - last.0, y - last.1 + 0.0);
                let space = if index > 0 { " " } else { "" };
                let comma = if up < 0.0 { "" } else { " " };
                let _ = write!(path, "{space}{across}{comma}{up}");
                last = (*x, *y);
            }
        }
    }
    run.clear();
}

fn frame(svg: &mut String, ticks: &Ticks, labels: &[String], (left, up): (f64, &Scale)) {
    let mut grid = String::new();
    let mut texts = String::new();
    for (value, label) in ticks.values.iter().zip(labels) {
        let y = up.place(*value).round();
        let _ = write!(grid, "M{left:.0} {y}H{RIGHT}");
        let _ = write!(
            texts,
            "<text x={:.0} y={}>{label}</text>",
            left - 4.0,
            y + 4.0
        );
    }
    let _ = write!(svg, "<path class=gr d=\"{grid}\"/><g class=ay>{texts}</g>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up::points;
    use botnia_model::IntervalMethod;

    fn chart(own: &[Point], others: &[(LineOf, &[Point])]) -> Option<String> {
        LineChart {
            own,
            others,
            interval: Some(Interval {
                low: 7.5,
                high: 8.5,
                method: IntervalMethod::WilsonFromCounts,
            }),
            alternative: "\"><script>alert(1)</script>",
            language: Language::Fi,
        }
        .draw()
    }

    #[test]
    fn a_gap_interrupts_the_line_and_is_never_zero() {
        let own = points(2020, &[Some(9.0), Some(8.5), None, Some(8.2), Some(8.0)]);
        let svg = chart(&own, &[]).unwrap();
        let line = svg.split("class=lo d=\"").nth(1).unwrap();
        let line = line.split('"').next().unwrap();
        assert_eq!(line.matches('M').count(), 2, "{line}");
        // The scale goes from 7 to 10 or thereabouts, not down to zero.
        assert!(!svg.contains(">0<"), "{svg}");
    }

    #[test]
    fn without_a_figure_there_is_no_chart_and_one_figure_is_a_point() {
        assert_eq!(chart(&points(2020, &[None, None]), &[]), None);
        let svg = chart(&points(2024, &[Some(8.0)]), &[]).unwrap();
        assert!(svg.contains("<circle"));
        assert_eq!(svg.matches(">2024<").count(), 1);
    }

    #[test]
    fn only_the_latest_years_are_drawn() {
        let own = points(1990, &vec![Some(8.0); 35]);
        let svg = chart(&own, &[]).unwrap();
        assert!(svg.contains(">2010<") && svg.contains(">2024<") && !svg.contains(">1990<"));
    }

    #[test]
    fn what_comes_from_outside_is_text() {
        let own = points(2023, &[Some(8.0), Some(8.0)]);
        let svg = chart(&own, &[(LineOf::Country, own.as_slice())]).unwrap();
        assert!(!svg.contains("<script"));
        assert!(svg.contains("&quot;&gt;&lt;script&gt;"));
        assert!(svg.contains("class=lc"));
    }
}
