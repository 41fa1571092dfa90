//! What a release said and how two differ, asked for on the command line.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef};
use botnia_sandbox::SandboxOptions;

use crate::support::{Upstream, Workspace, read_parquet};

/// Three releases: in the second the source moved, in the third one indicator went and
/// another came.
fn three_releases() -> (Upstream, Workspace) {
    let upstream = Upstream::start(SandboxOptions::default());
    let list = ["127", "181", "1065", "5", "3076"];
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &list);
    workspace.botnia(&["run"]).expect_code(0);
    upstream.sandbox().advance();
    workspace.botnia(&["run"]).expect_code(0);
    let settings = workspace.settings();
    workspace.write_settings(&settings.replace(r#""5", "3076""#, r#""322", "3076""#));
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(workspace.record().expect("a record").release.get(), 3);
    (upstream, workspace)
}

/// All rows of a Parquet file as text.
fn rows(path: &Path) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in read_parquet(path) {
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = batch.columns().iter().map(|it| cell(it, row)).collect();
            rows.push(cells.join("|"));
        }
    }
    rows
}

fn cell(column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return String::new();
    }
    if let Some(words) = column.as_dictionary_opt::<Int32Type>() {
        let word = words.key(row).expect("a word");
        words.values().as_string::<i32>().value(word).to_owned()
    } else if let Some(texts) = column.as_string_opt::<i32>() {
        texts.value(row).to_owned()
    } else if let Some(integers) = column.as_primitive_opt::<Int32Type>() {
        integers.value(row).to_string()
    } else {
        column.as_primitive::<Float64Type>().value(row).to_string()
    }
}

fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path)
        .expect("a text")
        .lines()
        .count()
}

#[test]
fn what_a_release_said_can_be_had_after_its_files_went() {
    let (_upstream, workspace) = three_releases();
    let observations = |release: &str| {
        let releases = workspace.data().join("published/releases");
        rows(&releases.join(release).join("observations.parquet"))
    };
    let said = [observations("000001"), observations("000002")];
    assert_ne!(said[0], said[1]);

    let whole = workspace.botnia(&["export", "--as-of", "1"]).expect_code(0);
    assert_eq!(whole.stdout, "observations-as-of-1.parquet\n");
    let file = workspace.path().join("observations-as-of-1.parquet");
    assert_eq!(rows(&file), said[0]);
    // Nothing is overwritten, whatever it is called.
    let bytes = std::fs::read(&file).expect("a file");
    workspace
        .botnia(&[
            "export",
            "--as-of",
            "2",
            "--output",
            "observations-as-of-1.parquet",
        ])
        .expect_code(2)
        .says("is there already");
    assert_eq!(std::fs::read(&file).expect("a file"), bytes);

    workspace
        .botnia(&["gc", "--keep-releases", "2"])
        .expect_code(0);
    assert!(!workspace.data().join("published/releases/000001").exists());
    workspace
        .botnia(&["export", "--as-of", "1", "--output", "again.parquet"])
        .expect_code(0)
        .says("read from release 3");
    assert_eq!(rows(&workspace.path().join("again.parquet")), said[0]);

    // One indicator alone, as text.
    workspace
        .botnia(&[
            "export",
            "--as-of",
            "2",
            "--indicator",
            "sotkanet:5",
            "--output",
            "5.csv",
        ])
        .expect_code(0);
    let of_five = said[1].iter().filter(|row| row.starts_with("sotkanet:5|"));
    assert_eq!(lines(&workspace.path().join("5.csv")), 1 + of_five.count());
    for (arguments, message) in [
        (
            ["--as-of", "2", "--indicator", "sotkanet:322"],
            "has no observation of `sotkanet:322`",
        ),
        (
            ["--as-of", "2", "--output", "figures.xlsx"],
            "end it in `.parquet` or in `.csv`",
        ),
        (
            ["--as-of", "9", "--output", "9.csv"],
            "those that are here: 1–3",
        ),
    ] {
        let mut command = vec!["export"];
        command.extend(arguments);
        workspace.botnia(&command).expect_code(2).says(message);
    }
    assert!(!workspace.path().join("9.csv").exists());

    // Those that are whole can be compared.
    let refused = workspace.botnia(&["diff", "1", "3"]).expect_code(2);
    refused.says("those that are here: 2–3");
    refused.says("botnia export --as-of 1");
}

#[test]
fn two_releases_are_compared_in_words_and_as_a_file() {
    let (_upstream, workspace) = three_releases();
    let compare = |arguments: &[&str]| {
        let mut command = vec!["diff"];
        command.extend(arguments);
        workspace.botnia(&command).expect_code(0)
    };
    assert!(
        compare(&["2", "2"])
            .stdout
            .ends_with("No observation differs.\n")
    );

    // The figures that the source moved, with what they were.
    let moved = compare(&["1", "2", "--output", "moved.parquet"]);
    moved.says(" → release 2 of ");
    moved.says("changed ");
    moved.says(" → ");
    let revisions = workspace
        .data()
        .join("published/releases/000002/revisions.parquet");
    assert_eq!(
        rows(&workspace.path().join("moved.parquet")),
        rows(&revisions)
    );

    let came_and_went = compare(&["2", "3", "--output", "gone.csv"]);
    assert!(came_and_went.stdout.contains("2 indicators: "));
    let gone = came_and_went
        .stdout
        .find("\nsotkanet:5 ")
        .expect("the one that went");
    let came = came_and_went
        .stdout
        .find("\nsotkanet:322 ")
        .expect("the one that came");
    assert!(gone < came, "losses come first");
    came_and_went.says("lost (the indicator went)");
    came_and_went.says("added (the indicator came)");
    // Backwards, the loss is a gain.
    compare(&["3", "2"]).says("added (the indicator went)");

    workspace
        .botnia(&["diff", "2", "9"])
        .expect_code(2)
        .says("those that are here: 1–3");

    // The bulletin tells the same.
    let bulletin = workspace.release().join("tiedote.fi.md");
    let bulletin = std::fs::read_to_string(bulletin).expect("a bulletin");
    assert!(
        bulletin.contains("Mukaan tuli 1 uusi indikaattori:\n\n- "),
        "{bulletin}"
    );
    let title = bulletin
        .split_once("1 indikaattori ei ole enää mukana:\n\n- ")
        .and_then(|(_, rest)| rest.lines().next());
    assert!(title.is_some_and(|title| title.len() > 5), "{bulletin}");
}
