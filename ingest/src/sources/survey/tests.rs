use std::sync::Arc;

use botnia_config::Settings;
use object_store::PutPayload;
use object_store::memory::InMemory;

use super::*;
use crate::conformance::check_source;

const DOCUMENT: &str = r#"{
  "form": 1, "source": "kyselyt", "survey": "barometri", "map_version": 1, "wave": "WAVE",
  "regions": [{"level": "province", "code": "15"}],
  "indicators": [{"id": "asuminen", "about": {"title": {"fi": "WAVE"}}, "rows": []}]
}"#;

async fn store(waves: &[&str]) -> Arc<dyn ObjectStore> {
    let store = InMemory::new();
    let source = "kyselyt".parse().unwrap();
    for wave in waves {
        let path = document_path(&source, "barometri", &wave.parse().unwrap());
        let body = DOCUMENT.replace("WAVE", wave);
        store.put(&path, PutPayload::from(body)).await.unwrap();
    }
    Arc::new(store)
}

async fn surveys(waves: &[&str], years: &str, wants_catalogue: bool) -> Surveys {
    let text = format!(
        "[[source]]\nid = \"kyselyt\"\nkind = \"survey\"\n\
         base_url = \"https://example.org/kyselyt\"\nindicators = [\"all\"]\nyears = \"{years}\"\n"
    );
    let settings = Settings::parse("botnia.toml", &text, std::iter::empty()).unwrap();
    Surveys::open(&settings.source[0], store(waves).await, wants_catalogue)
}

fn asuminen() -> SourceIndicator {
    "asuminen".parse().unwrap()
}

#[tokio::test]
async fn surveys_keep_the_promises_of_sources() {
    for wants_catalogue in [true, false] {
        let source = surveys(&["2018", "2021", "2019/2021"], "1990..", wants_catalogue).await;
        check_source(&source, &asuminen()).await;
    }
}

#[tokio::test]
async fn the_latest_wave_describes_and_all_have_figures() {
    let source = surveys(&["2018", "2021", "2015"], "2018..2021", true).await;
    let description = source.describe(&asuminen()).await.unwrap();
    let text = String::from_utf8(description.body.to_vec()).unwrap();
    assert!(
        text.contains(r#""about":{"title": {"fi": "2021"}}"#),
        "{text}"
    );
    let freshness = source.freshness(&description).unwrap();
    assert_eq!(
        (freshness.first_year, freshness.last_year),
        (Some(2015), Some(2021))
    );
    let figures = source.fetch(&asuminen(), &description).await.unwrap();
    let urls: Vec<_> = figures
        .iter()
        .map(|answer| answer.snapshot.url.as_str())
        .collect();
    assert_eq!(
        urls,
        [
            "survey:surveys/kyselyt/barometri/2018.json",
            "survey:surveys/kyselyt/barometri/2021.json",
        ]
    );
}

#[tokio::test]
async fn another_wave_is_something_new() {
    let hash = |waves: &'static [&'static str]| async move {
        let source = surveys(waves, "1990..", false).await;
        let description = source.describe(&asuminen()).await.unwrap();
        source.freshness(&description).unwrap().body
    };
    assert_ne!(hash(&["2018"]).await, hash(&["2018", "2021"]).await);
    assert_eq!(hash(&["2018"]).await, hash(&["2018"]).await);
}

#[tokio::test]
async fn without_an_import_there_is_nothing() {
    let source = surveys(&[], "1990..", true).await;
    let error = source.frame().await.unwrap_err();
    assert_eq!(error.remedy(), "not_found");
    assert!(
        error.to_string().contains("botnia import survey"),
        "{error}"
    );
}
