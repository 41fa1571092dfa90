//! `CITATION.cff`: Citation File Format 1.2.0.

use std::collections::BTreeSet;
use std::fmt::Write;

use botnia_model::Language;

use super::ReleaseFacts;
use super::words::{dataset_description, dataset_title, synthetic_notice};

/// The text of `CITATION.cff`. Writing to a String cannot fail.
pub(super) fn citation(facts: &ReleaseFacts) -> String {
    let mut text = String::from("cff-version: 1.2.0\ntype: dataset\n");
    let (message, title) = if facts.synthetic {
        (
            synthetic_notice(Language::En).to_owned(),
            format!("{} (made-up data)", dataset_title(Language::En)),
        )
    } else {
        (
            "Please cite the producers of the indicators that you use, the source and this \
             release."
                .to_owned(),
            dataset_title(Language::En).to_owned(),
        )
    };
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}: {}", quoted(value));
    };
    field("message", &message);
    field("title", &title);
    field("abstract", dataset_description(Language::En));
    field("version", &facts.version());
    field("date-released", &facts.date());
    if let Some(licence) = facts.single_licence() {
        field("license", licence);
    }
    text.push_str("authors:\n");
    for name in authors(facts) {
        let _ = writeln!(text, "  - name: {}", quoted(&name));
    }
    text.push_str("keywords:\n  - wellbeing\n  - social care\n  - indicators\n  - Finland\n");
    if !facts.sources.is_empty() {
        text.push_str("references:\n");
    }
    for source in &facts.sources {
        let name = quoted(source.name.or_finnish(Language::En));
        let _ = write!(
            text,
            "  - type: database\n    title: {name}\n    authors:\n      - name: {name}\n    \
             url: {}\n",
            quoted(&source.url)
        );
    }
    text
}

/// The producers of the figures; made-up figures have none but the program.
fn authors(facts: &ReleaseFacts) -> Vec<String> {
    let producers: BTreeSet<&str> = facts
        .producers()
        .into_iter()
        .filter_map(|facts| facts.producer)
        .map(|producer| producer.name.or_finnish(Language::En))
        .filter(|name| !name.is_empty())
        .collect();
    if facts.synthetic || producers.is_empty() {
        return vec!["Botnia".to_owned()];
    }
    producers.into_iter().map(str::to_owned).collect()
}

/// A YAML text in double quotes. Its escapes are those of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
