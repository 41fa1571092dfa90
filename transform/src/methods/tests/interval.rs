//! Which interval is honest.

use botnia_model::{
    Indicator, IntervalMethod, Observation, Origin, Polarity, RegionKey, Sex, Status, Text,
    ValueKind,
};
use proptest::prelude::*;

use super::super::interval::{Interval, IntervalRule};
use super::assert_near;

fn figure(value: f64, count: impl Into<Option<f64>>) -> Observation {
    Observation {
        region: RegionKey::finland(),
        period: "2024".parse().unwrap(),
        sex: Sex::Total,
        breakdown: None,
        value: Some(value),
        absolute_value: count.into(),
        status: Status::Normal,
        origin: Origin::Published,
    }
}

fn indicator(title: &str) -> Indicator {
    Indicator {
        indicator_id: "made:1".parse().unwrap(),
        title: Text {
            fi: title.to_owned(),
            ..Text::default()
        },
        original_title: Text::default(),
        description: Text::default(),
        interpretation: Text::default(),
        limits: Text::default(),
        legislation: Text::default(),
        notices: Text::default(),
        unit: Text::default(),
        source_value_type: None,
        value_kind: None,
        decimals: Some(1),
        polarity: Polarity::None,
        producer: None,
        licence: String::new(),
        redistributable: true,
        data_updated: None,
        themes: Vec::new(),
        source_url: None,
    }
}

const SHARE: IntervalRule = IntervalRule::Share { half_unit: 0.05 };
const RATE: IntervalRule = IntervalRule::Rate { half_unit: 0.05 };

fn limits(interval: Option<Interval>) -> (f64, f64, IntervalMethod) {
    let interval = interval.unwrap();
    (interval.limits.low, interval.limits.high, interval.method)
}

#[test]
fn a_share_of_which_one_denominator_is_possible_is_wilsons() {
    // 15 of 148 are 10.135…, shown as 10.1: of 147 it would be 10.2, of 149 it is 10.07.
    let (low, high, method) = limits(SHARE.interval(&figure(10.1, 15.0)));
    assert_eq!(method, IntervalMethod::WilsonReconstructed);
    // Newcombe's 15 of 148, and the mirror of it for 149.
    assert_near(high, 16.05, 5e-3);
    assert!(low < 6.24 && low > 6.15, "{low}");

    // One of three can be told from one of anything else.
    let (low, high, _) = limits(SHARE.interval(&figure(33.3, 1.0)));
    // The roots of (1/3 − p)² · 3 = z² p (1 − p), found by bisection.
    assert_near(low, 6.149_194_472_039_625, 1e-9);
    assert_near(high, 79.234_039_919_795_21, 1e-9);
}

#[test]
fn rounding_widens_what_chance_leaves_narrow() {
    // 952 000 of 5.5 million: by chance alone ± 0.03 about 17.3.
    let (low, high, _) = limits(SHARE.interval(&figure(17.3, 952_000.0)));
    assert!(low < 17.25 && high > 17.35, "{low} {high}");
    assert!(low > 17.2 && high < 17.4, "{low} {high}");
}

#[test]
fn a_rate_is_byars_from_ten_events_on_and_exact_below() {
    // The limits of 10 events, 4.795 and 18.39, of a rate between 19.95 and 20.05.
    let (low, high, method) = limits(RATE.interval(&figure(20.0, 10.0)));
    assert_eq!(method, IntervalMethod::ByarFromCounts);
    assert_near(low, 1.995 * 4.795, 0.02);
    assert_near(high, 2.005 * 18.39, 0.02);
    // Those of 9 events, 4.1154 and 17.0848, of a rate between 17.95 and 18.05.
    let (low, high, method) = limits(RATE.interval(&figure(18.0, 9.0)));
    assert_eq!(method, IntervalMethod::ExactFromCounts);
    assert_near(low, 17.95 / 9.0 * 4.1154, 2e-4);
    assert_near(high, 18.05 / 9.0 * 17.0848, 2e-4);
    let method = |count: f64| limits(RATE.interval(&figure(50.0, count))).2;
    assert_eq!(method(10.0), IntervalMethod::ByarFromCounts);
    assert_eq!(method(9.0), IntervalMethod::ExactFromCounts);
    assert_eq!(method(1.0), IntervalMethod::ExactFromCounts);
}

