//! Made-up figures for the rules, recorded populations for the sums.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use botnia_config::SourceKind;

use super::*;
use crate::normalise::{Input, describe, normalise, read_regions};

fn municipality(code: &str) -> RegionKey {
    key(code.parse().unwrap())
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn figure(code: &str, value: Option<f64>) -> Observation {
    Observation {
        region: municipality(code),
        period: Period::of_year(2006),
        sex: Sex::Total,
        breakdown: None,
        value,
        absolute_value: None,
        status: value.map_or(Status::NotPublished, |_| Status::Normal),
        origin: Origin::Published,
    }
}

fn dissolved(figures: &[(&str, Option<f64>)], from: &str, to: &str) -> Dissolved {
    let mut figures: Vec<_> = figures
        .iter()
        .map(|(code, value)| figure(code, *value))
        .collect();
    figures.sort_by(|one, other| one.key().cmp(&other.key()));
    dissolve(
        Some(ValueKind::Count),
        &figures,
        RegionTables::builtin(),
        day(from),
        day(to),
    )
    .unwrap()
}

/// (code, value, origin)
fn said(dissolved: &Dissolved) -> Vec<(&str, Option<f64>, Origin)> {
    let rows = dissolved.observations.iter();
    rows.map(|row| (row.region.code.as_str(), row.value, row.origin))
        .collect()
}

#[test]
fn mergers_are_summed_over_their_chain() {
    // Oravais (559), and Maksamaa (479) and Vöyri (944) by way of Vöyri-Maksamaa (945).
    let all = [
        ("479", Some(1.0)),
        ("559", Some(2.0)),
        ("944", Some(4.0)),
        ("399", Some(8.0)),
    ];
    let today = dissolved(&all, "2006-06-01", "2026-01-01");
    assert_eq!(
        said(&today),
        [
            ("399", Some(8.0), Origin::Published),
            ("946", Some(7.0), Origin::Computed)
        ]
    );
}

#[test]
fn a_member_without_a_figure_blocks_the_sum() {
    let some = [("479", Some(1.0)), ("559", None), ("944", Some(4.0))];
    let today = dissolved(&some, "2006-06-01", "2026-01-01");
    assert_eq!(said(&today), []);
    let [blocked] = today.blocked.as_slice() else {
        panic!("{:?}", today.blocked);
    };
    assert_eq!(blocked.region, municipality("946"));
    assert_eq!(
        blocked.reason.to_string(),
        "KU559 is part of it and has no figure"
    );
    // A row that is not there at all is as missing as one without a value.
    let fewer = dissolved(
        &[("479", Some(1.0)), ("944", Some(4.0))],
        "2006-06-01",
        "2026-01-01",
    );
    assert_eq!(fewer.blocked, today.blocked);
}

#[test]
fn a_municipality_that_stays_keeps_its_status() {
    let today = dissolved(&[("152", None)], "2015-01-01", "2026-01-01");
    assert_eq!(today.observations, [figure("152", None)]);
}

#[test]
fn the_split_of_langelmaki_is_not_summed_away() {
    // Längelmäki (443) went to Jämsä (182) and Orivesi (562). Jämsänkoski (183) became part
    // of Jämsä later.
    let figures = [
        ("182", Some(100.0)),
        ("183", Some(10.0)),
        ("443", Some(7.0)),
        ("562", Some(50.0)),
        ("837", Some(1.0)),
    ];
    let today = dissolved(&figures, "2006-06-01", "2026-01-01");
    assert_eq!(said(&today), [("837", Some(1.0), Origin::Published)]);
    let blocked: Vec<_> = today
        .blocked
        .iter()
        .map(|one| one.region.id().to_string())
        .collect();
    assert_eq!(blocked, ["KU182", "KU562"]);
    for one in &today.blocked {
        assert_eq!(
            one.reason.to_string(),
            "KU443 was divided between several municipalities, and no figure says how"
        );
    }
    // Before the split, and after it, there is nothing to block.
    let before = dissolved(&figures, "2005-01-01", "2006-06-01");
    assert_eq!((before.observations.len(), before.blocked.len()), (5, 0));
    let after = [("182", Some(1.0)), ("183", Some(2.0)), ("562", Some(3.0))];
    let after = dissolved(&after, "2008-01-01", "2026-01-01");
    assert_eq!(
        said(&after).first(),
        Some(&("182", Some(3.0), Origin::Computed))
    );
}

#[test]
fn what_was_no_municipality_is_said() {
    let wrong = dissolved(&[("946", Some(1.0))], "2006-06-01", "2026-01-01");
    assert_eq!(wrong.blocked[0].reason, UndissolvedReason::NotOfTheDivision);
    assert_eq!(wrong.blocked[0].region, municipality("946"));
}

#[test]
fn only_what_adds_up_is_summed() {
    let attempt = |kind, from, to| {
        dissolve(kind, &[], RegionTables::builtin(), day(from), day(to))
            .map_err(|error| error.to_string())
    };
    for kind in ValueKind::ALL {
        let adds_up = ["count", "euro"].contains(&kind.as_str());
        assert_eq!(
            attempt(Some(*kind), "2015-01-01", "2026-01-01").is_ok(),
            adds_up,
            "{kind}"
        );
    }
    assert_eq!(
        attempt(Some(ValueKind::Rate), "2015-01-01", "2026-01-01").unwrap_err(),
        "figures of the kind `rate` do not add up over municipalities; only counts and amounts \
         of money do"
    );
    assert_eq!(
        attempt(Some(ValueKind::Count), "2026-01-01", "2015-01-01").unwrap_err(),
        "figures on the division of 2026-01-01 cannot be brought to the earlier one of 2015-01-01"
    );
    assert_eq!(
        attempt(None, "2015-01-01", "2026-01-01").unwrap_err(),
        "no indicator set says what kind of figures they are"
    );
}

#[test]
fn a_sum_is_as_uncertain_as_its_parts() {
    assert_eq!(status(&[Status::Nil, Status::Nil]), Status::Nil);
    assert_eq!(status(&[Status::Nil, Status::Normal]), Status::Normal);
    assert_eq!(
        status(&[Status::Normal, Status::Provisional]),
        Status::Provisional
    );
    assert_eq!(
        status(&[Status::Break, Status::Projection]),
        Status::Projection
    );
}

/// The folder of recordings and tables, if it is there; says so if it is not.
fn shared() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared"));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    eprintln!("skipped: the recordings are absent");
    None
}

