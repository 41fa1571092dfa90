#![expect(clippy::float_cmp, reason = "whole numbers of persons are exact")]

use std::collections::{BTreeMap, BTreeSet};

use botnia_model::{Sex, Text};
use proptest::prelude::*;
use serde_json::Value;

use super::catalogue::Measure;
use super::*;
use crate::SyntheticIndicators;

fn world(seed: u64) -> World {
    World::new(&Synthetic {
        seed,
        ..Synthetic::default()
    })
    .unwrap()
}

fn query(indicator: u32, years: std::ops::RangeInclusive<i32>) -> DataQuery {
    DataQuery {
        indicator,
        years: years.collect(),
        genders: Sex::ALL.to_vec(),
    }
}

fn parsed(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap()
}

fn rows(world: &World, indicator: u32) -> Vec<Value> {
    let body = world
        .data(Format::Json, &query(indicator, 1990..=2040))
        .unwrap();
    parsed(&body).as_array().unwrap().clone()
}

/// Category, code and parents by id.
fn regions(world: &World) -> BTreeMap<u64, (String, String, Vec<u64>)> {
    let list = parsed(&world.regions());
    list.as_array()
        .unwrap()
        .iter()
        .map(|region| {
            let text = |key: &str| region[key].as_str().unwrap().to_owned();
            let parents = region["memberOf"].as_array().unwrap();
            let parents = parents.iter().map(|id| id.as_u64().unwrap()).collect();
            (
                region["id"].as_u64().unwrap(),
                (text("category"), text("code"), parents),
            )
        })
        .collect()
}

