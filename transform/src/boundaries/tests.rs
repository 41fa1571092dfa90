use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A collection with one feature per code and list of polygons, in metres.
fn collection(features: &[(&str, Value)]) -> Vec<u8> {
    let features: Vec<Value> = features
        .iter()
        .map(|(code, coordinates)| {
            json!({
                "type": "Feature",
                "properties": {"kunta": code, "nimi": "x"},
                "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
            })
        })
        .collect();
    json!({"type": "FeatureCollection", "features": features})
        .to_string()
        .into_bytes()
}

/// A square with its lower left corner and side in metres.
fn square(east: f64, north: f64, side: f64) -> Value {
    json!([[
        [east, north],
        [east + side, north],
        [east + side, north + side],
        [east, north + side],
        [east, north]
    ]])
}

/// Twice the area that the rings fill, in squares of the grid: rings that lie in each other
/// cancel out.
fn filled(rings: &[Ring]) -> i64 {
    // Every unit square of the bounds is asked whether its middle is inside.
    let points = || rings.iter().flatten();
    let Some(left) = points().map(|point| point.0).min() else {
        return 0;
    };
    let right = points().map(|point| point.0).max().unwrap();
    let top = points().map(|point| point.1).min().unwrap();
    let bottom = points().map(|point| point.1).max().unwrap();
    let mut inside = 0;
    for y in top..bottom {
        for x in left..right {
            let (at_x, at_y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
            let crossings = rings
                .iter()
                .flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)))
                .filter(|(one, other)| {
                    let ((x1, y1), (x2, y2)) = (
                        (f64::from(one.0), f64::from(one.1)),
                        (f64::from(other.0), f64::from(other.1)),
                    );
                    (y1 > at_y) != (y2 > at_y) && at_x < (x2 - x1) * (at_y - y1) / (y2 - y1) + x1
                })
                .count();
            inside += i64::from(crossings % 2 == 1);
        }
    }
    inside
}

#[test]
fn a_collection_is_read_by_its_codes() {
    let bytes = collection(&[
        ("905", json!([square(230_000.0, 7_000_000.0, 4_000.0)])),
        ("499", json!([square(234_000.0, 7_000_000.0, 4_000.0)])),
    ]);
    let boundaries = Boundaries::read(&bytes).unwrap();
    assert_eq!(boundaries.codes().collect::<Vec<_>>(), ["499", "905"]);
    let outlines = boundaries.on_grid(1_000.0, 0.0).outlines();
    assert_eq!(
        outlines["905"],
        [vec![(230, 800), (234, 800), (234, 796), (230, 796)]]
    );
}

#[test]
fn degrees_and_what_is_no_municipality_are_turned_down() {
    let degrees = collection(&[("905", json!([square(21.5, 63.0, 0.5)]))]);
    let error = Boundaries::read(&degrees).unwrap_err();
    assert!(error.to_string().contains("EPSG:3067"), "{error}");
    let nothing = br#"{"type": "FeatureCollection", "features": [{"properties": {"nimi": "x"}, "geometry": null}]}"#;
    let error = Boundaries::read(nothing).unwrap_err();
    assert!(error.to_string().contains("`kunta`"), "{error}");
    for broken in ["<html>", "[]", "{\"features\": 1}"] {
        let error = Boundaries::read(broken.as_bytes()).unwrap_err();
        assert!(matches!(error, TransformError::Malformed { .. }), "{error}");
    }
    let dots = br#"{"features": [{"properties": {"kunta": "905"}, "geometry": {"type": "Polygon", "coordinates": [1]}}]}"#;
    let error = Boundaries::read(dots).unwrap_err();
    assert!(matches!(error, TransformError::Malformed { .. }), "{error}");
}

#[test]
fn a_code_that_is_none_leaves_no_shape() {
    let polygon = json!([square(230_000.0, 7_000_000.0, 4_000.0)]);
    let bytes = collection(&[("905", polygon.clone()), ("\"><script>", polygon)]);
    let boundaries = Boundaries::read(&bytes).unwrap();
    assert_eq!(boundaries.codes().collect::<Vec<_>>(), ["905"]);
}

#[test]
fn islets_go_and_the_largest_piece_stays() {
    let bytes = collection(&[
        (
            "905",
            json!([
                square(230_000.0, 7_000_000.0, 4_000.0),
                square(240_000.0, 7_000_000.0, 1_000.0)
            ]),
        ),
        ("035", json!([square(100_000.0, 6_700_000.0, 1_000.0)])),
    ]);
    let shapes = Boundaries::read(&bytes).unwrap().on_grid(500.0, 4.0);
    let outlines = shapes.outlines();
    assert_eq!(outlines["905"].len(), 1);
    assert_eq!(outlines["035"].len(), 1);
}

