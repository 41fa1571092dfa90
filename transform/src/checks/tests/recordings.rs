//! The gates on real recorded answers: what really changed passes, and titles that public
//! code has wrong are refused.

use std::path::Path;

use botnia_config::{IndicatorSet, RegionTables, SetIndicator, SourceKind};
use botnia_model::{Findings, Observation, Severity, ValueKind};
use serde_json::{Value, json};

use super::{GateSettings, World, gates, of_weight};
use crate::checks::{Candidate, Gate, Population, Released, check};
use crate::normalise::{
    Description, Input, Normalised, RegionIndex, describe, normalise, read_regions, recordings,
};

fn regions(folder: &Path) -> RegionIndex {
    let list = recordings::read(&folder.join("regions.2015.json"));
    read_regions(SourceKind::Sotkanet, &list, &RegionTables::default()).unwrap()
}

fn population_described() -> Description {
    let body = json!({"id": 127, "title": {"fi": "Väestö 31.12."}, "decimals": 0}).to_string();
    let id = "sotkanet:127".parse().unwrap();
    let mut described = describe(SourceKind::Sotkanet, &id, body.as_bytes(), None, &[]).unwrap();
    described.indicator.value_kind = Some(ValueKind::Count);
    described
}

fn population(folder: &Path, name: &str, regions: &RegionIndex) -> Normalised {
    let body = recordings::read(&folder.join(name));
    let id = "sotkanet:127".parse().unwrap();
    let normalised = normalise(&Input {
        kind: SourceKind::Sotkanet,
        indicator_id: &id,
        description: &population_described(),
        data: &[&body],
        regions,
        expected: None,
    });
    normalised.unwrap()
}

/// Between 2013 and 2015 three municipalities became parts of others, and the source wrote
/// the year 2009 anew on the new division: 7 of 406 figures changed, 3 went.
#[test]
fn the_restatement_of_the_population_passes_with_a_warning() {
    let Some(folder) = recordings::folder() else {
        return;
    };
    let regions = regions(&folder);
    let of_2009 = |row: &Observation| row.period.year() == 2009;
    let mut before = population(&folder, "data/127.2013.json.gz", &regions).observations;
    before.retain(of_2009);
    let mut after = population(&folder, "data/127.2009.csv", &regions);
    // The later answer has more levels, which the earlier question had left out.
    let levels: Vec<_> = before.iter().map(|row| row.region.level).collect();
    after
        .observations
        .retain(|row| levels.contains(&row.region.level));
    assert_eq!((before.len(), after.observations.len()), (409, 406));
    let described = population_described();
    let objections = check(&Candidate {
        released: Some(Released {
            observations: &before,
            indicator: &described.indicator,
            findings: &Findings::default(),
        }),
        described: &described,
        normalised: &after,
        regions: &regions,
        population: &Population::new(),
        thresholds: &GateSettings::default(),
    });
    let said = of_weight(&objections);
    assert_eq!(said, [(Severity::Warn, Gate::SingleRegionsLost)]);
    assert_eq!(
        objections[0].message,
        "3 regions have no figure any more: Lavia (municipality 413), Maaninka (municipality 476), Tarvasjoki (municipality 838)."
    );
}

/// Ids that public code has under a wrong name: that name in Finnish, and the right one.
const WRONG_PAIRS: [(u32, &str, &str); 4] = [
    (
        3064,
        "THL:n sairastavuusindeksi, ikävakioimaton",
        "Pakkotoimet psykiatrisessa sairaalahoidossa 25 - 64-vuotiailla",
    ),
    (
        1820,
        "Avosairaanhoidon lääkärikäynnit / 1 000 asukasta",
        "Erityiskorvattaviin lääkkeisiin verenpainetaudin vuoksi oikeutettuja 40 - 64-vuotiaita, % vastaavanikäisestä väestöstä",
    ),
    (
        289,
        "Psykiatrian avohoitokäynnit / 1 000 asukasta",
        "Tosi humalassa vähintään kerran kuukaudessa, % 8. ja 9. luokan oppilaista",
    ),
    (
        4356,
        "Ahdistuneisuushäiriöt, % 65 vuotta täyttäneistä",
        "Psyykkisesti merkittävästi kuormittuneiden osuus (%), 65 vuotta täyttäneet",
    ),
];

#[test]
fn wrong_pairs_of_public_code_are_refused_by_title() {
    let expecting = |title: &str| {
        let mut expected: SetIndicator = IndicatorSet::builtin()[0].indicators[0].clone();
        title.clone_into(&mut expected.title.fi);
        expected
    };
    for (number, wrong, right) in WRONG_PAIRS {
        let id = format!("sotkanet:{number}").parse().unwrap();
        let body = json!({"id": number, "title": {"fi": right}}).to_string();
        let held = |title: &str| {
            let expected = expecting(title);
            let mut world = World::new();
            let described = describe(
                SourceKind::Sotkanet,
                &id,
                body.as_bytes(),
                Some(&expected),
                &[],
            );
            world.now = described.unwrap();
            gates(&of_weight(&world.first()), Severity::Hold)
        };
        assert_eq!(held(wrong), [Gate::TitleDiffers], "{number} as {wrong}");
        assert_eq!(held(right), [], "{number} as {right}");
    }
}

/// The recorded list has a part of all indicators, and three of the four.
#[test]
fn the_right_titles_are_the_recorded_ones() {
    let Some(folder) = recordings::folder() else {
        return;
    };
    let list = recordings::read(&folder.join("indicators.2015.json"));
    let list: Vec<Value> = serde_json::from_slice(&list).unwrap();
    let recorded: Vec<(u32, &str)> = WRONG_PAIRS
        .iter()
        .filter(|(number, ..)| list.iter().any(|entry| entry["id"] == *number))
        .map(|(number, _, right)| (*number, *right))
        .collect();
    assert_eq!(recorded.len(), 3);
    for (number, right) in recorded {
        let entry = list.iter().find(|entry| entry["id"] == number).unwrap();
        assert_eq!(entry["title"]["fi"], right);
    }
}