/// The populations on today's borders, by year and code.
fn expected(shared: &Path) -> BTreeMap<(i32, String), f64> {
    lines(&shared.join("regions/population_1990_2022_on_2026_borders.csv")).collect()
}

/// Year, code and population of each line.
fn lines(path: &Path) -> impl Iterator<Item = ((i32, String), f64)> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<_> = text.lines().skip(1).map(str::to_owned).collect();
    lines.into_iter().map(|line| {
        let mut cells = line.split(',');
        let mut cell = || cells.next().unwrap().to_owned();
        let (year, code) = (cell().parse().unwrap(), cell());
        ((year, code), cell().parse().unwrap())
    })
}

/// A recorded answer of the population, through the normaliser.
fn recorded(shared: &Path, regions: &str, answer: &str) -> Vec<Observation> {
    let read = |name: &str| {
        let bytes = std::fs::read(shared.join("recordings/sotkanet").join(name)).unwrap();
        if Path::new(name)
            .extension()
            .is_none_or(|extension| extension != "gz")
        {
            return bytes;
        }
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        plain
    };
    let kind = SourceKind::Sotkanet;
    let indicator_id = "sotkanet:127".parse().unwrap();
    let description = br#"{"id":127,"title":{"fi":"V\u00e4est\u00f6 31.12."}}"#;
    let description = describe(kind, &indicator_id, description, None, &[]).unwrap();
    let regions = read_regions(kind, &read(regions), RegionTables::builtin()).unwrap();
    let normalised = normalise(&Input {
        kind,
        indicator_id: &indicator_id,
        description: &description,
        data: &[&read(answer)],
        regions: &regions,
        expected: None,
    });
    normalised.unwrap().observations
}

/// How many municipal figures of `observations`, brought from the division of `from` to
/// today's, are also in `expected`; each must be the same, and none may be blocked.
fn compared(
    observations: &[Observation],
    from: &str,
    expected: &BTreeMap<(i32, String), f64>,
) -> usize {
    let tables = RegionTables::builtin();
    let (from, to) = (day(from), day("2026-01-01"));
    let dissolved = dissolve(Some(ValueKind::Count), observations, tables, from, to).unwrap();
    assert_eq!(dissolved.blocked, []);
    let both = dissolved.observations.iter().filter_map(|row| {
        let key = (row.period.year(), row.region.code.to_string());
        Some((row, expected.get(&key)?))
    });
    both.inspect(|(row, value)| assert_eq!(row.value, Some(**value), "{row:?}"))
        .count()
}

#[test]
fn recorded_populations_dissolve_to_those_of_todays_borders() {
    let Some(shared) = shared() else { return };
    let expected = expected(&shared);
    // 308 municipalities, 1990–2022.
    assert_eq!(expected.len(), 308 * 33);

    // 320 municipalities of the division of 2013, 1990–2012.
    let of_2013 = recorded(&shared, "regions.2015.json", "data/127.2013.json.gz");
    assert_eq!(compared(&of_2013, "2013-09-01", &expected), 308 * 23);
    // 317 municipalities of the division of 2015, the year 2009.
    let of_2015 = recorded(&shared, "regions.2015.json", "data/127.2009.csv");
    assert_eq!(compared(&of_2015, "2015-10-01", &expected), 308);
    // Five cities, 2019; that of 2023 is not among the expected.
    let of_2026 = recorded(&shared, "regions.2026.json", "127_g2.2026.json");
    assert_eq!(compared(&of_2026, "2026-01-01", &expected), 5);
    // 309 municipalities of the division of 2021, 2000–2022.
    let mut of_2021: Vec<_> =
        lines(&shared.join("regions/population_2000_2022_on_2021_borders.csv"))
            .map(|((year, code), value)| Observation {
                period: Period::of_year(year),
                ..figure(&code, Some(value))
            })
            .collect();
    of_2021.sort_by(|one, other| one.key().cmp(&other.key()));
    assert_eq!(compared(&of_2021, "2021-01-01", &expected), 308 * 23);
}

#[test]
fn a_wrong_division_is_noticed() {
    let Some(shared) = shared() else { return };
    let of_2013 = recorded(&shared, "regions.2015.json", "data/127.2013.json.gz");
    let (from, to) = (day("2015-10-01"), day("2026-01-01"));
    let dissolved = dissolve(
        Some(ValueKind::Count),
        &of_2013,
        RegionTables::builtin(),
        from,
        to,
    );
    let strange: std::collections::BTreeSet<_> = dissolved
        .unwrap()
        .blocked
        .iter()
        .map(|one| one.region.code.to_string())
        .collect();
    // Abolished on 1 January 2015: Lavia, Maaninka and Tarvasjoki.
    assert_eq!(
        strange.into_iter().collect::<Vec<_>>(),
        ["413", "476", "838"]
    );
}