#[test]
fn a_hole_stays_a_hole_and_closes_when_what_fills_it_belongs_to_the_whole() {
    let around = json!([
        [
            [200_000.0, 7_000_000.0],
            [210_000.0, 7_000_000.0],
            [210_000.0, 7_010_000.0],
            [200_000.0, 7_010_000.0],
            [200_000.0, 7_000_000.0]
        ],
        [
            [204_000.0, 7_004_000.0],
            [204_000.0, 7_006_000.0],
            [206_000.0, 7_006_000.0],
            [206_000.0, 7_004_000.0],
            [204_000.0, 7_004_000.0]
        ]
    ]);
    let bytes = collection(&[
        ("049", json!([around])),
        ("235", json!([square(204_000.0, 7_004_000.0, 2_000.0)])),
    ]);
    let shapes = Boundaries::read(&bytes).unwrap().on_grid(1_000.0, 0.0);
    assert_eq!(filled(&shapes.outlines()["049"]), 96);
    let whole = shapes.dissolved(|_| Some("01".to_owned())).outlines();
    assert_eq!(whole["01"].len(), 1);
    assert_eq!(filled(&whole["01"]), 100);
}

#[test]
fn recorded_boundaries_are_drawn_whole() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/regions/kunnat_2026_land_3067.geojson");
    let Ok(bytes) = std::fs::read(file) else {
        use std::io::Write as _;
        std::io::stderr()
            .write_all(
                b"left out: recorded_boundaries_are_drawn_whole: the boundaries are absent\n",
            )
            .unwrap();
        return;
    };
    let boundaries = Boundaries::read(&bytes).unwrap();
    assert_eq!(boundaries.codes().count(), 308);
    let shapes = boundaries.on_grid(2_000.0, 20.0);
    let outlines = shapes.outlines();
    let empty: Vec<_> = outlines
        .iter()
        .filter(|(_, rings)| rings.is_empty())
        .map(|(code, _)| code.as_str())
        .collect();
    assert!(empty.is_empty(), "{empty:?}");
    // The country has no seams: its land is that of its municipalities.
    let country = shapes.dissolved(|_| Some("SSS".to_owned())).outlines();
    let parts: i64 = outlines.values().map(|rings| filled(rings)).sum();
    let whole = filled(&country["SSS"]);
    let difference = (parts - whole).abs();
    assert!(difference * 1000 < whole, "{parts} and {whole}");
}

/// A map of cells, each given to one of a few municipalities.
fn cells() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(0_u8..4, 6), 6)
}

/// The cells of each municipality as rings on a grid, one ring per cell.
fn shapes_of(cells: &[Vec<u8>]) -> Shapes {
    let mut shapes: BTreeMap<String, Vec<Ring>> = BTreeMap::new();
    for (y, row) in (0..).zip(cells) {
        for (x, owner) in (0..).zip(row) {
            let ring = vec![(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)];
            shapes.entry(owner.to_string()).or_default().push(ring);
        }
    }
    Shapes { shapes }
}

proptest! {
    #[test]
    fn a_whole_covers_what_its_parts_cover(cells in cells()) {
        let shapes = shapes_of(&cells);
        // Each with itself first: its cells become one outline.
        let merged = shapes.dissolved(|code| Some(code.to_owned()));
        for (code, rings) in merged.outlines() {
            let count = cells.iter().flatten().filter(|owner| owner.to_string() == code).count();
            prop_assert_eq!(filled(&rings), i64::try_from(count).unwrap());
        }
        // Then two wholes of two each; the order of merging makes no difference.
        let half = |code: &str| Some(if code < "2" { "a" } else { "b" }.to_owned());
        let twice = merged.dissolved(half).outlines();
        prop_assert_eq!(&twice, &shapes.dissolved(half).outlines());
        let all: i64 = twice.values().map(|rings| filled(rings)).sum();
        prop_assert_eq!(all, 36);
        // And all of them together are the square.
        let square = shapes.dissolved(|_| Some("all".to_owned())).outlines();
        prop_assert_eq!(&square["all"], &vec![vec![(0, 0), (0, 6), (6, 6), (6, 0)]]);
    }

    #[test]
    fn a_straightened_ring_covers_the_same(points in prop::collection::vec((0_i32..8, 0_i32..8), 3..12)) {
        let ring: Ring = points;
        prop_assert_eq!(filled(&[straightened(&ring)]), filled(std::slice::from_ref(&ring)));
    }

    #[test]
    fn a_shared_vertex_is_moved_the_same_way_in_every_ring(
        shared in prop::collection::vec((200_000.0..260_000.0_f64, 7_000_000.0..7_060_000.0_f64), 2..8),
        grid in 100.0..3_000.0_f64,
    ) {
        let mut one = shared.clone();
        one.push((199_000.0, 7_030_000.0));
        let mut other: Vec<_> = shared.iter().rev().copied().collect();
        other.push((261_000.0, 7_030_000.0));
        let (one, other) = (quantised(&one, grid), quantised(&other, grid));
        for (east, north) in shared {
            let point = quantised(&[(east, north)], grid)[0];
            prop_assert!(one.contains(&point) && other.contains(&point));
        }
    }
}
