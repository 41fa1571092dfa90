//! The operator's view: pages, JSON, metrics and health, in every state of things.

use std::collections::BTreeSet;

use botnia::engine::ledger::{
    Completion, Failure, Figures, Held, HoldReason, SeriesChange, SweepOutcome,
};
use botnia_model::{ContentHash, Findings, IndicatorId, Severity, SourceId, SweepId};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::client::Received;
use super::{NOW, Served, published, untouched, upstream};
use crate::support::RUNTIME;

/// A title as bad as titles get: markup, quotes, and no end.
pub(super) fn bad_title() -> String {
    format!(
        "<script>alert(1)</script> & \"Lapset\" {}",
        "toimeentulotukiasiakasperheidenlukumäärä ".repeat(8)
    )
}

/// A page with the entity that its templates write for a slash undone.
fn text_of(page: &Received) -> String {
    page.text().replace("&#x2f;", "/")
}

pub(super) fn hours_ago(hours: i64) -> Timestamp {
    let now: Timestamp = NOW.parse().expect("a moment");
    now - SignedDuration::from_hours(hours)
}

pub(super) fn sotkanet() -> SourceId {
    "sotkanet".parse().expect("a source")
}

fn figures(title: &str) -> Figures {
    let hash = ContentHash::of(title.as_bytes());
    Figures {
        description: hash,
        data: vec![hash],
        years: "1990..".to_owned(),
        regions: Some(hash),
        division: hash,
        title: title.to_owned(),
        normalised: hash,
        normaliser: 1,
        expected: None,
        mapping: None,
        last_year: Some(2024),
        rows_in: 10,
        rows_out: 9,
        findings: Findings::default(),
        synthetic: true,
        warnings: Vec::new(),
        approval: None,
    }
}

pub(super) fn held(title: &str, rejected: Option<&str>) -> SeriesChange {
    SeriesChange::Held(Held {
        figures: figures(title),
        reasons: vec![HoldReason {
            code: "rows_lost".to_owned(),
            severity: Severity::Hold,
            message: "the new answer has 120 of 480 rows".to_owned(),
        }],
        since: hours_ago(30),
        rejected: rejected.map(str::to_owned),
    })
}

pub(super) fn failed(message: &str) -> SeriesChange {
    SeriesChange::Failed(Failure {
        remedy: "unavailable".to_owned(),
        message: message.to_owned(),
        since: hours_ago(50),
    })
}

impl Served {
    pub(super) fn becomes(&self, indicator: &str, change: SeriesChange) {
        let indicator: IndicatorId = indicator.parse().expect("an indicator");
        let done = Completion {
            series: Some((indicator, change)),
            ..Completion::default()
        };
        RUNTIME
            .block_on(self.ledger.complete(hours_ago(7), &done))
            .expect("recorded");
    }

    fn sweep(&self, source: &SourceId, began: Timestamp, outcome: Option<&SweepOutcome>) {
        let sweep = SweepId::new(source, began);
        RUNTIME.block_on(async {
            let run = self.ledger.begin_run(began, &[]).await.expect("a run");
            self.ledger
                .begin_sweep(&sweep, source, run, began)
                .await
                .expect("begun");
            if let Some(outcome) = outcome {
                let end = began + SignedDuration::from_mins(4);
                let done = Completion {
                    finished_sweeps: vec![(sweep, outcome.clone())],
                    ..Completion::default()
                };
                self.ledger.complete(end, &done).await.expect("ended");
            }
        });
    }

    pub(super) fn status(&self) -> Value {
        self.get("/api/v1/status").expect(200).json()
    }

    pub(super) fn concerns(&self) -> Vec<String> {
        self.status()["concerns"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|concern| concern["kind"].as_str().expect("a word").to_owned())
            .collect()
    }
}

