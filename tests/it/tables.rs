//! Sources with tables against the sandbox: each interface, its limits, its names before and
//! after June 2026, and a whole installation that gets such a source beside Sotkanet.

use std::sync::Arc;
use std::time::Duration;

use botnia_config::{RegionTables, Settings, SourceSettings};
use botnia_ingest::{
    ClientLimits, PoliteClient, Source, SourceError, UserAgent, conformance, open,
};
use botnia_model::{FixedClock, IndicatorId, Observation};
use botnia_sandbox::{Sandbox, SandboxOptions, TableLimits, TableNaming, TableOptions};
use botnia_transform::normalise::{Input, Reading, describe, normalise, regions_of_tables};

use crate::support::{RUNTIME, Upstream, Workspace, assert_whole, read_parquet};

const READY: &str = include_str!("../../config/sources/statfin-vaesto.toml");

/// Limits that no test meets by chance.
pub(crate) fn wide() -> TableOptions {
    TableOptions {
        limits: TableLimits {
            values: 100_000,
            cells: 10_000_000,
            calls: 100_000,
            window: Duration::from_secs(1),
        },
        ..TableOptions::default()
    }
}

pub(crate) fn upstream(tables: TableOptions) -> Upstream {
    Upstream::start(SandboxOptions {
        tables,
        ..SandboxOptions::default()
    })
}

/// Settings of one source of population, of a kind and below a path of the sandbox.
fn source(sandbox: &Sandbox, kind: &str, base: &str, table: &str) -> SourceSettings {
    let text = format!(
        r#"
[[source]]
id = "statfin"
kind = "{kind}"
base_url = "http://{}{base}"
years = "2019.."
licence = "CC-BY-4.0"
requests_per_second = 1000.0

[[source.table]]
name = "people"
path = "{table}"
select = {{ "ika*|ikä*" = ["SSS"] }}

[[source.indicator]]
id = "vaesto"
table = "people"
measure = "vaesto"
title = {{ fi = "Väestö", sv = "Befolkning", en = "Population" }}
"#,
        sandbox.address()
    );
    let settings = Settings::parse("botnia.toml", &text, std::iter::empty()).expect("settings");
    settings.source.into_iter().next().expect("a source")
}

fn version_1(sandbox: &Sandbox) -> SourceSettings {
    source(
        sandbox,
        "pxweb",
        "/PxWeb/api/v1/fi/StatFin",
        "vaerak/11re.px",
    )
}

fn opened(settings: &SourceSettings) -> Box<dyn Source> {
    let clock = FixedClock::at("2026-11-21T05:15:00Z".parse().expect("a moment"));
    let identity = UserAgent {
        contact: "tests".to_owned(),
    };
    let client = PoliteClient::new(Arc::new(clock), identity, ClientLimits::default());
    open(settings, Arc::new(client.expect("a client")), false).expect("a source")
}

/// What a source gives, and in how many answers.
async fn observations(settings: &SourceSettings) -> Result<(usize, Vec<Observation>), SourceError> {
    let source = opened(settings);
    let id: IndicatorId = "statfin:vaesto".parse().expect("an indicator");
    let description = source.describe(id.source_indicator()).await?;
    let answers = source.fetch(id.source_indicator(), &description).await?;
    let reading = Reading {
        kind: settings.kind,
        mapping: settings.mapping(id.source_indicator()),
    };
    let described = describe(reading, &id, &description.body, None, &[]).expect("described");
    let bodies: Vec<&[u8]> = answers.iter().map(|answer| answer.body.as_ref()).collect();
    let normalised = normalise(&Input {
        kind: settings.kind,
        indicator_id: &id,
        description: &described,
        data: &bodies,
        regions: &regions_of_tables(RegionTables::builtin()),
        expected: None,
    })
    .expect("normalised");
    Ok((answers.len(), normalised.observations))
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.block_on(work)
}

#[test]
fn every_interface_passes_the_conformance_suite_and_says_the_same() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    let mut said = Vec::new();
    for (kind, base, table) in [
        ("pxweb", "/PxWeb/api/v1/fi/StatFin", "vaerak/11re.px"),
        ("pxweb", "/PxWeb/api/v1/fi/StatFin", "vaer*/11r*.px"),
        ("pxweb2", "/api/v2", "11re?lang=fi"),
        ("jsonstat", "/jsonstat", "11re"),
    ] {
        let settings = source(sandbox, kind, base, table);
        let indicator = "vaesto".parse().expect("an indicator");
        in_runtime(conformance::check_source(
            opened(&settings).as_ref(),
            &indicator,
        ));
        let (_, observations) = in_runtime(observations(&settings)).expect("observations");
        said.push(observations);
    }
    // JSON-stat is the whole table, whatever years are wanted.
    let years = |observations: &[Observation]| -> Vec<Observation> {
        let wanted = observations.iter().filter(|one| one.period.year() >= 2019);
        wanted.cloned().collect()
    };
    assert!(said[0].len() > 400 * 3 * 6, "{}", said[0].len());
    for other in &said {
        assert_eq!(years(other), said[0]);
    }
    for request in sandbox.requests() {
        let asked = request.user_agent.unwrap_or_default();
        assert!(asked.starts_with("botnia/"), "{asked}");
    }
}

