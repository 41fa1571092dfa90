//! `botnia regions`: the tables against the lists, and figures on other borders.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use botnia_config::{Date, RegionTables};
use botnia_model::RegionLevel;
use botnia_sandbox::{Mode, SandboxOptions};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{RUNTIME, Upstream, Workspace, files_below};

/// A municipality that no table has, as Sotkanet would list it.
const NEW_MUNICIPALITY: &str = r#"{"id": 9999, "code": "999", "category": "KUNTA",
    "title": {"fi": "Uusikunta", "sv": "Nykommun", "en": "Uusikunta"}, "memberOf": []}"#;

/// What the classification service says otherwise than the tables.
#[derive(Clone, Copy, Default)]
struct Otherwise {
    name_of: Option<(&'static str, &'static str)>,
    province_of: Option<(&'static str, &'static str)>,
    broken: bool,
}

/// A server that answers as Statistics Finland's classification service does. Its address.
fn classification_service(otherwise: Otherwise) -> String {
    RUNTIME.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let service = axum::Router::new()
            .fallback(classification)
            .with_state(Arc::new(otherwise));
        tokio::spawn(async move { axum::serve(listener, service).await });
        format!("http://{address}/api/classifications/v2")
    })
}

async fn classification(State(otherwise): State<Arc<Otherwise>>, uri: Uri) -> Response {
    let level = |name: &str| match name.split('_').next() {
        Some("kunta") => Some(RegionLevel::Municipality),
        Some("maakunta") => Some(RegionLevel::Province),
        Some("hyvinvointialue") => Some(RegionLevel::WellbeingCounty),
        Some("seutukunta") => Some(RegionLevel::Subregion),
        _ => None,
    };
    let path = uri.path().strip_prefix("/api/classifications/v2/");
    let parts: Vec<&str> = path.unwrap_or_default().split('/').collect();
    let body = match parts[..] {
        _ if otherwise.broken => None,
        ["classifications", version, "classificationItems"] => {
            let asked = uri.query() == Some("content=data&meta=max&lang=fi");
            level(version)
                .filter(|_| asked)
                .map(|level| items(level, *otherwise))
        }
        ["correspondenceTables", table, "maps"] => {
            let (municipalities, regions) = table.split_once("%23").unwrap_or_default();
            let level = level(regions).filter(|_| uri.query().is_none());
            level
                .filter(|_| municipalities.starts_with("kunta_1_"))
                .map(|level| maps(level, *otherwise))
        }
        _ => None,
    };
    match body {
        Some(body) => axum::Json(body).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn day() -> Date {
    "2026-06-01".parse().expect("a day")
}

fn items(level: RegionLevel, otherwise: Otherwise) -> Value {
    let tables = RegionTables::builtin();
    let municipalities = tables
        .municipalities_on(day())
        .map(|one| (one.key(), &one.name.fi));
    let regions = tables.regions.iter().filter(|one| one.valid_to.is_none());
    let all = municipalities.chain(regions.map(|one| (one.key.clone(), &one.name.fi)));
    all.filter(|(key, _)| key.level == level)
        .map(|(key, name)| {
            let name = match otherwise.name_of {
                Some((code, other)) if key.code.as_str() == code => other,
                _ => name,
            };
            json!({
                "localId": format!("x/{}", key.code), "code": key.code.as_str(), "level": 1,
                "classificationItemNames": [{"langName": "suomi", "lang": "fi", "name": name}],
            })
        })
        .collect()
}

fn maps(level: RegionLevel, otherwise: Otherwise) -> Value {
    let tables = RegionTables::builtin();
    tables
        .municipalities_on(day())
        .map(|one| {
            let known = tables.member_on(&one.code, level, day()).expect("a region");
            let region = match otherwise.province_of {
                Some((code, other))
                    if level == RegionLevel::Province && one.code.as_str() == code =>
                {
                    other
                }
                _ => known.as_str(),
            };
            json!(format!(
                "https://example.org/maps/{}/{region}?format=json",
                one.code
            ))
        })
        .collect()
}

/// The address of the classification service in the settings.
fn with_classifications(workspace: &Workspace, address: &str) {
    let settings = workspace.settings();
    let settings = settings.split("[regions]").next().unwrap_or_default();
    workspace.write_settings(&format!(
        "{settings}[regions]\nclassification_url = \"{address}\"\n"
    ));
}

#[test]
fn tables_that_agree_differ_in_nothing_and_no_run_is_needed() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::with_every_folder(upstream.sandbox().base_url().as_str(), &["127"]);
    with_classifications(&workspace, &classification_service(Otherwise::default()));
    let ran = workspace.botnia(&["regions", "check"]).expect_code(0);
    assert_eq!(ran.stdout, "");
    ran.says("sotkanet: ");
    // 308 municipalities, 19 provinces, 23 counties, 69 subregions.
    ran.says("statistics-finland: 419 regions, as in the tables");
    // One list from the source, seven from the service: each is in the archive.
    let archived = files_below(&workspace.data().join("raw/sha256"));
    assert_eq!(archived.len(), 8, "{archived:?}");
    assert!(workspace.record().is_none());
}

#[test]
fn what_the_classifications_say_otherwise_is_listed() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::with_every_folder(upstream.sandbox().base_url().as_str(), &["127"]);
    let otherwise = Otherwise {
        name_of: Some(("905", "Mustasaari-Vaasa")),
        province_of: Some(("152", "15")),
        broken: false,
    };
    with_classifications(&workspace, &classification_service(otherwise));
    let ran = workspace.botnia(&["regions", "check"]).expect_code(3);
    assert_eq!(
        ran.stdout,
        "statistics-finland\tmoved\tKU152 (Isokyrö) belongs to MK15 in the list, and to MK14 in \
         the tables\n\
         statistics-finland\trenamed\tKU905 is called \"Mustasaari-Vaasa\" in the list, and \
         \"Vaasa\" in the tables\n"
    );
    // A service that fails does not hide what the source's list says.
    let broken = Otherwise {
        broken: true,
        ..Otherwise::default()
    };
    with_classifications(&workspace, &classification_service(broken));
    let ran = workspace.botnia(&["regions", "check"]).expect_code(1);
    ran.says("sotkanet: ");
    ran.says("fetch the region list from `statistics-finland`");
}

