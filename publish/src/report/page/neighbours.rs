//! The municipalities of a province or a county side by side: a map of each chosen indicator
//! where there are boundaries, a dot plot where there are none, and all figures in a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use botnia_config::words::{self, times};
use botnia_model::{Comparator, Period, Region};
use serde::Serialize;

use super::Pages;
use crate::report::ReportRow;
use crate::report::charts::{escape, visible};
use crate::report::figures::Figures;
use crate::report::municipal::{MunicipalFigure, SIDE_BY_SIDE};
use crate::site::{Class, Dot, alphabetical, classes, plot};

/// The classes of a map: few, because a province has few municipalities.
const THIRDS: usize = 3;
/// How many times the numbers on a map go into its longer side, the width of its borders,
/// and the outline of the report's own municipality.
const NUMBERS: f64 = 26.0;
const BORDERS: f64 = 450.0;
const OUTLINE: f64 = 130.0;

/// What the page shows of them.
#[derive(Serialize)]
pub(super) struct Neighbours {
    /// How to read the drawings.
    reading: String,
    /// The shapes that all maps share, as SVG; empty for dot plots.
    shapes: String,
    drawings: Vec<Drawing>,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Drawing {
    title: String,
    period: String,
    svg: String,
    /// The classes of a map: their number and their figures.
    classes: Vec<(usize, String)>,
    /// The ends of a dot plot.
    ends: Option<(String, String)>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    cells: Vec<String>,
}

/// An indicator with the figures of the municipalities, in their order.
struct Shown<'a> {
    row: &'a ReportRow,
    /// What is drawn is of this period.
    period: &'a Period,
    figures: Vec<Option<&'a MunicipalFigure>>,
}

impl Shown<'_> {
    /// The figures that are drawn: those of the common period.
    fn values(&self) -> impl Iterator<Item = Option<f64>> {
        self.figures.iter().map(|figure| {
            let figure = figure.filter(|figure| figure.period.as_ref() == Some(self.period));
            figure.and_then(|figure| figure.value)
        })
    }

    fn ends(&self) -> (f64, f64) {
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        let values = self.values().flatten();
        values.fold(ends, |(low, high), value| (low.min(value), high.max(value)))
    }
}

