//! Boundaries of municipalities, from `GeoJSON` to shapes that can be drawn.
//!
//! Each vertex is moved to the nearest point of a grid, by itself and never with regard to
//! its neighbours. So a border that two municipalities share is moved the same way in both,
//! and no gap opens between them. Wholes (provinces, counties) are made of their parts by
//! cancelling the edges that two parts share.
//!
//! What is deliberately absent: projection. Coordinates are ETRS-TM35FIN (EPSG:3067), in
//! metres; anything else is turned down.

use std::collections::{BTreeMap, BTreeSet};

use botnia_model::RegionCode;
use serde::Deserialize;
use serde_json::Value;

use crate::TransformError;

/// The bounds of the coordinates that Finland can have, in metres.
const EASTINGS: std::ops::Range<f64> = 0.0..1_000_000.0;
const NORTHINGS: std::ops::Range<f64> = 6_400_000.0..7_900_000.0;

/// The northing of the grid's first row: drawings count downwards.
const TOP: f64 = 7_800_000.0;

/// What an attribute with a municipality's code is called: by Statistics Finland, and in
/// files that were made from its data.
const CODES: [&str; 2] = ["kunta", "kunta_code"];

/// A point of the grid: to the right, and down.
pub type Point = (i32, i32);

/// A closed line; its last point is not the first again.
pub type Ring = Vec<Point>;

/// An outer ring, then its holes. In metres.
type Polygon = Vec<Vec<(f64, f64)>>;

/// The boundaries of the municipalities of one division, as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundaries {
    /// The polygons of each municipality.
    municipalities: BTreeMap<String, Vec<Polygon>>,
}

/// Shapes on a grid, by code. A shape is filled where a ray from it crosses its rings an
/// odd number of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shapes {
    /// Rings with all points of the grid that they pass.
    shapes: BTreeMap<String, Vec<Ring>>,
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Option<serde_json::Map<String, Value>>,
    geometry: Option<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    coordinates: Value,
}

impl Boundaries {
    /// Reads the features of a `GeoJSON` collection. Those without a municipality's code or
    /// without a polygon are passed over.
    ///
    /// # Errors
    /// [`TransformError::Malformed`] for what is no such collection;
    /// [`TransformError::Contract`] where no feature is a municipality, or a coordinate
    /// lies where Finland is not.
    pub fn read(bytes: &[u8]) -> Result<Self, TransformError> {
        const OBJECT: &str = "the boundaries of the municipalities";
        let collection: Collection =
            serde_json::from_slice(bytes).map_err(|source| TransformError::Malformed {
                object: OBJECT.to_owned(),
                source,
            })?;
        let mut municipalities: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for feature in collection.features {
            let (Some(properties), Some(geometry)) = (feature.properties, feature.geometry) else {
                continue;
            };
            let code = CODES
                .iter()
                .find_map(|name| properties.get(*name)?.as_str())
                .filter(|code| code.parse::<RegionCode>().is_ok());
            let Some(code) = code else { continue };
            let polygons: Vec<Vec<Vec<Vec<f64>>>> = match geometry.kind.as_str() {
                "Polygon" => serde_json::from_value(geometry.coordinates).map(|one| vec![one]),
                "MultiPolygon" => serde_json::from_value(geometry.coordinates),
                _ => continue,
            }
            .map_err(|source| TransformError::Malformed {
                object: format!("the boundary of municipality {code}"),
                source,
            })?;
            for polygon in polygons {
                let rings = polygon
                    .into_iter()
                    .map(|ring| ring.iter().map(|position| metres(position)).collect())
                    .collect::<Option<Vec<Vec<_>>>>()
                    .ok_or_else(|| {
                        TransformError::contract(
                            OBJECT,
                            format!(
                                "a coordinate of municipality {code} lies outside Finland in \
                                 ETRS-TM35FIN (EPSG:3067)"
                            ),
                        )
                    })?;
                municipalities
                    .entry(code.to_owned())
                    .or_default()
                    .push(rings);
            }
        }
        if municipalities.is_empty() {
            return Err(TransformError::contract(
                OBJECT,
                format!("no feature has a polygon and the attribute `{}`", CODES[0]),
            ));
        }
        Ok(Self { municipalities })
    }

    /// The codes of the municipalities.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.municipalities.keys().map(String::as_str)
    }

    /// The shapes on a grid of so many metres. Islets below `smallest` square kilometres are
    /// left out, except the largest piece of each municipality.
    pub fn on_grid(&self, metres: f64, smallest: f64) -> Shapes {
        let shapes = self
            .municipalities
            .iter()
            .map(|(code, polygons)| {
                let areas: Vec<f64> = polygons
                    .iter()
                    .map(|rings| rings.first().map_or(0.0, |ring| area(ring)))
                    .collect();
                let largest = areas.iter().copied().fold(0.0, f64::max);
                let rings = polygons
                    .iter()
                    .zip(areas)
                    .filter(|(_, area)| *area >= smallest * 1e6 || *area >= largest)
                    .flat_map(|(rings, _)| rings)
                    .map(|ring| quantised(ring, metres))
                    .filter(|ring| ring.len() > 2)
                    .collect();
                (code.clone(), rings)
            })
            .collect();
        Shapes { shapes }
    }
}