#[test]
fn where_no_interval_is_honest_there_is_none() {
    let none = |rule: IntervalRule, figure: &Observation| assert_eq!(rule.interval(figure), None);
    for rule in [SHARE, RATE] {
        // No numerator, none to speak of, none that counts, none that can be.
        none(rule, &figure(12.5, None));
        none(rule, &figure(0.0, 0.0));
        none(rule, &figure(12.5, 3.5));
        none(rule, &figure(-1.2, 5.0));
        // Nothing but noise would come of one digit: 0.5 may be 0.45 or 0.55.
        none(rule, &figure(0.5, 20.0));
        assert!(rule.interval(&figure(0.6, 20.0)).is_some());
        none(
            rule,
            &Observation {
                status: Status::Projection,
                ..figure(12.5, 20.0)
            },
        );
        none(
            rule,
            &Observation {
                value: None,
                status: Status::Suppressed,
                ..figure(12.5, 20.0)
            },
        );
    }
    // One of two and a half: the count is not what the share is made of.
    none(SHARE, &figure(40.0, 1.0));
    // More than everybody.
    none(SHARE, &figure(120.0, 60.0));
    none(IntervalRule::None, &figure(12.5, 20.0));
}

#[test]
fn only_shares_and_rates_of_independent_events_have_one() {
    let figures = [figure(17.3, 10.0), figure(12.0, 20.0)];
    let rule = |title: &str, kind, chance_is_known| {
        IntervalRule::of(&indicator(title), kind, chance_is_known, &figures)
    };
    let title = "Kuolleisuus / 100 000 asukasta";
    for kind in ValueKind::ALL {
        let expected = match kind {
            ValueKind::Share => SHARE,
            ValueKind::Rate => RATE,
            _ => IntervalRule::None,
        };
        assert_eq!(rule(title, *kind, true), expected, "{kind}");
        assert_eq!(rule(title, *kind, false), IntervalRule::None, "{kind}");
        let standardised = "Ikävakioitu kuolleisuus / 100 000 asukasta";
        assert_eq!(rule(standardised, *kind, true), IntervalRule::None);
    }
    // What botnia computed has more decimals than what the source rounded.
    let computed = Observation {
        origin: Origin::Computed,
        ..figure(100.0 / 3.0, 10.0)
    };
    let mixed = [figure(17.3, 10.0), computed];
    let rule = IntervalRule::of(&indicator(title), ValueKind::Share, true, &mixed);
    assert_eq!(rule, SHARE);
}

proptest! {
    /// Rounding a true share down to what is published leaves the interval of the true
    /// numbers within that of the published ones.
    #[test]
    fn the_interval_covers_that_of_the_true_numbers(count in 1_u32..5_000, others in 0_u32..200_000) {
        let (count, of) = (f64::from(count), f64::from(count + others));
        let shown = (1000.0 * count / of).round() / 10.0;
        if let Some(interval) = SHARE.interval(&figure(shown, count)) {
            let truth = super::super::wilson::wilson(count, of);
            prop_assert!(interval.limits.low <= 100.0 * truth.low + 1e-9);
            prop_assert!(interval.limits.high >= 100.0 * truth.high - 1e-9);
            prop_assert!(interval.limits.low < shown + 0.05);
            prop_assert!(interval.limits.high > shown - 0.05);
            prop_assert!(interval.limits.low >= 0.0 && interval.limits.high <= 100.0);
        } else {
            prop_assert!(shown < 0.6, "{shown} of {count} in {of}");
        }
    }

    /// The same of a rate per 1 000.
    #[test]
    fn a_rates_interval_covers_the_rate(count in 1_u32..5_000, inhabitants in 100_u32..700_000) {
        let truth = 1000.0 * f64::from(count) / f64::from(inhabitants);
        let shown = (10.0 * truth).round() / 10.0;
        if let Some(interval) = RATE.interval(&figure(shown, f64::from(count))) {
            prop_assert!(interval.limits.low < truth && truth < interval.limits.high);
        } else {
            prop_assert!(shown < 0.6, "{shown}");
        }
    }
}
