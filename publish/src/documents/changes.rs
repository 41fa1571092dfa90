//! `CHANGES.md`: what is new, revised, gone and held, against the release before.

use std::cmp::Reverse;
use std::fmt::Write;

use botnia_model::{IndicatorId, Language, ReleaseNumber, RevisionReason, Sex, Text};

use super::words::{count, in_markdown, moment, old_and_new, periods, synthetic_notice};
use super::{ReleaseFacts, RevisedFigure};

/// One language's words.
struct Phrases {
    heading: &'static str,
    first: &'static str,
    against: &'static str,
    new: &'static str,
    new_periods: &'static str,
    revised: &'static str,
    revised_header: &'static str,
    revised_note: &'static str,
    largest: &'static str,
    largest_header: &'static str,
    largest_note: &'static str,
    gone: &'static str,
    held: &'static str,
    held_note: &'static str,
    notes: &'static str,
    notes_header: &'static str,
    nothing: &'static str,
}

const FINNISH: Phrases = Phrases {
    heading: "Muutokset: julkaisu",
    first: "Tämä on ensimmäinen julkaisu. Vertailukohtaa ei vielä ole.",
    against: "Verrattu edelliseen julkaisuun, jonka numero on",
    new: "Uudet indikaattorit",
    new_periods: "Uudet vuodet",
    revised: "Muuttuneet indikaattorit",
    revised_header: "| Indikaattori | Lisätty | Muuttunut | Poistunut |\n|---|--:|--:|--:|\n",
    revised_note: "Luvut ovat havaintojen määriä. Jokainen muutos on taulukossa \
                   `revisions.parquet`.",
    largest: "Suurimmat muutokset",
    largest_header: "| Indikaattori | Alue | Vuosi | Ennen | Nyt | Syy |\n|---|---|---|--:|--:|---|\n",
    largest_note: "Taulukossa on koko maan, maakuntien ja hyvinvointialueiden luvuista enintään \
                   kymmenen, jotka ovat muuttuneet suhteellisesti eniten.",
    gone: "Poistuneet indikaattorit",
    held: "Päivittymättä jääneet indikaattorit",
    held_note: "Näistä indikaattoreista näytetään viimeisimmät hyväksytyt tiedot:",
    notes: "Muuttuneet muistiinpanot",
    notes_header: "| Alue | Uusia muistiinpanoja | Poistuneita muistiinpanoja |\n|---|--:|--:|\n",
    nothing: "Ei ole.",
};

const SWEDISH: Phrases = Phrases {
    heading: "Ändringar: utgåva",
    first: "Detta är den första utgåvan. Det finns ännu inget att jämföra med.",
    against: "Jämfört med föregående utgåva, som har nummer",
    new: "Nya indikatorer",
    new_periods: "Nya år",
    revised: "Ändrade indikatorer",
    revised_header: "| Indikator | Tillagda | Ändrade | Borttagna |\n|---|--:|--:|--:|\n",
    revised_note: "Talen anger antalet observationer. Varje ändring finns i tabellen \
                   `revisions.parquet`.",
    largest: "De största ändringarna",
    largest_header: "| Indikator | Område | År | Före | Nu | Orsak |\n|---|---|---|--:|--:|---|\n",
    largest_note: "Tabellen visar högst tio av siffrorna för hela landet, landskapen och \
                   välfärdsområdena: de som relativt sett har ändrats mest.",
    gone: "Borttagna indikatorer",
    held: "Indikatorer som inte har uppdaterats",
    held_note: "För dessa indikatorer visas de senast godkända uppgifterna:",
    notes: "Ändrade anteckningar",
    notes_header: "| Område | Nya anteckningar | Borttagna anteckningar |\n|---|--:|--:|\n",
    nothing: "Inga.",
};