#[test]
fn a_table_larger_than_the_limit_is_fetched_in_parts_that_add_up() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    let settings = version_1(sandbox);
    let (parts, whole) = in_runtime(observations(&settings)).expect("the whole");
    assert_eq!(parts, 1);
    let limits = TableLimits {
        values: 250,
        cells: 900,
        calls: 8,
        window: Duration::from_millis(400),
    };
    for (kind, base, table) in [
        ("pxweb", "/PxWeb/api/v1/fi/StatFin", "vaerak/11re.px"),
        ("pxweb2", "/api/v2", "11re"),
    ] {
        // A server of its own: each of these clients would know nothing of the other's calls.
        let limited = self::upstream(TableOptions {
            limits,
            ..TableOptions::default()
        });
        let settings = source(limited.sandbox(), kind, base, table);
        let (parts, in_parts) = in_runtime(observations(&settings)).expect("in parts");
        assert!(parts >= 10, "{kind}: {parts}");
        assert_eq!(in_parts, whole, "{kind}");
        let turned_down = limited.sandbox().turned_down();
        assert_eq!(turned_down, 0, "{kind}: the limiter was never exceeded");
    }
    // A server that keeps less than it says.
    sandbox.set_tables(TableOptions {
        kept_cells: Some(3000),
        ..wide()
    });
    let (parts, in_parts) = in_runtime(observations(&settings)).expect("in halves");
    assert!(parts > 1, "{parts}");
    assert_eq!(in_parts, whole);
}

#[test]
fn names_before_and_after_june_2026_give_the_same_observations() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    let settings = version_1(sandbox);
    let (_, since) = in_runtime(observations(&settings)).expect("since");
    sandbox.set_tables(TableOptions {
        naming: TableNaming::Until2026,
        ..wide()
    });
    let (_, until) = in_runtime(observations(&settings)).expect("until");
    assert_eq!(since, until);
    // And by the old name of the table.
    let table = "vaerak/statfin_vaerak_pxt_11re.px";
    let old = source(sandbox, "pxweb", "/PxWeb/api/v1/fi/StatFin", table);
    sandbox.set_tables(wide());
    let (_, by_old_name) = in_runtime(observations(&old)).expect("by its old name");
    assert_eq!(by_old_name, since);
}

#[test]
fn the_code_that_a_server_turns_down_is_named() {
    let upstream = upstream(TableOptions {
        broken_code: Some("KU545".to_owned()),
        ..wide()
    });
    let sandbox = upstream.sandbox();
    let failed = in_runtime(observations(&version_1(sandbox))).expect_err("it is turned down");
    assert_eq!(failed.remedy(), "contract");
    let text = failed.to_string();
    assert!(
        text.contains("turns down the code `KU545` of `alue_23_20260101`"),
        "{text}"
    );
    let second = source(sandbox, "pxweb2", "/api/v2", "11re");
    let text = in_runtime(observations(&second))
        .expect_err("it is turned down")
        .to_string();
    assert!(text.contains("Non-existent value: KU545"), "{text}");
}

#[test]
fn a_table_that_is_not_there_says_where_to_look() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    for (kind, base, table, words) in [
        (
            "pxweb",
            "/PxWeb/api/v1/fi/StatFin",
            "vaerak/99zz.px",
            "there is no table `vaerak/99zz.px` (the server answered 400)",
        ),
        (
            "pxweb",
            "/PxWeb/api/v1/fi/StatFin",
            "vaerak/99*.px",
            "nothing there is like `99*.px`, but 11re.px",
        ),
        (
            "pxweb2",
            "/api/v2",
            "TAB99",
            "there is no table `TAB99`, nor is it in the list of tables",
        ),
        ("jsonstat", "/jsonstat", "99zz", "404"),
    ] {
        let settings = source(sandbox, kind, base, table);
        let failed = in_runtime(observations(&settings)).expect_err("it is not there");
        assert_eq!(failed.remedy(), "not_found", "{failed}");
        assert!(failed.to_string().contains(words), "{failed}");
    }
}

#[test]
fn codes_that_are_not_listed_are_asked_for() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    let settings = version_1(sandbox);
    let (_, whole) = in_runtime(observations(&settings)).expect("the whole");
    let limits = TableLimits {
        values: 440,
        ..wide().limits
    };
    // Fewer than there are regions, so that those are not listed; enough to ask for them.
    let count = whole
        .iter()
        .map(|one| one.region.id())
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    let limits = TableLimits {
        values: count.min(limits.values),
        ..limits
    };
    sandbox.set_tables(TableOptions { limits, ..wide() });
    let (_, unlisted) = in_runtime(observations(&settings)).expect("without a list");
    assert_eq!(unlisted, whole);
}

