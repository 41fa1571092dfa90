//! `peers.parquet`, and what the peers' figures come to.

use botnia_config::{PeerRule, RegionPeers, SharedBorder};
use botnia_model::{IndicatorId, Observation, RegionKey, RegionLevel, Sex, Status};

use super::world::{World, key, municipality, observation, region, sorted};

const COLUMNS: [&str; 6] = [
    "region_id",
    "peer_region_id",
    "position",
    "method",
    "distance",
    "basis",
];

fn peers(world: &World) -> Vec<String> {
    world.release(None).select("peers.parquet", &COLUMNS)
}

fn sotkanet(number: &str) -> IndicatorId {
    format!("sotkanet:{number}").parse().unwrap()
}

/// A figure of 2024 of each municipality.
fn measure(world: &mut World, number: &str, values: &[(&str, f64)]) {
    let figures = values
        .iter()
        .map(|(code, value)| observation(&municipality(code), "2024", Sex::Total, *value))
        .collect();
    world.figures.insert(sotkanet(number), sorted(figures));
}

/// Four municipalities with 1 000, 10 000, a million and ten million inhabitants.
fn populated() -> World {
    let mut world = World::new();
    let inhabitants = [("545", 1e3), ("005", 1e4), ("905", 1e6), ("743", 1e7)];
    measure(&mut world, "127", &inhabitants);
    world
}

fn rule(region: RegionKey, rule: PeerRule) -> RegionPeers {
    RegionPeers { region, rule }
}

#[test]
fn without_settings_the_nearest_by_structure_are_peers() {
    // Logarithms 3, 4, 6, 7 with mean 5 and deviation √2.5: one step is 1 / √2.5.
    let found = peers(&populated());
    let step = |steps: f64| steps / 2.5_f64.sqrt();
    let expected = [
        ("KU005 KU545 1", step(1.0)),
        ("KU005 KU905 2", step(2.0)),
        ("KU005 KU743 3", step(3.0)),
        ("KU545 KU005 1", step(1.0)),
        ("KU545 KU905 2", step(3.0)),
        ("KU545 KU743 3", step(4.0)),
        ("KU743 KU905 1", step(1.0)),
        ("KU743 KU005 2", step(3.0)),
        ("KU743 KU545 3", step(4.0)),
        ("KU905 KU743 1", step(1.0)),
        ("KU905 KU005 2", step(2.0)),
        ("KU905 KU545 3", step(3.0)),
    ];
    assert_eq!(found.len(), expected.len());
    for (found, (start, distance)) in found.iter().zip(expected) {
        let rest = found
            .strip_prefix(start)
            .unwrap_or_else(|| panic!("{found} is not {start}"));
        let rest = rest.strip_prefix(" nearest ").unwrap();
        let (number, basis) = rest.split_once(' ').unwrap();
        assert!(
            (number.parse::<f64>().unwrap() - distance).abs() < 1e-12,
            "{found}"
        );
        assert_eq!(basis, "log sotkanet:127 2024 ×2");
    }
}

#[test]
fn every_figure_of_the_structure_counts_if_nearly_all_have_it() {
    let mut world = populated();
    let ages = [("545", 30.0), ("005", 20.0), ("905", 30.0), ("743", 20.0)];
    measure(&mut world, "1065", &ages);
    // Of 2025 only one is known, and the share of old people of three in four.
    let late = observation(&municipality("905"), "2025", Sex::Total, 1.0);
    world.figures.get_mut(&sotkanet("1065")).unwrap().push(late);
    let figures = world.figures.remove(&sotkanet("1065")).unwrap();
    world.figures.insert(sotkanet("1065"), sorted(figures));
    measure(&mut world, "1068", &ages[..3]);
    for region in &mut world.regions {
        if region.key.level == RegionLevel::Municipality {
            let is_large = ["905", "743"].contains(&region.key.code.as_str());
            region.urban_rural = Some(if is_large { "urban" } else { "rural" }.to_owned());
        }
    }
    let found = peers(&world);
    let basis = "log sotkanet:127 2024 ×2; sotkanet:1065 2024 ×1; urban_rural ×1";
    assert!(found.iter().all(|row| row.ends_with(basis)), "{found:?}");
    // Vaasa and Närpiö: three steps of population (3.6 · 2), equal ages, the other kind of
    // area (4): √(11.2 / 4). Vaasa and Seinäjoki: one step (0.4 · 2), ages (4): √(4.8 / 4).
    let distance = |start: &str| {
        let row = found.iter().find_map(|row| row.strip_prefix(start));
        let words: Vec<&str> = row.unwrap().split(' ').collect();
        words[3].parse::<f64>().unwrap()
    };
    assert!((distance("KU905 KU545") - 2.8_f64.sqrt()).abs() < 1e-12);
    assert!((distance("KU905 KU743") - 1.2_f64.sqrt()).abs() < 1e-12);
}

