//! What a region's figures say together: how many are better, worse, changed. The first
//! page of a report and the summary for decision makers begin with these.
//!
//! A figure counts as better, worse or changed only where chance does not explain it;
//! [`compared`] and [`followed`] say of how many that could be judged at all.

use botnia_model::Language;

use super::numbers::count;

/// Of how many figures a difference from the whole country could be judged.
#[must_use]
pub fn compared(language: Language, figures: u64) -> String {
    let number = count(language, figures);
    match (language, figures) {
        (Language::Fi, 0) => {
            "Yhtään lukua ei voitu verrata koko maahan niin, että sattuman vaikutus otettaisiin \
             huomioon."
                .to_owned()
        }
        (Language::Fi, 1) => {
            "Koko maahan verrattiin yksi luku, ja sattuman vaikutus otettiin huomioon.".to_owned()
        }
        (Language::Fi, _) => format!(
            "Koko maahan verrattiin {number} lukua, ja sattuman vaikutus otettiin huomioon."
        ),
        (Language::Sv, 0) => {
            "Ingen siffra kunde jämföras med hela landet så att slumpens inverkan beaktas."
                .to_owned()
        }
        (Language::Sv, 1) => {
            "En siffra jämfördes med hela landet, och slumpens inverkan beaktades.".to_owned()
        }
        (Language::Sv, _) => {
            format!("{number} siffror jämfördes med hela landet, och slumpens inverkan beaktades.")
        }
        (Language::En, 0) => {
            "No figure could be compared with the whole country with chance taken into account."
                .to_owned()
        }
        (Language::En, 1) => {
            "One figure was compared with the whole country, with chance taken into account."
                .to_owned()
        }
        (Language::En, _) => format!(
            "{number} figures were compared with the whole country, with chance taken into \
             account."
        ),
    }
}

/// What went well: how many figures are clearly better than in the whole country. `place`
/// is the region as a place: "Vaasassa", "i Vasa", "in Vaasa".
#[must_use]
pub fn went_well(language: Language, place: &str, figures: u64) -> String {
    than_the_country(
        language,
        place,
        figures,
        ["parempi", "parempia", "bättre", "better"],
    )
}

/// What needs attention: how many are clearly worse.
#[must_use]
pub fn needs_attention(language: Language, place: &str, figures: u64) -> String {
    than_the_country(
        language,
        place,
        figures,
        ["heikompi", "heikompia", "sämre", "worse"],
    )
}

fn than_the_country(
    language: Language,
    place: &str,
    figures: u64,
    [fi_one, fi_more, sv, en]: [&str; 4],
) -> String {
    let (place, number) = (capital(place), count(language, figures));
    match (language, figures) {
        (Language::Fi, 0) => {
            format!("{place} yksikään luku ei ole selvästi {fi_one} kuin koko maassa.")
        }
        (Language::Fi, 1) => format!("{place} yksi luku on selvästi {fi_one} kuin koko maassa."),
        (Language::Fi, _) => {
            format!("{place} {number} lukua on selvästi {fi_more} kuin koko maassa.")
        }
        (Language::Sv, 0) => format!("{place} är ingen siffra tydligt {sv} än i hela landet."),
        (Language::Sv, 1) => format!("{place} är en siffra tydligt {sv} än i hela landet."),
        (Language::Sv, _) => format!("{place} är {number} siffror tydligt {sv} än i hela landet."),
        (Language::En, 0) => {
            format!("{place} no figure is clearly {en} than in the whole country.")
        }
        (Language::En, 1) => {
            format!("{place} one figure is clearly {en} than in the whole country.")
        }
        (Language::En, _) => {
            format!("{place} {number} figures are clearly {en} than in the whole country.")
        }
    }
}

