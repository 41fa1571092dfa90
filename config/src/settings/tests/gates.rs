//! How much may change: defaults, single keys, and numbers that no gate can have.

use super::{LEAST, parse, refused};
use crate::settings::GateSettings;

#[test]
fn gates_are_set_one_by_one() {
    let text = format!("{LEAST}[gates]\nlost_percent = 2\noutlier_factor = 3.5\n");
    let expected = GateSettings {
        lost_percent: 2.0,
        outlier_factor: 3.5,
        ..GateSettings::default()
    };
    assert_eq!(parse(&text).unwrap().gates, expected);
    insta::assert_snapshot!(refused(&format!("{LEAST}[gates]\nlost_precent = 2\n")), @r"
    the settings have a problem
    botnia.toml:8:1: `gates.lost_precent`: unknown key
      hint: did you mean `lost_percent`?
    ");
}

#[test]
fn what_no_gate_can_have_is_refused() {
    for (line, limit) in [
        ("lost_percent = -1", "at least 0 and at most 100"),
        ("lost_percent = 100.5", "at least 0 and at most 100"),
        ("jump_percent = nan", "at least 0 and at most 200"),
        ("outlier_factor = 0.5", "at least 1 and at most 1000"),
        ("outlier_factor = inf", "at least 1 and at most 1000"),
    ] {
        let error = refused(&format!("{LEAST}[gates]\n{line}\n"));
        assert!(error.contains(limit), "{line}: {error}");
    }
}
