//! Identities that hold for any figures, and the cases that block a whole.

use botnia_model::{RegionLevel, Text};
use proptest::prelude::*;

use super::*;

fn municipality(number: usize) -> RegionKey {
    RegionKey::new(
        RegionLevel::Municipality,
        format!("{number:03}").parse().unwrap(),
    )
}

fn province(code: &str) -> RegionKey {
    RegionKey::new(RegionLevel::Province, code.parse().unwrap())
}

fn whole(region: RegionKey, members: std::ops::Range<usize>) -> Whole {
    Whole {
        region,
        members: members.map(municipality).collect(),
    }
}

fn row(region: RegionKey, value: f64, count: Option<f64>) -> Observation {
    Observation {
        region,
        period: Period::of_year(2024),
        sex: Sex::Total,
        breakdown: None,
        value: Some(value),
        absolute_value: count,
        status: Status::Normal,
        origin: Origin::Published,
    }
}

/// One row for each municipality, by its position.
fn rows(figures: &[(f64, Option<f64>)]) -> Vec<Observation> {
    let figures = figures.iter().enumerate();
    figures
        .map(|(number, (value, count))| row(municipality(number), *value, *count))
        .collect()
}

fn run(whole: &Whole, rows: &[Observation], method: Method, weights: &Populations) -> Aggregates {
    aggregate(
        std::slice::from_ref(whole),
        rows,
        method,
        weights,
        |_, _| true,
    )
}

/// The only figure; what it is made of is in the test's hands.
fn figure(whole: &Whole, rows: &[Observation], method: Method, weights: &Populations) -> f64 {
    let aggregates = run(whole, rows, method, weights);
    assert_eq!(aggregates.blocked, []);
    assert_eq!(aggregates.figures.len(), 1);
    assert_eq!(aggregates.figures[0].origin, Origin::Computed);
    aggregates.figures[0].value.unwrap()
}

fn reason(whole: &Whole, rows: &[Observation], method: Method) -> BlockReason {
    let aggregates = run(whole, rows, method, &Populations::default());
    assert_eq!(aggregates.figures, []);
    assert_eq!(aggregates.blocked.len(), 1);
    aggregates.blocked[0].reason
}

fn populations(persons: &[u32]) -> Populations {
    let persons: Vec<_> = persons
        .iter()
        .map(|persons| (f64::from(*persons), None))
        .collect();
    Populations::of(&rows(&persons))
}

/// A share of a whole: its numerator and denominator.
fn share() -> impl Strategy<Value = (u32, u32)> {
    (1..5_000_u32, 0..100_000_u32).prop_map(|(part, rest)| (part, part + rest))
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
}

#[test]
fn the_rules_are_those_of_the_table() {
    for (kind, method) in [
        (ValueKind::Count, Some(Method::Sum)),
        (ValueKind::Share, Some(Method::OwnDenominator)),
        (ValueKind::Rate, Some(Method::OwnDenominator)),
        (
            ValueKind::EuroPerPerson,
            Some(Method::PopulationWeightedMean),
        ),
        (ValueKind::SurveyShare, None),
        (ValueKind::Index, None),
        (ValueKind::Mean, None),
        (ValueKind::Ratio, None),
        (ValueKind::Euro, None),
        (ValueKind::AmountPerPerson, None),
    ] {
        assert_eq!(Method::of(kind), method, "{kind}");
    }
}

#[test]
fn a_standardised_rate_is_not_aggregated() {
    let described = |fi: &str, en: &str| {
        let json = serde_json::json!({
            "indicator_id": "sotkanet:10027",
            "title": Text { fi: fi.to_owned(), en: en.to_owned(), ..Text::default() },
            "original_title": {}, "description": {}, "interpretation": {}, "limits": {},
            "legislation": {}, "notices": {}, "unit": {}, "source_value_type": null,
            "value_kind": "rate", "decimals": 1, "polarity": "none", "producer": null,
            "licence": "", "redistributable": true, "data_updated": null, "themes": [],
            "source_url": null,
        });
        let indicator: Indicator = serde_json::from_value(json).unwrap();
        Method::of_indicator(&indicator, ValueKind::Rate)
    };
    assert_eq!(
        described("(EU) Vakioitu itsemurhakuolleisuus / 100 000 asukasta", ""),
        None
    );
    assert_eq!(described("Kuolleisuus", "Age-standardised mortality"), None);
    assert_eq!(
        described("Kuolleisuus / 100 000 asukasta", "Mortality"),
        Some(Method::OwnDenominator)
    );
}

