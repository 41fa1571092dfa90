//! `tiedote.fi.md` and `meddelande.sv.md`: what a release brings, for people who open no
//! table.

use std::fmt::Write;

use botnia_model::{Language, Sex, Text};

use super::changes::{cause, held_because, of_sex};
use super::words::{count, day, in_markdown, old_and_new, periods, synthetic_notice};
use super::{ChangedNotes, IndicatorChange, IndicatorFact, ReleaseFacts, RevisedFigure};

/// How many indicators a list names. `CHANGES.md` has all of them.
const LISTED: usize = 20;

/// A sentence about one and about several; `{}` is their number.
type Numbered = [&'static str; 2];

/// One language's words.
struct Phrases {
    language: Language,
    heading: &'static str,
    release: &'static str,
    contents: Numbered,
    first: &'static str,
    unchanged: &'static str,
    news: &'static str,
    new_periods: Numbered,
    new_indicators: Numbered,
    revised: &'static str,
    changed: Numbered,
    removed: Numbered,
    largest: Numbered,
    held: &'static str,
    held_indicators: Numbered,
    gone: &'static str,
    gone_indicators: Numbered,
    notes: &'static str,
    notes_came: Numbered,
    notes_went: Numbered,
    others: Numbered,
    more: &'static str,
}

const FINNISH: Phrases = Phrases {
    language: Language::Fi,
    heading: "Hyvinvoinnin indikaattorit päivitettiin",
    release: "Julkaisun numero on",
    contents: ["Siinä on {} indikaattori.", "Siinä on {} indikaattoria."],
    first: "Tämä on ensimmäinen julkaisu.",
    unchanged: "Luvut ovat samat kuin edellisessä julkaisussa.",
    news: "Uutta",
    new_periods: [
        "{} indikaattorista on uusia tietoja:",
        "{} indikaattorista on uusia tietoja:",
    ],
    new_indicators: [
        "Mukaan tuli {} uusi indikaattori:",
        "Mukaan tuli {} uutta indikaattoria:",
    ],
    revised: "Korjattua",
    changed: [
        "Aiemmin julkaistuista luvuista muuttui {}.",
        "Aiemmin julkaistuista luvuista muuttui {}.",
    ],
    removed: [
        "Aiemmin julkaistuista luvuista poistui {}.",
        "Aiemmin julkaistuista luvuista poistui {}.",
    ],
    largest: [
        "Suurin muutos koko maan, maakuntien ja hyvinvointialueiden luvuissa:",
        "Suurimmat muutokset koko maan, maakuntien ja hyvinvointialueiden luvuissa:",
    ],
    held: "Päivittymättä jäi",
    held_indicators: [
        "{} indikaattori ei päivittynyt. Siitä näytetään viimeisimmät hyväksytyt tiedot:",
        "{} indikaattoria ei päivittynyt. Niistä näytetään viimeisimmät hyväksytyt tiedot:",
    ],
    gone: "Poistui",
    gone_indicators: [
        "{} indikaattori ei ole enää mukana:",
        "{} indikaattoria ei ole enää mukana:",
    ],
    notes: "Muistiinpanot",
    notes_came: [
        "{} uusi muistiinpano lukujen rinnalla:",
        "{} uutta muistiinpanoa lukujen rinnalla:",
    ],
    notes_went: ["{} muistiinpano poistui:", "{} muistiinpanoa poistui:"],
    others: ["ja {} muu", "ja {} muuta"],
    more: "Kaikki muutokset ovat tiedostossa `CHANGES.md`. Lähteet ja käyttöluvat ovat \
           tiedostossa `LICENCE.md`.",
};

const SWEDISH: Phrases = Phrases {
    language: Language::Sv,
    heading: "Välfärdsindikatorerna uppdaterades",
    release: "Utgåvan har nummer",
    contents: [
        "Den innehåller {} indikator.",
        "Den innehåller {} indikatorer.",
    ],
    first: "Detta är den första utgåvan.",
    unchanged: "Siffrorna är desamma som i den föregående utgåvan.",
    news: "Nytt",
    new_periods: [
        "Det finns nya uppgifter för {} indikator:",
        "Det finns nya uppgifter för {} indikatorer:",
    ],
    new_indicators: ["{} indikator är ny:", "{} indikatorer är nya:"],
    revised: "Rättat",
    changed: [
        "{} tidigare publicerad siffra har ändrats.",
        "{} tidigare publicerade siffror har ändrats.",
    ],
    removed: [
        "{} tidigare publicerad siffra har tagits bort.",
        "{} tidigare publicerade siffror har tagits bort.",
    ],
    largest: [
        "Den största ändringen i siffrorna för hela landet, landskapen och välfärdsområdena:",
        "De största ändringarna i siffrorna för hela landet, landskapen och välfärdsområdena:",
    ],
    held: "Inte uppdaterat",
    held_indicators: [
        "{} indikator har inte uppdaterats. För den visas de senast godkända uppgifterna:",
        "{} indikatorer har inte uppdaterats. För dem visas de senast godkända uppgifterna:",
    ],
    gone: "Borttaget",
    gone_indicators: [
        "{} indikator finns inte längre med:",
        "{} indikatorer finns inte längre med:",
    ],
    notes: "Anteckningar",
    notes_came: [
        "{} ny anteckning vid siffrorna:",
        "{} nya anteckningar vid siffrorna:",
    ],
    notes_went: [
        "{} anteckning har tagits bort:",
        "{} anteckningar har tagits bort:",
    ],
    others: ["och {} till", "och {} till"],
    more: "Alla ändringar finns i filen `CHANGES.md`. Källor och licenser finns i filen \
           `LICENCE.md`.",
};

/// The bulletins: their paths and their texts. Writing to a String cannot fail.
pub(super) fn bulletins(facts: &ReleaseFacts, is_first: bool) -> [(&'static str, String); 2] {
    [
        ("tiedote.fi.md", FINNISH.bulletin(facts, is_first)),
        ("meddelande.sv.md", SWEDISH.bulletin(facts, is_first)),
    ]
}

impl Phrases {
    fn bulletin(&self, facts: &ReleaseFacts, is_first: bool) -> String {
        let mut text = format!("# {} {}\n", self.heading, day(self.language, facts.moment));
        if facts.synthetic {
            let _ = write!(text, "\n> **{}**\n", synthetic_notice(self.language));
        }
        let _ = write!(
            text,
            "\n{} {}. {}",
            self.release,
            facts.number,
            self.numbered(self.contents, facts.indicators.len() as u64)
        );
        if is_first {
            let _ = writeln!(text, " {}", self.first);
        } else {
            text.push('\n');
            let opening = text.len();
            self.news(&mut text, facts);
            self.revised(&mut text, facts);
            self.gone(&mut text, facts);
            self.notes(&mut text, facts);
            if text.len() == opening {
                let _ = write!(text, "\n{}\n", self.unchanged);
            }
        }
        self.held(&mut text, facts);
        let _ = write!(text, "\n{}\n", self.more);
        text
    }

    fn news(&self, text: &mut String, facts: &ReleaseFacts) {
        if facts.new_periods.is_empty() && facts.new_indicators.is_empty() {
            return;
        }
        section(text, self.news);
        let news = facts.new_periods.iter().map(|(id, new)| {
            let title = facts.indicator_title(id);
            format!("{}: {}", self.in_words(&title), periods(new))
        });
        self.list(text, self.new_periods, &news.collect::<Vec<_>>());
        let indicators = facts.new_indicators.iter().map(|id| {
            let mut line = self.in_words(&facts.indicator_title(id));
            if let Some(years) = facts.find(id).and_then(IndicatorFact::years) {
                let _ = write!(line, ": {years}");
            }
            line
        });
        self.list(text, self.new_indicators, &indicators.collect::<Vec<_>>());
    }

    fn revised(&self, text: &mut String, facts: &ReleaseFacts) {
        let of_all =
            |number: fn(&IndicatorChange) -> u64| -> u64 { facts.changes.iter().map(number).sum() };
        let (changed, removed) = (
            of_all(|change| change.changed),
            of_all(|change| change.removed),
        );
        if changed + removed == 0 {
            return;
        }
        section(text, self.revised);
        let sentences: Vec<String> = [(self.changed, changed), (self.removed, removed)]
            .into_iter()
            .filter(|(_, number)| *number > 0)
            .map(|(sentence, number)| self.numbered(sentence, number))
            .collect();
        let _ = write!(text, "\n{}\n", sentences.join(" "));
        let figures = facts.revised_figures.iter();
        let figures = figures.map(|figure| self.figure(facts, figure));
        self.list(text, self.largest, &figures.collect::<Vec<_>>());
    }

    fn figure(&self, facts: &ReleaseFacts, figure: &RevisedFigure) -> String {
        let language = self.language;
        let title = facts.indicator_title(&figure.indicator);
        let [old, new] = old_and_new(language, (figure.old, figure.new), figure.decimals);
        let mut line = format!(
            "{}, {}, {}",
            self.in_words(&title),
            self.in_words(&figure.region),
            periods(std::slice::from_ref(&figure.period))
        );
        if figure.sex != Sex::Total {
            let _ = write!(line, ", {}", of_sex(language, figure.sex));
        }
        let _ = write!(line, ": {old} → {new}");
        let unit = facts.find(&figure.indicator).map(|one| &one.unit);
        if let Some(unit) = unit.filter(|unit| !unit.fi.is_empty()) {
            let _ = write!(line, " ({})", within_a_line(&self.in_words(unit)));
        }
        if let Some(cause) = cause(language, figure.reason) {
            let _ = write!(line, ". {cause}");
        }
        line
    }

    fn gone(&self, text: &mut String, facts: &ReleaseFacts) {
        if facts.gone_indicators.is_empty() {
            return;
        }
        section(text, self.gone);
        let gone = facts.gone_indicators.iter().map(|(id, title)| {
            let title = self.in_words(title);
            if title.is_empty() {
                format!("`{id}`")
            } else {
                title
            }
        });
        self.list(text, self.gone_indicators, &gone.collect::<Vec<_>>());
    }

    fn held(&self, text: &mut String, facts: &ReleaseFacts) {
        if facts.held.is_empty() {
            return;
        }
        section(text, self.held);
        let held = facts.held.iter().map(|held| {
            let title = self.in_words(&held.title);
            format!("{title}: {}", held_because(self.language, &held.reason))
        });
        self.list(text, self.held_indicators, &held.collect::<Vec<_>>());
    }

    /// In which regions people say something else than before.
    fn notes(&self, text: &mut String, facts: &ReleaseFacts) {
        if facts.changed_notes.is_empty() {
            return;
        }
        section(text, self.notes);
        self.notes_of(text, facts, self.notes_came, |notes| notes.came);
        self.notes_of(text, facts, self.notes_went, |notes| notes.went);
    }

    fn notes_of(
        &self,
        text: &mut String,
        facts: &ReleaseFacts,
        sentence: Numbered,
        number: fn(&ChangedNotes) -> u64,
    ) {
        let of_regions = facts.changed_notes.iter();
        let lines: Vec<String> = of_regions
            .clone()
            .filter(|notes| number(notes) > 0)
            .map(|notes| {
                let all = count(self.language, number(notes));
                format!("{}: {all}", self.in_words(&notes.region))
            })
            .collect();
        self.counted_list(text, sentence, of_regions.map(number).sum(), &lines);
    }

    /// A sentence with the number of the lines, and the first of them.
    fn list(&self, text: &mut String, sentence: Numbered, lines: &[String]) {
        self.counted_list(text, sentence, lines.len() as u64, lines);
    }

    /// A sentence with a number, and the first of the lines.
    fn counted_list(&self, text: &mut String, sentence: Numbered, number: u64, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let sentence = self.numbered(sentence, number);
        let _ = write!(text, "\n{sentence}\n\n");
        for line in lines.iter().take(LISTED) {
            let _ = writeln!(text, "- {line}");
        }
        let others = lines.len().saturating_sub(LISTED) as u64;
        if others > 0 {
            let _ = writeln!(text, "- {}", self.numbered(self.others, others));
        }
    }

    fn numbered(&self, sentence: Numbered, number: u64) -> String {
        let [one, several] = sentence;
        let sentence = if number == 1 { one } else { several };
        sentence.replace("{}", &count(self.language, number))
    }

    fn in_words(&self, text: &Text) -> String {
        in_markdown(text.or_finnish(self.language))
    }
}

/// A unit begins with a capital letter at the source; an abbreviation stays as it is.
fn within_a_line(unit: &str) -> String {
    let mut letters = unit.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            let first = first.to_lowercase();
            format!("{first}{second}{}", letters.as_str())
        }
        _ => unit.to_owned(),
    }
}

fn section(text: &mut String, heading: &str) {
    let _ = write!(text, "\n## {heading}\n");
}
