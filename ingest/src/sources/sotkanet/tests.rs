use std::path::Path;

use async_trait::async_trait;
use botnia_config::SourceKind;
use botnia_model::{ContentHash, FixedClock};
use proptest::prelude::*;

use super::*;
use crate::client::{ClientLimits, UserAgent};
use crate::conformance::check_source;
use crate::test_server::{Asked, Reply, TestServer, answer, json};

const REGIONS: &str = r#"[{"id":658,"code":"358","category":"MAA"}]"#;
const CATALOGUE: &str = r#"[{"id":127},{"id":4},{"id":127}]"#;
const DESCRIPTION: &str =
    r#"{"range":{"start":2021,"end":2023},"id":127,"data-updated":"2026-03-28"}"#;

/// A small Sotkanet.
fn sotkanet(asked: &Asked) -> Vec<u8> {
    let (path, query) = asked
        .target()
        .split_once('?')
        .unwrap_or((asked.target(), ""));
    match path {
        "/rest/1.1/regions" => json(REGIONS),
        "/rest/1.1/indicators" => json(CATALOGUE),
        "/rest/1.1/indicators/127" => json(DESCRIPTION),
        "/rest/1.1/json" if query.contains("years=") && query.contains("genders=") => json("[]"),
        "/rest/1.1/json" => answer("400 Bad Request", &[], b""),
        _ => answer("404 Not Found", &[], b""),
    }
}

fn open(server: &TestServer, base: &str, wants_catalogue: bool) -> Sotkanet {
    let settings = SourceSettings {
        id: "sotkanet".parse().unwrap(),
        kind: SourceKind::Sotkanet,
        base_url: server.url.join(base).unwrap(),
        schedule: None,
        indicators: Vec::new(),
        years: YearRange {
            first: 1990,
            last: None,
        },
        concurrency: 4,
        requests_per_second: 10_000.0,
        name: botnia_model::Text::default(),
        home_page: None,
        mappings: Vec::new(),
        missed: botnia_config::schedule::Missed::default(),
        overlap: botnia_config::schedule::Overlap::default(),
    };
    let clock = Arc::new(FixedClock::at("2026-11-21T05:15:00Z".parse().unwrap()));
    let identity = UserAgent {
        contact: "tilastot@example.fi".to_owned(),
    };
    let client = PoliteClient::new(clock, identity, ClientLimits::default()).unwrap();
    Sotkanet::open(&settings, Arc::new(client), wants_catalogue).unwrap()
}

fn indicator(id: &str) -> SourceIndicator {
    id.parse().unwrap()
}

#[tokio::test]
async fn it_keeps_the_promises_of_a_source() {
    let server = TestServer::start(|_, asked| Reply::Bytes(sotkanet(asked))).await;
    for wants_catalogue in [true, false] {
        let source = open(&server, "rest/1.1", wants_catalogue);
        check_source(&source, &indicator("127")).await;
    }
}

/// Sotkanet, except that it labels a description with the hash of other bytes.
struct Mislabelling(Sotkanet);

#[async_trait]
impl Source for Mislabelling {
    fn id(&self) -> &SourceId {
        self.0.id()
    }

    async fn frame(&self) -> Result<Vec<Answer>, SourceError> {
        self.0.frame().await
    }

    fn catalogue(&self, frame: &[Answer]) -> Result<Vec<SourceIndicator>, SourceError> {
        self.0.catalogue(frame)
    }

    async fn describe(&self, indicator: &SourceIndicator) -> Result<Answer, SourceError> {
        let mut answer = self.0.describe(indicator).await?;
        answer.snapshot.hash = ContentHash::of(b"other");
        Ok(answer)
    }

    async fn fetch(
        &self,
        indicator: &SourceIndicator,
        description: &Answer,
    ) -> Result<Vec<Answer>, SourceError> {
        self.0.fetch(indicator, description).await
    }

    fn description_settles(&self) -> bool {
        true
    }

    fn freshness(&self, description: &Answer) -> Result<Freshness, SourceError> {
        self.0.freshness(description)
    }
}

#[tokio::test]
#[should_panic(expected = "an answer carries the hash of its body")]
async fn the_suite_finds_a_broken_promise() {
    let server = TestServer::start(|_, asked| Reply::Bytes(sotkanet(asked))).await;
    let source = Mislabelling(open(&server, "rest/1.1", true));
    check_source(&source, &indicator("127")).await;
}