#[test]
fn a_new_code_holds_nothing_and_is_reported() {
    let recordings = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = recordings.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    write(
        "regions.x.json",
        &format!(
            r#"[{{"id": 1, "code": "743", "category": "KUNTA", "memberOf": [3],
                 "title": {{"fi": "Seinäjoki", "sv": "Seinäjoki", "en": "Seinäjoki"}}}},
                {{"id": 3, "code": "14", "category": "MAAKUNTA", "memberOf": [],
                 "title": {{"fi": "Etelä-Pohjanmaa", "sv": "Södra Österbotten", "en": "x"}}}},
                {NEW_MUNICIPALITY}]"#
        ),
    );
    write(
        "indicators.x.json",
        r#"[{"id": 127, "title": {"fi": "Väestö 31.12."}}]"#,
    );
    write(
        "indicators/127.json",
        r#"{"id": 127, "data-updated": "2026-01-01", "range": {"start": 2024, "end": 2024},
            "title": {"fi": "Väestö 31.12.", "sv": "Befolkning 31.12", "en": "Population 31 Dec."},
            "decimals": 0, "classifications": {}, "organization": {"id": 5, "title": {"fi": "x"}}}"#,
    );
    let row = |region: u32| json!({"indicator": 127, "region": region, "year": 2024, "gender": "total", "value": 5000});
    write(
        "127.x.json",
        &json!([row(1), row(3), row(9999)]).to_string(),
    );
    let upstream = Upstream::start(SandboxOptions::new(Mode::Replay {
        folder: recordings.path().to_owned(),
        edition: None,
    }));
    let workspace = Workspace::with_every_folder(upstream.sandbox().base_url().as_str(), &["127"]);

    let line = "sotkanet lists KU999 (Uusikunta), which the region tables do not have";
    let ran = workspace.botnia(&["run"]).expect_code(0);
    ran.says(line);
    ran.says("`botnia regions check`");
    let folder = workspace.release().join("municipalities/999-uusikunta");
    assert!(folder.join("observations.parquet").is_file());
    let status = workspace.botnia(&["status"]).expect_code(0);
    assert!(status.stdout.contains(line), "{}", status.stdout);

    let checked = workspace.botnia(&["regions", "check"]).expect_code(3);
    assert!(
        checked
            .stdout
            .contains("sotkanet\tnew\tKU999 (Uusikunta) is listed, and not in the tables\n"),
        "{}",
        checked.stdout
    );
}

#[test]
fn figures_are_brought_to_the_borders_of_a_day() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127", "179"]);
    workspace.botnia(&["run"]).expect_code(0);
    let ran = workspace
        .botnia(&["regions", "dissolve", "sotkanet:127"])
        .expect_code(0);
    let mut lines = ran.stdout.lines();
    assert_eq!(
        lines.next(),
        Some("region_id,period,sex,breakdown,value,absolute_value,status,origin")
    );
    assert!(lines.all(|line| line.starts_with("KU")), "{}", ran.stdout);
    ran.says("figures of sotkanet:127, from the borders of ");

    workspace
        .botnia(&["regions", "dissolve", "sotkanet:127", "--day", "2000-01-01"])
        .expect_code(2)
        .says("cannot be brought to the earlier one of 2000-01-01");
    workspace
        .botnia(&["regions", "dissolve", "sotkanet:9"])
        .expect_code(2)
        .says("release 1 has no indicator `sotkanet:9`");
}
