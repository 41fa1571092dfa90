//! The regions that get files of their own.

use botnia_model::{RegionKey, RegionLevel};

use super::*;

fn with(packages: &str) -> String {
    format!("{LEAST}\n[regions]\npackages = [{packages}]\n")
}

#[test]
fn a_region_brings_its_municipalities_and_nothing_else() {
    assert_eq!(parse(LEAST).unwrap().regions.packages, None);
    let packages = parse(&with("\"MK16\", \"KU905\""))
        .unwrap()
        .regions
        .packages;
    let packages = packages.unwrap();
    let key = |level, code: &str| RegionKey::new(level, code.parse().unwrap());
    // Keski-Pohjanmaa has eight municipalities.
    assert_eq!(packages.len(), 1 + 8 + 1);
    assert!(packages.contains(&key(RegionLevel::Province, "16")));
    assert!(packages.contains(&key(RegionLevel::Municipality, "272")));
    assert!(packages.contains(&key(RegionLevel::Municipality, "905")));
    assert!(!packages.contains(&key(RegionLevel::Municipality, "743")));
    assert!(!packages.contains(&key(RegionLevel::WellbeingCounty, "16")));
}

#[test]
fn a_region_that_is_none_is_named_and_none_at_all_is_refused() {
    insta::assert_snapshot!(refused(&with("\"MK14\", \"16\"")), @r"
    the settings have a problem
    botnia.toml:9:21: `regions.packages[2]`: unknown region `16`
      hint: did you mean `MK16` (Keski-Pohjanmaa) or `HVA16` (Etelä-Pohjanmaan hyvinvointialue)?
    ");
    insta::assert_snapshot!(refused(&with("")), @r"
    the settings have a problem
    botnia.toml:9:12: `regions.packages`: must not be empty
      hint: leave it out: then every region gets files of its own
    ");
}