#[test]
fn before_the_first_release_every_page_says_so() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    assert_eq!(served.status()["health"], "empty");
    assert_eq!(served.concerns(), ["nothing_published"]);
    for (path, language, words) in [
        ("/", "fi", "Mitään ei ole vielä julkaistu"),
        ("/sv/", "sv", "Inget har publicerats ännu"),
        ("/en/", "en", "Nothing is published yet"),
        ("/status", "fi", "Mitään ei ole vielä julkaistu"),
        ("/sv/status", "sv", "Inget har publicerats ännu"),
        ("/en/status", "en", "Nothing is published yet"),
    ] {
        let page = served.get(path).expect(200);
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let text = page.text();
        assert!(
            text.contains(&format!("<html lang=\"{language}\">")),
            "{path}"
        );
        assert!(text.contains(words), "{path}: {text}");
    }
    served.get("/latest/README.md").expect(404);
    served.get("/api/v1/releases/latest").expect(404);
    served.get("/healthz").expect(200);
    served.get("/readyz").expect(200);
}

#[test]
fn after_a_release_all_is_well_and_the_pages_lead_to_it() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    let record = workspace.record().expect("a record");
    served.clock.advance(
        record.released_at.as_second() - NOW.parse::<Timestamp>().expect("a moment").as_second(),
    );
    let status = served.status();
    assert_eq!(status["health"], "ok", "{status}");
    assert_eq!(status["release"]["release"], 1);
    assert_eq!(status["release"]["indicators"], 4);
    assert_eq!(status["sources"][0]["published"], 4);
    assert_eq!(status["sweeps"][0]["state"], "finished");
    assert_eq!(status["sweeps"][0]["outcome"]["release"], 1);

    for (path, notice) in [
        ("/", "keksittyä aineistoa"),
        ("/sv/", "påhittade uppgifter"),
        ("/en/", "made-up data"),
    ] {
        let page = served.get(path).expect(200);
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("script-src 'self';"), "{policy}");
        let start = text_of(&page);
        assert!(start.contains(notice), "{path} says that it is made up");
        let base = url::Url::parse("http://data.example").expect("an address");
        let base = base.join(path).expect("an address");
        let links: BTreeSet<String> = start
            .split(['"', '\''])
            .zip(start.split(['"', '\'']).skip(1))
            .filter(|(before, _)| before.ends_with("href=") || before.ends_with("src="))
            .filter(|(_, link)| !link.starts_with("data:"))
            .map(|(_, link)| base.join(link).expect("a link").path().to_owned())
            .collect();
        assert!(links.len() > 10, "{} links", links.len());
        for link in links {
            served.ask("HEAD", &link, &[]).expect(200);
        }
    }
    let page = served.get("/status").expect(200);
    assert!(page.text().contains("Kaikki kunnossa"));
    assert!(page.text().contains("juuri nyt"));
    assert!(
        page.text()
            .contains("http-equiv=\"refresh\" content=\"30\"")
    );
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"));

    upstream.sandbox().advance();
    workspace.botnia(&["run", "--quiet"]).expect_code(0);
    let status = served.status();
    let changes = &status["release"]["changes"];
    assert_eq!(status["release"]["release"], 2);
    assert!(
        changes["changed_indicators"].as_u64() > Some(0),
        "{changes}"
    );
    assert!(changes["changed_files"].as_u64() > Some(0), "{changes}");
    assert_eq!(changes["new_indicators"], 0);
    assert_eq!(changes["removed_indicators"], 0);
}

