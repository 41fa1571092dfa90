//! The dot plot of a level: a dot per area, stacked where figures are close to each other
//! (Wilkinson 1999). It shows where areas lie, and puts none before another.

use std::fmt::Write as _;

use serde::Serialize;

/// The width of the plot in its own units.
const WIDTH: f64 = 600.0;
/// How high a stack may be.
const HEIGHT: f64 = 240.0;
/// The diameters that are tried, the largest first.
const DIAMETERS: [f64; 6] = [9.0, 8.0, 7.0, 6.0, 5.0, 4.0];

/// The shapes of marked areas, in their order; then they begin anew.
const SHAPES: usize = 3;

/// A drawing with what its signs mean.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Drawing {
    pub(super) svg: String,
    pub(super) caption: String,
    pub(super) legend: Vec<LegendMark>,
}

/// A sign of a drawing, and what it means.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LegendMark {
    pub(super) svg: String,
    pub(super) text: String,
}

/// An area in the plot.
#[derive(Clone, Debug)]
pub(crate) struct Dot {
    /// Its name and its figure, in words.
    pub(crate) label: String,
    pub(crate) value: f64,
    /// By which mark it stands out.
    pub(crate) mark: Option<usize>,
}

/// Draws dots between `low` and `high`, with a line at the figure of the country.
pub(crate) fn plot(
    mut dots: Vec<Dot>,
    (low, high): (f64, f64),
    country: Option<f64>,
    text: &str,
) -> String {
    // Marked ones lie at the bottom of their stack.
    dots.sort_by(|one, other| {
        let key = |dot: &Dot| dot.mark.unwrap_or(usize::MAX);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.value.total_cmp(&other.value))
            .then_with(|| one.label.cmp(&other.label))
    });
    let place = |value: f64, margin: f64| {
        let share = if high > low {
            ((value - low) / (high - low)).clamp(0.0, 1.0)
        } else {
            0.5
        };
        margin + share * (WIDTH - 2.0 * margin)
    };
    let stacked = |diameter: f64| {
        let mut heights: std::collections::BTreeMap<i64, usize> = std::collections::BTreeMap::new();
        let places: Vec<(i64, usize)> = dots
            .iter()
            .map(|dot| {
                let column = column(place(dot.value, diameter / 2.0), diameter);
                let height = heights.entry(column).or_default();
                *height += 1;
                (column, *height - 1)
            })
            .collect();
        let highest = heights.values().copied().max().unwrap_or_default();
        (places, highest)
    };
    let (diameter, (places, highest)) = DIAMETERS
        .into_iter()
        .map(|diameter| (diameter, stacked(diameter)))
        .find(|(diameter, (_, highest))| *highest as f64 * diameter <= HEIGHT)
        .unwrap_or_else(|| {
            let smallest = DIAMETERS[DIAMETERS.len() - 1];
            (smallest, stacked(smallest))
        });
    let height = (highest as f64 * diameter).max(2.0 * diameter) + 6.0;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">",
        escaped(text)
    );
    if let Some(country) = country.filter(|country| (low..=high).contains(country)) {
        let x = place(country, diameter / 2.0);
        // Writing to a String cannot fail.
        let _ = write!(svg, "<path class=\"country\" d=\"M{x:.1} 0V{height}\"/>");
    }
    let radius = diameter / 2.0 - 0.5;
    let mut class: Option<Option<usize>> = None;
    for (dot, (column, level)) in dots.iter().zip(places) {
        if class != Some(dot.mark) {
            if class.is_some() {
                svg.push_str("</g>");
            }
            class = Some(dot.mark);
            let _ = write!(svg, "<g class=\"{}\">", mark_class(dot.mark));
        }
        let x = (column as f64 + 0.5) * diameter;
        let y = height - 3.0 - (level as f64 + 0.5) * diameter;
        let _ = write!(
            svg,
            "<path d=\"{}\"><title>{}</title></path>",
            shape(dot.mark, x, y, radius),
            escaped(&dot.label)
        );
    }
    if class.is_some() {
        svg.push_str("</g>");
    }
    let _ = write!(
        svg,
        "<path class=\"axis\" d=\"M0 {0}H{WIDTH}\"/></svg>",
        height - 1.5
    );
    svg
}

