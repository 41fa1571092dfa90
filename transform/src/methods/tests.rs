//! The methods against published worked examples, and what must hold whatever the figures.
//! `tests/it/methods.rs` holds them against SciPy over many more inputs.

mod interval;
mod trend;

use botnia_model::{Polarity, Verdict};

use super::byar::byar;
use super::comparison::{beside, since};
use super::exact::exact;
use super::nearest::{Component, Structure};
use super::rounding::{decimals_shown, half_unit};
use super::wilson::wilson;
use super::{Limits, Z};

pub(super) fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected}"
    );
}

#[test]
fn wilson_gives_the_limits_of_newcombe() {
    // Newcombe RG, Statistics in Medicine 1998; 17: 857–872, table I, method 3.
    for (count, of, low, high) in [
        (81.0, 263.0, 0.2553, 0.3662),
        (15.0, 148.0, 0.0624, 0.1605),
        (0.0, 20.0, 0.0, 0.1611),
        (1.0, 29.0, 0.0061, 0.1718),
    ] {
        let limits = wilson(count, of);
        assert_near(limits.low, low, 5e-5);
        assert_near(limits.high, high, 5e-5);
    }
    // Everybody: the mirror image of nobody.
    assert_near(wilson(20.0, 20.0).low, 1.0 - 0.1611, 5e-5);
    assert_near(wilson(20.0, 20.0).high, 1.0, 1e-15);
}

#[test]
fn byar_is_near_the_exact_limits_of_the_tables() {
    // Pearson ES, Hartley HO, Biometrika Tables for Statisticians, table 40. Breslow & Day
    // give the approximation as good to this order from ten events on.
    for (count, low, high) in [
        (10.0, 4.795, 18.390),
        (20.0, 12.217, 30.888),
        (50.0, 37.111, 65.919),
        (100.0, 81.364, 121.627),
    ] {
        let limits = byar(count);
        assert_near(limits.low, low, 0.01);
        assert_near(limits.high, high, 0.01);
    }
}

#[test]
fn exact_limits_are_those_of_the_tables() {
    // Garwood F, Biometrika 1936; 28: 437–442, as in every table of Poisson limits.
    for (count, low, high) in [
        (0, 0.0, 3.6889),
        (1, 0.0253, 5.5716),
        (2, 0.2422, 7.2247),
        (5, 1.6235, 11.6683),
        (9, 4.1154, 17.0848),
    ] {
        let limits = exact(count).unwrap();
        assert_near(limits.low, low, 5e-5);
        assert_near(limits.high, high, 5e-5);
    }
    assert_eq!(exact(10), None);
}

#[test]
fn the_normal_quantile_is_that_of_the_tables() {
    // To ten decimals: NIST/SEMATECH e-Handbook, 1.3.6.7.1.
    assert_near(Z, 1.959_963_984_5, 5e-11);
}

#[test]
fn verdicts_follow_interval_and_polarity() {
    let own = Limits {
        low: 10.0,
        high: 12.0,
    };
    let words = |other: f64| {
        [
            Polarity::HigherIsBetter,
            Polarity::LowerIsBetter,
            Polarity::None,
        ]
        .map(|polarity| beside(own, other, polarity).as_str())
    };
    assert_eq!(words(9.9), ["better", "worse", "higher"]);
    assert_eq!(words(12.1), ["worse", "better", "lower"]);
    // What lies on a limit lies within.
    for other in [10.0, 11.0, 12.0] {
        assert_eq!(words(other), ["similar"; 3]);
    }
}

#[test]
fn a_change_is_one_only_if_the_intervals_do_not_touch() {
    let limits = |low, high| Limits { low, high };
    let own = limits(10.0, 12.0);
    let verdict = |earlier| since(own, earlier, Polarity::LowerIsBetter);
    assert_eq!(verdict(limits(12.5, 14.0)), Verdict::Better);
    assert_eq!(verdict(limits(12.0, 14.0)), Verdict::Similar);
    assert_eq!(verdict(limits(7.0, 10.0)), Verdict::Similar);
    assert_eq!(verdict(limits(7.0, 9.5)), Verdict::Worse);
    assert_eq!(
        since(own, limits(7.0, 9.5), Polarity::None),
        Verdict::Higher
    );
    // The earlier figure lies outside the own interval, and yet they touch.
    assert_eq!(beside(own, 12.5, Polarity::None), Verdict::Lower);
    assert_eq!(
        since(own, limits(11.0, 14.0), Polarity::None),
        Verdict::Similar
    );
}

#[test]
fn decimals_are_those_that_the_figures_show() {
    assert_eq!(decimals_shown([]), None);
    assert_eq!(decimals_shown([12.0, 0.0, -3.0]), Some(0));
    assert_eq!(decimals_shown([12.0, 17.3, 0.1]), Some(1));
    assert_eq!(decimals_shown([2.675, 12.0]), Some(3));
    assert_eq!(decimals_shown([1e9 + 0.7, -0.25]), Some(2));
    assert_eq!(decimals_shown([1.0 / 3.0]), None);
    assert_near(half_unit(0), 0.5, 0.0);
    assert_near(half_unit(2), 0.005, 1e-18);
}

#[test]
fn the_nearest_are_found_by_hand() {
    let component = |weight, values: &[f64]| Component {
        weight,
        values: values.iter().copied().map(Some).collect(),
    };
    // Mean 0, deviation 1, so they are standardised already.
    let structure = Structure::new([
        component(1.0, &[-1.0, -1.0, 1.0, 1.0]),
        component(3.0, &[-1.0, 1.0, -1.0, 1.0]),
    ]);
    let nearest = structure.nearest(0, 3, |_| true);
    let found: Vec<(usize, f64)> = nearest
        .iter()
        .map(|one| (one.region, one.distance))
        .collect();
    // √(1·4/4), √(3·4/4), √(4·4/4).
    let expected = [(2, 1.0), (1, 3.0_f64.sqrt()), (3, 2.0)];
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.0, expected.0);
        assert_near(found.1, expected.1, 1e-12);
    }
    assert_eq!(structure.nearest(0, 2, |region| region != 2).len(), 2);
    assert_eq!(structure.nearest(0, 1, |region| region != 2)[0].region, 1);
    // Figures that are equal everywhere say nothing; one that is missing is near to none.
    let flat = Structure::new([component(1.0, &[0.1, 0.1, 0.1])]);
    assert_eq!(flat.nearest(0, 3, |_| true), []);
    let hole = Structure::new([Component {
        weight: 1.0,
        values: vec![Some(1.0), None, Some(2.0)],
    }]);
    assert_eq!(hole.nearest(1, 3, |_| true), []);
    let found = hole.nearest(0, 3, |_| true);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].region, 2);
    assert_near(found[0].distance, 2.0, 1e-12);
}
