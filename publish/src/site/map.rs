//! Maps as SVG: of the country or of a province, with areas shaded by their figures.
//!
//! A map is never the only place where something stands: its text says what it shows, and
//! its figures are in a table beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use botnia_model::{ContentHash, RegionKey};
use serde::Serialize;

use super::dots::escaped;

/// A closed line on a grid: to the right, and down.
pub type Ring = Vec<(i32, i32)>;

/// The shapes of regions, by region: municipalities, provinces and counties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoundaryShapes {
    /// On a coarse grid, for maps of the country.
    pub country: BTreeMap<RegionKey, Vec<Ring>>,
    /// On a finer grid, for maps of a province.
    pub detail: BTreeMap<RegionKey, Vec<Ring>>,
}

/// The shapes as paths, drawn once for all maps.
pub(crate) struct Maps {
    country: Sheet,
    detail: Sheet,
}

struct Sheet(BTreeMap<RegionKey, Shape>);

pub(crate) struct Shape {
    pub(crate) path: String,
    /// A point inside, with room around it.
    pub(crate) inside: (i32, i32),
    bounds: Bounds,
}

/// The smallest rectangle around something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounds {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

/// How many shades there are.
pub(crate) const SHADES: usize = 5;

/// An area on a map.
#[derive(Clone, Debug)]
pub(crate) struct MapArea {
    pub(crate) region: RegionKey,
    /// Its name and its figure, in words.
    pub(crate) label: String,
    /// Its figure.
    pub(crate) value: Option<f64>,
    /// Whether its outline stands out.
    pub(crate) outlined: bool,
}

/// The areas of one shade: from which figure to which.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Class {
    /// The place of the shade, from the lightest.
    pub(crate) shade: usize,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Maps {
    pub(crate) fn new(shapes: &BoundaryShapes) -> Self {
        Self {
            country: Sheet::new(&shapes.country),
            detail: Sheet::new(&shapes.detail),
        }
    }

    /// The country by municipality, each a link where it has a page. Who cannot see it has the same links in a
    /// list, so it is kept from the keyboard and from screen readers. None without shapes.
    pub(super) fn finder(&self, links: &[(RegionKey, String, Option<String>)]) -> Option<String> {
        let shapes = links.iter().map(|(region, ..)| region);
        let mut svg = format!(
            "<svg viewBox=\"{}\" aria-hidden=\"true\" focusable=\"false\"><g class=\"areas plain\">",
            self.country.bounds(shapes)?.view_box()
        );
        for (region, name, url) in links {
            let Some(shape) = self.country.0.get(region) else {
                continue;
            };
            let path = format!(
                "<path d=\"{}\"><title>{}</title></path>",
                shape.path,
                escaped(name)
            );
            match url {
                // Writing to a String cannot fail.
                Some(url) => {
                    let _ = write!(
                        svg,
                        "<a href=\"{}\" tabindex=\"-1\">{path}</a>",
                        escaped(url)
                    );
                }
                None => svg.push_str(&path),
            }
        }
        svg.push_str("</g></svg>");
        Some(svg)
    }

    /// The country with areas shaded by their figures. `id` is unique on the page. None
    /// where no area has a shape.
    pub(crate) fn of_country(
        &self,
        id: &str,
        areas: &[MapArea],
        text: &str,
    ) -> Option<(String, Vec<Class>)> {
        self.country.shaded(id, areas, text)
    }

    /// The window of a drawing of some areas on the finer grid, and its longer side. None
    /// without shapes.
    pub(crate) fn window<'a>(
        &self,
        areas: impl Iterator<Item = &'a RegionKey>,
    ) -> Option<(String, i32)> {
        let bounds = self.detail.bounds(areas)?;
        let (width, height) = (bounds.right - bounds.left, bounds.bottom - bounds.top);
        Some((bounds.view_box(), width.max(height)))
    }

    /// The shape of an area on the finer grid.
    pub(crate) fn shape(&self, region: &RegionKey) -> Option<&Shape> {
        self.detail.0.get(region)
    }

    /// The hash of all shapes on the finer grid.
    pub(crate) fn hash_of_detail(&self) -> ContentHash {
        let paths = self.detail.0.values().map(|shape| shape.path.as_bytes());
        ContentHash::of_parts(paths)
    }
}