#[tokio::test]
async fn years_and_sexes_are_repeated_in_one_request() {
    let server = TestServer::start(|_, asked| Reply::Bytes(sotkanet(asked))).await;
    // With and without the slash at its end, the base means the same.
    for base in ["rest/1.1", "rest/1.1/"] {
        let source = open(&server, base, false);
        let description = source.describe(&indicator("127")).await.unwrap();
        let answers = source.fetch(&indicator("127"), &description).await.unwrap();
        assert_eq!(answers.len(), 1);
        assert_eq!(
            server.asked().last().unwrap().target(),
            "/rest/1.1/json?indicator=127&years=2021&years=2022&years=2023\
             &genders=male&genders=female&genders=total"
        );
    }
}

#[tokio::test]
async fn freshness_is_what_the_description_says() {
    let server = TestServer::start(|_, asked| Reply::Bytes(sotkanet(asked))).await;
    let source = open(&server, "rest/1.1", false);
    let description = source.describe(&indicator("127")).await.unwrap();
    assert_eq!(
        source.freshness(&description).unwrap(),
        Freshness {
            data_updated: Some("2026-03-28".to_owned()),
            first_year: Some(2021),
            last_year: Some(2023),
            body: ContentHash::of(DESCRIPTION.as_bytes()),
        }
    );
}

#[tokio::test]
async fn the_catalogue_lists_each_id_once_in_order() {
    let server = TestServer::start(|_, asked| Reply::Bytes(sotkanet(asked))).await;
    let source = open(&server, "rest/1.1", true);
    let listed = source.catalogue(&source.frame().await.unwrap()).unwrap();
    assert_eq!(listed, [indicator("127"), indicator("4")]);
}