/// Of how many figures the change from the one before could be judged.
#[must_use]
pub fn followed(language: Language, figures: u64) -> String {
    let number = count(language, figures);
    match (language, figures) {
        (Language::Fi, 0) => "Yhdenkään luvun muutosta ei voitu arvioida niin, että sattuman \
                              vaikutus otettaisiin huomioon."
            .to_owned(),
        (Language::Fi, 1) => {
            "Muutos voitiin arvioida yhdestä luvusta, ja sattuman vaikutus otettiin huomioon."
                .to_owned()
        }
        (Language::Fi, _) => format!(
            "Muutos voitiin arvioida {number} luvusta, ja sattuman vaikutus otettiin huomioon."
        ),
        (Language::Sv, 0) => {
            "Förändringen kunde inte bedömas för någon siffra så att slumpens inverkan beaktas."
                .to_owned()
        }
        (Language::Sv, 1) => {
            "Förändringen kunde bedömas för en siffra, och slumpens inverkan beaktades.".to_owned()
        }
        (Language::Sv, _) => format!(
            "Förändringen kunde bedömas för {number} siffror, och slumpens inverkan beaktades."
        ),
        (Language::En, 0) => {
            "The change could be assessed for no figure with chance taken into account.".to_owned()
        }
        (Language::En, 1) => {
            "The change could be assessed for one figure, with chance taken into account."
                .to_owned()
        }
        (Language::En, _) => format!(
            "The change could be assessed for {number} figures, with chance taken into account."
        ),
    }
}

/// What changed: how many figures clearly differ from the ones before.
#[must_use]
pub fn has_changed(language: Language, place: &str, figures: u64) -> String {
    let (place, number) = (capital(place), count(language, figures));
    match (language, figures) {
        (Language::Fi, 0) => {
            format!("{place} yksikään luku ei ole selvästi muuttunut edellisestä kerrasta.")
        }
        (Language::Fi, 1) => {
            format!("{place} yksi luku on selvästi muuttunut edellisestä kerrasta.")
        }
        (Language::Fi, _) => {
            format!("{place} {number} lukua on selvästi muuttunut edellisestä kerrasta.")
        }
        (Language::Sv, 0) => {
            format!("{place} har ingen siffra tydligt förändrats sedan förra gången.")
        }
        (Language::Sv, 1) => {
            format!("{place} har en siffra tydligt förändrats sedan förra gången.")
        }
        (Language::Sv, _) => {
            format!("{place} har {number} siffror tydligt förändrats sedan förra gången.")
        }
        (Language::En, 0) => {
            format!("{place} no figure has clearly changed since the previous time.")
        }
        (Language::En, 1) => {
            format!("{place} one figure has clearly changed since the previous time.")
        }
        (Language::En, _) => {
            format!("{place} {number} figures have clearly changed since the previous time.")
        }
    }
}