/// Values by region for one year and sex.
fn values(rows: &[Value], year: i32, gender: &str) -> BTreeMap<u64, f64> {
    rows.iter()
        .filter(|row| row["year"] == year && row["gender"] == gender)
        .map(|row| {
            (
                row["region"].as_u64().unwrap(),
                row["value"].as_f64().unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_in_any_order() {
    let (one, other, third) = (world(1), world(1), world(2));
    let question = query(181, 1990..=2024);
    let first = one.data(Format::Json, &question).unwrap();
    other.data(Format::Json, &query(127, 2000..=2001)).unwrap();
    assert_eq!(first, other.data(Format::Json, &question).unwrap());
    assert_eq!(one.regions(), other.regions());
    assert_eq!(one.indicators(), other.indicators());
    assert_eq!(one.indicator(181), other.indicator(181));
    assert_ne!(first, third.data(Format::Json, &question).unwrap());
    // A narrower question gives the same figures.
    let narrow = parsed(&one.data(Format::Json, &query(181, 2010..=2010)).unwrap());
    assert_eq!(
        values(narrow.as_array().unwrap(), 2010, "total"),
        values(&rows(&one, 181), 2010, "total")
    );
}

#[test]
fn the_region_list_is_finland_with_its_quirks() {
    let world = world(1);
    let regions = regions(&world);
    let count = |category: &str| {
        regions
            .values()
            .filter(|(found, ..)| found == category)
            .count()
    };
    assert_eq!(count("MAAKUNTA"), 19);
    assert_eq!(count("HYVINVOINTIALUE"), 23);
    assert_eq!(count("SEUTUKUNTA"), 70);
    assert_eq!(count("SAIRAANHOITOPIIRI"), 21);
    assert_eq!(count("MAA"), 1);
    assert!(count("KUNTA") > 308, "308 and some abolished ones");
    assert_eq!(
        regions.len(),
        parsed(&world.regions()).as_array().unwrap().len(),
        "ids are unique"
    );
    for id in geography::UNLISTED_REGIONS {
        assert!(!regions.contains_key(&u64::from(id)));
    }
    let (category, code, _) = &regions[&658];
    assert_eq!((category.as_str(), code.as_str()), ("MAA", "358"));
    let (category, code, parents) = &regions[&46];
    assert_eq!((category.as_str(), code.as_str()), ("KUNTA", "091"));
    for parent in [658, 488, 960] {
        assert!(parents.contains(&parent), "{parent}");
    }
    assert!(!parents.is_sorted());
    for (category, code, parents) in regions.values() {
        match category.as_str() {
            "MAAKUNTA" => assert!(parents.is_empty()),
            "HYVINVOINTIALUE" if code != "91" => {
                assert!(
                    parents.len() == 1 && regions[&parents[0]].0 == "YTA",
                    "{code}"
                );
            }
            _ => {}
        }
    }
    let list = parsed(&world.regions());
    for region in list.as_array().unwrap() {
        let uri = region.get("uri").map(|uri| uri.as_str().unwrap());
        match region["category"].as_str().unwrap() {
            "EUROOPPA" | "POHJOISMAAT" | "ELY-KESKUS" | "ERVA" | "NUTS1" => {
                assert_eq!(uri, None);
            }
            "HYVINVOINTIALUE" => assert_eq!(uri, Some("")),
            _ => {}
        }
    }
    let text = String::from_utf8(world.regions().to_vec()).unwrap();
    assert!(text.contains(" \"}"), "a trailing space in a name");
}

#[test]
fn population_adds_up_over_every_division_and_both_sexes() {
    let world = world(1);
    let regions = regions(&world);
    let rows = rows(&world, 127);
    for year in [1990, 2009, 2024] {
        for gender in ["male", "female", "total"] {
            let values = values(&rows, year, gender);
            let mut sums: BTreeMap<u64, f64> = BTreeMap::new();
            let mut municipalities = 0;
            for (id, value) in &values {
                let Some((category, _, parents)) = regions.get(id) else {
                    assert!(geography::UNLISTED_REGIONS.map(u64::from).contains(id));
                    assert_eq!((*value, year), (0.0, 2009));
                    continue;
                };
                if category == "KUNTA" {
                    municipalities += 1;
                    for parent in parents {
                        *sums.entry(*parent).or_default() += value;
                    }
                }
            }
            assert_eq!(municipalities, 308);
            for (parent, sum) in sums {
                assert_eq!(values[&parent], sum, "{:?}", regions[&parent]);
            }
        }
        let (male, female, total) = (
            values(&rows, year, "male"),
            values(&rows, year, "female"),
            values(&rows, year, "total"),
        );
        for (id, value) in &male {
            assert_eq!(value + female[id], total[id]);
        }
    }
    let totals = values(&rows, 2024, "total");
    let largest = totals
        .iter()
        .filter(|(id, _)| regions.get(id).is_some_and(|(kind, ..)| kind == "KUNTA"))
        .max_by(|left, right| left.1.total_cmp(right.1));
    assert_eq!(largest.unwrap().0, &46, "Helsinki is the largest");
    assert!((4_500_000.0..7_000_000.0).contains(&totals[&658]));
}

#[test]
fn values_behave_as_their_kind() {
    let world = world(1);
    let regions = regions(&world);
    for indicator in world.indicators.values() {
        // Read before they are written: this is about millions of figures.
        let cells = world.cells(indicator, &query(indicator.id, 1990..=2040));
        for cell in &cells {
            if matches!(indicator.measure, Measure::Share | Measure::SurveyShare) {
                assert!(cell.tenths <= 1_000, "{cell:?}");
            }
            let small = cell
                .absolute_value
                .is_some_and(|cases| (1..5).contains(&cases));
            let kind = regions
                .get(&u64::from(cell.region))
                .map(|(kind, ..)| kind.as_str());
            assert!(
                !small || kind != Some("KUNTA"),
                "a small cell is published: {cell:?}"
            );
        }
        let country: BTreeMap<i32, u64> = cells
            .iter()
            .filter(|cell| cell.region == 658 && cell.sex == Sex::Total)
            .map(|cell| (cell.year, cell.tenths))
            .collect();
        if indicator.measure == Measure::Index && !indicator.is_nordic {
            assert!(!country.is_empty());
            assert!(country.values().all(|tenths| *tenths == 1_000));
        }
        for (year, tenths) in &country {
            // From ten on a tenth is small; a change of half in a year is not smooth.
            let next = country.get(&(year + indicator.interval));
            if let Some(next) = next.filter(|_| *tenths >= 100) {
                assert!(
                    next.abs_diff(*tenths) * 2 < *tenths,
                    "{} {year}",
                    indicator.id
                );
            }
        }
    }
}

#[test]
fn shares_come_from_summed_counts() {
    // 171 is of the whole population, so its counts and 127 give its values.
    let world = world(1);
    let population = values(&rows(&world, 127), 2020, "total");
    let shares = rows(&world, 171);
    let mut checked = 0;
    for row in &shares {
        if row["year"] != 2020 || row["gender"] != "total" {
            continue;
        }
        let id = row["region"].as_u64().unwrap();
        let (Some(cases), Some(people)) = (row.get("absValue"), population.get(&id)) else {
            continue;
        };
        let exact = cases.as_f64().unwrap() / people * 100.0;
        assert!(
            (row["value"].as_f64().unwrap() - exact).abs() <= 0.050_001,
            "{row}"
        );
        checked += 1;
    }
    assert!(checked > 400, "{checked}");
}

#[test]
fn rows_have_the_quirks_of_the_source() {
    let world = world(1);
    let text = |id| {
        let body = world.data(Format::Json, &query(id, 1990..=2024)).unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    };
    let population = text(127);
    assert!(!population.contains("absValue"));
    assert!(population.contains(".0,") || population.contains(".0}"));
    let share = text(171);
    assert!(share.contains("absValue"));
    let ordered: Vec<(i64, u64)> = rows(&world, 171)
        .iter()
        .map(|row| {
            (
                row["year"].as_i64().unwrap(),
                row["region"].as_u64().unwrap(),
            )
        })
        .collect();
    assert!(!ordered.is_sorted());
    let by_region: Vec<u64> = ordered.iter().map(|(_, region)| *region).collect();
    assert!(!by_region.is_sorted());
    assert_eq!(text(1952), "[]");
    assert_eq!(text(2905), "[]");
    assert!(
        rows(&world, 232)
            .iter()
            .all(|row| row["gender"] == "female")
    );
    assert!(rows(&world, 3068).iter().all(|row| row["gender"] == "male"));
    assert!(!rows(&world, 232).is_empty() && !rows(&world, 3068).is_empty());
    assert!(
        world
            .data(Format::Json, &query(9_999_999, 2020..=2020))
            .is_none()
    );
    assert!(world.indicator(9_999_999).is_none());
    let csv = world.data(Format::Csv, &query(2905, 2020..=2020)).unwrap();
    assert_eq!(
        csv,
        "indicator;region;year;gender;primary value;absolute value\r\n"
    );
}

#[test]
fn indicators_have_holes_of_every_kind() {
    let world = world(1);
    let regions = regions(&world);
    let is_municipality = |id: u64| regions.get(&id).is_some_and(|(kind, ..)| kind == "KUNTA");
    let with_rows = |wanted: &dyn Fn(&SyntheticIndicator) -> bool| {
        world
            .indicators
            .values()
            .filter(|indicator| wanted(indicator))
            .map(|indicator| (indicator, rows(&world, indicator.id)))
            .next()
            .unwrap()
    };
    let id_of = |row: &Value| row["region"].as_u64().unwrap();

    let (_, child_welfare) = with_rows(&|indicator| indicator.last_municipal_year.is_some());
    let years = |municipal: bool| -> BTreeSet<i64> {
        child_welfare
            .iter()
            .filter(|row| is_municipality(id_of(row)) == municipal)
            .map(|row| row["year"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(years(true).last(), Some(&2022));
    assert_eq!(years(false).last(), Some(&2024));

    let (_, survey) =
        with_rows(&|indicator| indicator.measure == Measure::SurveyShare && !indicator.is_nordic);
    let years: BTreeSet<i64> = survey
        .iter()
        .map(|row| row["year"].as_i64().unwrap())
        .collect();
    assert!(
        years
            .iter()
            .zip(years.iter().skip(1))
            .all(|(year, next)| next - year == 2)
    );
    assert!(survey.iter().all(|row| row.get("absValue").is_none()));
    let surveyed: BTreeSet<u64> = survey
        .iter()
        .map(&id_of)
        .filter(|id| is_municipality(*id))
        .collect();
    assert!((50..300).contains(&surveyed.len()), "{}", surveyed.len());

    let (_, mainland) = with_rows(&|indicator| indicator.without_aland && !indicator.is_nordic);
    assert!(
        mainland.iter().all(|row| id_of(row) != 506),
        "no province of Åland"
    );

    let (_, nordic) = with_rows(&|indicator| indicator.is_nordic);
    assert!(!nordic.is_empty());
    assert!(
        nordic
            .iter()
            .all(|row| regions[&id_of(row)].0 == "POHJOISMAAT")
    );

    let ended = world
        .indicators
        .values()
        .filter(|indicator| world.vintage(indicator).last_year <= 2019)
        .count();
    assert!(ended > 2, "{ended}");

    let populated: BTreeSet<u64> = rows(&world, 127).iter().map(&id_of).collect();
    let is_abolished = |id: &u64| is_municipality(*id) && !populated.contains(id);
    assert!(regions.keys().any(is_abolished));
}

#[test]
fn titles_come_clean_to_those_of_the_sets() {
    let world = world(1);
    let list = parsed(&world.indicators());
    let served: BTreeMap<u64, &Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["id"].as_u64().unwrap(), &entry["title"]))
        .collect();
    let mut blemished = BTreeSet::new();
    let mut titles = 0;
    for entry in IndicatorSet::builtin()
        .iter()
        .flat_map(|set| &set.indicators)
    {
        let id: u64 = entry.id.as_str().parse().unwrap();
        let Text { fi, sv, en } = &entry.title;
        for (language, meant) in [("fi", fi), ("sv", sv), ("en", en)] {
            let title = served[&id][language].as_str().unwrap();
            assert!(!title.trim().is_empty());
            for blemish in ["\u{a0}", "&#8805;", "\u{96}", "<br />"] {
                if title.contains(blemish) {
                    blemished.insert(blemish);
                }
            }
            if title.ends_with(' ') {
                blemished.insert("trailing space");
            }
            let clean = title
                .replace("<br />", "")
                .replace('\u{a0}', " ")
                .replace('\u{96}', "–")
                .replace("&#8805;", "≥")
                .replace("&amp;", "&");
            let meant = if meant.is_empty() { fi } else { meant };
            assert_eq!(clean.trim(), meant, "{id}");
            titles += 1;
        }
    }
    assert!(titles > 300);
    assert_eq!(blemished.len(), 5, "{blemished:?}");
}

#[test]
fn descriptions_say_that_they_are_made_up() {
    let world = world(1);
    let mut without_sex = 0;
    let mut without_value_type = 0;
    for id in world.indicators.keys() {
        let description = parsed(&world.indicator(*id).unwrap());
        let texts = &description["description"];
        assert!(
            texts["fi"]
                .as_str()
                .unwrap()
                .contains("Keksittyä aineistoa")
        );
        assert!(
            texts["sv"]
                .as_str()
                .unwrap()
                .contains("Påhittade uppgifter")
        );
        assert!(texts["en"].as_str().unwrap().contains("Made-up data"));
        assert!(texts["fi"].as_str().unwrap().contains('\u{96}'));
        let declared = &description["classifications"]["region"];
        let values = declared["values"].as_array().unwrap();
        assert!(!values.contains(&Value::from("Hyvinvointialue")));
        assert!(
            description["data-updated"]
                .as_str()
                .unwrap()
                .starts_with("2025-")
        );
        without_sex += usize::from(description["classifications"].get("sex").is_none());
        without_value_type += usize::from(description["primaryValueType"].is_null());
    }
    assert!(without_sex > 0 && without_value_type > 0);
}

#[test]
fn an_edition_moves_a_third_and_leaves_the_rest() {
    let world = world(1);
    let all = |world: &World| -> BTreeMap<u32, (Bytes, Bytes)> {
        world
            .indicators
            .keys()
            .map(|id| {
                // The last years show every kind of change, and keep this quick.
                let data = world.data(Format::Json, &query(*id, 2017..=2040)).unwrap();
                (*id, (world.indicator(*id).unwrap(), data))
            })
            .collect()
    };
    let (regions_before, before) = (world.regions(), all(&world));
    assert_eq!(world.advance(), 2);
    let after = all(&world);
    assert_eq!(world.regions(), regions_before);
    let mut moved = 0;
    for (id, (description, data)) in &before {
        let (new_description, new_data) = &after[id];
        let updated = |body: &Bytes| parsed(body)["data-updated"].as_str().unwrap().to_owned();
        if description == new_description {
            assert_eq!(data, new_data, "{id} moved without a word");
        } else {
            assert!(updated(new_description) > updated(description), "{id}");
            moved += 1;
            assert!(data != new_data || data == "[]" || world.indicators[id].is_nordic);
        }
    }
    let third = before.len() / 3;
    assert!(
        (third / 2..third * 2).contains(&moved),
        "{moved} of {}",
        before.len()
    );
    // The same edition by another way.
    let started_there = World::new(&Synthetic {
        edition: 2,
        ..Synthetic::default()
    })
    .unwrap();
    assert_eq!(all(&started_there), after);
}

#[test]
fn the_merger_rewrites_history() {
    let world = world(1);
    let regions = regions(&world);
    let id = |code: &str| {
        *regions
            .iter()
            .find(|(_, (kind, found, _))| kind == "KUNTA" && found == code)
            .unwrap()
            .0
    };
    let (halsua, veteli) = (id("074"), id("924"));
    let before = rows(&world, 127);
    world.advance();
    let after = rows(&world, 127);
    for year in [1990, 2010, 2024] {
        let (old, new) = (
            values(&before, year, "total"),
            values(&after, year, "total"),
        );
        assert!(!new.contains_key(&halsua));
        assert_eq!(new[&veteli], old[&veteli] + old[&halsua]);
        for (region, value) in &new {
            if *region != veteli {
                assert_eq!(*value, old[region]);
            }
        }
    }
    assert!(after.iter().any(|row| row["year"] == 2025));
    assert!(regions.contains_key(&halsua));
}

#[test]
fn a_load_has_the_promised_size() {
    let world = World::new(&Synthetic {
        indicators: SyntheticIndicators::Count(36),
        first_year: 2005,
        ..Synthetic::default()
    })
    .unwrap();
    let rows: usize = world
        .indicators
        .values()
        .map(|indicator| {
            world
                .cells(indicator, &query(indicator.id, 1990..=2040))
                .len()
        })
        .sum();
    let mean = rows / world.indicators.len();
    assert!((14_000..18_000).contains(&mean), "{mean}");
    assert_eq!(world.indicators.keys().next(), Some(&100_001));
}

#[test]
fn impossible_worlds_are_refused() {
    for (first_year, last_year, edition) in [
        (1899, 2024, 1),
        (1990, 2101, 1),
        (2024, 2023, 1),
        (1990, 2024, 0),
    ] {
        let options = Synthetic {
            first_year,
            last_year,
            edition,
            ..Synthetic::default()
        };
        assert!(matches!(
            World::new(&options),
            Err(SandboxError::ImpossibleWorld { .. })
        ));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn counts_add_up_whatever_the_seed(seed: u64, year in 2010_i32..2025) {
        let world = world(seed);
        let regions = regions(&world);
        let kind = |cell: &Cell| regions.get(&u64::from(cell.region)).map(|(kind, ..)| kind.as_str());
        for indicator in world.indicators.values() {
            if !matches!(indicator.measure, Measure::Count | Measure::Money) || indicator.is_nordic {
                continue;
            }
            let cells = world.cells(indicator, &query(indicator.id, year..=year));
            for sex in Sex::ALL {
                let sum = |wanted: &str| -> u64 {
                    cells
                        .iter()
                        .filter(|cell| cell.sex == *sex && kind(cell) == Some(wanted))
                        .map(|cell| cell.tenths)
                        .sum()
                };
                prop_assert_eq!(sum("MAA"), sum("MAAKUNTA"));
                prop_assert_eq!(sum("MAA"), sum("HYVINVOINTIALUE"));
            }
        }
    }
}
