//! `CHANGES.md`: what is new, revised, gone and held, against the release before.

use std::cmp::Reverse;
use std::fmt::Write;

use botnia_model::{IndicatorId, Language, ReleaseNumber, Text};

use super::ReleaseFacts;
use super::words::{count, in_markdown, moment, synthetic_notice};

/// One language's words.
struct Phrases {
    heading: &'static str,
    first: &'static str,
    against: &'static str,
    new: &'static str,
    revised: &'static str,
    revised_header: &'static str,
    revised_note: &'static str,
    gone: &'static str,
    held: &'static str,
    held_note: &'static str,
    nothing: &'static str,
}

const FINNISH: Phrases = Phrases {
    heading: "Muutokset: julkaisu",
    first: "Tämä on ensimmäinen julkaisu. Vertailukohtaa ei vielä ole.",
    against: "Verrattu edelliseen julkaisuun, jonka numero on",
    new: "Uudet indikaattorit",
    revised: "Muuttuneet indikaattorit",
    revised_header: "| Indikaattori | Lisätty | Muuttunut | Poistunut |\n|---|--:|--:|--:|\n",
    revised_note: "Luvut ovat havaintojen määriä. Jokainen muutos on taulukossa \
                   `revisions.parquet`.",
    gone: "Poistuneet indikaattorit",
    held: "Päivittymättä jääneet indikaattorit",
    held_note: "Näistä indikaattoreista näytetään viimeisimmät hyväksytyt tiedot:",
    nothing: "Ei ole.",
};

const SWEDISH: Phrases = Phrases {
    heading: "Ändringar: publikation",
    first: "Detta är den första publikationen. Det finns ännu inget att jämföra med.",
    against: "Jämfört med föregående publikation, som har nummer",
    new: "Nya indikatorer",
    revised: "Ändrade indikatorer",
    revised_header: "| Indikator | Tillagda | Ändrade | Borttagna |\n|---|--:|--:|--:|\n",
    revised_note: "Talen anger antalet observationer. Varje ändring finns i tabellen \
                   `revisions.parquet`.",
    gone: "Borttagna indikatorer",
    held: "Indikatorer som inte har uppdaterats",
    held_note: "För dessa indikatorer visas de senast godkända uppgifterna:",
    nothing: "Inga.",
};

const ENGLISH: Phrases = Phrases {
    heading: "Changes: release",
    first: "This is the first release. There is nothing to compare it with yet.",
    against: "Compared with the previous release, number",
    new: "New indicators",
    revised: "Revised indicators",
    revised_header: "| Indicator | Added | Changed | Removed |\n|---|--:|--:|--:|\n",
    revised_note: "The numbers count observations. Every change is listed in \
                   `revisions.parquet`.",
    gone: "Removed indicators",
    held: "Indicators that were not updated",
    held_note: "These indicators are shown with their last accepted figures:",
    nothing: "None.",
};

/// The text of `CHANGES.md`. Writing to a String cannot fail.
pub(super) fn changes(facts: &ReleaseFacts, parent: Option<ReleaseNumber>) -> String {
    let mut text = String::new();
    for (index, language) in Language::ALL.into_iter().enumerate() {
        let phrases = match language {
            Language::Fi => &FINNISH,
            Language::Sv => &SWEDISH,
            Language::En => &ENGLISH,
        };
        if index > 0 {
            text.push('\n');
        }
        let _ = write!(
            text,
            "# {} {}\n\n{}\n",
            phrases.heading,
            facts.number,
            moment(language, facts.moment)
        );
        if facts.synthetic {
            let _ = write!(text, "\n> **{}**\n", synthetic_notice(language));
        }
        match parent {
            None => {
                let _ = write!(text, "\n{}\n", phrases.first);
            }
            Some(parent) => {
                let _ = write!(text, "\n{} {parent}.\n", phrases.against);
                compared(&mut text, facts, phrases, language);
            }
        }
        held(&mut text, facts, phrases, language);
    }
    text
}

