//! What every source promises beyond the types of [`Source`], as a suite to run against a
//! source and a server that answers it.

use std::collections::BTreeSet;

use botnia_model::{AnswerRole, ContentHash, SourceIndicator};

use crate::{Answer, Source, SourceError};

/// An id that no source has: within 32 bits, so that a server that reads ids as numbers
/// finds it missing and not malformed.
const UNKNOWN: &str = "999999999";

/// Checks `source` with an indicator that it has. The server must not change meanwhile.
///
/// # Panics
/// If a promise is broken; the text says which.
pub async fn check_source(source: &dyn Source, indicator: &SourceIndicator) {
    check_frame(source, indicator).await;
    check_versions(source, indicator).await;
    check_indicator(source, indicator).await;
    check_unknown(source).await;
}

async fn check_frame(source: &dyn Source, indicator: &SourceIndicator) {
    let frame = source.frame().await.expect("the frame is answered");
    let roles: Vec<_> = frame.iter().map(|answer| answer.snapshot.role).collect();
    let order = [
        AnswerRole::Regions,
        AnswerRole::Catalogue,
        AnswerRole::Limits,
    ];
    let in_order: Vec<_> = order
        .into_iter()
        .filter(|role| roles.contains(role))
        .collect();
    assert_eq!(
        roles, in_order,
        "a frame is the region list, the catalogue and the limits, each at most once"
    );
    let with_catalogue = roles.contains(&AnswerRole::Catalogue);
    for answer in &frame {
        check_answer(source, answer, answer.snapshot.role, None);
    }
    let again = source.frame().await.expect("the frame is answered again");
    assert_eq!(hashes(&frame), hashes(&again), "a frame is repeatable");

    let catalogue = source.catalogue(&frame);
    // A source with a list of regions has one of indicators, and is asked for it or not.
    if with_catalogue || !roles.contains(&AnswerRole::Regions) {
        let listed = catalogue.expect("the catalogue is read");
        assert!(
            listed.contains(indicator),
            "the catalogue lists `{indicator}`"
        );
        let mut distinct = listed.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), listed.len(), "each is listed once");
    } else {
        let remedy = catalogue.err().map(|error| error.remedy());
        assert_eq!(
            remedy,
            Some("contract"),
            "no catalogue is no empty catalogue"
        );
    }
}

async fn check_versions(source: &dyn Source, indicator: &SourceIndicator) {
    let unknown: SourceIndicator = UNKNOWN.parse().expect("digits name an indicator");
    let asked = BTreeSet::from([indicator.clone(), unknown]);
    let versions = source.versions(&asked).await.expect("versions are told");
    let again = source
        .versions(&asked)
        .await
        .expect("versions are told again");
    assert_eq!(versions, again, "nothing moved, so versions are the same");
    assert!(
        versions.keys().all(|known| known == indicator),
        "only what there is has a version"
    );
}

async fn check_indicator(source: &dyn Source, indicator: &SourceIndicator) {
    let description = describe(source, indicator).await.expect("it is described");
    check_answer(
        source,
        &description,
        AnswerRole::Description,
        Some(indicator),
    );
    let again = describe(source, indicator)
        .await
        .expect("it is described again");
    assert_eq!(
        description.snapshot.hash, again.snapshot.hash,
        "a description is repeatable"
    );

    let freshness = source.freshness(&description).expect("freshness is read");
    assert_eq!(
        freshness.body, description.snapshot.hash,
        "freshness covers the whole description"
    );
    let again = source.freshness(&again).expect("freshness is read again");
    assert_eq!(freshness, again, "nothing moved, so freshness is the same");
    if let (Some(first), Some(last)) = (freshness.first_year, freshness.last_year) {
        assert!(first <= last, "years run forward: {first}–{last}");
    }

    let figures = source
        .fetch(indicator, &description)
        .await
        .expect("its figures are answered");
    assert!(!figures.is_empty(), "an indicator to check with has years");
    for answer in &figures {
        check_answer(source, answer, AnswerRole::Data, Some(indicator));
    }
    let again = source
        .fetch(indicator, &description)
        .await
        .expect("its figures are answered again");
    let requests = |answers: &[Answer]| -> Vec<String> {
        let snapshots = answers.iter().map(|answer| &answer.snapshot);
        snapshots.map(|snapshot| snapshot.url.clone()).collect()
    };
    assert_eq!(requests(&figures), requests(&again), "asking is repeatable");
}

async fn check_unknown(source: &dyn Source) {
    let unknown: SourceIndicator = UNKNOWN.parse().expect("digits name an indicator");
    let error = describe(source, &unknown)
        .await
        .expect_err("an unknown indicator is not described");
    assert_eq!(error.remedy(), "not_found", "{error}");
    assert!(!error.is_transient(), "asking again does not make it known");
    let text = error.to_string();
    assert!(
        text.contains(UNKNOWN) && text.contains(source.id().as_str()),
        "an error names its object and its source: {text}"
    );
}

async fn describe(source: &dyn Source, indicator: &SourceIndicator) -> Result<Answer, SourceError> {
    source.describe(indicator).await
}

fn check_answer(
    source: &dyn Source,
    answer: &Answer,
    role: AnswerRole,
    indicator: Option<&SourceIndicator>,
) {
    let snapshot = &answer.snapshot;
    assert_eq!(snapshot.source, *source.id(), "an answer names its source");
    assert_eq!(snapshot.role, role, "an answer names its role");
    assert_eq!(
        snapshot.source_indicator.as_ref(),
        indicator,
        "an answer names its indicator"
    );
    assert_eq!(
        snapshot.hash,
        ContentHash::of(&answer.body),
        "an answer carries the hash of its body"
    );
    assert_eq!(
        snapshot.length,
        answer.body.len() as u64,
        "an answer carries the length of its body"
    );
    assert_eq!(snapshot.status, 200, "an accepted answer is a 200");
    let lower = |(name, _): &(String, String)| *name == name.to_lowercase();
    assert!(
        snapshot.headers.iter().all(lower),
        "header names are in lower case"
    );
}

fn hashes(answers: &[Answer]) -> Vec<ContentHash> {
    answers.iter().map(|answer| answer.snapshot.hash).collect()
}
