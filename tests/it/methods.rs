//! The statistics against SciPy and NumPy, over made-up figures, and over a whole release.

use std::io::Write as _;

use botnia_model::{Observation, Origin, Polarity, RegionKey, Sex, Status};
use botnia_transform::methods::byar::byar;
use botnia_transform::methods::comparison::{beside, since};
use botnia_transform::methods::exact::exact;
use botnia_transform::methods::interval::IntervalRule;
use botnia_transform::methods::nearest::{Component, Structure};
use botnia_transform::methods::trend::{Point, trend};
use botnia_transform::methods::wilson::wilson;
use botnia_transform::methods::{Limits, Z};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const CASES: usize = 400;

/// Values of a strategy, the same in every run.
fn sample<S: Strategy>(strategy: &S) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    let draw = |_| {
        let tree = strategy.new_tree(&mut runner);
        tree.expect("a value of the strategy").current()
    };
    (0..CASES).map(draw).collect()
}

fn pair(limits: Limits) -> Value {
    json!([limits.low, limits.high])
}

fn published(value: f64, count: u32) -> Observation {
    Observation {
        region: RegionKey::finland(),
        period: "2024".parse().expect("a period"),
        sex: Sex::Total,
        breakdown: None,
        value: Some(value),
        absolute_value: Some(count.into()),
        status: Status::Normal,
        origin: Origin::Published,
    }
}

/// A figure with so many decimals, and half a unit of the last of them.
fn rounded(value: f64, decimals: i32) -> (f64, f64) {
    let scale = 10_f64.powi(decimals);
    ((value * scale).round() / scale, 0.5 / scale)
}

fn counts(cases: &mut Vec<Value>) {
    // From single cases to the whole country.
    let count = prop_oneof![0_u32..30, 0_u32..2_000, 0_u32..900_000];
    let others = prop_oneof![0_u32..30, 0_u32..20_000, 0_u32..5_000_000];
    for (count, others) in sample(&(count.clone(), others.clone())) {
        let of = (count + others).max(1);
        let output = pair(wilson(count.into(), of.into()));
        cases.push(json!({"method": "wilson", "count": count, "of": of, "output": output}));
    }
    for count in sample(&(10_u32..100_000)) {
        let output = pair(byar(count.into()));
        cases.push(json!({"method": "byar", "count": count, "output": output}));
    }
    for count in 0_u8..10 {
        let output = exact(count).map(pair);
        cases.push(json!({"method": "exact", "count": count, "output": output}));
    }
    for ((count, others), decimals) in sample(&((count.clone(), others), 0_i32..3)) {
        let count = count.max(1);
        let true_share = 100.0 * f64::from(count) / f64::from(count + others);
        let (value, half_unit) = rounded(true_share, decimals);
        let interval = IntervalRule::Share { half_unit }.interval(&published(value, count));
        cases.push(json!({
            "method": "share", "value": value, "count": count, "half_unit": half_unit,
            "output": interval.map(|interval| pair(interval.limits)),
        }));
    }
    for ((count, true_rate), decimals) in sample(&((count, 0.0..400.0), 0_i32..3)) {
        let count = count.max(1);
        let (value, half_unit) = rounded(true_rate, decimals);
        let interval = IntervalRule::Rate { half_unit }.interval(&published(value, count));
        cases.push(json!({
            "method": "rate", "value": value, "count": count, "half_unit": half_unit,
            "output": interval.map(|interval| pair(interval.limits)),
        }));
    }
}

fn series(cases: &mut Vec<Value>) {
    // Steps, errors and a course that may turn, so that all outcomes come about.
    let year = (-3.0..3.0, 0.1..4.0);
    for (start, step, years) in sample(&(1.0..90.0, -3.0..3.0, prop::array::uniform5(year))) {
        let mut value: f64 = start;
        let points = years.map(|(noise, error): (f64, f64)| {
            value += step + noise;
            Point {
                value,
                limits: Limits {
                    low: value - Z * error,
                    high: value + 1.1 * Z * error,
                },
            }
        });
        let output = trend(&points).map(botnia_model::Trend::as_str);
        cases.push(json!({
            "method": "trend", "output": output,
            "values": points.map(|point| point.value),
            "low": points.map(|point| point.limits.low),
            "high": points.map(|point| point.limits.high),
        }));
    }
}

fn verdicts(cases: &mut Vec<Value>) {
    let limits = || {
        (0.0..50.0, 0.0..20.0).prop_map(|(low, width)| Limits {
            low,
            high: low + width,
        })
    };
    let polarity = || prop::sample::select(Polarity::ALL);
    for (own, other, polarity) in sample(&(limits(), 0.0..70.0, polarity())) {
        cases.push(json!({
            "method": "beside", "low": own.low, "high": own.high, "other": other,
            "polarity": polarity, "output": beside(own, other, polarity),
        }));
    }
    for (own, earlier, polarity) in sample(&(limits(), limits(), polarity())) {
        cases.push(json!({
            "method": "since", "own": pair(own), "earlier": pair(earlier),
            "polarity": polarity, "output": since(own, earlier, polarity),
        }));
    }
}

fn distances(cases: &mut Vec<Value>) {
    let figures = || prop::collection::vec(-50.0..50.0, 30);
    let component = || (0.25..3.0, figures());
    for (components, own) in sample(&(prop::collection::vec(component(), 1..6), 0_usize..30)) {
        let structure = Structure::new(components.iter().map(|(weight, figures)| Component {
            weight: *weight,
            values: figures.iter().copied().map(Some).collect(),
        }));
        let nearest = structure.nearest(own, 20, |_| true);
        let distances: Vec<f64> = nearest.iter().map(|one| one.distance).collect();
        let (weights, figures): (Vec<f64>, Vec<Vec<f64>>) = components.into_iter().unzip();
        cases.push(json!({
            "method": "nearest", "weights": weights, "figures": figures, "own": own,
            "most": 20, "output": distances,
        }));
    }
}

fn write(cases: &[Value]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    for case in cases {
        writeln!(file, "{case}").expect("write a case");
    }
    file
}

#[test]
fn methods_agree_with_scipy() {
    let mut cases = Vec::new();
    counts(&mut cases);
    series(&mut cases);
    verdicts(&mut cases);
    distances(&mut cases);
    let of = |method: &str, output: &Value| {
        let mut cases = cases.iter();
        cases.any(|case| case["method"] == method && case["output"] == *output)
    };
    // Every outcome is among them.
    for trend in ["increasing", "decreasing", "no_change"] {
        assert!(of("trend", &json!(trend)), "{trend}");
    }
    for verdict in ["better", "similar", "worse", "higher", "lower"] {
        assert!(of("beside", &json!(verdict)), "{verdict}");
        assert!(of("since", &json!(verdict)), "{verdict}");
    }
    assert!(of("share", &Value::Null) && of("rate", &Value::Null));
    crate::python::run("check_methods.py", write(&cases).path());

    // A number that is off by two in a billion is found.
    let first = cases[0]["output"][1].as_f64().expect("a limit");
    cases[0]["output"][1] = json!(first + 2e-9);
    let wrong = write(&cases);
    if let Some(output) = crate::python::output_of("check_methods.py", wrong.path()) {
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success(), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