fn compared(text: &mut String, facts: &ReleaseFacts, phrases: &Phrases, language: Language) {
    let _ = write!(text, "\n## {}\n\n", phrases.new);
    for id in &facts.new_indicators {
        let _ = writeln!(
            text,
            "- {}",
            named(id, &facts.indicator_title(id), language)
        );
    }
    if facts.new_indicators.is_empty() {
        let _ = writeln!(text, "{}", phrases.nothing);
    }

    let _ = write!(text, "\n## {}\n\n", phrases.revised);
    let mut changes: Vec<_> = facts.changes.iter().collect();
    changes.sort_by_key(|change| {
        let all = change.added + change.changed + change.removed;
        (Reverse(all), change.id.clone())
    });
    if changes.is_empty() {
        let _ = writeln!(text, "{}", phrases.nothing);
    } else {
        text.push_str(phrases.revised_header);
        for change in changes {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                named(&change.id, &facts.indicator_title(&change.id), language),
                count(language, change.added),
                count(language, change.changed),
                count(language, change.removed)
            );
        }
        let _ = write!(text, "\n{}\n", phrases.revised_note);
    }

    let _ = write!(text, "\n## {}\n\n", phrases.gone);
    for (id, title) in &facts.gone_indicators {
        let _ = writeln!(text, "- {}", named(id, title, language));
    }
    if facts.gone_indicators.is_empty() {
        let _ = writeln!(text, "{}", phrases.nothing);
    }
}

fn held(text: &mut String, facts: &ReleaseFacts, phrases: &Phrases, language: Language) {
    if facts.held.is_empty() {
        return;
    }
    let _ = write!(text, "\n## {}\n\n{}\n\n", phrases.held, phrases.held_note);
    for held in &facts.held {
        let _ = writeln!(
            text,
            "- {}: {}",
            named(&held.id, &held.title, language),
            reason(language, &held.reason)
        );
    }
}

fn named(id: &IndicatorId, title: &Text, language: Language) -> String {
    let title = in_markdown(title.or_finnish(language));
    format!("{title} (`{id}`)").trim_start().to_owned()
}

/// Why an indicator shows older figures, in words.
fn reason(language: Language, code: &str) -> String {
    let [fi, sv, en] = match code {
        "title_differs" => [
            "lähteessä on tällä tunnuksella toisenniminen indikaattori",
            "källan har en indikator med ett annat namn under samma kod",
            "the source has an indicator of another title under this id",
        ],
        "all_rows_lost" => [
            "lähteen uusi vastaus oli tyhjä",
            "källans nya svar var tomt",
            "the source's new answer was empty",
        ],
        "rows_lost" => [
            "lähteen uudesta vastauksesta puuttui huomattava osa tiedoista",
            "en betydande del av uppgifterna saknades i källans nya svar",
            "a considerable part of the figures was missing from the source's new answer",
        ],
        "regions_lost" | "level_lost" => [
            "lähteen uudesta vastauksesta puuttui alueita",
            "områden saknades i källans nya svar",
            "areas were missing from the source's new answer",
        ],
        "unavailable" | "throttled" => [
            "lähde ei vastannut",
            "källan svarade inte",
            "the source did not answer",
        ],
        "not_found" => [
            "lähde ei enää tunne indikaattoria",
            "källan känner inte längre till indikatorn",
            "the source no longer knows the indicator",
        ],
        "refused" => [
            "lähde ei antanut tietoja",
            "källan lämnade inte ut uppgifterna",
            "the source refused the request",
        ],
        "malformed" | "contract" => [
            "lähteen vastausta ei voitu lukea",
            "källans svar kunde inte läsas",
            "the source's answer could not be read",
        ],
        other => {
            let other = in_markdown(other);
            return match language {
                Language::Fi => format!("uudet tiedot odottavat tarkistusta ({other})"),
                Language::Sv => format!("de nya uppgifterna väntar på granskning ({other})"),
                Language::En => format!("the new figures await a review ({other})"),
            };
        }
    };
    match language {
        Language::Fi => fi,
        Language::Sv => sv,
        Language::En => en,
    }
    .to_owned()
}
