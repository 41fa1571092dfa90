//! The phrases of the workshop pack.

use botnia_model::Language;
use serde::Serialize;

/// The phrases of a language.
#[derive(Serialize)]
pub(super) struct Phrases {
    pub(super) code: &'static str,
    pub(super) title: &'static str,
    /// `{release}` and `{day}` are filled in.
    pub(super) edition: &'static str,
    pub(super) purpose: &'static str,
    pub(super) steps: [&'static str; 4],
    pub(super) when: &'static str,
    pub(super) who: &'static str,
    pub(super) themes: &'static str,
    pub(super) changes: &'static str,
    pub(super) no_changes: &'static str,
    pub(super) caption: &'static str,
    pub(super) indicator: &'static str,
    pub(super) year: &'static str,
    pub(super) own: &'static str,
    pub(super) change: &'static str,
    pub(super) verdict: &'static str,
    pub(super) direction: &'static str,
    pub(super) write: &'static str,
    pub(super) others: &'static str,
    pub(super) one_other: &'static str,
    pub(super) notes: &'static str,
    pub(super) whole_theme: &'static str,
}

impl Phrases {
    /// Those of `language`. There is no English pack: it takes the Finnish phrases.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Sv => &SV,
            Language::Fi | Language::En => &FI,
        }
    }
}

const FI: Phrases = Phrases {
    code: "fi",
    title: "Työpajapaketti",
    edition: "Luvut ovat julkaisusta {release} ({day}).",
    purpose: "Näillä sivuilla tulkitaan yhdessä, mitä luvut kertovat, ja kirjataan ehdotukset. Jokaisella teemalla on oma sivunsa.",
    steps: [
        "Tulostakaa sivut vaakasuuntaan, yksi sarja jokaiselle ryhmälle.",
        "Lukekaa ensin suurimmat muutokset ja verratkaa omaa arvoa vertailualueisiin.",
        "Kirjoittakaa viimeiseen sarakkeeseen tulkinta: mistä luku kertoo, mikä sen takana voi olla, mitä pitäisi tehdä.",
        "Siirtäkää tekstit työkirjan taulukkoon Muistiinpanot ja lähettäkää työkirja julkaisun ylläpitäjälle. Muistiinpanot näkyvät seuraavissa julkaisuissa lukujen rinnalla.",
    ],
    when: "Päivä ja paikka",
    who: "Osallistujat",
    themes: "Teemat",
    changes: "Suurimmat muutokset",
    no_changes: "Mikään luku ei ole muuttunut enempää kuin sattuma selittää.",
    caption: "Teeman indikaattorit ja tila tulkinnalle",
    indicator: "Indikaattori",
    year: "Vuosi",
    own: "Oma arvo",
    change: "Muutos",
    verdict: "Koko maahan verrattuna",
    direction: "Suunta",
    write: "Tulkinta / ehdotus",
    others: "muuta indikaattoria, joilla on arvo, on työkirjassa",
    one_other: "muu indikaattori, jolla on arvo, on työkirjassa",
    notes: "Aiemmat muistiinpanot",
    whole_theme: "Koko teeman tulkinta / ehdotus",
};

const SV: Phrases = Phrases {
    code: "sv",
    title: "Workshoppaket",
    edition: "Siffrorna är från utgåva {release} ({day}).",
    purpose: "På de här sidorna tolkar vi tillsammans vad siffrorna berättar och antecknar förslag. Varje tema har en egen sida.",
    steps: [
        "Skriv ut sidorna i liggande format, en uppsättning för varje grupp.",
        "Läs först de största förändringarna och jämför det egna värdet med jämförelseområdena.",
        "Skriv tolkningen i den sista kolumnen: vad siffran berättar, vad som kan ligga bakom den, vad som borde göras.",
        "För över texterna till arbetsbokens blad Anteckningar och skicka arbetsboken till den som upprätthåller utgåvan. Anteckningarna syns i de följande utgåvorna bredvid siffrorna.",
    ],
    when: "Datum och plats",
    who: "Deltagare",
    themes: "Teman",
    changes: "De största förändringarna",
    no_changes: "Ingen siffra har ändrats mer än vad slumpen förklarar.",
    caption: "Temats indikatorer och plats för tolkning",
    indicator: "Indikator",
    year: "År",
    own: "Eget värde",
    change: "Förändring",
    verdict: "Jämfört med hela landet",
    direction: "Riktning",
    write: "Tolkning / förslag",
    others: "andra indikatorer med värde finns i arbetsboken",
    one_other: "annan indikator med värde finns i arbetsboken",
    notes: "Tidigare anteckningar",
    whole_theme: "Tolkning / förslag för hela temat",
};
