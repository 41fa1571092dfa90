//! A release opened by real DuckDB, polars, pandas and pyarrow, and its statistics computed
//! again by SciPy, from the environment that `make test` prepares.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// Fails the calling test unless those programs find in a release's folder the declared
/// columns, types, nulls, order, metadata and files, and agree with each other and with
/// the manifest on every value. Without the environment it says that this is left out.
#[track_caller]
pub(crate) fn check_with_python(release: &Path) {
    run("read_release.py", release);
}

/// Fails the calling test unless the intervals, verdicts, trends and peers of a release's
/// reporting table are what SciPy and NumPy make of its observations.
#[track_caller]
pub(crate) fn check_statistics(release: &Path) {
    run("check_wellbeing.py", release);
}

/// Fails the calling test unless a script finds nothing wrong with what lies at `path`.
#[track_caller]
pub(crate) fn run(script: &str, path: &Path) {
    let Some(output) = output_of(script, path) else {
        return;
    };
    assert!(
        output.status.success(),
        "{script} on {}:\n{}{}",
        path.display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What a script says of what lies at `path`. Without the environment it says that this is
/// left out.
pub(crate) fn output_of(script: &str, path: &Path) -> Option<Output> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/python/bin/python");
    if !python.is_file() {
        // Past the capture of passing tests: a check that did not run must be seen.
        std::io::stderr()
            .write_all(
                format!("left out: {script}, as target/python is absent: run `make test`\n")
                    .as_bytes(),
            )
            .expect("write to stderr");
        return None;
    }
    let output = Command::new(python)
        .arg("-B")
        .arg(root.join("tests/python").join(script))
        .arg(path)
        .output()
        .expect("run Python");
    Some(output)
}

#[test]
fn the_reader_finds_out_every_spoilt_release() {
    let folder = tempfile::tempdir().unwrap();
    run("spoil_release.py", folder.path());
}