#[test]
fn a_release_with_a_site_of_its_own_is_what_stands_at_the_root() {
    let upstream = upstream();
    let workspace = published(&upstream);
    // As if it had no Swedish page: what the manifest lists is there, and nothing else.
    let release = workspace.release();
    let mut manifest: botnia_model::Manifest =
        serde_json::from_slice(&std::fs::read(release.join("manifest.json")).expect("a manifest"))
            .expect("a manifest");
    manifest.files.retain(|file| file.path != "sv/index.html");
    let bytes = serde_json::to_vec(&manifest).expect("a manifest");
    std::fs::write(release.join("manifest.json"), &bytes).expect("a manifest");
    let mut record = workspace.record().expect("a record");
    record.manifest = ContentHash::of(&bytes);
    std::fs::write(
        workspace
            .data()
            .join("published/_log/00000000000000000001.json"),
        serde_json::to_vec(&record).expect("a record"),
    )
    .expect("a record");

    let served = Served::on(&workspace);
    let file = |path: &str| std::fs::read_to_string(release.join(path)).expect("a page");
    assert_eq!(served.get("/").expect(200).text(), file("index.html"));
    assert_eq!(
        served.get("/latest/").expect(200).text(),
        file("index.html")
    );
    assert_eq!(served.get("/en/").expect(200).text(), file("en/index.html"));
    let page = served.get("/en").expect(308);
    assert_eq!(page.header("location"), Some("/en/"));
    // The server's own stands where the site has none.
    assert!(served.get("/sv/").expect(200).text().contains("Utgåva"));
}

#[test]
fn what_waits_and_what_fails_is_said_and_nothing_in_it_is_markup() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    served.becomes("sotkanet:127", held(&bad_title(), None));
    served.becomes(
        "sotkanet:9001",
        held("Toinen", Some("<b>väärä</b> & vanha")),
    );
    served.becomes("sotkanet:5", failed("503 <img src=x onerror=alert(1)>"));
    assert_eq!(served.status()["health"], "attention");
    assert_eq!(served.concerns(), ["indicators_failing", "indicators_held"]);
    for (path, held, failing) in [
        (
            "/status",
            "Yksi indikaattori odottaa päätöstä",
            "Yhden indikaattorin haku epäonnistui",
        ),
        (
            "/sv/status",
            "En indikator väntar på beslut",
            "En indikator kunde inte hämtas",
        ),
        (
            "/en/status",
            "One indicator waits for a decision",
            "One indicator could not be fetched",
        ),
    ] {
        let page = served.get(path).expect(200).text();
        assert!(page.contains(held) && page.contains(failing), "{path}");
        assert!(page.contains("sotkanet:127") && page.contains("sotkanet:5"));
        assert!(page.contains("120 of 480 rows"), "{path}");
        assert!(page.contains("&lt;script&gt;alert(1)"), "{path}");
        for markup in ["<script", "<img", "<b>"] {
            assert!(!page.contains(markup), "{markup} on {path}");
        }
    }
    let listed = served.get("/api/v1/held").expect(200).json();
    assert_eq!(listed[0]["indicator_id"], "sotkanet:127");
    assert_eq!(listed[0]["title"], bad_title());
    assert_eq!(listed[0]["published"], true);
    assert_eq!(listed[1]["rejected"], "<b>väärä</b> & vanha");
}

#[test]
fn hundreds_held_at_once_are_counted_and_some_are_listed() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    for number in 0..70 {
        served.becomes(&format!("sotkanet:{number}"), held("Otsikko", None));
    }
    let page = served.get("/en/status").expect(200).text();
    assert!(page.contains("70 indicators wait for a decision"));
    assert_eq!(page.matches("<h3 lang=\"fi\">Otsikko</h3>").count(), 50);
    assert!(page.contains("… and 20 more:"));
}

