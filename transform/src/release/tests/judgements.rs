//! Intervals, verdicts and trends in the reporting table, and the reasons for there being
//! none.

use botnia_model::{Observation, RegionKey, RegionLevel, Sex, Status, ValueKind};

use super::world::{World, key, municipality, observation, region};

/// A figure with the count behind it.
fn counted(region: &RegionKey, period: &str, value: f64, count: f64) -> Observation {
    Observation {
        absolute_value: Some(count),
        ..observation(region, period, Sex::Total, value)
    }
}

/// The given columns of every region, in the set of indicator 1.
fn rows(world: &World, kind: ValueKind, columns: &[&str]) -> Vec<String> {
    let mut world = world.clone();
    world.report_as(kind, "set", &["1"]);
    let mut all = vec!["region_id"];
    all.extend(columns);
    world.release(None).select("wellbeing.parquet", &all)
}

/// Those of one region.
fn row(world: &World, kind: ValueKind, region: &str, columns: &[&str]) -> String {
    let start = format!("{region} ");
    let rows = rows(world, kind, columns);
    let found = rows.iter().find_map(|row| row.strip_prefix(&start));
    found.unwrap().to_owned()
}

/// One in five in Vaasa, one in ten in Närpiö, 2 400 of 14 000 together.
fn compared() -> World {
    let mut world = World::new();
    world.set(
        "1",
        vec![
            counted(&municipality("905"), "2023", 20.0, 2_000.0),
            counted(&municipality("545"), "2023", 10.0, 400.0),
            observation(&municipality("743"), "2023", Sex::Total, 20.0),
            counted(&key(RegionLevel::Province, "15"), "2023", 17.1, 2_400.0),
            observation(&RegionKey::finland(), "2023", Sex::Total, 20.5),
        ],
    );
    world
}

const VERDICTS: [&str; 5] = [
    "province_verdict",
    "wellbeing_county_verdict",
    "country_verdict",
    "peers_verdict",
    "rest_of_province_verdict",
];

const REASONS: [&str; 5] = [
    "province_not_compared",
    "wellbeing_county_not_compared",
    "country_not_compared",
    "peers_not_compared",
    "rest_of_province_not_compared",
];

#[test]
fn a_figure_is_judged_beside_every_comparator() {
    let world = compared();
    assert_eq!(
        rows(&world, ValueKind::Share, &VERDICTS),
        [
            "SSS not_compared not_compared not_compared not_compared not_compared",
            "KU005 not_compared not_compared not_compared not_compared not_compared",
            "KU545 better better better not_compared better",
            "KU743 not_compared not_compared not_compared not_compared not_compared",
            "KU905 worse worse similar not_compared worse",
            "MK14 not_compared not_compared not_compared not_compared not_compared",
            "MK15 not_compared not_compared better not_compared not_compared",
            "HVA16 not_compared not_compared not_compared not_compared not_compared",
            "HVA17 not_compared not_compared better not_compared not_compared",
        ]
    );
    // The county is computed of its two. The country is compared with nobody; without a population nobody has peers; and the
    // first reason that holds is given: nothing to compare with, nothing to compare, no
    // figure of the other, no interval.
    assert_eq!(
        rows(&world, ValueKind::Share, &REASONS),
        [
            "SSS same_region same_region same_region same_region same_region",
            "KU005 no_value no_value no_value same_region no_value",
            "KU545 - - - same_region -",
            "KU743 no_comparator no_comparator no_interval same_region no_comparator",
            "KU905 - - - same_region -",
            "MK14 same_region same_region no_value same_region same_region",
            "MK15 same_region same_region - same_region same_region",
            "HVA16 same_region same_region no_value same_region same_region",
            "HVA17 same_region same_region - same_region same_region",
        ]
    );
    let interval = ["interval_method", "rest_of_province_value", "decimals"];
    assert_eq!(
        rows(&world, ValueKind::Share, &interval)[2..5],
        [
            "KU545 wilson_reconstructed 20 1",
            "KU743 none - 1",
            "KU905 wilson_reconstructed 10 1",
        ]
    );
    let released = {
        let mut world = world.clone();
        world.report("set", &["1"]);
        world.release(None)
    };
    let found = &released.rows("wellbeing.parquet")[4];
    let limit = |column: &str| found[column].as_deref().unwrap().parse::<f64>().unwrap();
    // Wilson's limits of 2 000 of 10 025 and of 9 976, the largest and the smallest whole
    // number of which they are between 19.95 and 20.05 %: bisection of the score equation.
    assert!((limit("interval_low") - 19.179_425_915_097_493).abs() < 1e-9);
    assert!((limit("interval_high") - 20.845_213_320_554_24).abs() < 1e-9);
}

