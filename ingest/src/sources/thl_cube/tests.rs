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
{"id":"area","label":"Alue","children":[{"sid":100,"label":"Kaikki","stage":"root","children":[
  {"sid":110,"label":"Pohjanmaa","stage":"region","code":"15","children":[
    {"sid":111,"label":"Vaasa","stage":"municipality","code":"905","children":[]},
    {"sid":112,"label":"Laihia","stage":"municipality","code":"399","children":[]}]}]}]},
{"id":"time","label":"Aika","children":[{"sid":200,"stage":"root","children":[
  {"sid":201,"label":"2020","stage":"year","children":[]},
  {"sid":202,"label":"2021","stage":"year","children":[]}]}]},
{"id":"measure","label":"Mittari","children":[{"sid":300,"label":"Asiakkaat","code":"clients","children":[]}]}
]
);
"#;

/// As recorded: every cube once in each language.
const LISTED: &str = r#"{"version":"2.0","class":"collection","label":"toitu","link":{"item":[
{"href":"https://sampo.thl.fi/pivot/prod/en/toitu/ennakko3/fact_toitu_ennakko3.json","label":"Clients","class":"dataset"},
{"href":"https://sampo.thl.fi/pivot/prod/fi/toitu/ennakko3/fact_toitu_ennakko3.json","label":"Asiakkaat","class":"dataset"},
{"href":"https://sampo.thl.fi/pivot/prod/fi/toitu/kaynnit/fact_toitu_kaynnit.json","label":"Käynnit","class":"dataset"},
{"href":"elsewhere"}]}}"#;

const INDICATOR: &str = "toitu/ennakko3/fact_toitu_ennakko3/clients";