#[test]
fn shares_are_weighted_by_their_own_denominators() {
    // 10 of 20 and 10 of 200: 20 of 220, and not the mean of 50 % and 5 %.
    let rows = rows(&[(50.0, Some(10.0)), (5.0, Some(10.0))]);
    let aggregates = run(
        &whole(province("14"), 0..2),
        &rows,
        Method::OwnDenominator,
        &Populations::default(),
    );
    assert!(close(
        aggregates.figures[0].value.unwrap(),
        100.0 * 20.0 / 220.0
    ));
    assert_eq!(aggregates.figures[0].absolute_value, Some(20.0));
}

#[test]
fn a_denominator_that_is_not_known_blocks() {
    let whole = whole(province("14"), 0..2);
    for unknown in [(0.0, Some(0.0)), (5.0, None), (5.0, Some(0.0))] {
        let rows = rows(&[(50.0, Some(10.0)), unknown]);
        assert_eq!(
            reason(&whole, &rows, Method::OwnDenominator),
            BlockReason::DenominatorUnknown
        );
    }
    let rows = rows(&[(50.0, None), (5.0, None)]);
    assert_eq!(
        reason(&whole, &rows, Method::PopulationWeightedMean),
        BlockReason::PopulationUnknown
    );
    // Weights are those of the same year and of both sexes together.
    let mut men = Populations::of(&[Observation {
        sex: Sex::Male,
        ..row(municipality(0), 9.0, None)
    }]);
    assert_eq!(men, Populations::default());
    men = Populations::of(&[row(municipality(0), 9.0, None)]);
    assert_eq!(men.at(&municipality(0), &Period::of_year(2023)), None);
    assert_eq!(men.at(&municipality(0), &Period::of_year(2024)), Some(9.0));
}

#[test]
fn a_value_that_is_hidden_blocks_as_one_that_is_absent() {
    let whole = whole(province("14"), 0..2);
    let mut rows = rows(&[(7.0, None), (3.0, None)]);
    rows[1].value = None;
    rows[1].status = Status::Suppressed;
    // The province is known, but the hidden one is not made of it, and neither is the sum.
    rows.push(row(province("14"), 10.0, None));
    assert_eq!(
        reason(&whole, &rows, Method::Sum),
        BlockReason::MemberMissing
    );
}

#[test]
fn a_whole_is_as_uncertain_as_its_parts() {
    let whole = whole(province("14"), 0..2);
    for (statuses, expected) in [
        ([Status::Normal, Status::Normal], Status::Normal),
        ([Status::Nil, Status::Nil], Status::Nil),
        ([Status::Nil, Status::Normal], Status::Normal),
        ([Status::Normal, Status::Break], Status::Break),
        ([Status::Provisional, Status::Break], Status::Provisional),
        (
            [Status::Provisional, Status::Projection],
            Status::Projection,
        ),
    ] {
        let mut rows = rows(&[(0.0, None), (0.0, None)]);
        rows[0].status = statuses[0];
        rows[1].status = statuses[1];
        let aggregates = run(&whole, &rows, Method::Sum, &Populations::default());
        assert_eq!(aggregates.figures[0].status, expected, "{statuses:?}");
    }
}

#[test]
fn cells_are_not_mixed() {
    let whole = whole(province("14"), 0..2);
    let women = |number, year| Observation {
        sex: Sex::Female,
        period: Period::of_year(year),
        ..row(municipality(number), 1.0, None)
    };
    let mut rows = vec![women(0, 2023), women(1, 2024)];
    rows.push(row(municipality(0), 1.0, None));
    rows.push(row(municipality(1), 1.0, None));
    rows.sort_by(|one, other| one.key().cmp(&other.key()));
    let aggregates = run(&whole, &rows, Method::Sum, &Populations::default());
    assert_eq!(aggregates.figures.len(), 1);
    assert_eq!(aggregates.figures[0].sex, Sex::Total);
    let blocked: Vec<_> = aggregates
        .blocked
        .iter()
        .map(|one| (one.sex, one.period.as_str(), one.reason))
        .collect();
    assert_eq!(
        blocked,
        [
            (Sex::Female, "2023", BlockReason::MemberMissing),
            (Sex::Female, "2024", BlockReason::MemberMissing),
        ]
    );
}

