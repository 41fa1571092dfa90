//! How a test says that it did not run.

use std::io::Write as _;

/// Says that `what` was left out and why, past the harness's capture of passing tests'
/// output: a test that did not run must be seen. CI fails on these lines.
pub(crate) fn leave_out(what: &str, reason: &str) {
    std::io::stderr()
        .write_all(line(what, reason).as_bytes())
        .expect("write to stderr");
}

fn line(what: &str, reason: &str) -> String {
    format!("left out: {what}: {reason}\n")
}

#[test]
fn the_line_has_the_words_that_ci_looks_for() {
    let said = line("a test with PostgreSQL", "there is none");
    assert_eq!(said, "left out: a test with PostgreSQL: there is none\n");
    let ci = include_str!("../../.ci/run");
    assert!(ci.contains("grep -F 'left out: '"), "CI looks for others");
}