/// The server: JSONP as a script, and 403 with nothing for what it does not understand.
fn cubes(asked: &Asked) -> Vec<u8> {
    let target = asked.target();
    let json = ["Content-Type: application/json"];
    let script = ["Content-Type: text/javascript"];
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path {
        "/pivot/prod/api/toitu.json" => answer("200 OK", &json, LISTED.as_bytes()),
        "/pivot/prod/api/toimi.json" => answer("200 OK", &json, br#"{"link":{"item":[]}}"#),
        "/pivot/prod/api/latest" if query.contains("fact=fact_toitu_ennakko3") => answer(
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
                b"{\"dataset\":{\"label\":\"a\tb\",\"dimension\":{\"id\":[],\"size\":[]},\"value\":[]}}",
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

/// What is said of an indicator that cannot be had, and with which remedy.
async fn said_of(source: &ThlCubes, indicator: &str) -> (&'static str, String) {
    let indicator = indicator.parse().unwrap();
    let error = match source.describe(&indicator).await {
        Ok(description) => source.fetch(&indicator, &description).await.unwrap_err(),
        Err(error) => error,
    };
    (error.remedy(), error.to_string())
}

#[tokio::test]
async fn what_is_not_there_is_told_with_the_nearest_that_is() {
    let server = TestServer::start(|_, asked| Reply::Bytes(cubes(asked))).await;
    let source = open(&server);
    for (indicator, remedy, words) in [
        (
            "toimi/ennakko3/fact_toitu_ennakko3/clients",
            "not_found",
            "the server has no open cube of the subject `toimi`; hint: did you mean `toitu`?",
        ),
        (
            "toitu/enakko3/fact_toitu_ennakko3/clients",
            "not_found",
            "the subject `toitu` has no hydra `enakko3` with an open cube; hint: did you mean \
             `ennakko3`? there is `toitu/ennakko3/fact_toitu_ennakko3` (Asiakkaat), \
             `toitu/kaynnit/fact_toitu_kaynnit` (Käynnit)",
        ),
        (
            "toitu/ennakko3/fact_ennakko3/clients",
            "not_found",
            "the hydra `toitu/ennakko3` has no open cube `fact_ennakko3`; hint: did you mean \
             `fact_toitu_ennakko3`? there is `toitu/ennakko3/fact_toitu_ennakko3` (Asiakkaat)",
        ),
        (
            "toitu/ennakko3/fact_toitu_ennakko3/client",
            "contract",
            "the cube has no measure `client`; hint: did you mean `clients`? it has `clients` \
             (Asiakkaat)",
        ),
    ] {
        let (said, text) = said_of(&source, indicator).await;
        assert_eq!(said, remedy, "{text}");
        assert!(text.contains(words), "{text}");
        assert!(text.contains(indicator), "{text}");
    }
}

#[tokio::test]
async fn a_refusal_may_be_a_query_that_was_not_understood() {
    let server = TestServer::start(|_, asked| Reply::Bytes(cubes(asked))).await;
    let source = open(&server);
    // It is listed, and its latest version is refused.
    let (remedy, text) = said_of(&source, "toitu/kaynnit/fact_toitu_kaynnit/clients").await;
    assert_eq!(remedy, "refused");
    assert!(text.contains("the server lists the cube as open"), "{text}");
    assert!(
        text.contains("refuses also what it does not understand"),
        "{text}"
    );
}

#[tokio::test]
async fn what_was_refused_and_is_not_listed_is_told_as_it_came() {
    let server = TestServer::start(|_, _| Reply::Bytes(answer("403 Forbidden", &[], b""))).await;
    let (remedy, text) = said_of(&open(&server), INDICATOR).await;
    assert_eq!(remedy, "refused", "{text}");
}

#[tokio::test]
async fn a_server_without_lists_can_be_swept_all_the_same() {
    let server = TestServer::start(|_, asked| {
        Reply::Bytes(if asked.target().contains("/api/toitu.json") {
            answer("403 Forbidden", &[], b"")
        } else {
            cubes(asked)
        })
    })
    .await;
    let source = open(&server);
    assert_eq!(source.frame().await.unwrap(), []);
    check_source(&source, &INDICATOR.parse().unwrap()).await;
    // One that answers nothing at all cannot.
    let server = TestServer::start(|_, _| Reply::Bytes(answer("403 Forbidden", &[], b""))).await;
    assert_eq!(open(&server).frame().await.unwrap_err().remedy(), "refused");
}

#[tokio::test]
async fn a_pinned_version_is_asked_for_and_no_other() {
    let server = TestServer::start(|_, asked| Reply::Bytes(cubes(asked))).await;
    let mut source = open(&server);
    let indicator: SourceIndicator = INDICATOR.parse().unwrap();
    let other = "toitu/kaynnit/fact_toitu_kaynnit/clients".parse().unwrap();
    let asked = BTreeSet::from([indicator.clone(), other]);
    // What is refused is left to whoever asks for it.
    let versions = source.versions(&asked).await.unwrap();
    let latest: DataVersion = "20260101000000000".parse().unwrap();
    assert_eq!(versions, BTreeMap::from([(indicator.clone(), latest)]));

    let pinned: DataVersion = "20251231000000000".parse().unwrap();
    source.pin(pinned);
    let description = source.describe(&indicator).await.unwrap();
    assert!(
        description
            .snapshot
            .url
            .ends_with("run_id=20251231000000000"),
        "{}",
        description.snapshot.url
    );
    // That server has no figures of this version.
    let (remedy, text) = said_of(&source, INDICATOR).await;
    assert_eq!(remedy, "refused");
    assert!(
        text.contains("its version 20251231000000000 may be gone"),
        "{text}"
    );
}

#[test]
fn a_cube_that_does_not_fit_is_told_with_both_sides() {
    let misfit = |from: &str, to: &str| {
        let dimensions = wire::dimensions(DIMENSIONS.replace(from, to).as_bytes()).unwrap();
        wire::asked(&dimensions, "clients").unwrap_err()
    };
    assert_eq!(
        misfit("\"stage\":\"year\"", "\"stage\":\"kalenterivuosi\""),
        "the cube does not fit: no dimension has years, which are looked for in the stages \
         `year`, `vuosi`; hint: the cube's stages were renamed, or it is not of regions and \
         years; choose another cube, or wait until the source has mended it; the cube has \
         `area` (Alue) with root, region, municipality, `time` (Aika) with root, \
         kalenterivuosi, `measure` (Mittari) with "
    );
    let text = misfit("\"id\":\"measure\"", "\"id\":\"mittari\"");
    assert!(
        text.contains("it has no dimension `measure`, but `area`"),
        "{text}"
    );
}

#[tokio::test]
async fn a_server_that_cannot_be_had_leaves_no_sweep_with_half_its_versions() {
    let server = TestServer::start(|_, _| {
        Reply::Bytes(answer(
            "503 Service Unavailable",
            &["Retry-After: 3600"],
            b"",
        ))
    })
    .await;
    let asked = BTreeSet::from([INDICATOR.parse().unwrap()]);
    let error = open(&server).versions(&asked).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

proptest! {
    #[test]
    fn lists_of_any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), address in "\\PC{0,40}") {
        let _ = Listing::read(&bytes);
        let list = serde_json::json!({"link": {"item": [{"href": address}]}});
        let listing = Listing::read(list.to_string().as_bytes()).unwrap();
        let indicator = INDICATOR.parse().unwrap();
        let cube = Cube::of(&indicator).unwrap();
        prop_assert!(listing.what_is_missing(&cube, &BTreeSet::new(), "page").is_some());
    }

    #[test]
    fn dimensions_of_any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(dimensions) = wire::dimensions(&bytes) {
            let _ = wire::asked(&dimensions, "clients");
        }
    }
}