/// A ready file for the sandbox: its address, and no waiting.
pub(crate) fn ready(upstream: &Upstream) -> String {
    let address = "https://pxdata.stat.fi";
    assert!(READY.contains(address));
    let sandbox = format!("http://{}", upstream.sandbox().address());
    READY
        .replace(address, &sandbox)
        .replace("requests_per_second = 0.5", "requests_per_second = 1000.0")
}

#[test]
fn a_ready_file_adds_a_source_to_an_installation() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    let workspace = Workspace::new(sandbox.base_url().as_str(), &["127"]);
    workspace.botnia(&["run"]).expect_code(0);
    let first = workspace.record().expect("a record").release;

    // The whole of what a newcomer does.
    let folder = workspace.path().join("sources.d");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("statfin-vaesto.toml"), ready(&upstream)).expect("a file");
    workspace.botnia(&["validate"]).expect_code(0);
    workspace.botnia(&["run"]).expect_code(0);

    let record = workspace.record().expect("a record");
    assert_ne!(record.release, first);
    let release = workspace.release();
    let manifest = assert_whole(&release, &record);
    assert!(manifest.synthetic);
    let entry = manifest
        .indicators
        .iter()
        .find(|entry| entry.indicator_id.to_string() == "statfin-vaesto:vaesto")
        .expect("the new indicator");
    assert_eq!(entry.regions, None, "its regions are those of the tables");
    assert_eq!(
        entry.rows_in,
        entry.rows_out + entry.findings.withheld_rows()
    );
    // Both sources, of the same municipality and year, in one table.
    let rows: usize =
        read_parquet(&release.join("municipalities/743-seinajoki/observations.parquet"))
            .iter()
            .map(arrow_array::RecordBatch::num_rows)
            .sum();
    assert!(rows > 20, "{rows}");
    for (document, credit) in [
        ("LICENCE.md", "Statistics Finland"),
        (
            "README.md",
            "Statistics Finland's StatFin database, <https://stat.fi/tup/statfin>",
        ),
    ] {
        let text = std::fs::read_to_string(release.join(document)).expect("a document");
        assert!(text.contains(credit), "{document}");
    }
    workspace.botnia(&["verify"]).expect_code(0);

    // Nothing moved, although the table was asked for again.
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(workspace.record(), Some(record.clone()));
    // Other names, the same figures.
    sandbox.set_tables(TableOptions {
        naming: TableNaming::Until2026,
        ..wide()
    });
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(workspace.record(), Some(record.clone()));

    // A dimension that nobody foresaw: a clear text, and what was published stays.
    sandbox.set_tables(TableOptions {
        naming: TableNaming::Renamed,
        ..wide()
    });
    let ran = workspace.botnia(&["run"]);
    assert_ne!(ran.code, Some(0));
    ran.says("the mapping of `vaesto` does not fit: no dimension `alue*`");
    ran.says("the table has `paikkakunta_1_20270101` (Paikkakunta) with SSS, MK01, MK02");
    let released = assert_whole(&workspace.release(), &workspace.record().expect("a record"));
    let still = released
        .indicators
        .iter()
        .find(|entry| entry.indicator_id.to_string() == "statfin-vaesto:vaesto")
        .expect("it is still there");
    assert_eq!(still.normalised, entry.normalised);
}

#[test]
fn a_new_source_of_which_nothing_came_makes_no_release() {
    let upstream = upstream(wide());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.botnia(&["run"]).expect_code(0);
    let first = workspace.record();
    assert!(first.is_some());

    let folder = workspace.path().join("sources.d");
    std::fs::create_dir(&folder).expect("a folder");
    let file = folder.join("statfin-vaesto.toml");
    let table = "vaerak/11re.px";
    let right = ready(&upstream);
    assert!(right.contains(table));
    std::fs::write(&file, right.replace(table, "vaerak/99zz.px")).expect("a file");
    let ran = workspace.botnia(&["run"]);
    assert_ne!(ran.code, Some(0));
    ran.says("there is no table `vaerak/99zz.px`");
    assert_eq!(
        workspace.record(),
        first,
        "nothing that is published changed"
    );

    // The same file put right is published and credited, as the wrong one never was.
    let credit = "Statistics Finland's StatFin database";
    let readme = || std::fs::read_to_string(workspace.release().join("README.md")).expect("a file");
    assert!(!readme().contains(credit));
    std::fs::write(&file, right).expect("a file");
    workspace.botnia(&["run"]).expect_code(0);
    assert_ne!(workspace.record(), first);
    assert!(readme().contains(credit));
}
