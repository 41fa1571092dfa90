//! From the boundaries of municipalities to the shapes that the maps of a release show.

use std::collections::BTreeMap;

use botnia_model::{Region, RegionCode, RegionKey, RegionLevel};
use botnia_publish::BoundaryShapes;
use botnia_publish::site::Ring;
use botnia_transform::boundaries::{Boundaries, Shapes};

/// The grid of maps of the country, in metres, and the smallest islet that they show, in
/// square kilometres. A map is some 350 pixels wide.
const COUNTRY: (f64, f64) = (2_000.0, 20.0);
/// The same of maps of a province.
const DETAIL: (f64, f64) = (500.0, 3.0);

/// The shapes of the municipalities, and of the provinces and counties that they are part
/// of, according to `regions`.
pub(super) fn shapes(boundaries: &Boundaries, regions: &[Region]) -> BoundaryShapes {
    let (metres, smallest) = COUNTRY;
    let country = of_every_level(&boundaries.on_grid(metres, smallest), regions);
    let (metres, smallest) = DETAIL;
    let detail = of_every_level(&boundaries.on_grid(metres, smallest), regions);
    BoundaryShapes { country, detail }
}

fn of_every_level(municipalities: &Shapes, regions: &[Region]) -> BTreeMap<RegionKey, Vec<Ring>> {
    let by_code: BTreeMap<&str, &Region> = regions
        .iter()
        .filter(|region| region.key.level == RegionLevel::Municipality)
        .map(|region| (region.key.code.as_str(), region))
        .collect();
    let whole = |of: fn(&Region) -> Option<&RegionCode>| {
        municipalities.dissolved(|code| Some(of(by_code.get(code)?)?.to_string()))
    };
    let provinces = whole(|region| region.province.as_ref());
    let counties = whole(|region| region.wellbeing_county.as_ref());
    [
        (RegionLevel::Municipality, municipalities),
        (RegionLevel::Province, &provinces),
        (RegionLevel::WellbeingCounty, &counties),
    ]
    .into_iter()
    .flat_map(|(level, shapes)| {
        let outlines = shapes.outlines().into_iter();
        outlines.filter_map(move |(code, rings)| {
            let code = code.parse().ok()?;
            Some((RegionKey::new(level, code), rings))
        })
    })
    .collect()
}