impl Sheet {
    fn new(shapes: &BTreeMap<RegionKey, Vec<Ring>>) -> Self {
        let drawn = shapes.iter().filter_map(|(region, rings)| {
            let shape = Shape {
                path: path(rings),
                inside: inside(rings)?,
                bounds: Bounds::of(rings)?,
            };
            Some((region.clone(), shape))
        });
        Self(drawn.collect())
    }

    fn bounds<'a>(&self, regions: impl Iterator<Item = &'a RegionKey>) -> Option<Bounds> {
        regions
            .filter_map(|region| Some(self.0.get(region)?.bounds))
            .reduce(Bounds::with)
    }

    fn shaded(&self, id: &str, areas: &[MapArea], text: &str) -> Option<(String, Vec<Class>)> {
        let bounds = self.bounds(areas.iter().map(|area| &area.region))?;
        let values = areas.iter().filter_map(|area| area.value).collect();
        let classes = classes(values, SHADES);
        let mut svg = format!(
            "<svg viewBox=\"{}\" role=\"img\" aria-label=\"{}\">",
            bounds.view_box(),
            escaped(text)
        );
        let shade = |area: &MapArea| {
            let value = area.value?;
            let mut classes = classes.iter();
            let class = classes.find(|class| (class.low..=class.high).contains(&value))?;
            Some(class.shade)
        };
        let shades = (0..SHADES).map(Some).chain([None]);
        svg.push_str("<g class=\"areas\">");
        for wanted in shades {
            let mut group = areas.iter().filter(|area| shade(area) == wanted).peekable();
            if group.peek().is_none() {
                continue;
            }
            if let Some(shade) = wanted {
                let _ = write!(svg, "<g class=\"shade{}\">", shade + 1);
            } else {
                svg.push_str(&hatch(id));
                let _ = write!(svg, "<g fill=\"url(#hatch-{id})\">");
            }
            for area in group {
                if let Some(shape) = self.0.get(&area.region) {
                    let _ = write!(
                        svg,
                        "<path d=\"{}\"><title>{}</title></path>",
                        shape.path,
                        escaped(&area.label)
                    );
                }
            }
            svg.push_str("</g>");
        }
        svg.push_str("</g>");
        for area in areas.iter().filter(|area| area.outlined) {
            if let Some(shape) = self.0.get(&area.region) {
                let _ = write!(svg, "<path class=\"outlines\" d=\"{}\"/>", shape.path);
            }
        }
        svg.push_str("</svg>");
        Some((svg, classes))
    }
}

/// The sign of a shade, for a legend.
pub(crate) fn shade_sign(shade: usize) -> String {
    format!(
        "<svg class=\"sign\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"shade{}\" width=\"12\" height=\"12\"/></svg>",
        shade + 1
    )
}

/// The sign of areas without a figure, for a legend; the pattern is that of the map `id`.
pub(crate) fn hatch_sign(id: &str) -> String {
    format!(
        "<svg class=\"sign\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect fill=\"url(#hatch-{id})\" width=\"12\" height=\"12\"/></svg>"
    )
}

fn hatch(id: &str) -> String {
    format!(
        "<pattern id=\"hatch-{id}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect class=\"hatch-ground\" width=\"6\" height=\"6\"/><path class=\"hatch-line\" d=\"M0 0V6\"/></pattern>"
    )
}

/// Figures in groups of nearly equal number, equal ones together: for shades, not for a
/// judgement. The bounds of a group are figures of areas.
pub(crate) fn classes(mut values: Vec<f64>, shades: usize) -> Vec<Class> {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    let mut classes: Vec<Class> = Vec::new();
    let mut first_of_equal = 0;
    for (position, value) in values.iter().enumerate() {
        let is_equal = position > 0 && values[position - 1].total_cmp(value).is_eq();
        if !is_equal {
            first_of_equal = position;
        }
        let shade = first_of_equal * shades / count;
        match classes.last_mut() {
            Some(class) if class.shade == shade => class.high = *value,
            _ => classes.push(Class {
                shade,
                low: *value,
                high: *value,
            }),
        }
    }
    classes
}

