//! The peers of regions in the settings.

use botnia_model::{RegionKey, RegionLevel};

use super::*;
use crate::settings::PeerRule;

const THREE: &str = r#"
[[peers]]
region = "KU743"
chosen = ["KU905", "KU272"]

[[peers]]
region = "KU905"
method = "neighbours"

[[peers]]
region = "MK14"
chosen = ["MK15"]
"#;

/// What is said of a table of peers.
fn said(lines: &str) -> String {
    refused(&format!("{LEAST}[[peers]]\n{lines}\n"))
}

#[test]
fn peers_are_chosen_or_found() {
    let settings = parse(&format!("{LEAST}{THREE}")).unwrap();
    let key = |level, code: &str| RegionKey::new(level, code.parse().unwrap());
    let municipality = |code| key(RegionLevel::Municipality, code);
    let found: Vec<_> = settings
        .peers
        .iter()
        .map(|peers| (&peers.region, &peers.rule))
        .collect();
    assert_eq!(
        found,
        [
            (
                &municipality("743"),
                &PeerRule::Chosen(vec![municipality("905"), municipality("272")])
            ),
            (&municipality("905"), &PeerRule::Neighbours),
            (
                &key(RegionLevel::Province, "14"),
                &PeerRule::Chosen(vec![key(RegionLevel::Province, "15")])
            ),
        ]
    );
    assert_eq!(parse(LEAST).unwrap().peers, []);
    let nearest = format!("{LEAST}[[peers]]\nregion = \"KU743\"\nmethod = \"nearest\"\n");
    assert_eq!(parse(&nearest).unwrap().peers[0].rule, PeerRule::Nearest);
}

#[test]
fn peers_that_cannot_be_are_refused() {
    for (lines, expected) in [
        (
            "region = \"743\"\nmethod = \"nearest\"",
            "`743` is no municipality, province or wellbeing services county of today",
        ),
        (
            // Jalasjärvi, until 2015.
            "region = \"KU743\"\nchosen = [\"KU164\"]",
            "`peers[1].chosen[1]`: `KU164` is no municipality",
        ),
        ("region = \"KU743\"", "has neither `chosen` nor `method`"),
        (
            "region = \"KU743\"\nchosen = [\"KU905\"]\nmethod = \"nearest\"",
            "has both `chosen` and `method`",
        ),
        ("region = \"KU743\"\nchosen = []", "must not be empty"),
        (
            "region = \"KU743\"\nchosen = [\"KU743\"]",
            "`KU743` is the region itself",
        ),
        (
            "region = \"KU743\"\nchosen = [\"KU905\", \"KU905\"]",
            "`KU905` stands there twice",
        ),
        (
            "region = \"KU743\"\nchosen = [\"MK15\"]",
            "`MK15` is not of the level of the region",
        ),
        (
            "region = \"MK14\"\nmethod = \"neighbours\"",
            "`neighbours` finds peers of municipalities only",
        ),
        (
            "region = \"KU743\"\nmethod = \"chosen\"",
            "`peers[1].method`: unknown word `chosen`",
        ),
        (
            "region = \"KU743\"\nmethod = \"neighbors\"",
            "did you mean `neighbours`?",
        ),
        (
            "region = \"KU905\"\nmethod = \"nearest\"\n[[peers]]\nregion = \"KU905\"\nmethod = \"nearest\"",
            "the peers of `KU905` are given twice",
        ),
    ] {
        let error = said(lines);
        assert!(error.contains(expected), "{lines}\n{error}");
    }
}
