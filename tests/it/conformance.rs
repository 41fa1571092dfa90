//! Every source against the shared conformance suite, with the sandbox as its upstream.

use std::sync::Arc;

use botnia_config::Settings;
use botnia_ingest::{ClientLimits, PoliteClient, UserAgent, conformance, open};
use botnia_model::FixedClock;
use botnia_sandbox::{Sandbox, SandboxOptions};

#[tokio::test(flavor = "multi_thread")]
async fn sotkanet() {
    let sandbox = Sandbox::start(SandboxOptions::default())
        .await
        .expect("a sandbox");
    let text = format!(
        "[[source]]\nid = \"sotkanet\"\nkind = \"sotkanet\"\nbase_url = \"{}\"\nindicators = [\"127\"]\nrequests_per_second = 50.0\n",
        sandbox.base_url()
    );
    let settings = Settings::parse("botnia.toml", &text, std::iter::empty()).expect("settings");
    let clock = FixedClock::at("2026-11-21T05:15:00Z".parse().expect("a moment"));
    let client = PoliteClient::new(
        Arc::new(clock),
        UserAgent {
            contact: "tests".to_owned(),
        },
        ClientLimits::default(),
    )
    .expect("a client");
    let source = open(&settings.source[0], Arc::new(client), true).expect("a source");
    let indicator = "127".parse().expect("an indicator");
    conformance::check_source(source.as_ref(), &indicator).await;
    for request in sandbox.requests() {
        let asked = request.user_agent.unwrap_or_default();
        assert!(asked.starts_with("botnia/"), "{asked}");
        assert!(asked.contains("+tests"), "{asked}");
    }
    sandbox.stop().await;
}
