//! The newcomer's way: a demo run, a second one, and what they leave behind.

use std::path::Path;

use botnia_sandbox::SandboxOptions;

use crate::support::{Ran, Upstream, Workspace, assert_whole, read_parquet};

/// How many regions have files of their own.
fn folders(release: &Path) -> [usize; 4] {
    [
        "municipalities",
        "provinces",
        "wellbeing-counties",
        "by_province",
    ]
    .map(|name| {
        let folder = std::fs::read_dir(release.join(name));
        folder.expect("a folder").count()
    })
}

#[test]
fn every_region_gets_files_where_none_are_chosen() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::with_every_folder(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(folders(&workspace.release()), [308, 19, 23, 19]);
}

#[test]
fn a_demo_publishes_a_release_and_a_second_one_changes_nothing() {
    let workspace = Workspace::new("http://127.0.0.1:9/unused", &["127"]);
    let data = workspace.data();
    let demo = || {
        Ran::of(
            workspace
                .command(&["run", "--demo", "--data", data.to_str().expect("UTF-8")])
                .output()
                .expect("the program starts"),
        )
        .expect_code(0)
    };
    let first = demo();
    first.says("Release    1 is published");
    first.says("duckdb -c");
    let release = workspace.release();
    assert_eq!(first.stdout.trim(), release.to_str().expect("UTF-8"));
    let manifest = assert_whole(&release, &workspace.record().expect("a record"));
    assert!(manifest.synthetic);
    assert_eq!(
        workspace.latest().canonicalize().expect("a link"),
        release.canonicalize().expect("a folder")
    );
    for path in [
        "observations.parquet",
        "indicators.parquet",
        "regions.parquet",
        "region_changes.parquet",
        "region_memberships.parquet",
        "region_classes.parquet",
        "revisions.parquet",
        "wellbeing.parquet",
        "peers.parquet",
        "by_province/province=14/observations.parquet",
        "municipalities/743-seinajoki/observations.parquet",
        "municipalities/743-seinajoki/observations.csv",
        "provinces/14-etela-pohjanmaa/observations.parquet",
        "wellbeing-counties/16-etela-pohjanmaa/observations.csv",
        "SHA256SUMS",
        "README.md",
        "LICENCE.md",
        "CITATION.cff",
        "CHANGES.md",
        "tiedote.fi.md",
        "meddelande.sv.md",
    ] {
        assert!(release.join(path).is_file(), "{path}");
    }
    // Three provinces with their municipalities and counties; the observations of all.
    assert_eq!(folders(&release), [40, 3, 3, 19]);
    for path in ["README.md", "CHANGES.md", "tiedote.fi.md"] {
        let text = std::fs::read_to_string(release.join(path)).expect("a document");
        assert!(
            text.to_lowercase().contains("keksit"),
            "{path} does not say so"
        );
    }

    let csv = std::fs::read_to_string(release.join("municipalities/074-halsua/observations.csv"))
        .expect("a CSV");
    assert!(
        csv.lines()
            .skip(1)
            .all(|line| line.contains("(keksittyä aineistoa)"))
    );

    let second = demo();
    second.says("nothing changed");
    assert_eq!(second.stdout, "");
    assert_eq!(workspace.record().expect("a record").release.get(), 1);

    crate::python::check_with_python(&release);
    crate::python::check_statistics(&release);
}

#[test]
fn a_world_that_moved_makes_a_second_release_that_says_what_changed() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(
        upstream.sandbox().base_url().as_str(),
        &["127", "181", "1065", "5", "3076"],
    );
    workspace.botnia(&["run"]).expect_code(0);
    let first = workspace.release();
    upstream.sandbox().advance();
    workspace.botnia(&["run"]).expect_code(0);
    let second = workspace.release();
    assert_ne!(first, second);
    let manifest = assert_whole(&second, &workspace.record().expect("a record"));
    assert_eq!(manifest.release.get(), 2);
    assert_whole(
        &first,
        &serde_json::from_slice(
            &std::fs::read(
                workspace
                    .data()
                    .join("published/_log/00000000000000000001.json"),
            )
            .expect("a record"),
        )
        .expect("a record"),
    );
    let revisions: usize = read_parquet(&second.join("revisions.parquet"))
        .iter()
        .map(arrow_array::RecordBatch::num_rows)
        .sum();
    assert!(revisions > 0, "the merger rewrote history");
    // Files whose content is as before are the same bytes, and say when they changed.
    let carried = manifest.files.iter().filter(|file| file.release.get() == 1);
    for file in carried {
        assert_eq!(
            std::fs::read(first.join(&file.path)).expect("a file"),
            std::fs::read(second.join(&file.path)).expect("a file"),
            "{}",
            file.path
        );
    }
}
