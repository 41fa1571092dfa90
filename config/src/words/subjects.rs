//! Phrases that can be the subject of a sentence about an indicator: "The share of …".
//!
//! Titles cannot: "Unemployed, % of the labour force" is no subject. The phrases stand in
//! `config/words/subjects.csv`, each beside the title that it was written for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use botnia_model::{IndicatorId, SourceId, SourceIndicator, Text};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    source: SourceId,
    indicator: SourceIndicator,
    title_fi: String,
    subject_fi: String,
    subject_sv: String,
    subject_en: String,
}

/// A phrase and the title it was written for.
struct Subject {
    title_fi: String,
    subject: Text,
}

static SUBJECTS: LazyLock<BTreeMap<IndicatorId, Subject>> = LazyLock::new(|| {
    parse(include_str!("../../words/subjects.csv")).expect("the embedded subjects parse")
});

/// The phrase for an indicator of a set, if one was written for its expected Finnish title.
#[must_use]
pub fn subject(indicator: &IndicatorId, expected_title_fi: &str) -> Option<&'static Text> {
    SUBJECTS
        .get(indicator)
        .filter(|subject| subject.title_fi == expected_title_fi)
        .map(|subject| &subject.subject)
}

fn parse(text: &str) -> Result<BTreeMap<IndicatorId, Subject>, String> {
    let mut subjects = BTreeMap::new();
    for line in csv::Reader::from_reader(text.as_bytes()).deserialize() {
        let line: Line = line.map_err(|error| error.to_string())?;
        let id = IndicatorId::new(line.source, line.indicator);
        let subject = Text {
            fi: line.subject_fi,
            sv: line.subject_sv,
            en: line.subject_en,
        };
        for text in [&subject.fi, &subject.sv, &subject.en] {
            // The dots of ordinal numbers are followed by a no-break space, and the colons
            // of abbreviations by their case.
            let plain = text.replace(".\u{a0}", "");
            if text.split(' ').any(str::is_empty)
                || plain.contains(['%', '.'])
                || plain.contains(": ")
                || plain.ends_with(':')
            {
                return Err(format!("{id}: `{text}` is no subject of a sentence"));
            }
        }
        let subject = Subject {
            title_fi: line.title_fi,
            subject,
        };
        if subjects.insert(id.clone(), subject).is_some() {
            return Err(format!("{id} stands in the file twice"));
        }
    }
    Ok(subjects)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use botnia_model::Language;

    use super::*;
    use crate::IndicatorSet;

    /// Sets whose figures no region report has.
    const WITHOUT_SUBJECTS: [&str; 1] = ["pohjoismaat"];

    #[test]
    fn every_indicator_of_a_report_has_a_subject_or_is_a_projection() {
        let mut used = BTreeSet::new();
        for set in IndicatorSet::builtin() {
            if WITHOUT_SUBJECTS.contains(&set.id.as_str()) {
                continue;
            }
            for indicator in &set.indicators {
                let id = IndicatorId::new(set.source.clone(), indicator.id.clone());
                let found = subject(&id, &indicator.title.fi);
                assert_eq!(found.is_none(), indicator.projection, "{id}");
                used.extend(found.map(|_| id));
            }
        }
        let all: BTreeSet<IndicatorId> = SUBJECTS.keys().cloned().collect();
        assert_eq!(all, used, "a subject that no set uses");
    }

    #[test]
    fn subjects_differ_and_begin_with_a_capital() {
        for language in Language::ALL {
            let mut seen = BTreeSet::new();
            for (id, subject) in &*SUBJECTS {
                let text = subject.subject.get(language);
                let first = text.chars().next().unwrap();
                assert!(first.is_uppercase() || first.is_ascii_digit(), "{id}");
                assert!(seen.insert(text), "{id}: {text}");
            }
        }
    }

    #[test]
    fn a_subject_is_not_used_for_another_title() {
        let id: IndicatorId = "sotkanet:181".parse().unwrap();
        assert!(subject(&id, "Työttömät, % työvoimasta").is_some());
        assert!(subject(&id, "Työttömät, % väestöstä").is_none());
        let unknown: IndicatorId = "sotkanet:999999".parse().unwrap();
        assert!(subject(&unknown, "").is_none());
    }

    #[test]
    fn a_file_that_cannot_be_right_is_refused() {
        const HEADER: &str = "source,indicator,title_fi,subject_fi,subject_sv,subject_en\n";
        let refused = |lines: &str| parse(&format!("{HEADER}{lines}")).err().unwrap_or_default();
        assert_eq!(refused("sotkanet,1,T,Osuus,Andelen,The share\n"), "");
        for lines in [
            "sotkanet,1,T,Osuus  väestöstä,Andelen,The share\n",
            "sotkanet,1,T,Osuus %,Andelen,The share\n",
            "sotkanet,1,T,,Andelen,The share\n",
            "sotkanet,1,T,Osuus.,Andelen,The share\n",
        ] {
            assert!(refused(lines).contains("is no subject"), "{lines}");
        }
        let twice = "sotkanet,1,T,Osuus,Andelen,The share\n".repeat(2);
        assert!(refused(&twice).contains("twice"));
    }
}
