//! Region lists.

use botnia_config::{RegionTables, SourceKind};
use botnia_model::{FindingKind, RegionKey};

use super::{REGIONS, kinds, regions, tables};
use crate::TransformError;
use crate::normalise::read_regions;

#[test]
fn the_region_list_gives_levels_codes_and_memberships() {
    let index = regions();
    let ids: Vec<String> = index
        .regions()
        .iter()
        .map(|region| region.key.id().to_string())
        .collect();
    assert_eq!(
        ids,
        [
            "SSS", "EUR33", "KU091", "KU743", "NORDIC33", "MK01", "MK14", "SK011", "HVA90"
        ]
    );

    let helsinki = index.get("46").unwrap();
    assert_eq!(helsinki.name.fi, "Helsinki");
    assert_eq!(helsinki.province.as_ref().unwrap().as_str(), "01");
    assert_eq!(helsinki.wellbeing_county.as_ref().unwrap().as_str(), "90");
    assert_eq!(helsinki.language_status, None);
    // The list is silent on this one; the tables are not.
    let seinajoki = index.get("305").unwrap();
    assert_eq!(seinajoki.province.as_ref().unwrap().as_str(), "14");
    assert_eq!(seinajoki.wellbeing_county.as_ref().unwrap().as_str(), "16");
    assert_eq!(seinajoki.valid_from.as_deref(), Some("2009-01-01"));
    assert_eq!(seinajoki.language_status.as_deref(), Some("finnish"));
    assert_eq!(seinajoki.urban_rural.as_deref(), Some("urban"));
    // A subregion's province is that of its municipalities.
    assert_eq!(
        index
            .get("510")
            .unwrap()
            .province
            .as_ref()
            .unwrap()
            .as_str(),
        "01"
    );
    assert_eq!(
        index.get("960").unwrap().valid_from.as_deref(),
        Some("2023-01-01")
    );
    assert_eq!(index.get("658").unwrap().key, RegionKey::finland());

    assert_eq!(index.get("2000"), None);
    assert_eq!(index.get("1"), None);
    assert_eq!(
        kinds(index.findings()),
        [(FindingKind::UnknownRegionCategory, 1)]
    );
}

#[test]
fn a_subregion_over_two_provinces_has_none() {
    let list = REGIONS.replace(
        r#""memberOf":[]},
    {"id":510"#,
        r#""memberOf":[500,510]},
    {"id":510"#,
    );
    assert_ne!(list, REGIONS);
    let index = read_regions(SourceKind::Sotkanet, list.as_bytes(), &tables()).unwrap();
    assert_eq!(index.get("510").unwrap().province, None);
}

#[test]
fn repeated_regions_are_found_and_contradictory_ones_not_taken() {
    let region = |id: u32, code: &str| {
        format!(r#"{{"id":{id},"code":"{code}","category":"KUNTA","title":{{"fi":"x"}}}}"#)
    };
    let list = format!(
        "[{},{},{},{},{},17]",
        region(1, "005"),
        region(1, "005"),
        region(2, "005"),
        region(3, "009"),
        region(3, "010"),
    );
    let index = read_regions(
        SourceKind::Sotkanet,
        list.as_bytes(),
        &RegionTables::default(),
    )
    .unwrap();
    assert_eq!(index.get("1").unwrap().key.code.as_str(), "005");
    assert_eq!(index.get("2"), None);
    assert_eq!(index.get("3"), None);
    assert_eq!(index.regions().len(), 1);
    assert_eq!(
        kinds(index.findings()),
        [
            (FindingKind::UnreadableRow, 1),
            (FindingKind::DuplicateRegion, 3)
        ]
    );
}

#[test]
fn a_region_list_without_regions_is_an_error() {
    for body in ["[]", r#"[{"id":1}]"#, "[null]"] {
        let read = read_regions(
            SourceKind::Sotkanet,
            body.as_bytes(),
            &RegionTables::default(),
        );
        assert!(
            matches!(read, Err(TransformError::Contract { .. })),
            "{body}"
        );
    }
    for body in ["", "<html>", "{}"] {
        let read = read_regions(
            SourceKind::Sotkanet,
            body.as_bytes(),
            &RegionTables::default(),
        );
        assert!(
            matches!(read, Err(TransformError::Malformed { .. })),
            "{body}"
        );
    }
}