#[tokio::test]
async fn an_answer_about_something_else_breaks_the_contract() {
    for (path, body) in [
        ("/rest/1.1/indicators/127", r#"{"id":128}"#),
        ("/rest/1.1/indicators/127", r#"{"title":{}}"#),
        ("/rest/1.1/indicators/127", "[]"),
        ("/rest/1.1/regions", " [ ] "),
        ("/rest/1.1/indicators", "[]"),
    ] {
        let server = TestServer::start(move |_, asked| {
            Reply::Bytes(if asked.target() == path {
                json(body)
            } else {
                sotkanet(asked)
            })
        })
        .await;
        let source = open(&server, "rest/1.1", true);
        let error = if path.ends_with("127") {
            source.describe(&indicator("127")).await.unwrap_err()
        } else {
            source.frame().await.unwrap_err()
        };
        assert_eq!(error.remedy(), "contract", "{body}");
        assert_eq!(error.rejected().unwrap().body.as_ref(), body.as_bytes());
    }
}

#[tokio::test]
async fn what_still_holds_is_remembered_unless_it_was_turned_down() {
    let server = TestServer::start(|number, asked| {
        let regions = if number == 0 { "[]" } else { REGIONS };
        Reply::Bytes(match asked.header("if-none-match") {
            Some("\"1\"") => answer("304 Not Modified", &[], b""),
            _ => answer("200 OK", &["ETag: \"1\""], regions.as_bytes()),
        })
    })
    .await;
    let source = open(&server, "rest/1.1", false);
    source.frame().await.unwrap_err();
    let first = source.frame().await.unwrap();
    let second = source.frame().await.unwrap();
    assert_eq!(first, second);
    let conditional: Vec<_> = server
        .asked()
        .iter()
        .map(|asked| asked.header("if-none-match").is_some())
        .collect();
    assert_eq!(conditional, [false, false, true]);
}

#[test]
fn a_base_that_is_no_web_address_is_turned_down() {
    for base in ["data:text/plain,", "file:///srv", "mailto:a@example.fi"] {
        let settings = SourceSettings {
            id: "sotkanet".parse().unwrap(),
            kind: SourceKind::Sotkanet,
            base_url: base.parse().unwrap(),
            schedule: None,
            indicators: Vec::new(),
            years: YearRange {
                first: 1990,
                last: None,
            },
            concurrency: 4,
            requests_per_second: 4.0,
            name: botnia_model::Text::default(),
            home_page: None,
            mappings: Vec::new(),
            missed: botnia_config::schedule::Missed::default(),
            overlap: botnia_config::schedule::Overlap::default(),
        };
        let clock = Arc::new(FixedClock::at("2026-11-21T05:15:00Z".parse().unwrap()));
        let identity = UserAgent {
            contact: "tilastot@example.fi".to_owned(),
        };
        let client = PoliteClient::new(clock, identity, ClientLimits::default()).unwrap();
        let opened = crate::open(&settings, Arc::new(client), false);
        assert_eq!(opened.err().unwrap().remedy(), "contract", "{base}");
    }
}

#[test]
fn only_a_believable_range_is_declared() {
    let declared = |range: &str| {
        let description = format!(r#"{{"id":1{range}}}"#);
        let description: wire::Description = serde_json::from_str(&description).unwrap();
        description.years()
    };
    assert_eq!(
        declared(r#","range":{"start":1990,"end":2024}"#),
        Some((1990, 2024))
    );
    assert_eq!(
        declared(r#","range":{"start":2040,"end":2040}"#),
        Some((2040, 2040))
    );
    for unusable in [
        "",
        r#","range":null"#,
        r#","range":{}"#,
        r#","range":[]"#,
        r#","range":"1990-2024""#,
        r#","range":{"start":1990}"#,
        r#","range":{"start":"1990","end":"2024"}"#,
        r#","range":{"start":2024,"end":1990}"#,
        r#","range":{"start":0,"end":2024}"#,
        r#","range":{"start":1990,"end":9999}"#,
        r#","range":{"start":1990,"end":99999999999}"#,
    ] {
        assert_eq!(declared(unusable), None, "{unusable}");
    }
}

#[test]
fn years_are_those_in_common() {
    let wanted = |first, last| YearRange { first, last };
    let cases = [
        (Some((1990, 2024)), wanted(2000, None), 2000..=2024),
        (Some((1990, 2040)), wanted(1980, None), 1990..=2040),
        (Some((1990, 2024)), wanted(2000, Some(2010)), 2000..=2010),
        (None, wanted(2000, None), 2000..=2026),
        (None, wanted(2000, Some(2010)), 2000..=2010),
        (None, wanted(i32::MIN, Some(i32::MAX)), 1900..=2100),
    ];
    for (declared, wanted, expected) in cases {
        assert_eq!(years_to_ask(declared, wanted, 2026), expected);
    }
    assert!(years_to_ask(Some((1990, 1995)), wanted(2000, None), 2026).is_empty());
}

proptest! {
    #[test]
    fn addresses_stay_short_and_ask_for_every_year_once(
        first in 1900..2100,
        count in 0..200_i32,
        longest in 140..1000_usize,
    ) {
        let base: Url = "https://sotkanet.example/rest/1.1/json".parse().unwrap();
        let years = first..=(first + count - 1);
        let urls = data_urls(&base, &indicator("127"), years.clone(), longest);
        let mut asked = Vec::new();
        for url in &urls {
            prop_assert!(url.as_str().len() <= longest);
            let sexes = url.query_pairs().filter(|(key, _)| key == "genders").count();
            prop_assert_eq!(sexes, 3);
            asked.extend(url.query_pairs().filter(|(key, _)| key == "years").map(|(_, year)| {
                year.parse::<i32>().unwrap()
            }));
        }
        prop_assert_eq!(asked, years.collect::<Vec<_>>());
    }
}

#[test]
fn every_year_there_is_fits_one_address() {
    let base: Url = "https://sotkanet.fi/rest/1.1/json".parse().unwrap();
    let urls = data_urls(&base, &indicator("127"), BELIEVABLE_YEARS, LONGEST_URL);
    assert_eq!(urls.len(), 1);
}

#[tokio::test]
async fn recorded_answers_are_accepted() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/recordings/sotkanet"
    );
    if !Path::new(folder).exists() {
        println!("skipped: the sotkanet recordings are absent");
        return;
    }
    let recorded = move |file: &str| std::fs::read(format!("{folder}/{file}"));
    let server = TestServer::start(move |_, asked| {
        let body = match asked.target() {
            "/regions" => recorded("regions.2015.json"),
            "/indicators" => recorded("indicators.2015.json"),
            target if target.starts_with("/json") => recorded("127_g2.2026.json"),
            target => recorded(&format!("{target}.json")),
        };
        Reply::Bytes(match body {
            Ok(body) => answer("200 OK", &[], &body),
            Err(_) => answer("404 Not Found", &[], b""),
        })
    })
    .await;
    let source = open(&server, "", true);
    let frame = source.frame().await.unwrap();
    let listed = source.catalogue(&frame).unwrap();
    assert_eq!(listed.len(), 624);
    for id in ["4", "186", "322", "3336", "4461", "5033", "5527"] {
        let description = source.describe(&indicator(id)).await.unwrap();
        let freshness = source.freshness(&description).unwrap();
        assert!(freshness.data_updated.is_some(), "{id}");
        assert!(freshness.first_year < freshness.last_year, "{id}");
        source.fetch(&indicator(id), &description).await.unwrap();
    }
}
