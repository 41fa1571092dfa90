//! Why something did not succeed, in the three languages.

use botnia_config::words::in_language;
use botnia_model::Language;

/// Why figures are held, or could not be had, by the code of the reason. `None` for a code
/// that is newer than these words: its own sentence is shown in any case.
pub(super) fn reason(language: Language, code: &str) -> Option<&'static str> {
    let texts = held(code).or_else(|| failed(code))?;
    Some(in_language(language, texts))
}

/// What the gates hold.
fn held(code: &str) -> Option<[&'static str; 3]> {
    Some(match code {
        "title_differs" => [
            "Lähteessä on tällä tunnuksella toisenniminen indikaattori.",
            "Källan har en indikator med ett annat namn under samma kod.",
            "The source has an indicator of another title under this id.",
        ],
        "all_rows_lost" => [
            "Lähteen uusi vastaus oli tyhjä.",
            "Källans nya svar var tomt.",
            "The source's new answer was empty.",
        ],
        "rows_lost" => [
            "Lähteen uudesta vastauksesta puuttui huomattava osa tiedoista.",
            "En betydande del av uppgifterna saknades i källans nya svar.",
            "A considerable part of the figures was missing from the source's new answer.",
        ],
        "regions_lost" | "level_lost" => [
            "Lähteen uudesta vastauksesta puuttui alueita.",
            "Områden saknades i källans nya svar.",
            "Areas were missing from the source's new answer.",
        ],
        "years_lost" => [
            "Lähteen uudesta vastauksesta puuttui vuosia.",
            "År saknades i källans nya svar.",
            "Years were missing from the source's new answer.",
        ],
        "sex_lost" => [
            "Lähteen uudesta vastauksesta puuttui toinen sukupuoli tai molemmat yhteensä.",
            "I källans nya svar saknades ett kön eller könen sammanlagt.",
            "A sex was missing from the source's new answer, or both together.",
        ],
        "title_changed" => [
            "Lähde on vaihtanut indikaattorin nimen toiseksi.",
            "Källan har gett indikatorn ett annat namn.",
            "The source gave the indicator another title.",
        ],
        "unit_changed" | "value_kind_changed" => [
            "Indikaattorin yksikkö on vaihtunut.",
            "Indikatorns enhet har ändrats.",
            "The unit of the indicator changed.",
        ],
        "producer_changed" => [
            "Indikaattorin tuottaja on vaihtunut, ja käyttöoikeus voi olla toinen.",
            "Indikatorn har fått en ny producent, och licensen kan vara en annan.",
            "The producer of the indicator changed, and perhaps the licence.",
        ],
        "history_changed" | "year_revised" => [
            "Lähde on muuttanut aiemmin julkaistuja tietoja paljon.",
            "Källan har ändrat mycket i tidigare publicerade uppgifter.",
            "The source rewrote much of what was published before.",
        ],
        "year_jumps" => [
            "Uuden vuoden tiedot poikkeavat paljon edellisestä vuodesta.",
            "Det nya årets uppgifter avviker mycket från året innan.",
            "The figures of a new year differ much from the year before.",
        ],
        "outlier_far" => [
            "Jokin luku on muuttunut enemmän kuin koskaan aiemmin.",
            "Något tal har ändrats mer än någonsin tidigare.",
            "A figure changed further than any did before.",
        ],
        "sums_disagree" => [
            "Osien summa ei ole sama kuin kokonaisuus.",
            "Summan av delarna är inte densamma som helheten.",
            "The parts do not sum to the whole.",
        ],
        "rows_contradict" => [
            "Lähteen vastauksessa on samasta asiasta kaksi eri lukua.",
            "Källans svar har två olika tal om samma sak.",
            "The source's answer has two figures for the same thing.",
        ],
        "suppressed_shown" => [
            "Lähde näyttää lukuja, jotka aiemmin oli salattu.",
            "Källan visar tal som tidigare var dolda.",
            "The source shows figures that were suppressed before.",
        ],
        _ => return None,
    })
}

/// What a source or this service did not do, by the code of the error.
fn failed(code: &str) -> Option<[&'static str; 3]> {
    Some(match code {
        "unavailable" => [
            "Lähde ei vastannut.",
            "Källan svarade inte.",
            "The source did not answer.",
        ],
        "throttled" => [
            "Lähde pyysi odottamaan.",
            "Källan bad oss vänta.",
            "The source asked to wait.",
        ],
        "not_found" => [
            "Lähde ei enää tunne indikaattoria.",
            "Källan känner inte längre till indikatorn.",
            "The source no longer knows the indicator.",
        ],
        "refused" => [
            "Lähde ei antanut tietoja.",
            "Källan lämnade inte ut uppgifterna.",
            "The source refused the request.",
        ],
        "malformed" => [
            "Lähteen vastausta ei voitu lukea.",
            "Källans svar kunde inte läsas.",
            "The source's answer could not be read.",
        ],
        "contract" => [
            "Lähteen vastaus ei ollut sitä, mitä pyydettiin.",
            "Källans svar var inte det som begärdes.",
            "The source's answer was not what was asked for.",
        ],
        "archive" => [
            "Aiemmin haettu vastaus on kadonnut tai vioittunut tästä palvelusta.",
            "Ett svar som hämtats tidigare har försvunnit eller skadats i den här tjänsten.",
            "An answer that was fetched before is lost or damaged in this service.",
        ],
        "engine" => [
            "Vika on tässä palvelussa, ei lähteessä.",
            "Felet finns i den här tjänsten, inte i källan.",
            "The fault is in this service, not in the source.",
        ],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use botnia_model::Language;

    use super::*;

    #[test]
    fn every_word_that_is_kept_with_a_failure_has_a_sentence() {
        let remedies = [
            "unavailable",
            "throttled",
            "not_found",
            "refused",
            "malformed",
            "contract",
            "archive",
            "engine",
        ];
        for (remedy, language) in remedies
            .iter()
            .flat_map(|remedy| Language::ALL.map(|language| (remedy, language)))
        {
            assert!(reason(language, remedy).is_some(), "{remedy}");
        }
        assert_eq!(reason(Language::Fi, "of a newer version"), None);
    }
}