/// In the middle of the widest place of a few lines across the shape.
fn inside(rings: &[Ring]) -> Option<(i32, i32)> {
    let bounds = Bounds::of(rings)?;
    let (top, height) = (f64::from(bounds.top), f64::from(bounds.bottom - bounds.top));
    let mut widest: Option<(f64, f64, f64)> = None;
    for share in [0.5, 0.4, 0.6, 0.3, 0.7] {
        // Between the points of the grid, so that no corner lies on the line.
        let y = (top + share * height).floor() + 0.5;
        let mut crossings: Vec<f64> = rings
            .iter()
            .flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)))
            .filter_map(|(from, to)| crossing(*from, *to, y))
            .collect();
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            let width = pair[1] - pair[0];
            if widest.is_none_or(|(known, ..)| width > known) {
                widest = Some((width, f64::midpoint(pair[0], pair[1]), y));
            }
        }
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it lies between points of the grid"
    )]
    widest.map(|(_, x, y)| (x.round() as i32, y.round() as i32))
}

/// Where the line from one point to another crosses a height between the points of the grid.
fn crossing(from: (i32, i32), to: (i32, i32), y: f64) -> Option<f64> {
    let [from, to] = [from, to].map(|(x, y)| (f64::from(x), f64::from(y)));
    let is_crossed = (from.1 < y) != (to.1 < y);
    is_crossed.then(|| from.0 + (y - from.1) / (to.1 - from.1) * (to.0 - from.0))
}

impl Bounds {
    fn of(rings: &[Ring]) -> Option<Self> {
        rings
            .iter()
            .flatten()
            .map(|(x, y)| Self {
                left: *x,
                top: *y,
                right: *x,
                bottom: *y,
            })
            .reduce(Self::with)
    }

    fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// With room for a line around.
    fn view_box(self) -> String {
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        format!(
            "{} {} {} {}",
            self.left - 2,
            self.top - 2,
            width + 4,
            height + 4
        )
    }
}

/// The data of a path: from each point to the next, in as few signs as it takes.
fn path(rings: &[Ring]) -> String {
    let mut data = String::new();
    for ring in rings {
        let mut points = ring.iter();
        let Some((mut x, mut y)) = points.next().copied() else {
            continue;
        };
        let _ = write!(data, "M{x} {y}l");
        let mut is_first = true;
        for (next_x, next_y) in points {
            for step in [next_x - x, next_y - y] {
                // A minus keeps numbers apart by itself.
                if !is_first && step >= 0 {
                    data.push(' ');
                }
                is_first = false;
                let _ = write!(data, "{step}");
            }
            (x, y) = (*next_x, *next_y);
        }
        data.push('z');
    }
    data
}

#[cfg(test)]
mod tests {
    use botnia_model::RegionLevel;
    use proptest::prelude::*;

    use super::*;

    fn key(code: &str) -> RegionKey {
        RegionKey::new(RegionLevel::Municipality, code.parse().unwrap())
    }

    fn square(x: i32) -> Vec<Ring> {
        vec![vec![(x, 0), (x + 4, 0), (x + 4, 4), (x, 4)]]
    }

    fn maps() -> Maps {
        let shapes = BTreeMap::from([
            (key("005"), square(0)),
            (key("009"), square(4)),
            (key("010"), square(8)),
        ]);
        Maps::new(&BoundaryShapes {
            country: shapes.clone(),
            detail: shapes,
        })
    }

    fn area(code: &str, value: Option<f64>) -> MapArea {
        MapArea {
            region: key(code),
            label: format!("<{code}>"),
            value,
            outlined: code == "005",
        }
    }

    #[test]
    fn a_path_goes_from_point_to_point() {
        assert_eq!(
            path(&[
                vec![(230, 800), (234, 800), (233, 796)],
                vec![(1, 2), (0, 3), (5, 5)]
            ]),
            "M230 800l4 0-1-4zM1 2l-1 1 5 2z"
        );
    }