#[test]
fn sweeps_that_run_fail_are_late_or_stuck_are_told_apart() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    let other: SourceId = "statfin".parse().expect("a source");
    let outcome = SweepOutcome {
        source_failure: Some("the source did not answer".to_owned()),
        ..SweepOutcome::default()
    };
    served.sweep(&other, hours_ago(40), None);
    served.sweep(&other, hours_ago(31), Some(&outcome));
    assert_eq!(served.status()["health"], "failing");
    assert_eq!(served.concerns(), ["source_failed"]);
    let states = |served: &Served| -> Vec<String> {
        let status = served.status();
        let sweeps = status["sweeps"].as_array().expect("a list").clone();
        sweeps
            .iter()
            .filter(|sweep| sweep["source"] == "statfin")
            .map(|sweep| sweep["state"].as_str().expect("a word").to_owned())
            .collect()
    };
    assert_eq!(states(&served), ["finished", "interrupted"]);

    served.sweep(&other, hours_ago(3), Some(&SweepOutcome::default()));
    assert_eq!(served.concerns(), [] as [&str; 0]);
    let slot =
        |hours| *served.slots.0.lock().expect("slots") = vec![(sotkanet(), hours_ago(hours))];
    slot(-1);
    assert_eq!(served.concerns(), [] as [&str; 0]);
    assert!(served.get("/status").text().contains("1 tunnin kuluttua"));
    slot(1);
    assert_eq!(served.concerns(), ["sweep_late"]);
    slot(-1);
    served.sweep(&other, hours_ago(2), None);
    assert_eq!(states(&served)[0], "interrupted", "nothing is done for it");
    served.begin_plan(&other, hours_ago(2));
    assert_eq!(served.concerns(), ["sweep_late"], "nobody takes it up");
    served.claim(hours_ago(2));
    assert_eq!(served.concerns(), [] as [&str; 0]);
    assert_eq!(states(&served)[0], "running");
    served.clock.advance(24 * 3600);
    slot(-48);
    assert_eq!(served.concerns(), ["sweep_stuck"]);
}

#[test]
fn metrics_have_bounded_labels_and_the_numbers_of_the_ledger() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    served.becomes("sotkanet:127", held("Otsikko", None));
    served.becomes("sotkanet:5", failed("503"));
    served.get("/latest/README.md").expect(200);
    served.get("/latest/none").expect(404);
    let metrics = served.get("/metrics").expect(200);
    assert_eq!(
        metrics.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let text = metrics.text();
    for line in [
        "botnia_healthy 0",
        "botnia_release_number 1",
        "botnia_indicators{source=\"sotkanet\",state=\"published\"} 4",
        "botnia_indicators{source=\"sotkanet\",state=\"held\"} 1",
        "botnia_indicators{source=\"sotkanet\",state=\"failing\"} 1",
        "botnia_sweep_indicators{source=\"sotkanet\",outcome=\"changed\"} 4",
        "botnia_http_requests_total{route=\"latest\",outcome=\"2xx\"} 1",
        "botnia_http_requests_total{route=\"latest\",outcome=\"4xx\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(!text.contains("sotkanet:"), "an indicator became a label");
    let mut declared = BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let name = rest.split(' ').next().expect("a name");
            assert!(declared.insert(name), "{name} is declared twice");
        } else if !line.starts_with('#') {
            let (sample, value) = line.rsplit_once(' ').expect("a value");
            let name = sample.split('{').next().expect("a name");
            assert!(declared.contains(name), "{name} has no type");
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
}

#[test]
fn a_request_id_is_kept_if_a_log_line_can_take_it() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    let id = |given: &str| {
        let header = format!("x-request-id: {given}");
        served
            .ask("GET", "/healthz", &[&header])
            .header("x-request-id")
            .expect("an id")
            .to_owned()
    };
    assert_eq!(id("proxy-1.a_B"), "proxy-1.a_B");
    for odd in ["a b", "a;b", "x\"y", &"a".repeat(65)] {
        assert_ne!(id(odd), odd);
    }
    assert_ne!(id(""), id(""));
}