const ENGLISH: Phrases = Phrases {
    heading: "Changes: release",
    first: "This is the first release. There is nothing to compare it with yet.",
    against: "Compared with the previous release, number",
    new: "New indicators",
    new_periods: "New years",
    revised: "Revised indicators",
    revised_header: "| Indicator | Added | Changed | Removed |\n|---|--:|--:|--:|\n",
    revised_note: "The numbers count observations. Every change is listed in \
                   `revisions.parquet`.",
    largest: "Largest revisions",
    largest_header: "| Indicator | Area | Year | Before | Now | Reason |\n|---|---|---|--:|--:|---|\n",
    largest_note: "The table shows at most ten of the figures of the whole country, the regions \
                   and the wellbeing services counties: those that changed most in proportion.",
    gone: "Removed indicators",
    held: "Indicators that were not updated",
    held_note: "These indicators are shown with their last accepted figures:",
    notes: "Changed notes",
    notes_header: "| Area | New notes | Removed notes |\n|---|--:|--:|\n",
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

    if !facts.new_periods.is_empty() {
        let _ = write!(text, "\n## {}\n\n", phrases.new_periods);
        for (id, new) in &facts.new_periods {
            let named = named(id, &facts.indicator_title(id), language);
            let _ = writeln!(text, "- {named}: {}", periods(new));
        }
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
    largest(text, facts, phrases, language);

    let _ = write!(text, "\n## {}\n\n", phrases.gone);
    for (id, title) in &facts.gone_indicators {
        let _ = writeln!(text, "- {}", named(id, title, language));
    }
    if facts.gone_indicators.is_empty() {
        let _ = writeln!(text, "{}", phrases.nothing);
    }
    notes(text, facts, phrases, language);
}

/// Of which regions people say something else than before.
fn notes(text: &mut String, facts: &ReleaseFacts, phrases: &Phrases, language: Language) {
    if facts.changed_notes.is_empty() {
        return;
    }
    let _ = write!(text, "\n## {}\n\n{}", phrases.notes, phrases.notes_header);
    for of_region in &facts.changed_notes {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            in_markdown(of_region.region.or_finnish(language)),
            count(language, of_region.came),
            count(language, of_region.went)
        );
    }
}

fn largest(text: &mut String, facts: &ReleaseFacts, phrases: &Phrases, language: Language) {
    if facts.revised_figures.is_empty() {
        return;
    }
    let _ = write!(
        text,
        "\n## {}\n\n{}",
        phrases.largest, phrases.largest_header
    );
    for figure in &facts.revised_figures {
        let RevisedFigure {
            indicator,
            region,
            period,
            sex,
            reason,
            ..
        } = figure;
        let named = named(indicator, &facts.indicator_title(indicator), language);
        let region = in_markdown(region.or_finnish(language));
        let period = periods(std::slice::from_ref(period));
        let of_whom = match sex {
            Sex::Total => String::new(),
            sex => format!(", {}", of_sex(language, *sex)),
        };
        let [old, new] = old_and_new(language, (figure.old, figure.new), figure.decimals);
        let cause = cause(language, *reason).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {named} | {region}{of_whom} | {period} | {old} | {new} | {cause} |"
        );
    }
    let _ = write!(text, "\n{}\n", phrases.largest_note);
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
            held_because(language, &held.reason)
        );
    }
}

fn named(id: &IndicatorId, title: &Text, language: Language) -> String {
    let title = in_markdown(title.or_finnish(language));
    format!("{title} (`{id}`)").trim_start().to_owned()
}

/// Of whom a figure is, where it is not of all.
pub(super) fn of_sex(language: Language, sex: Sex) -> &'static str {
    let [fi, sv, en] = match sex {
        Sex::Total => ["yhteensä", "totalt", "total"],
        Sex::Male => ["miehet", "män", "men"],
        Sex::Female => ["naiset", "kvinnor", "women"],
    };
    match language {
        Language::Fi => fi,
        Language::Sv => sv,
        Language::En => en,
    }
}

/// Why a figure was revised, where there is more to say than that the source did it.
pub(crate) fn cause(language: Language, reason: RevisionReason) -> Option<&'static str> {
    let [fi, sv, en] = match reason {
        RevisionReason::BoundaryChange => [
            "Alueen rajat muuttuivat.",
            "Områdets gränser har ändrats.",
            "The area's borders changed.",
        ],
        RevisionReason::OurCode => [
            "Lähteen tiedot käsitellään nyt toisella tavalla.",
            "Källans uppgifter behandlas nu på ett annat sätt.",
            "The source's figures are now read in another way.",
        ],
        RevisionReason::UpstreamUpdate
        | RevisionReason::IndicatorRemoved
        | RevisionReason::RegionListChanged
        | RevisionReason::IndicatorAdded => return None,
    };
    Some(match language {
        Language::Fi => fi,
        Language::Sv => sv,
        Language::En => en,
    })
}

/// Why an indicator shows older figures, in words.
pub(crate) fn held_because(language: Language, code: &str) -> String {
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