impl Pages<'_> {
    /// None where fewer than two municipalities have figures of the same period.
    pub(super) fn neighbours(&self, figures: &Figures<'_>) -> Option<Neighbours> {
        let language = figures.language;
        let whole = self.context.surroundings(&self.report.region)?;
        let mut municipalities = self.context.municipalities_of(whole);
        municipalities.sort_by_key(|one| alphabetical(one.name.or_finnish(language)));
        let rows = self.report.rows_in_order();
        let shown: Vec<Shown<'_>> = SIDE_BY_SIDE
            .iter()
            .filter_map(|id| rows.iter().find(|row| row.indicator_id == *id))
            .filter_map(|row| self.shown(row, &municipalities))
            .collect();
        if shown.is_empty() {
            return None;
        }
        let keys = || municipalities.iter().map(|one| &one.key);
        let window = self.maps.and_then(|maps| maps.window(keys()));
        let own = municipalities
            .iter()
            .any(|one| one.key == self.report.region.key);
        let words = figures.words;
        let [reading, own_reading] = match window {
            Some(_) => words.maps_reading,
            None => words.dots_reading,
        };
        Some(Neighbours {
            reading: if own {
                format!("{reading} {own_reading}")
            } else {
                reading.to_owned()
            },
            shapes: window
                .as_ref()
                .map_or_else(String::new, |_| self.shapes(&municipalities)),
            drawings: shown
                .iter()
                .map(|one| {
                    let window = window.as_ref();
                    self.drawing(figures, one, &municipalities, window)
                })
                .collect(),
            lines: municipalities
                .iter()
                .enumerate()
                .map(|(index, municipality)| Line {
                    name: visible(municipality.name.or_finnish(language)),
                    cells: shown
                        .iter()
                        .map(|one| cell(figures, one, one.figures[index]))
                        .collect(),
                })
                .collect(),
        })
    }

    /// The figures of an indicator, with the latest period that at least half of those have
    /// that have a figure at all.
    fn shown<'a>(&'a self, row: &'a ReportRow, municipalities: &[&Region]) -> Option<Shown<'a>> {
        let of = &self.context.municipal;
        let figures: Vec<_> = municipalities
            .iter()
            .map(|one| of.of(&row.indicator_id, &one.key.id()))
            .collect();
        let mut by_period: BTreeMap<&Period, usize> = BTreeMap::new();
        for figure in figures.iter().flatten() {
            if let (Some(period), Some(_)) = (&figure.period, figure.value) {
                *by_period.entry(period).or_default() += 1;
            }
        }
        let all: usize = by_period.values().sum();
        let (period, count) = by_period
            .iter()
            .rev()
            .find(|(_, count)| **count * 2 >= all)
            .or_else(|| by_period.iter().next_back())?;
        (*count > 1).then_some(Shown {
            row,
            period,
            figures,
        })
    }

    /// Each municipality once; the maps refer to them.
    fn shapes(&self, municipalities: &[&Region]) -> String {
        let mut svg = "<svg class=\"h shapes\" aria-hidden=true><defs>".to_owned();
        for municipality in municipalities {
            let shape = self.maps.and_then(|maps| maps.shape(&municipality.key));
            if let Some(shape) = shape {
                // Writing to a String cannot fail.
                let _ = write!(
                    svg,
                    "<path id=\"{}\" d=\"{}\"/>",
                    place(municipality),
                    shape.path
                );
            }
        }
        svg.push_str("</defs></svg>");
        svg
    }

    fn drawing(
        &self,
        figures: &Figures<'_>,
        shown: &Shown<'_>,
        municipalities: &[&Region],
        window: Option<&(String, i32)>,
    ) -> Drawing {
        let language = figures.language;
        let number = |value| figures.number(shown.row, value);
        let title = figures.title(shown.row);
        let period = times::period(language, shown.period);
        let (low, high) = shown.ends();
        let says = words::in_language(
            language,
            [
                "Pienin luku on {low}, suurin {high}. Kaikki luvut ovat taulukossa.",
                "Det lägsta talet är {low}, det högsta {high}. Alla tal finns i tabellen.",
                "The smallest figure is {low}, the largest {high}. All figures are in the table.",
            ],
        );
        let says = says
            .replace("{low}", &number(low))
            .replace("{high}", &number(high));
        let alternative = format!("{title}, {period}. {says}");
        let Some(window) = window else {
            return Drawing {
                svg: self.dots(figures, shown, municipalities, &alternative),
                classes: Vec::new(),
                ends: Some((number(low), number(high))),
                title,
                period,
            };
        };
        let classes = classes(shown.values().flatten().collect(), THIRDS);
        let map = (window, classes.as_slice());
        let svg = self.map(figures, shown, municipalities, map, &alternative);
        let classes = classes.iter().map(|class| {
            let (low, high) = (number(class.low), number(class.high));
            let figures = if low == high {
                low
            } else {
                format!("{low}–{high}")
            };
            (class.shade + 1, figures)
        });
        Drawing {
            svg,
            classes: classes.collect(),
            ends: None,
            title,
            period,
        }
    }

    fn map(
        &self,
        figures: &Figures<'_>,
        shown: &Shown<'_>,
        municipalities: &[&Region],
        ((view_box, side), classes): (&(String, i32), &[Class]),
        alternative: &str,
    ) -> String {
        // Borders and numbers are as large on every map, whatever the area.
        let share = |of: f64| f64::from(*side) / of;
        let mut svg = format!(
            "<svg class=mp stroke-width={:.2} viewBox=\"{view_box}\" role=img aria-label=\"",
            share(BORDERS)
        );
        escape(alternative, &mut svg);
        svg.push_str("\">");
        let class_of = |value: f64| {
            let mut classes = classes.iter();
            let class = classes.find(|class| (class.low..=class.high).contains(&value));
            class.map(|class| class.shade + 1)
        };
        let drawn: Vec<(Option<usize>, &Region, String)> = shown
            .values()
            .zip(municipalities)
            .map(|(value, municipality)| {
                let text = match value {
                    Some(value) => figures.number(shown.row, value),
                    None => "–".to_owned(),
                };
                (value.and_then(class_of), *municipality, text)
            })
            .collect();
        let groups = || (1..=THIRDS).map(Some).chain([None]);
        let is_drawn = |region: &Region| self.maps.and_then(|maps| maps.shape(&region.key));
        for group in groups() {
            let _ = write!(svg, "<g class=c{}>", group.unwrap_or_default());
            for (_, municipality, text) in drawn.iter().filter(|(of, ..)| *of == group) {
                if is_drawn(municipality).is_some() {
                    let _ = write!(svg, "<use href=\"#{}\"><title>", place(municipality));
                    let name = municipality.name.or_finnish(figures.language);
                    escape(&format!("{name}: {text}"), &mut svg);
                    svg.push_str("</title></use>");
                }
            }
            svg.push_str("</g>");
        }
        let own = &self.report.region;
        if municipalities.iter().any(|one| one.key == own.key) && is_drawn(own).is_some() {
            let (width, place) = (share(OUTLINE), place(own));
            let _ = write!(
                svg,
                "<use class=mo stroke-width={width:.2} href=\"#{place}\"/>"
            );
        }
        let _ = write!(svg, "<g font-size={:.1}>", share(NUMBERS));
        for group in groups() {
            let _ = write!(svg, "<g class=n{}>", group.unwrap_or_default());
            for (of, municipality, _) in drawn.iter().filter(|(of, ..)| *of == group) {
                if let Some(shape) = is_drawn(municipality) {
                    let (x, y) = shape.inside;
                    let number = of.map_or_else(|| "–".to_owned(), |class| class.to_string());
                    let _ = write!(svg, "<text x={x} y={y}>{number}</text>");
                }
            }
            svg.push_str("</g>");
        }
        svg.push_str("</g></svg>");
        svg
    }

    fn dots(
        &self,
        figures: &Figures<'_>,
        shown: &Shown<'_>,
        municipalities: &[&Region],
        alternative: &str,
    ) -> String {
        let dots = shown
            .values()
            .zip(municipalities)
            .filter_map(|(value, municipality)| {
                let value = value?;
                let name = visible(municipality.name.or_finnish(figures.language));
                let is_own = municipality.key == self.report.region.key;
                Some(Dot {
                    label: format!("{name}: {}", figures.number(shown.row, value)),
                    value,
                    mark: is_own.then_some(0),
                })
            })
            .collect();
        let is_same_time = shown.row.period.as_ref() == Some(shown.period);
        let country = shown.row.comparison(Comparator::Country).value;
        let country = country.filter(|_| is_same_time);
        plot(dots, shown.ends(), country, alternative)
    }
}

/// What the table says of a municipality: its figure, and of when it is where that is another
/// time, or why there is none.
fn cell(figures: &Figures<'_>, shown: &Shown<'_>, figure: Option<&MunicipalFigure>) -> String {
    let Some(figure) = figure else {
        return "–".to_owned();
    };
    let Some(value) = figure.value else {
        return words::status(figures.language, figure.status).to_owned();
    };
    let number = figures.number(shown.row, value);
    match &figure.period {
        Some(period) if period != shown.period => {
            format!("{number} ({})", times::period(figures.language, period))
        }
        _ => number,
    }
}

/// The id of a municipality's shape in the page: its code is of digits alone.
fn place(municipality: &Region) -> String {
    let code = municipality.key.code.as_str();
    let digits = code.chars().filter(char::is_ascii_digit);
    format!("m{}", digits.collect::<String>())
}
