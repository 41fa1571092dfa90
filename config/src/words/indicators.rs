//! Words of indicators: their themes, and what kinds of numbers they are.

use botnia_model::{Language, Sex, ValueKind};

use super::in_language;

/// A theme of the life course (one of [`crate::indicator_set::THEMES`]) as a heading.
#[must_use]
pub fn theme(language: Language, theme: &str) -> Option<&'static str> {
    let texts = match theme {
        "population" => [
            "Väestö ja rakenne",
            "Befolkning och struktur",
            "Population and structure",
        ],
        "economy" => ["Talous", "Ekonomi", "Economy"],
        "children" => [
            "Lapset, nuoret ja perheet",
            "Barn, unga och familjer",
            "Children, young people and families",
        ],
        "young_adults" => ["Nuoret aikuiset", "Unga vuxna", "Young adults"],
        "working_age" => ["Työikäiset", "Personer i arbetsför ålder", "Working age"],
        "older_people" => ["Ikäihmiset", "Äldre", "Older people"],
        "everyone" => ["Kaikki ikäryhmät", "Alla åldersgrupper", "All ages"],
        "health_promotion" => [
            "Hyvinvoinnin ja terveyden edistäminen",
            "Främjande av hälsa och välfärd",
            "Promotion of health and wellbeing",
        ],
        "nordic" => [
            "Pohjoismainen vertailu",
            "Nordisk jämförelse",
            "Nordic comparison",
        ],
        _ => return None,
    };
    Some(in_language(language, texts))
}

/// Of whom a figure is.
#[must_use]
pub fn sex(language: Language, sex: Sex) -> &'static str {
    in_language(
        language,
        match sex {
            Sex::Total => ["yhteensä", "totalt", "total"],
            Sex::Male => ["miehet", "män", "men"],
            Sex::Female => ["naiset", "kvinnor", "women"],
        },
    )
}

/// What kind of number an indicator is.
#[must_use]
pub fn value_kind(language: Language, kind: ValueKind) -> &'static str {
    in_language(
        language,
        match kind {
            ValueKind::Count => ["lukumäärä", "antal", "number"],
            ValueKind::Share => ["prosenttiosuus", "procentandel", "percentage"],
            ValueKind::Rate => [
                "määrä väestöön suhteutettuna",
                "antal i förhållande till befolkningen",
                "number in proportion to the population",
            ],
            ValueKind::Ratio => ["suhdeluku", "relationstal", "ratio"],
            ValueKind::Euro => ["rahamäärä", "belopp", "amount of money"],
            ValueKind::EuroPerPerson => [
                "euroa asukasta kohti",
                "euro per invånare",
                "euros per inhabitant",
            ],
            ValueKind::Mean => ["keskiarvo", "medelvärde", "mean"],
            ValueKind::Index => [
                "indeksi tai pistemäärä",
                "index eller poäng",
                "index or score",
            ],
            ValueKind::SurveyShare => [
                "osuus kyselyyn vastanneista",
                "andel av dem som svarat på en enkät",
                "share of those who answered a survey",
            ],
            ValueKind::AmountPerPerson => [
                "määrä henkeä kohti",
                "mängd per person",
                "amount per person",
            ],
        },
    )
}