#[test]
fn rounding_is_no_disagreement_and_anything_more_is() {
    let whole = [whole(province("14"), 0..2)];
    let check = |published: f64, parts: &[(f64, Option<f64>)], method, weights: &[u32]| {
        let mut rows = rows(parts);
        rows.push(row(province("14"), published, None));
        let check = SumCheck::of(&whole, &rows, method, &populations(weights));
        assert_eq!(check.compared, 1);
        check.disagreements.is_empty()
    };
    let counts = [(7.0, None), (5.0, None)];
    assert!(check(12.0, &counts, Method::Sum, &[]));
    assert!(!check(13.0, &counts, Method::Sum, &[]));
    // Three figures with one decimal: three halves of a tenth.
    let decimals = [(7.1, None), (5.2, None)];
    assert!(check(12.4, &decimals, Method::Sum, &[]));
    assert!(!check(12.5, &decimals, Method::Sum, &[]));
    // A value of 0.1 is anything from 0.05 to 0.15: the whole is then 0.48 to 1.32.
    let shares = [(0.1, Some(1.0)), (10.0, Some(9.0))];
    assert!(check(1.0, &shares, Method::OwnDenominator, &[]));
    assert!(!check(2.0, &shares, Method::OwnDenominator, &[]));
    let euro = [(100.0, None), (200.0, None)];
    assert!(check(
        151.0,
        &euro,
        Method::PopulationWeightedMean,
        &[50, 50]
    ));
    assert!(!check(
        152.0,
        &euro,
        Method::PopulationWeightedMean,
        &[50, 50]
    ));
}

