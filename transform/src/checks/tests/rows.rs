//! Duplicates, and suppressed figures.

use botnia_model::{FindingKind, Findings, RegionLevel, Severity, Status};

use super::{World, is};
use crate::checks::Gate;

fn found(kind: FindingKind, count: usize) -> Findings {
    let mut findings = Findings::default();
    for _ in 0..count {
        findings.add(kind, String::new);
    }
    findings
}

#[test]
fn contradictions_are_held_and_repetitions_are_a_warning_unless_known() {
    for (kind, severity, gate) in [
        (
            FindingKind::ContradictoryRow,
            Severity::Hold,
            Gate::RowsContradict,
        ),
        (FindingKind::DuplicateRow, Severity::Warn, Gate::RowsRepeat),
    ] {
        let mut world = World::new();
        world.findings_now = found(kind, 2);
        assert_eq!(world.said(), [(severity, gate)]);
        world.findings_then = found(kind, 2);
        assert_eq!(world.said(), []);
        assert_eq!(world.first(), []);
    }
}

fn suppress(world: &mut World, before: bool, codes: &[&str]) {
    let rows = if before {
        &mut world.before
    } else {
        &mut world.after
    };
    for row in rows
        .iter_mut()
        .filter(|row| is(row, RegionLevel::Municipality, codes) && row.period.year() > 2010)
    {
        row.value = None;
        row.status = Status::Suppressed;
    }
}

#[test]
fn suppressed_figures_that_are_shown_are_held() {
    let mut world = World::new();
    suppress(&mut world, true, &["005"]);
    assert!(world.held().contains(&Gate::SuppressedShown));
    suppress(&mut world, false, &["005"]);
    assert_eq!(world.said(), []);
}

#[test]
fn many_more_suppressed_figures_are_a_warning_and_a_few_are_not() {
    let mut world = World::new();
    suppress(&mut world, false, &["005"]);
    assert_eq!(world.said(), []);
    suppress(&mut world, false, &["005", "010"]);
    assert_eq!(world.warned(), [Gate::SuppressedMore]);
}
