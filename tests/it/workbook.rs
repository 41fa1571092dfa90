//! The workbooks of a release in the programs that people open them with.

use std::path::{Path, PathBuf};
use std::process::Command;

use botnia_sandbox::SandboxOptions;

use crate::left_out::leave_out;
use crate::support::{Upstream, Workspace};

const FOLDER: &str = "municipalities/743-seinajoki";

/// Python with openpyxl, from the environment that `make test` prepares.
fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    if python.is_file() {
        return Some(python);
    }
    leave_out(
        "the workbooks in openpyxl and pandas",
        "target/python is absent: run `make test`",
    );
    None
}

/// Whether LibreOffice is there.
fn has_libreoffice() -> bool {
    let asked = Command::new("soffice").arg("--version").output();
    let there = asked.is_ok_and(|output| output.status.success());
    if !there {
        leave_out(
            "the workbooks in LibreOffice",
            "`soffice` is absent: on Debian and Ubuntu, apt-get install libreoffice-calc",
        );
    }
    there
}

#[track_caller]
fn run(python: &Path, arguments: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/workbooks.py");
    let output = Command::new(python)
        .arg("-B")
        .arg(script)
        .args(arguments)
        .output()
        .expect("run Python");
    assert!(
        output.status.success(),
        "{arguments:?}:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn spreadsheet_programs_read_sum_and_fill_in_the_workbooks() {
    let upstream = Upstream::start(SandboxOptions::default());
    let indicators = ["127", "181", "1065", "3076"];
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &indicators);
    workspace.botnia(&["run"]).expect_code(0);
    let release = workspace.release();
    let folder = release.join(FOLDER);
    for file in [
        "indikaattorit.fi.xlsx",
        "indikatorer.sv.xlsx",
        "tyopaja.fi.html",
        "workshop.sv.html",
    ] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    let Some(python) = python() else { return };
    run(&python, &["check", text(&release), FOLDER]);

    // A person fills in the form, in both languages, and gets it back as it was written.
    let filled = workspace.path().join("täytetty.xlsx");
    for (workbook, language, says) in [
        ("indikaattorit.fi.xlsx", "fi", "uusia 3"),
        ("indikatorer.sv.xlsx", "sv", "nya 3"),
    ] {
        let source = folder.join(workbook);
        run(&python, &["fill", text(&source), text(&filled)]);
        workspace
            .botnia(&["import", "notes", text(&filled), "--language", language])
            .expect_code(0)
            .says(says);
    }
    workspace.botnia(&["run"]).expect_code(0);
    let notes = workspace.release().join(FOLDER).join("notes.csv");
    let notes = std::fs::read_to_string(notes).expect("the notes");
    assert!(
        notes.contains("\"Ensimmäinen rivi.\n- toinen rivi\""),
        "{notes}"
    );
    assert!(notes.contains(";'=SUM(A1:A2) on teksti"), "{notes}");
    assert_eq!(notes.matches(";Työpaja;sv;plain;").count(), 3, "{notes}");

    if !has_libreoffice() {
        return;
    }
    let scratch = workspace.path().join("libreoffice");
    let published = workspace
        .release()
        .join(FOLDER)
        .join("indikaattorit.fi.xlsx");
    run(&python, &["calculate", text(&published), text(&scratch)]);
    // What LibreOffice saves has the same notes, and they are known by their codes.
    run(&python, &["resave", text(&published), text(&scratch)]);
    let saved = scratch.join("indikaattorit.fi.xlsx");
    workspace
        .botnia(&["import", "notes", text(&saved)])
        .expect_code(0)
        .says("uusia 0, ennestään tuotuja 6, poistettuja 0");
}