#[test]
fn without_populations_nobody_is_near() {
    let mut world = World::new();
    let ages = [("545", 30.0), ("005", 20.0), ("905", 30.0), ("743", 20.0)];
    measure(&mut world, "1065", &ages);
    assert_eq!(peers(&world), [""; 0]);
    // Figures that may not be published make no published distance.
    let mut world = populated();
    world.withheld.insert(sotkanet("127"));
    assert_eq!(peers(&world), [""; 0]);
}

#[test]
fn aland_is_near_to_itself_only() {
    let mut world = populated();
    for (code, name) in [("478", "Maarianhamina"), ("170", "Jomala")] {
        world
            .regions
            .push(region(municipality(code), name, Some("21")));
    }
    let inhabitants = [
        ("545", 1e3),
        ("005", 1e4),
        ("905", 1e5),
        ("743", 1e6),
        ("478", 1e4),
        ("170", 1e3),
    ];
    measure(&mut world, "127", &inhabitants);
    let rows = world
        .release(None)
        .select("peers.parquet", &["region_id", "peer_region_id"]);
    let of = |region: &str| rows.iter().filter(|row| row.starts_with(region)).count();
    assert_eq!(of("KU478"), 1);
    assert!(rows.contains(&"KU170 KU478".to_owned()));
    assert_eq!(of("KU905"), 3);
}

#[test]
fn the_settings_decide_for_a_region() {
    let mut world = populated();
    let border = |municipality: &str, neighbour: &str| SharedBorder {
        municipality: municipality.parse().unwrap(),
        neighbour: neighbour.parse().unwrap(),
        border: "land".to_owned(),
        day: "2025-01-01".parse().unwrap(),
    };
    // Of the last one nothing is known here.
    world.tables.borders = vec![
        border("005", "743"),
        border("545", "743"),
        border("743", "934"),
    ];
    let province = |code| key(RegionLevel::Province, code);
    world.peers = vec![
        rule(municipality("743"), PeerRule::Neighbours),
        rule(
            municipality("905"),
            PeerRule::Chosen(vec![municipality("743"), municipality("005")]),
        ),
        rule(municipality("545"), PeerRule::Nearest),
        rule(province("14"), PeerRule::Chosen(vec![province("15")])),
    ];
    let found = peers(&world);
    let of = |region: &str| {
        let rows = found.iter().filter(|row| row.starts_with(region));
        rows.cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        of("KU743"),
        [
            "KU743 KU005 1 neighbours - borders 2025-01-01",
            "KU743 KU545 2 neighbours - borders 2025-01-01",
        ]
    );
    assert_eq!(
        of("KU905"),
        [
            "KU905 KU743 1 chosen - settings",
            "KU905 KU005 2 chosen - settings"
        ]
    );
    assert_eq!(of("MK14"), ["MK14 MK15 1 chosen - settings"]);
    assert_eq!(of("KU545").len(), 3);
    assert_eq!(of("MK15"), [""; 0]);
}

#[test]
fn the_peers_figure_is_the_median_of_at_least_half_of_them() {
    let peers_value = |values: [Option<f64>; 3]| {
        let mut world = World::new();
        let peers = ["005", "545", "743"].map(municipality);
        let figures = peers.iter().zip(values).map(|(peer, value)| Observation {
            value,
            status: if value.is_some() {
                Status::Normal
            } else {
                Status::Suppressed
            },
            ..observation(peer, "2023", Sex::Total, 0.0)
        });
        let own = Observation {
            absolute_value: Some(2_000.0),
            ..observation(&municipality("905"), "2023", Sex::Total, 20.0)
        };
        world.set("1", figures.chain([own]).collect());
        world.peers = vec![rule(municipality("905"), PeerRule::Chosen(peers.to_vec()))];
        world.report("set", &["1"]);
        let columns = [
            "region_id",
            "peers_value",
            "peers_verdict",
            "peers_not_compared",
        ];
        world.release(None).select("wellbeing.parquet", &columns)[4].clone()
    };
    assert_eq!(
        peers_value([Some(10.0), Some(90.0), Some(20.5)]),
        "KU905 20.5 similar -"
    );
    assert_eq!(
        peers_value([Some(10.0), Some(12.0), Some(90.0)]),
        "KU905 12 worse -"
    );
    // Two of three: the middle between them. One of three is less than half.
    assert_eq!(
        peers_value([Some(30.0), None, Some(50.0)]),
        "KU905 40 better -"
    );
    assert_eq!(
        peers_value([Some(10.0), None, None]),
        "KU905 - not_compared no_comparator"
    );
}