impl Shapes {
    /// The shapes of wholes: `whole` says to which one each part belongs, if to one.
    #[must_use]
    pub fn dissolved(&self, whole: impl Fn(&str) -> Option<String>) -> Self {
        let mut edges: BTreeMap<String, BTreeSet<(Point, Point)>> = BTreeMap::new();
        for (code, rings) in &self.shapes {
            let Some(whole) = whole(code) else { continue };
            let edges = edges.entry(whole).or_default();
            for edge in rings.iter().flat_map(|ring| edges_of(ring)) {
                // What two parts share is inside the whole.
                if !edges.remove(&edge) {
                    edges.insert(edge);
                }
            }
        }
        Self {
            shapes: edges
                .into_iter()
                .map(|(whole, edges)| (whole, chained(edges)))
                .collect(),
        }
    }

    /// What can be drawn, by code: without the points that lie on a straight line.
    pub fn outlines(&self) -> BTreeMap<String, Vec<Ring>> {
        self.shapes
            .iter()
            .map(|(code, rings)| {
                let rings = rings.iter().map(|ring| straightened(ring));
                (code.clone(), rings.filter(|ring| ring.len() > 2).collect())
            })
            .collect()
    }
}

/// A position, if it lies where Finland is.
fn metres(position: &[f64]) -> Option<(f64, f64)> {
    let (east, north) = (*position.first()?, *position.get(1)?);
    (EASTINGS.contains(&east) && NORTHINGS.contains(&north)).then_some((east, north))
}

/// The area of a ring, in square metres (the shoelace formula).
fn area(ring: &[(f64, f64)]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    let twice: f64 = ring
        .iter()
        .zip(next)
        .map(|((east, north), (next_east, next_north))| east * next_north - next_east * north)
        .sum();
    (twice / 2.0).abs()
}

/// Each vertex at its point of the grid; what falls together stands once.
fn quantised(ring: &[(f64, f64)], metres: f64) -> Ring {
    let mut points: Ring = Vec::with_capacity(ring.len());
    for (east, north) in ring {
        let point = (on_line(east / metres), on_line((TOP - north) / metres));
        if points.last() != Some(&point) {
            points.push(point);
        }
    }
    while points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    points
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "coordinates were checked to lie within Finland"
)]
fn on_line(place: f64) -> i32 {
    place.round() as i32
}

/// The edges of a ring, the same whichever way it runs.
fn edges_of(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .filter(|(one, other)| one != other)
        .map(|(one, other)| (*one.min(other), *one.max(other)))
}

/// Rings that pass every edge once. At each point an even number of edges meets, because
/// every ring brings two: so a walk ends only where it began.
fn chained(edges: BTreeSet<(Point, Point)>) -> Vec<Ring> {
    let mut ways: BTreeMap<Point, BTreeSet<Point>> = BTreeMap::new();
    for (one, other) in edges {
        ways.entry(one).or_default().insert(other);
        ways.entry(other).or_default().insert(one);
    }
    let mut rings = Vec::new();
    while let Some((start, _)) = ways.iter().find(|(_, onwards)| !onwards.is_empty()) {
        let start = *start;
        let mut ring = vec![start];
        let mut at = start;
        while let Some(next) = ways.get_mut(&at).and_then(BTreeSet::pop_first) {
            if let Some(back) = ways.get_mut(&next) {
                back.remove(&at);
            }
            if next == start {
                break;
            }
            ring.push(next);
            at = next;
        }
        ways.retain(|_, onwards| !onwards.is_empty());
        rings.push(ring);
    }
    rings
}

/// Without points between their neighbours on a straight line, and without spikes.
fn straightened(ring: &[Point]) -> Ring {
    let mut kept: Ring = Vec::with_capacity(ring.len());
    for point in ring {
        while let [.., before, last] = kept.as_slice()
            && is_straight(*before, *last, *point)
        {
            kept.pop();
        }
        if kept.last() != Some(point) {
            kept.push(*point);
        }
    }
    // Where the ring closes, at its end and at its beginning.
    loop {
        match kept.as_slice() {
            [first, .., before, last] if kept.len() > 2 && is_straight(*before, *last, *first) => {
                kept.pop();
            }
            [first, second, .., last] if kept.len() > 2 && is_straight(*last, *first, *second) => {
                kept.remove(0);
            }
            _ => return kept,
        }
    }
}

fn is_straight(one: Point, middle: Point, other: Point) -> bool {
    let to = |from: Point, to: Point| {
        (
            i64::from(to.0) - i64::from(from.0),
            i64::from(to.1) - i64::from(from.1),
        )
    };
    let ((x, y), (next_x, next_y)) = (to(one, middle), to(middle, other));
    x * next_y == y * next_x
}

#[cfg(test)]
mod tests;