/// A text that begins a sentence: "Koko maassa".
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_vaasa(told: impl Fn(Language, &str, u64) -> String, figures: u64) -> [String; 3] {
        [
            told(Language::Fi, "Vaasassa", figures),
            told(Language::Sv, "i Vasa", figures),
            told(Language::En, "in Vaasa", figures),
        ]
    }

    #[test]
    fn what_went_well_and_what_needs_attention() {
        for (figures, better, worse) in [
            (
                0,
                [
                    "Vaasassa yksikään luku ei ole selvästi parempi kuin koko maassa.",
                    "I Vasa är ingen siffra tydligt bättre än i hela landet.",
                    "In Vaasa no figure is clearly better than in the whole country.",
                ],
                [
                    "Vaasassa yksikään luku ei ole selvästi heikompi kuin koko maassa.",
                    "I Vasa är ingen siffra tydligt sämre än i hela landet.",
                    "In Vaasa no figure is clearly worse than in the whole country.",
                ],
            ),
            (
                1,
                [
                    "Vaasassa yksi luku on selvästi parempi kuin koko maassa.",
                    "I Vasa är en siffra tydligt bättre än i hela landet.",
                    "In Vaasa one figure is clearly better than in the whole country.",
                ],
                [
                    "Vaasassa yksi luku on selvästi heikompi kuin koko maassa.",
                    "I Vasa är en siffra tydligt sämre än i hela landet.",
                    "In Vaasa one figure is clearly worse than in the whole country.",
                ],
            ),
            (
                12,
                [
                    "Vaasassa 12 lukua on selvästi parempia kuin koko maassa.",
                    "I Vasa är 12 siffror tydligt bättre än i hela landet.",
                    "In Vaasa 12 figures are clearly better than in the whole country.",
                ],
                [
                    "Vaasassa 12 lukua on selvästi heikompia kuin koko maassa.",
                    "I Vasa är 12 siffror tydligt sämre än i hela landet.",
                    "In Vaasa 12 figures are clearly worse than in the whole country.",
                ],
            ),
        ] {
            assert_eq!(in_vaasa(went_well, figures), better);
            assert_eq!(in_vaasa(needs_attention, figures), worse);
        }
    }

    #[test]
    fn what_has_changed() {
        for (figures, expected) in [
            (
                0,
                [
                    "Vaasassa yksikään luku ei ole selvästi muuttunut edellisestä kerrasta.",
                    "I Vasa har ingen siffra tydligt förändrats sedan förra gången.",
                    "In Vaasa no figure has clearly changed since the previous time.",
                ],
            ),
            (
                1,
                [
                    "Vaasassa yksi luku on selvästi muuttunut edellisestä kerrasta.",
                    "I Vasa har en siffra tydligt förändrats sedan förra gången.",
                    "In Vaasa one figure has clearly changed since the previous time.",
                ],
            ),
            (
                9,
                [
                    "Vaasassa 9 lukua on selvästi muuttunut edellisestä kerrasta.",
                    "I Vasa har 9 siffror tydligt förändrats sedan förra gången.",
                    "In Vaasa 9 figures have clearly changed since the previous time.",
                ],
            ),
        ] {
            assert_eq!(in_vaasa(has_changed, figures), expected);
        }
    }

    #[test]
    fn of_how_many_it_could_be_said() {
        for (figures, country, before) in [
            (
                0,
                [
                    "Yhtään lukua ei voitu verrata koko maahan niin, että sattuman vaikutus otettaisiin huomioon.",
                    "Ingen siffra kunde jämföras med hela landet så att slumpens inverkan beaktas.",
                    "No figure could be compared with the whole country with chance taken into account.",
                ],
                [
                    "Yhdenkään luvun muutosta ei voitu arvioida niin, että sattuman vaikutus otettaisiin huomioon.",
                    "Förändringen kunde inte bedömas för någon siffra så att slumpens inverkan beaktas.",
                    "The change could be assessed for no figure with chance taken into account.",
                ],
            ),
            (
                1,
                [
                    "Koko maahan verrattiin yksi luku, ja sattuman vaikutus otettiin huomioon.",
                    "En siffra jämfördes med hela landet, och slumpens inverkan beaktades.",
                    "One figure was compared with the whole country, with chance taken into account.",
                ],
                [
                    "Muutos voitiin arvioida yhdestä luvusta, ja sattuman vaikutus otettiin huomioon.",
                    "Förändringen kunde bedömas för en siffra, och slumpens inverkan beaktades.",
                    "The change could be assessed for one figure, with chance taken into account.",
                ],
            ),
            (
                40,
                [
                    "Koko maahan verrattiin 40 lukua, ja sattuman vaikutus otettiin huomioon.",
                    "40 siffror jämfördes med hela landet, och slumpens inverkan beaktades.",
                    "40 figures were compared with the whole country, with chance taken into account.",
                ],
                [
                    "Muutos voitiin arvioida 40 luvusta, ja sattuman vaikutus otettiin huomioon.",
                    "Förändringen kunde bedömas för 40 siffror, och slumpens inverkan beaktades.",
                    "The change could be assessed for 40 figures, with chance taken into account.",
                ],
            ),
        ] {
            assert_eq!(
                Language::ALL.map(|language| compared(language, figures)),
                country
            );
            assert_eq!(
                Language::ALL.map(|language| followed(language, figures)),
                before
            );
        }
    }
}
