//! A table whose dimension was renamed: what stays published of it, and what an operator sees.

use botnia_model::IndicatorState;
use botnia_sandbox::{TableNaming, TableOptions};

use super::Served;
use crate::support::{Workspace, assert_whole, read_parquet, texts};
use crate::tables::{ready, upstream, wide};

const ID: &str = "statfin-vaesto:vaesto";
const EXPECTED: &str = "no dimension `alue*`";
const FOUND: &str = "the table has `paikkakunta_1_20270101` (Paikkakunta) with SSS, MK01, MK02";
const NEXT: &str = "hint: correct `[[source.table]]` in the settings";

/// Region, period and value as text of every observation of the indicator.
fn published(workspace: &Workspace) -> Vec<String> {
    let path = workspace.release().join("observations.parquet");
    let mut rows = Vec::new();
    for batch in read_parquet(&path) {
        let ids = texts(&batch, "indicator_id");
        for row in (0..batch.num_rows()).filter(|row| ids[*row] == ID) {
            rows.push(format!("{:?}", batch.slice(row, 1).columns()));
        }
    }
    rows
}

#[test]
fn a_renamed_dimension_keeps_the_last_figures_as_stale_and_shows_both_sides() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    let workspace = Workspace::new(sandbox.base_url().as_str(), &["127"]);
    let settings = workspace.settings();
    workspace.write_settings(&format!("{settings}\n{}", ready(&upstream)));
    workspace.botnia(&["run"]).expect_code(0);
    let first = workspace.record().expect("a record");
    let figures = published(&workspace);
    assert!(figures.len() > 1000, "{}", figures.len());

    // The table changes, and the next release has something else to tell.
    sandbox.set_tables(TableOptions {
        naming: TableNaming::Renamed,
        ..wide()
    });
    let settings = workspace.settings();
    workspace.write_settings(&settings.replacen("\"127\"", "\"127\", \"181\"", 1));
    let ran = workspace.botnia(&["run"]);
    assert_ne!(ran.code, Some(0));

    let record = workspace.record().expect("a record");
    assert_ne!(record.release, first.release);
    let manifest = assert_whole(&workspace.release(), &record);
    let mut entries = manifest.indicators.iter();
    let entry = entries
        .find(|entry| entry.indicator_id.to_string() == ID)
        .expect("it is still there");
    assert_eq!(entry.state, IndicatorState::Stale);
    assert_eq!(published(&workspace), figures, "nothing wrong is published");
    let listed = read_parquet(&workspace.release().join("indicators.parquet"));
    let states: Vec<String> = listed
        .iter()
        .flat_map(|batch| {
            let pairs = texts(batch, "indicator_id").into_iter();
            let pairs = pairs.zip(texts(batch, "state"));
            pairs.filter(|(id, _)| id == ID).map(|(_, state)| state)
        })
        .collect();
    assert_eq!(states, ["stale"]);

    // What the settings expect, what the table has, and what to do next.
    let status = workspace.botnia(&["status"]);
    let served = Served::on(&workspace);
    for words in [EXPECTED, FOUND, NEXT] {
        ran.says(words);
        status.says(words);
        for path in ["/status", "/sv/status", "/en/status"] {
            let page = served.get(path).expect(200).text();
            let page = page.replace("&#x2f;", "/");
            assert!(page.contains(words), "{words} is not on {path}:\n{page}");
        }
    }
    assert!(served.status()["held"].as_array().is_none_or(Vec::is_empty));
    assert_eq!(served.status()["failing"][0]["indicator_id"], ID);

    // The dimension has its name back: the figures are kept up again.
    sandbox.set_tables(wide());
    workspace.botnia(&["run"]).expect_code(0);
    workspace.botnia(&["status"]).expect_code(0);
}