#[test]
fn other_kinds_are_not_judged() {
    let world = compared();
    let judged = |kind| {
        row(
            &world,
            kind,
            "KU905",
            &["interval_method", "province_not_compared", "no_trend"],
        )
    };
    assert_eq!(
        judged(ValueKind::Share),
        "wilson_reconstructed - too_few_years"
    );
    assert_eq!(judged(ValueKind::Rate), "byar_from_counts - too_few_years");
    for kind in [ValueKind::Count, ValueKind::Euro] {
        assert_eq!(judged(kind), "none not_comparable not_comparable");
    }
    for kind in [
        ValueKind::SurveyShare,
        ValueKind::Mean,
        ValueKind::Index,
        ValueKind::Ratio,
        ValueKind::EuroPerPerson,
        ValueKind::AmountPerPerson,
    ] {
        assert_eq!(judged(kind), "none no_interval no_interval");
    }
}

#[test]
fn dependent_events_and_projections_have_no_interval() {
    let judged = |change: fn(&mut botnia_config::SetIndicator)| {
        let mut world = compared();
        world.report("set", &["1"]);
        change(&mut world.sets[0].indicators[0]);
        let rows = world.release(None);
        rows.select("wellbeing.parquet", &["interval_method"])[4].clone()
    };
    assert_eq!(judged(|_| ()), "wilson_reconstructed");
    assert_eq!(judged(|one| one.independent_events = false), "none");
    assert_eq!(judged(|one| one.projection = true), "none");
}

#[test]
fn the_rest_of_a_province_needs_all_the_others() {
    let columns = ["rest_of_province_value", "rest_of_province_not_compared"];
    let rest = |world: &World| row(world, ValueKind::Share, "KU905", &columns);
    let mut world = compared();
    assert_eq!(rest(&world), "10 -");

    // A third member: of 1 000 and 1 000, not the mean of the shares.
    let mustasaari = municipality("499");
    world
        .regions
        .push(region(mustasaari.clone(), "Mustasaari", Some("15")));
    assert_eq!(rest(&world), "- no_comparator");
    let mut figures = world.figures[&super::world::id("1")].clone();
    figures.retain(|one| one.region.level == RegionLevel::Municipality);
    figures.push(counted(&mustasaari, "2023", 30.0, 1_800.0));
    world.set("1", figures.clone());
    // (400 + 1 800) of (4 000 + 6 000).
    assert_eq!(rest(&world), "22 -");

    // One that hides its figure hides it from the others too.
    let hidden = Observation {
        value: None,
        absolute_value: None,
        status: Status::Suppressed,
        ..figures.pop().unwrap()
    };
    figures.push(hidden);
    world.set("1", figures);
    assert_eq!(rest(&world), "- no_comparator");

    // Where the province is not what its parts come to, its parts cannot be added up.
    let mut world = compared();
    let mut figures = world.figures[&super::world::id("1")].clone();
    let province = figures
        .iter_mut()
        .find(|one| one.region.level == RegionLevel::Province)
        .unwrap();
    province.value = Some(19.0);
    world.set("1", figures);
    assert_eq!(rest(&world), "- no_comparator");
}

#[test]
fn a_county_of_one_municipality_is_that_municipality() {
    let mut world = compared();
    let mut figures = world.figures[&super::world::id("1")].clone();
    figures.push(observation(
        &key(RegionLevel::WellbeingCounty, "17"),
        "2023",
        Sex::Total,
        20.0,
    ));
    world.set("1", figures);
    let columns = ["wellbeing_county_value", "wellbeing_county_not_compared"];
    for region in &mut world.regions {
        if region.key == municipality("545") {
            region.wellbeing_county = Some("16".parse().unwrap());
        }
    }
    let county = row(&world, ValueKind::Share, "KU905", &columns);
    assert_eq!(county, "- same_region");
}

/// A figure that shows that one decimal is published.
fn with_a_decimal() -> Observation {
    observation(&municipality("545"), "2015", Sex::Total, 17.3)
}

/// The shares of Vaasa from 2019 on, of about 10 000.
fn years(values: [f64; 5]) -> Vec<Observation> {
    (2019..)
        .zip(values)
        .map(|(year, value)| {
            let period = format!("{year}");
            counted(
                &municipality("905"),
                &period,
                value,
                (100.0 * value).round(),
            )
        })
        .collect()
}

/// An indicator without figures.
fn nothing() -> World {
    let mut world = World::new();
    world.set("1", Vec::new());
    world
}