    #[test]
    fn what_has_no_figure_is_hatched_and_names_are_only_text() {
        let areas = [
            area("005", Some(1.0)),
            area("009", None),
            area("010", Some(2.0)),
        ];
        let (svg, classes) = maps().of_country("m", &areas, "a \"map\"").unwrap();
        assert_eq!(svg.matches("<title>").count(), 3);
        assert!(svg.contains("<g fill=\"url(#hatch-m)\"><path d=\"M4 0"));
        assert!(svg.contains("&lt;009&gt;") && !svg.contains("<009"));
        assert!(svg.contains("aria-label=\"a &quot;map&quot;\""));
        assert_eq!(svg.matches("class=\"outlines\"").count(), 1);
        assert_eq!(classes.len(), 2);
    }

    #[test]
    fn without_a_shape_there_is_no_map() {
        assert!(
            maps()
                .of_country("m", &[area("999", Some(1.0))], "")
                .is_none()
        );
        let nothing = Maps::new(&BoundaryShapes::default());
        assert!(
            nothing
                .finder(&[(key("005"), String::new(), None)])
                .is_none()
        );
    }

    #[test]
    fn a_number_stands_inside_the_shape() {
        // A horseshoe that is open below: the middle of its bounds is outside of it.
        let horseshoe = vec![
            (0, 0),
            (10, 0),
            (10, 10),
            (7, 10),
            (7, 3),
            (4, 3),
            (4, 10),
            (0, 10),
        ];
        assert_eq!(inside(&[horseshoe]), Some((2, 6)));
        let (x, y) = inside(&square(8)).unwrap();
        assert!((8..12).contains(&x) && (0..4).contains(&y));
        // A hole is not inside.
        let hole = vec![(1, 1), (9, 1), (9, 9), (1, 9)];
        let around = vec![(0, 0), (20, 0), (20, 10), (0, 10)];
        let (x, _) = inside(&[around, hole]).unwrap();
        assert!(x > 9, "{x}");
    }

    #[test]
    fn a_window_holds_its_areas_and_nothing_else() {
        let keys = [key("005"), key("009")];
        assert_eq!(
            maps().window(keys.iter()),
            Some(("-2 -2 12 8".to_owned(), 8))
        );
        assert_eq!(maps().window([].iter()), None);
    }

    #[test]
    fn the_finder_is_for_the_mouse_alone() {
        let links = [(
            key("005"),
            "\"Alajärvi\"".to_owned(),
            Some("a&b.html".to_owned()),
        )];
        let svg = maps().finder(&links).unwrap();
        assert!(svg.contains("<a href=\"a&amp;b.html\" tabindex=\"-1\">"));
        assert!(svg.contains("&quot;Alajärvi&quot;"));
        assert!(svg.contains("aria-hidden=\"true\""));
    }

    proptest! {
        #[test]
        fn every_figure_has_one_shade_and_equal_ones_the_same(
            values in prop::collection::vec(-5_i32..5, 1..80)
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let classes = classes(values.clone(), SHADES);
            for value in &values {
                let of = classes.iter().filter(|class| (class.low..=class.high).contains(value));
                prop_assert_eq!(of.count(), 1);
            }
            prop_assert!(classes.windows(2).all(|pair| pair[0].shade < pair[1].shade));
            prop_assert!(classes.windows(2).all(|pair| pair[0].high < pair[1].low));
            prop_assert!(classes.iter().all(|class| class.shade < SHADES));
            let holds = |bound: f64| values.contains(&bound);
            prop_assert!(classes.iter().all(|class| holds(class.low) && holds(class.high)));
        }

        #[test]
        fn a_figure_that_no_other_has_shares_its_shade_with_a_fifth(count in 5_usize..400) {
            let values: Vec<f64> = (0..count).map(|value| value as f64).collect();
            for class in classes(values, SHADES) {
                let size = class.high - class.low + 1.0;
                let fifth = count as f64 / SHADES as f64;
                prop_assert!((size - fifth).abs() < 1.0, "{} of {}", size, count);
            }
        }
    }
}
