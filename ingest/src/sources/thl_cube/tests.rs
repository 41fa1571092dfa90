use std::sync::Arc;

use botnia_config::Settings;
use botnia_model::FixedClock;
use proptest::prelude::*;

use super::*;
use crate::conformance::check_source;
use crate::test_server::{Asked, Reply, TestServer, answer};
use crate::{ClientLimits, UserAgent};

const DIMENSIONS: &str = r#"thl.pivot.loadDimensions(
[
{"id":"area","children":[{"sid":100,"label":"Kaikki","stage":"root","children":[
  {"sid":110,"label":"Pohjanmaa","stage":"region","code":"15","children":[
    {"sid":111,"label":"Vaasa","stage":"municipality","code":"905","children":[]},
    {"sid":112,"label":"Laihia","stage":"municipality","code":"399","children":[]}]}]}]},
{"id":"time","children":[{"sid":200,"stage":"root","children":[
  {"sid":201,"label":"2020","stage":"year","children":[]},
  {"sid":202,"label":"2021","stage":"year","children":[]}]}]},
{"id":"measure","children":[{"sid":300,"label":"Asiakkaat","code":"clients","children":[]}]}
]
);
"#;

const INDICATOR: &str = "toitu/ennakko3/fact_toitu_ennakko3/clients";

/// The server: JSONP as a script, and 403 with nothing for what it does not understand.
fn cubes(asked: &Asked) -> Vec<u8> {
    let target = asked.target();
    let json = ["Content-Type: application/json"];
    let script = ["Content-Type: text/javascript"];
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path {
        "/pivot/prod/api/latest" if query.contains("fact=toitu_ennakko3") => answer(
            "200 OK",
            &json,
            br#"{"subject":"toitu","runid":"20260101000000000","added":"2026-01-01 12:00:00"}"#,
        ),
        "/pivot/prod/fi/toitu/ennakko3/fact_toitu_ennakko3.dimensions.json" => {
            answer("200 OK", &script, DIMENSIONS.as_bytes())
        }
        "/pivot/prod/fi/toitu/ennakko3/fact_toitu_ennakko3.json"
            if query.contains("measure-300") && query.contains("run_id=2026") =>
        {
            answer(
                "200 OK",
                &json,
                br#"{"dataset":{"dimension":{"id":[],"size":[]},"value":[]}}"#,
            )
        }
        _ => answer("403 Forbidden", &[], b""),
    }
}

fn open(server: &TestServer) -> ThlCubes {
    let text = format!(
        "[[source]]\nid = \"thl\"\nkind = \"thl-cube\"\nbase_url = \"{}pivot/prod\"\n\
         indicators = [\"{INDICATOR}\"]\nrequests_per_second = 1000.0\n",
        server.url
    );
    let settings = Settings::parse("botnia.toml", &text, std::iter::empty()).unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-21T05:15:00Z".parse().unwrap()));
    let identity = UserAgent {
        contact: "tilastot@example.fi".to_owned(),
    };
    let client = PoliteClient::new(clock, identity, ClientLimits::default()).unwrap();
    ThlCubes::open(&settings.source[0], Arc::new(client)).unwrap()
}

#[tokio::test]
async fn cubes_keep_the_promises_of_sources() {
    let server = TestServer::start(|_, asked| Reply::Bytes(cubes(asked))).await;
    check_source(&open(&server), &INDICATOR.parse().unwrap()).await;
}

#[tokio::test]
async fn each_level_is_asked_for_by_itself_of_one_version() {
    let server = TestServer::start(|_, asked| Reply::Bytes(cubes(asked))).await;
    let source = open(&server);
    let indicator = INDICATOR.parse().unwrap();
    let description = source.describe(&indicator).await.unwrap();
    let figures = source.fetch(&indicator, &description).await.unwrap();
    assert_eq!(figures[0].body, description.body);
    let queries: Vec<_> = figures[1..]
        .iter()
        .map(|answer| {
            let url: Url = answer.snapshot.url.parse().unwrap();
            let pairs = url.query_pairs();
            pairs
                .map(|(key, value)| format!("{key}={value}"))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let rest = "column=time-201L column=measure-300.300. run_id=20260101000000000";
    assert_eq!(
        queries,
        ["100L", "110L", "111L"].map(|node| format!("row=area-{node} {rest}"))
    );
    let freshness = source.freshness(&description).unwrap();
    assert_eq!(
        (freshness.first_year, freshness.last_year),
        (Some(2020), Some(2021))
    );
}

#[tokio::test]
async fn a_refusal_may_be_a_query_that_was_not_understood() {
    let server = TestServer::start(|_, asked| Reply::Bytes(cubes(asked))).await;
    let source = open(&server);
    let other = "toitu/ennakko3/fact_other/clients".parse().unwrap();
    let error = source.describe(&other).await.unwrap_err();
    assert_eq!(error.remedy(), "refused");
    assert!(error.to_string().contains("does not understand"), "{error}");
}

proptest! {
    #[test]
    fn dimensions_of_any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(dimensions) = wire::dimensions(&bytes) {
            let _ = wire::stages(&dimensions);
        }
    }
}