fn trend_of(mut figures: Vec<Observation>) -> String {
    let mut world = World::new();
    figures.push(with_a_decimal());
    world.set("1", figures);
    let columns = ["trend", "trend_verdict", "no_trend"];
    row(&world, ValueKind::Share, "KU905", &columns)
}

#[test]
fn five_years_make_a_trend() {
    // The standard error is about 0.4: χ² of the first line is 10 · 1² / 0.4² = 62.
    let rising = [18.0, 19.0, 20.0, 21.0, 22.0];
    assert_eq!(trend_of(years(rising)), "increasing getting_worse -");
    let falling = [22.0, 21.0, 20.0, 19.0, 18.0];
    assert_eq!(trend_of(years(falling)), "decreasing getting_better -");
    let level = [20.0, 20.1, 20.0, 19.9, 20.0];
    assert_eq!(trend_of(years(level)), "no_change no_change -");
    // Without its last year this one falls.
    let outlier = [20.0, 19.8, 19.6, 19.4, 25.0];
    assert_eq!(trend_of(years(outlier)), "no_change no_change -");
    // What was before the five years has no say.
    let mut longer = years(falling);
    longer.push(counted(&municipality("905"), "2018", 1.0, 100.0));
    assert_eq!(trend_of(longer), "decreasing getting_better -");
}

#[test]
fn without_five_sound_years_there_is_no_trend() {
    let rising = || years([18.0, 19.0, 20.0, 21.0, 22.0]);
    let none = |reason: &str| format!("not_calculated not_calculated {reason}");

    let mut gap = rising();
    gap.remove(2);
    gap.push(counted(&municipality("905"), "2018", 17.0, 1_700.0));
    assert_eq!(trend_of(gap), none("too_few_years"));

    let mut broken = rising();
    broken[1].status = Status::Break;
    assert_eq!(trend_of(broken), none("break"));
    // A break with which the five years begin is before them.
    let mut renewed = rising();
    renewed[0].status = Status::Break;
    assert_eq!(trend_of(renewed), "increasing getting_worse -");

    let mut uncounted = rising();
    uncounted[1].absolute_value = None;
    assert_eq!(trend_of(uncounted), none("no_interval"));

    let mut everybody = rising();
    for figure in &mut everybody {
        figure.value = Some(100.0);
    }
    assert_eq!(trend_of(everybody), none("no_interval"));

    let periods = |periods: [&str; 5]| {
        let mut figures = rising();
        for (figure, period) in figures.iter_mut().zip(periods) {
            figure.period = period.parse().unwrap();
        }
        figures
    };
    let overlapping = periods([
        "2015/2017",
        "2016/2018",
        "2017/2019",
        "2018/2020",
        "2019/2021",
    ]);
    assert_eq!(trend_of(overlapping), none("overlapping_periods"));
    let apart = periods([
        "2007/2009",
        "2010/2012",
        "2013/2015",
        "2016/2018",
        "2019/2021",
    ]);
    assert_eq!(trend_of(apart), none("too_few_years"));
    let quarters = periods(["2019-Q4", "2020-Q4", "2021-Q4", "2022-Q4", "2023-Q4"]);
    assert_eq!(trend_of(quarters), "increasing getting_worse -");
    assert_eq!(
        row(&nothing(), ValueKind::Share, "KU905", &["no_trend"]),
        "no_value"
    );
}

#[test]
fn a_change_is_judged_by_both_intervals() {
    let change = |mut figures: Vec<Observation>| {
        let mut world = World::new();
        figures.push(with_a_decimal());
        world.set("1", figures);
        let columns = ["change_verdict", "change_not_compared"];
        row(&world, ValueKind::Share, "KU905", &columns)
    };
    let vaasa = municipality("905");
    let share = |period: &str, value: f64| counted(&vaasa, period, value, 100.0 * value);
    // Each of them is uncertain by about 0.8.
    assert_eq!(
        change(vec![share("2022", 20.0), share("2023", 18.0)]),
        "better -"
    );
    assert_eq!(
        change(vec![share("2022", 20.0), share("2023", 19.0)]),
        "similar -"
    );
    assert_eq!(
        change(vec![share("2021", 20.0), share("2023", 22.0)]),
        "worse -"
    );
    assert_eq!(
        change(vec![share("2023", 22.0)]),
        "not_compared no_comparator"
    );
    let mut uncounted = vec![share("2022", 20.0), share("2023", 22.0)];
    uncounted[0].absolute_value = None;
    assert_eq!(change(uncounted), "not_compared no_interval");
    let mut broken = vec![share("2022", 20.0), share("2023", 22.0)];
    broken[1].status = Status::Break;
    assert_eq!(change(broken), "not_compared no_comparator");
    assert_eq!(change(Vec::new()), "not_compared no_value");
}