proptest! {
    #[test]
    fn the_sum_of_sums_is_the_sum(
        counts in prop::collection::vec(0..1_000_000_u32, 2..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = 1 + cut.index(counts.len() - 1);
        let counts: Vec<_> = counts.iter().map(|count| (f64::from(*count), None)).collect();
        let rows = rows(&counts);
        let nobody = Populations::default();
        let all = whole(province("00"), 0..counts.len());
        let expected: f64 = counts.iter().map(|(count, _)| count).sum();
        // Whole numbers add up exactly.
        let summed = figure(&all, &rows, Method::Sum, &nobody);
        prop_assert_eq!(summed.to_bits(), expected.to_bits());

        let halves = [whole(province("01"), 0..cut), whole(province("02"), cut..counts.len())];
        let parts = aggregate(&halves, &rows, Method::Sum, &nobody, |_, _| true).figures;
        let country = Whole {
            region: RegionKey::finland(),
            members: vec![province("01"), province("02")],
        };
        let summed = figure(&country, &parts, Method::Sum, &nobody);
        prop_assert_eq!(summed.to_bits(), expected.to_bits());
        // And the source's own figures agree with themselves, or one that is off does not.
        let mut published = [rows, parts].concat();
        published.push(row(RegionKey::finland(), expected, None));
        published.sort_by(|one, other| one.key().cmp(&other.key()));
        let wholes = [&halves[..], &[country]].concat();
        let check = SumCheck::of(&wholes, &published, Method::Sum, &nobody);
        prop_assert_eq!((check.compared, check.disagreements.len()), (3, 0));
        published[0].value = Some(expected + 1.0);
        let check = SumCheck::of(&wholes, &published, Method::Sum, &nobody);
        prop_assert_eq!(check.disagreements.len(), 1);
        let published = check.disagreements[0].published;
        prop_assert_eq!(published.to_bits(), (expected + 1.0).to_bits());
    }

    #[test]
    fn ratios_of_parts_are_the_ratio_of_the_whole(
        shares in prop::collection::vec(share(), 1..20),
    ) {
        let percent = |part: u32, all: u32| 100.0 * f64::from(part) / f64::from(all);
        let figures: Vec<_> = shares
            .iter()
            .map(|(part, all)| (percent(*part, *all), Some(f64::from(*part))))
            .collect();
        let expected = percent(
            shares.iter().map(|(part, _)| part).sum(),
            shares.iter().map(|(_, all)| all).sum(),
        );
        let whole = whole(province("14"), 0..shares.len());
        let found = figure(&whole, &rows(&figures), Method::OwnDenominator, &Populations::default());
        prop_assert!(close(found, expected), "{found} is not {expected}");
    }

    #[test]
    fn the_order_of_members_does_not_matter(
        shares in prop::collection::vec((share(), 0.1..5_000.0_f64, 1..1_000_000_u32), 2..20),
        seed in any::<u64>(),
    ) {
        let figures: Vec<_> = shares
            .iter()
            .map(|((part, _), value, _)| (*value, Some(f64::from(*part))))
            .collect();
        let weights: Vec<u32> = shares.iter().map(|(_, _, persons)| *persons).collect();
        let (rows, weights) = (rows(&figures), populations(&weights));
        let straight = whole(province("14"), 0..shares.len());
        let mut turned = straight.clone();
        let turn = usize::try_from(seed % (shares.len() as u64)).unwrap();
        turned.members.rotate_left(turn);
        turned.members.swap(0, shares.len() - 1);
        for method in [Method::Sum, Method::OwnDenominator, Method::PopulationWeightedMean] {
            prop_assert_eq!(
                figure(&straight, &rows, method, &weights).to_bits(),
                figure(&turned, &rows, method, &weights).to_bits()
            );
        }
    }

    #[test]
    fn scaling_the_parts_scales_the_whole(
        shares in prop::collection::vec((share(), 0.1..5_000.0_f64, 1..1_000_000_u32), 1..20),
        factor in 0.01..100.0_f64,
    ) {
        let figures = |factor: f64| -> Vec<_> {
            let figures = shares.iter();
            figures
                .map(|((part, _), value, _)| (value * factor, Some(f64::from(*part))))
                .collect()
        };
        let weights: Vec<u32> = shares.iter().map(|(_, _, persons)| *persons).collect();
        let weights = populations(&weights);
        let whole = whole(province("14"), 0..shares.len());
        for method in [Method::Sum, Method::OwnDenominator, Method::PopulationWeightedMean] {
            let once = figure(&whole, &rows(&figures(1.0)), method, &weights);
            let scaled = figure(&whole, &rows(&figures(factor)), method, &weights);
            prop_assert!(close(scaled, once * factor), "{method:?}: {scaled}, {once}");
        }
    }

    #[test]
    fn a_mean_lies_between_the_smallest_and_the_largest_part(
        parts in prop::collection::vec((share(), 0.1..5_000.0_f64, 1..1_000_000_u32), 1..20),
    ) {
        let figures: Vec<_> = parts
            .iter()
            .map(|((part, _), value, _)| (*value, Some(f64::from(*part))))
            .collect();
        let weights: Vec<u32> = parts.iter().map(|(_, _, persons)| *persons).collect();
        let lowest = figures.iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min);
        let highest = figures.iter().map(|(value, _)| *value).fold(0.0, f64::max);
        let whole = whole(province("14"), 0..parts.len());
        for method in [Method::OwnDenominator, Method::PopulationWeightedMean] {
            let mean = figure(&whole, &rows(&figures), method, &populations(&weights));
            prop_assert!(mean >= lowest || close(mean, lowest), "{method:?}: {mean}");
            prop_assert!(mean <= highest || close(mean, highest), "{method:?}: {mean}");
        }
    }

    #[test]
    fn one_missing_member_blocks(
        parts in prop::collection::vec((share(), 0.1..5_000.0_f64, 1..1_000_000_u32), 2..20),
        missing in any::<prop::sample::Index>(),
    ) {
        let figures: Vec<_> = parts
            .iter()
            .map(|((part, _), value, _)| (*value, Some(f64::from(*part))))
            .collect();
        let mut rows = rows(&figures);
        rows.remove(missing.index(parts.len()));
        // The whole itself is known, and still nothing is made of the difference.
        rows.push(row(province("14"), 1e9, Some(1e9)));
        let whole = whole(province("14"), 0..parts.len());
        for method in [Method::Sum, Method::OwnDenominator, Method::PopulationWeightedMean] {
            prop_assert_eq!(reason(&whole, &rows, method), BlockReason::MemberMissing);
        }
    }
}
