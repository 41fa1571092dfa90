//! `LICENCE.md`: under which terms, and whom to name.

use std::fmt::Write;

use botnia_model::Language;

use super::words::{count, day, in_markdown, licence_name, licence_url, synthetic_notice};
use super::{ProducerFacts, ReleaseFacts};

/// One language's words.
struct Phrases {
    heading: &'static str,
    introduction: &'static str,
    unnamed: &'static str,
    licence: &'static str,
    indicators: &'static str,
    attribution: &'static str,
    withheld: &'static str,
    agreement: &'static str,
    source: &'static str,
    accessed: &'static str,
    changes: &'static str,
}

const FINNISH: Phrases = Phrases {
    heading: "Käyttöluvat ja lähdemerkinnät",
    introduction: "Tietojen oikeudet kuuluvat niiden tuottajille. Kun käytät tietoja, noudata kunkin tuottajan ehtoja ja \
                   mainitse tuottaja ja lähde.",
    unnamed: "Tuottajaa ei ole ilmoitettu",
    licence: "Käyttölupa",
    indicators: "Indikaattoreita",
    attribution: "Lähdemerkintä",
    withheld: "Indikaattorit, joiden luvut eivät ole julkaisussa",
    agreement: "Näiden lukujen julkaisemiseen tarvitaan tuottajan suostumus. Julkaisussa on \
                vain indikaattorien kuvaukset: taulukossa `indicators.parquet` niiden \
                `redistributable` on `false`.",
    source: "Lähde",
    accessed: "tiedot haettu viimeistään",
    changes: "Muutokset alkuperäiseen: luvut on järjestetty uudelleen taulukoiksi ja aluekoodit \
              yhtenäistetty. Arvoja ei ole muutettu eikä pyöristetty. Jos rivin `origin` on \
              `computed`, arvo on laskettu julkaistuista arvoista, eikä tuottaja ole \
              vahvistanut sitä.",
};

const SWEDISH: Phrases = Phrases {
    heading: "Licenser och källhänvisningar",
    introduction: "Rättigheterna till uppgifterna tillhör deras producenter. När du använder dem ska du följa varje \
                   producents villkor och ange producenten och källan.",
    unnamed: "Producent har inte angetts",
    licence: "Licens",
    indicators: "Indikatorer",
    attribution: "Källhänvisning",
    withheld: "Indikatorer vars värden inte ingår i utgåvan",
    agreement: "För att publicera dessa värden behövs producentens samtycke. Utgåvan \
                innehåller bara beskrivningar av indikatorerna: i tabellen \
                `indicators.parquet` är deras `redistributable` `false`.",
    source: "Källa",
    accessed: "uppgifterna hämtade senast",
    changes: "Ändringar jämfört med originalet: uppgifterna har ordnats om till tabeller och \
              områdeskoderna har gjorts enhetliga. Värdena har inte ändrats eller avrundats. Om \
              radens `origin` är `computed` har värdet beräknats utifrån publicerade värden och har \
              inte bekräftats av producenten.",
};

const ENGLISH: Phrases = Phrases {
    heading: "Licences and attributions",
    introduction: "The figures belong to their producers. When you use them, follow each \
                   producer's terms and name the producer and the source.",
    unnamed: "No producer is given",
    licence: "Licence",
    indicators: "Indicators",
    attribution: "Attribution",
    withheld: "Indicators whose figures are not in the release",
    agreement: "Publishing these figures needs the producer's agreement. The release has only \
                the indicators' descriptions: in `indicators.parquet` their \
                `redistributable` is `false`.",
    source: "Source",
    accessed: "retrieved by",
    changes: "Changes to the original: the figures were rearranged into tables and the area codes \
              unified. No value was changed or rounded. Where a row's `origin` is `computed`, the \
              value was calculated from published ones and is not confirmed by the producer.",
};

/// The text of `LICENCE.md`. Writing to a String cannot fail.
pub(super) fn licence(facts: &ReleaseFacts) -> String {
    let mut text = String::new();
    let producers = facts.producers();
    let withheld = facts.withheld_producers();
    for (index, language) in Language::ALL.into_iter().enumerate() {
        let phrases = match language {
            Language::Fi => &FINNISH,
            Language::Sv => &SWEDISH,
            Language::En => &ENGLISH,
        };
        if index > 0 {
            text.push('\n');
        }
        let _ = write!(text, "# {}\n\n", phrases.heading);
        if facts.synthetic {
            let _ = write!(text, "> **{}**\n\n", synthetic_notice(language));
        }
        let _ = writeln!(text, "{}", phrases.introduction);
        for producer in &producers {
            section(&mut text, facts, producer, phrases, language);
        }
        if !withheld.is_empty() {
            let _ = write!(
                text,
                "\n## {}\n\n{}\n\n",
                phrases.withheld, phrases.agreement
            );
            for producer in &withheld {
                let _ = writeln!(
                    text,
                    "- {} ({}: {})",
                    name(producer, phrases, language),
                    phrases.indicators,
                    count(language, producer.indicators)
                );
            }
        }
        let _ = write!(text, "\n{}\n", phrases.changes);
    }
    text
}

fn name(producer: &ProducerFacts<'_>, phrases: &Phrases, language: Language) -> String {
    producer.producer.map_or_else(
        || phrases.unnamed.to_owned(),
        |one| in_markdown(one.name.or_finnish(language)),
    )
}

fn section(
    text: &mut String,
    facts: &ReleaseFacts,
    producer: &ProducerFacts<'_>,
    phrases: &Phrases,
    language: Language,
) {
    let name = name(producer, phrases, language);
    let licence = licence_name(language, producer.licence);
    let licence = licence_url(producer.licence).map_or_else(
        || in_markdown(&licence),
        |url| format!("[{licence}]({url})"),
    );
    let _ = write!(
        text,
        "\n## {name}\n\n- {}: {licence}\n- {}: {}\n",
        phrases.licence,
        phrases.indicators,
        count(language, producer.indicators)
    );
    // An attribution would pass made-up figures off as the producer's.
    if !facts.synthetic {
        for source in producer.sources.iter().filter_map(|id| facts.source(id)) {
            let _ = writeln!(
                text,
                "- {}: \"{}: {name}, {}, {}, {} {}.\"",
                phrases.attribution,
                phrases.source,
                in_markdown(source.name.or_finnish(language)),
                source.url,
                phrases.accessed,
                day(language, facts.moment)
            );
        }
    }
}