#[test]
fn releases_are_listed_some_at_a_time() {
    let upstream = upstream();
    let workspace = published(&upstream);
    upstream.sandbox().advance();
    workspace.botnia(&["run", "--quiet"]).expect_code(0);
    let served = Served::on(&workspace);
    let page = |query: &str| {
        served
            .get(&format!("/api/v1/releases{query}"))
            .expect(200)
            .json()
    };
    let all = page("");
    assert_eq!(all["releases"][0]["release"], 2);
    assert_eq!(all["releases"][1]["release"], 1);
    assert_eq!(all["releases"][0]["parent"], all["releases"][1]["manifest"]);
    assert_eq!(all["next"], Value::Null);
    let first = page("?limit=1");
    assert_eq!(first["releases"].as_array().map(Vec::len), Some(1));
    assert_eq!(first["next"], 2);
    let second = page("?limit=1&before=2");
    assert_eq!(second["releases"][0]["release"], 1);
    assert_eq!(second["next"], Value::Null);
    let wrong = served.get("/api/v1/releases?page=2").expect(400);
    assert_eq!(
        wrong.header("content-type"),
        Some("application/problem+json")
    );
}

/// Everything in `value` that `schema` does not say, by its place.
pub(super) fn differences(
    value: &Value,
    schema: &Value,
    document: &Value,
    place: &str,
) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        let schema = document.pointer(pointer).expect("a schema that is there");
        return differences(value, schema, document, place);
    }
    if let Some(options) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let tried: Vec<_> = options
            .iter()
            .map(|option| differences(value, option, document, place))
            .collect();
        return if tried.iter().any(Vec::is_empty) {
            Vec::new()
        } else {
            tried.concat()
        };
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return parts
            .iter()
            .flat_map(|part| differences(value, part, document, place))
            .collect();
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    if !types.is_empty() && !types.contains(&kind.into()) {
        return vec![format!("{place} is {kind}, not {types:?}")];
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return vec![format!("{place} is {value}, not one of {words:?}")];
    }
    match value {
        Value::Array(entries) => entries
            .iter()
            .flat_map(|entry| differences(entry, &schema["items"], document, place))
            .collect(),
        Value::Object(fields) => {
            let known = schema["properties"].as_object();
            let missing = schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .filter(|name| !fields.contains_key(*name))
                .map(|name| format!("{place}.{name} is missing"));
            let found = fields.iter().flat_map(|(name, value)| {
                let place = format!("{place}.{name}");
                match known.and_then(|known| known.get(name)) {
                    Some(schema) => differences(value, schema, document, &place),
                    None => vec![format!("{place} is not described")],
                }
            });
            missing.chain(found).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_answer_is_as_its_document_says() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    served.becomes("sotkanet:127", held("Otsikko", None));
    served.becomes("sotkanet:5", failed("503"));
    served.sweep(&sotkanet(), hours_ago(1), None);
    let document = served.get("/api/v1/openapi.json").expect(200).json();
    let written: Value = serde_json::from_str(&botnia::server::openapi_json()).expect("a document");
    assert_eq!(document, written);
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(paths.len(), 9);
    for (path, operations) in paths {
        let operations = operations.as_object().expect("operations");
        for operation in operations.values() {
            assert!(operation["summary"].is_string() || operation["description"].is_string());
        }
        let Some(get) = operations.get("get") else {
            assert_eq!(
                operations["post"]["security"][0]["token"],
                serde_json::json!([])
            );
            continue;
        };
        let found = served.get(&path.replace("{release}", "1")).expect(200);
        let schema = &get["responses"]["200"]["content"]["application/json"]["schema"];
        assert_eq!(
            differences(&found.json(), schema, &document, path),
            [] as [&str; 0]
        );
    }
    assert_eq!(
        document["components"]["securitySchemes"]["token"]["scheme"],
        "bearer"
    );
    let problem = served.get("/api/v1/releases/99").expect(404);
    let schema = &paths["/api/v1/releases/{release}"]["get"]["responses"]["404"]["content"];
    let schema = &schema["application/problem+json"]["schema"];
    assert!(schema.is_object());
    assert_eq!(
        differences(&problem.json(), schema, &document, "problem"),
        [] as [&str; 0]
    );
}