/// The column of a place. Columns are a diameter wide.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a place lies within the width of the plot"
)]
fn column(place: f64, diameter: f64) -> i64 {
    ((place / diameter).floor() as i64).min((WIDTH / diameter).floor() as i64 - 1)
}

fn mark_class(mark: Option<usize>) -> String {
    mark.map_or_else(
        || "other".to_owned(),
        |mark| format!("mark{}", mark % SHAPES),
    )
}

/// A square, a triangle or a diamond for what is marked; a ring for the others.
fn shape(mark: Option<usize>, x: f64, y: f64, radius: f64) -> String {
    let r = radius;
    match mark.map(|mark| mark % SHAPES) {
        None => format!(
            "M{:.1} {y:.1}a{r} {r} 0 1 0 {1} 0a{r} {r} 0 1 0 -{1} 0z",
            x - r,
            2.0 * r
        ),
        Some(0) => format!("M{:.1} {:.1}h{2}v{2}h-{2}z", x - r, y - r, 2.0 * r),
        Some(1) => format!("M{x:.1} {:.1}l{r} {1}h-{1}z", y - r, 2.0 * r),
        Some(_) => format!("M{x:.1} {:.1}l{r} {r}l-{r} {r}l-{r} -{r}z", y - r),
    }
}

/// The sign of a mark, for a legend.
pub(super) fn sign(mark: Option<usize>) -> String {
    format!(
        "<svg class=\"sign\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><g class=\"{}\"><path d=\"{}\"/></g></svg>",
        mark_class(mark),
        shape(mark, 6.0, 6.0, 4.5)
    )
}

/// The sign of the country's line, for a legend.
pub(super) fn country_sign() -> String {
    "<svg class=\"sign\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path class=\"country\" d=\"M6 0V12\"/></svg>"
        .to_owned()
}

/// Text as it may stand in HTML and SVG, in an attribute too.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(label: &str, value: f64, mark: Option<usize>) -> Dot {
        Dot {
            label: label.to_owned(),
            value,
            mark,
        }
    }

    #[test]
    fn every_area_has_a_dot_and_what_is_outside_is_only_text() {
        let dots = vec![
            dot("<script>", 1.0, None),
            dot("Vaasa", 2.0, Some(0)),
            dot("Närpiö", 2.0, Some(1)),
            dot("Halsua", 5.0, None),
        ];
        let svg = plot(dots, (1.0, 5.0), Some(3.0), "a \"plot\"");
        assert_eq!(svg.matches("<title>").count(), 4);
        assert!(svg.contains("&lt;script&gt;") && !svg.contains("<script"));
        assert!(svg.contains("aria-label=\"a &quot;plot&quot;\""));
        assert!(svg.contains("class=\"country\""));
        // The groups are closed.
        assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
    }

    #[test]
    fn a_country_beyond_the_areas_has_no_line() {
        let svg = plot(vec![dot("Vaasa", 2.0, None)], (2.0, 2.0), Some(9.0), "");
        assert!(!svg.contains("class=\"country\""));
    }

    #[test]
    fn many_equal_figures_make_smaller_dots_and_not_a_tower() {
        let dots = (0..50).map(|n| dot(&n.to_string(), 1.0, None)).collect();
        let svg = plot(dots, (1.0, 1.0), None, "");
        let height: f64 = svg
            .split("viewBox=\"0 0 600 ")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .and_then(|height| height.parse().ok())
            .unwrap();
        assert!(height <= HEIGHT + 6.0, "{height}");
    }
}
