//! The words of the pages in the three languages.

use botnia_model::Language;
use serde::Serialize;

/// One language's words. `{n}` stands for a number, `{s}` for a name.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    pub(super) code: &'static str,
    pub(super) skip: &'static str,
    pub(super) pages: &'static str,
    pub(super) languages: &'static str,
    pub(super) start: &'static str,
    pub(super) status: &'static str,
    pub(super) times_in: &'static str,
    pub(super) updated: &'static str,
    pub(super) refreshes: &'static str,
    pub(super) synthetic: &'static str,

    // Health: its title and its sentence.
    pub(super) ok: [&'static str; 2],
    pub(super) attention: [&'static str; 2],
    pub(super) source_failing: [&'static str; 2],
    pub(super) empty: [&'static str; 2],
    // Concerns: with 1, with more.
    pub(super) concern_nothing_published: &'static str,
    pub(super) concern_source_failed: &'static str,
    pub(super) concern_failing: [&'static str; 2],
    pub(super) concern_held: [&'static str; 2],
    pub(super) concern_late: &'static str,
    pub(super) concern_stuck: &'static str,

    pub(super) latest_release: &'static str,
    pub(super) release: &'static str,
    pub(super) released: &'static str,
    pub(super) contents: &'static str,
    pub(super) counted_indicators: [&'static str; 2],
    pub(super) counted_observations: [&'static str; 2],
    pub(super) counted_files: [&'static str; 2],
    pub(super) division_of: &'static str,
    pub(super) changed: &'static str,
    pub(super) first_release: &'static str,
    pub(super) unknown_changes: &'static str,
    pub(super) new_indicators: [&'static str; 2],
    pub(super) changed_indicators: [&'static str; 2],
    pub(super) removed_indicators: [&'static str; 2],
    pub(super) changed_files: [&'static str; 2],

    pub(super) running: &'static str,
    pub(super) nothing_running: &'static str,
    pub(super) next: &'static str,
    pub(super) nothing_next: &'static str,
    pub(super) since: &'static str,

    pub(super) held: &'static str,
    pub(super) held_note: &'static str,
    pub(super) nothing_held: &'static str,
    pub(super) rejected: &'static str,
    pub(super) rejected_note: &'static str,
    pub(super) failing: &'static str,
    pub(super) failing_note: &'static str,
    pub(super) nothing_failing: &'static str,
    pub(super) older_served: &'static str,
    pub(super) never_published: &'static str,
    pub(super) and_more: [&'static str; 2],

    pub(super) sources: &'static str,
    pub(super) source: &'static str,
    pub(super) no_sources: &'static str,
    pub(super) indicators: &'static str,
    pub(super) published_count: &'static str,
    pub(super) held_count: &'static str,
    pub(super) failing_count: &'static str,
    pub(super) newest_check: &'static str,
    pub(super) oldest_check: &'static str,
    pub(super) last_sweep: &'static str,
    pub(super) next_sweep: &'static str,
    pub(super) never: &'static str,
    pub(super) no_schedule: &'static str,

    pub(super) sweeps: &'static str,
    pub(super) no_sweeps: &'static str,
    pub(super) began: &'static str,
    pub(super) outcome: &'static str,
    pub(super) column_changed: &'static str,
    pub(super) column_unchanged: &'static str,
    pub(super) column_held: &'static str,
    pub(super) column_failed: &'static str,
    pub(super) sweep_running: &'static str,
    pub(super) sweep_interrupted: &'static str,
    pub(super) sweep_finished: &'static str,
    pub(super) sweep_source_failed: &'static str,

    pub(super) dataset: &'static str,
    pub(super) description: &'static str,
    pub(super) nothing_published: &'static str,
    pub(super) since_when: &'static str,
    pub(super) files: &'static str,
    pub(super) folders: &'static str,
    pub(super) read_it: &'static str,
    pub(super) cite: &'static str,
    pub(super) for_programs: &'static str,
    pub(super) api_releases: &'static str,
    pub(super) api_status: &'static str,
    pub(super) api_document: &'static str,
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Fi => &FINNISH,
            Language::Sv => &SWEDISH,
            Language::En => &ENGLISH,
        }
    }
}

const FINNISH: Words = Words {
    code: "fi",
    skip: "Siirry sisältöön",
    pages: "Sivut",
    languages: "Kielet",
    start: "Aloitus",
    status: "Tila",
    times_in: "Kellonajat aikavyöhykkeellä",
    updated: "Tilanne",
    refreshes: "Sivu päivittyy itsestään 30 sekunnin välein.",
    synthetic: "Tämä on keksittyä aineistoa. Luvut on tuotettu keinotekoisesti ohjelman \
                kokeilemista varten. Ne eivät kuvaa mitään todellista aluetta, eikä niitä saa \
                käyttää eikä siteerata tilastotietona.",
    ok: [
        "Kaikki kunnossa",
        "Mikään ei odota päätöstä, eikä mikään ole epäonnistunut.",
    ],
    attention: [
        "Vaatii huomiota",
        "Viimeksi hyväksytyt tiedot ovat kaikkien luettavissa.",
    ],
    source_failing: [
        "Lähdettä ei saada haettua",
        "Viimeksi hyväksytyt tiedot ovat kaikkien luettavissa.",
    ],
    empty: [
        "Mitään ei ole vielä julkaistu",
        "Ensimmäinen julkaisu syntyy ensimmäisestä onnistuneesta ajosta.",
    ],
    concern_nothing_published: "Julkaisuja ei vielä ole.",
    concern_source_failed: "Lähteen {s} viimeisin ajo epäonnistui kokonaan.",
    concern_failing: [
        "Yhden indikaattorin haku epäonnistui.",
        "{n} indikaattorin haku epäonnistui.",
    ],
    concern_held: [
        "Yksi indikaattori odottaa päätöstä.",
        "{n} indikaattoria odottaa päätöstä.",
    ],
    concern_late: "Lähteen {s} ajo on myöhässä.",
    concern_stuck: "Lähteen {s} ajo on kestänyt yli vuorokauden.",
    latest_release: "Uusin julkaisu",
    release: "Julkaisu",
    released: "Julkaistu",
    contents: "Sisältö",
    counted_indicators: ["{n} indikaattori", "{n} indikaattoria"],
    counted_observations: ["{n} havainto", "{n} havaintoa"],
    counted_files: ["{n} tiedosto", "{n} tiedostoa"],
    division_of: "aluejako",
    changed: "Muutokset",
    first_release: "Ensimmäinen julkaisu, ei vertailukohtaa.",
    unknown_changes: "Edellinen julkaisu ei ole enää tallessa.",
    new_indicators: ["1 uusi indikaattori", "{n} uutta indikaattoria"],
    changed_indicators: ["1 muuttunut indikaattori", "{n} muuttunutta indikaattoria"],
    removed_indicators: ["1 poistunut indikaattori", "{n} poistunutta indikaattoria"],
    changed_files: ["1 muuttunut tiedosto", "{n} muuttunutta tiedostoa"],
    running: "Käynnissä nyt",
    nothing_running: "Ei mitään.",
    next: "Seuraavaksi",
    nothing_next: "Ajastettuja ajoja ei ole.",
    since: "alkoi",
    held: "Odottaa päätöstä",
    held_note: "Uudet tiedot poikkeavat niin paljon, että ihmisen on katsottava niitä. Päätös \
                tehdään komennolla",
    nothing_held: "Mikään ei odota päätöstä.",
    rejected: "Hylätyt tiedot",
    rejected_note: "Näitä ei julkaista, ennen kuin lähde muuttaa niitä.",
    failing: "Haku epäonnistui",
    failing_note: "Näitä yritetään uudelleen viimeistään seuraavassa ajossa.",
    nothing_failing: "Kaikki indikaattorit saatiin haettua.",
    older_served: "Julkaisussa ovat viimeksi hyväksytyt tiedot.",
    never_published: "Tätä indikaattoria ei ole vielä julkaistu.",
    and_more: ["… ja 1 muu:", "… ja {n} muuta:"],
    sources: "Lähteet",
    source: "Lähde",
    no_sources: "Yhtään lähdettä ei ole vielä haettu.",
    indicators: "Indikaattorit",
    published_count: "julkaistu {n}",
    held_count: "odottaa {n}",
    failing_count: "epäonnistunut {n}",
    newest_check: "Tarkistettu viimeksi",
    oldest_check: "Vanhin tarkistus",
    last_sweep: "Viimeisin ajo päättyi",
    next_sweep: "Seuraava ajo",
    never: "ei koskaan",
    no_schedule: "ei ajastettu",
    sweeps: "Viimeisimmät ajot",
    no_sweeps: "Ajoja ei ole vielä ollut.",
    began: "Alkoi",
    outcome: "Tulos",
    column_changed: "Muuttui",
    column_unchanged: "Ennallaan",
    column_held: "Odottaa",
    column_failed: "Epäonnistui",
    sweep_running: "käynnissä",
    sweep_interrupted: "keskeytyi",
    sweep_finished: "valmis",
    sweep_source_failed: "epäonnistui",
    dataset: "Hyvinvoinnin ja sosiaalihuollon indikaattorit alueittain",
    description: "Julkisten tilastolähteiden hyvinvointi- ja sosiaalihuollon indikaattorit \
                  kunnittain, maakunnittain ja hyvinvointialueittain, sellaisina kuin lähteet \
                  ovat ne julkaisseet.",
    nothing_published: "Mitään ei ole vielä julkaistu. Ylläpitäjä tekee ensimmäisen julkaisun \
                        komennolla:",
    since_when: "Ensimmäinen julkaisu",
    files: "Tiedostot",
    folders: "Kullakin kunnalla, maakunnalla ja hyvinvointialueella on oma kansionsa. Kaikki \
              tiedostot osoitteineen:",
    read_it: "Lue suoraan DuckDB:llä",
    cite: "Osoite /latest/ vie aina uusimpaan julkaisuun. Kun viittaat tietoihin, käytä numeroitua \
           julkaisua (/releases/…): se ei koskaan muutu.",
    for_programs: "Ohjelmille",
    api_releases: "julkaisut",
    api_status: "tila",
    api_document: "rajapinnan kuvaus (OpenAPI)",
};

const SWEDISH: Words = Words {
    code: "sv",
    skip: "Gå till innehållet",
    pages: "Sidor",
    languages: "Språk",
    start: "Start",
    status: "Läge",
    times_in: "Klockslagen är i tidszonen",
    updated: "Läget",
    refreshes: "Sidan uppdateras av sig själv var 30:e sekund.",
    synthetic: "Detta är påhittade uppgifter. Siffrorna har framställts på konstgjord väg för att \
                prova programmet. De beskriver inget verkligt område och får inte användas eller \
                citeras som statistik.",
    ok: [
        "Allt är i sin ordning",
        "Inget väntar på beslut och inget har misslyckats.",
    ],
    attention: [
        "Behöver ses över",
        "De senast godkända uppgifterna är tillgängliga för alla.",
    ],
    source_failing: [
        "En källa kan inte hämtas",
        "De senast godkända uppgifterna är tillgängliga för alla.",
    ],
    empty: [
        "Inget har publicerats ännu",
        "Den första publikationen kommer av den första lyckade körningen.",
    ],
    concern_nothing_published: "Det finns ännu inga publikationer.",
    concern_source_failed: "Den senaste körningen av källan {s} misslyckades helt.",
    concern_failing: [
        "En indikator kunde inte hämtas.",
        "{n} indikatorer kunde inte hämtas.",
    ],
    concern_held: [
        "En indikator väntar på beslut.",
        "{n} indikatorer väntar på beslut.",
    ],
    concern_late: "Körningen av källan {s} är försenad.",
    concern_stuck: "Körningen av källan {s} har pågått i över ett dygn.",
    latest_release: "Senaste publikationen",
    release: "Publikation",
    released: "Publicerad",
    contents: "Innehåll",
    counted_indicators: ["{n} indikator", "{n} indikatorer"],
    counted_observations: ["{n} observation", "{n} observationer"],
    counted_files: ["{n} fil", "{n} filer"],
    division_of: "områdesindelning",
    changed: "Ändringar",
    first_release: "Den första publikationen, inget att jämföra med.",
    unknown_changes: "Den föregående publikationen finns inte längre kvar.",
    new_indicators: ["1 ny indikator", "{n} nya indikatorer"],
    changed_indicators: ["1 ändrad indikator", "{n} ändrade indikatorer"],
    removed_indicators: ["1 borttagen indikator", "{n} borttagna indikatorer"],
    changed_files: ["1 ändrad fil", "{n} ändrade filer"],
    running: "Pågår nu",
    nothing_running: "Inget.",
    next: "Härnäst",
    nothing_next: "Det finns inga schemalagda körningar.",
    since: "sedan",
    held: "Väntar på beslut",
    held_note: "De nya uppgifterna avviker så mycket att en människa måste titta på dem. Beslutet \
                fattas med kommandot",
    nothing_held: "Inget väntar på beslut.",
    rejected: "Underkända uppgifter",
    rejected_note: "De publiceras inte förrän källan ändrar dem.",
    failing: "Kunde inte hämtas",
    failing_note: "Ett nytt försök görs senast vid nästa körning.",
    nothing_failing: "Alla indikatorer kunde hämtas.",
    older_served: "Publikationen innehåller de senast godkända uppgifterna.",
    never_published: "Indikatorn har ännu inte publicerats.",
    and_more: ["… och 1 till:", "… och {n} till:"],
    sources: "Källor",
    source: "Källa",
    no_sources: "Ingen källa har hämtats ännu.",
    indicators: "Indikatorer",
    published_count: "publicerade {n}",
    held_count: "väntar {n}",
    failing_count: "misslyckade {n}",
    newest_check: "Senast kontrollerad",
    oldest_check: "Äldsta kontrollen",
    last_sweep: "Senaste körningen slutade",
    next_sweep: "Nästa körning",
    never: "aldrig",
    no_schedule: "inte schemalagd",
    sweeps: "De senaste körningarna",
    no_sweeps: "Det har ännu inte gjorts några körningar.",
    began: "Började",
    outcome: "Resultat",
    column_changed: "Ändrade",
    column_unchanged: "Oförändrade",
    column_held: "Väntar",
    column_failed: "Misslyckade",
    sweep_running: "pågår",
    sweep_interrupted: "avbröts",
    sweep_finished: "klar",
    sweep_source_failed: "misslyckades",
    dataset: "Indikatorer för välfärd och socialvård efter område",
    description: "Indikatorer för välfärd och socialvård ur offentliga statistikkällor efter \
                  kommun, landskap och välfärdsområde, sådana som källorna har publicerat dem.",
    nothing_published: "Inget har publicerats ännu. Den som sköter tjänsten gör den första \
                        publikationen med kommandot:",
    since_when: "Första publikationen",
    files: "Filer",
    folders: "Varje kommun, landskap och välfärdsområde har en egen mapp. Alla filer med sina \
              adresser:",
    read_it: "Läs direkt med DuckDB",
    cite: "Adressen /latest/ leder alltid till den senaste publikationen. När du hänvisar till \
           uppgifterna, använd den numrerade publikationen (/releases/…): den ändras aldrig.",
    for_programs: "För program",
    api_releases: "publikationerna",
    api_status: "läget",
    api_document: "beskrivning av gränssnittet (OpenAPI)",
};

const ENGLISH: Words = Words {
    code: "en",
    skip: "Skip to the content",
    pages: "Pages",
    languages: "Languages",
    start: "Start",
    status: "Status",
    times_in: "Times are in the time zone",
    updated: "As of",
    refreshes: "The page refreshes itself every 30 seconds.",
    synthetic: "This is made-up data. The figures were generated to try the program out. They \
                describe no real area and must not be used or cited as statistics.",
    ok: [
        "All is well",
        "Nothing waits for a decision, and nothing failed.",
    ],
    attention: [
        "Needs attention",
        "The last accepted figures are served to everybody.",
    ],
    source_failing: [
        "A source cannot be fetched",
        "The last accepted figures are served to everybody.",
    ],
    empty: [
        "Nothing is published yet",
        "The first sweep that succeeds makes the first release.",
    ],
    concern_nothing_published: "There is no release yet.",
    concern_source_failed: "The latest sweep of {s} failed as a whole.",
    concern_failing: [
        "One indicator could not be fetched.",
        "{n} indicators could not be fetched.",
    ],
    concern_held: [
        "One indicator waits for a decision.",
        "{n} indicators wait for a decision.",
    ],
    concern_late: "The sweep of {s} is late.",
    concern_stuck: "The sweep of {s} has taken more than a day.",
    latest_release: "Latest release",
    release: "Release",
    released: "Released",
    contents: "Contents",
    counted_indicators: ["{n} indicator", "{n} indicators"],
    counted_observations: ["{n} observation", "{n} observations"],
    counted_files: ["{n} file", "{n} files"],
    division_of: "areas as of",
    changed: "Changes",
    first_release: "The first release; there is nothing to compare it with.",
    unknown_changes: "The release before it is no longer kept.",
    new_indicators: ["1 new indicator", "{n} new indicators"],
    changed_indicators: ["1 changed indicator", "{n} changed indicators"],
    removed_indicators: ["1 removed indicator", "{n} removed indicators"],
    changed_files: ["1 changed file", "{n} changed files"],
    running: "Running now",
    nothing_running: "Nothing.",
    next: "Next",
    nothing_next: "No sweep is scheduled.",
    since: "since",
    held: "Waiting for a decision",
    held_note: "The new figures differ so much that a person has to look at them. The decision is \
                made with",
    nothing_held: "Nothing waits for a decision.",
    rejected: "Rejected figures",
    rejected_note: "These are not published until the source changes them.",
    failing: "Could not be fetched",
    failing_note: "They are tried again in the next sweep at the latest.",
    nothing_failing: "Every indicator could be fetched.",
    older_served: "The release has the last accepted figures.",
    never_published: "This indicator was never published.",
    and_more: ["… and 1 more:", "… and {n} more:"],
    sources: "Sources",
    source: "Source",
    no_sources: "No source was fetched yet.",
    indicators: "Indicators",
    published_count: "{n} published",
    held_count: "{n} waiting",
    failing_count: "{n} failing",
    newest_check: "Last checked",
    oldest_check: "Oldest check",
    last_sweep: "Latest sweep ended",
    next_sweep: "Next sweep",
    never: "never",
    no_schedule: "not scheduled",
    sweeps: "Latest sweeps",
    no_sweeps: "There was no sweep yet.",
    began: "Began",
    outcome: "Outcome",
    column_changed: "Changed",
    column_unchanged: "Unchanged",
    column_held: "Held",
    column_failed: "Failed",
    sweep_running: "running",
    sweep_interrupted: "cut short",
    sweep_finished: "finished",
    sweep_source_failed: "failed",
    dataset: "Wellbeing and social care indicators by area",
    description: "Indicators of wellbeing and social care from public statistical sources by \
                  municipality, region (maakunta) and wellbeing services county, as the sources \
                  published them.",
    nothing_published: "Nothing is published yet. The operator makes the first release with:",
    since_when: "First release",
    files: "Files",
    folders: "Every municipality, region and wellbeing services county has a folder of its own. \
              All files with their addresses:",
    read_it: "Read it with DuckDB",
    cite: "The address /latest/ always leads to the newest release. To cite figures, use the \
           numbered release (/releases/…): it never changes.",
    for_programs: "For programs",
    api_releases: "the releases",
    api_status: "the status",
    api_document: "description of the interface (OpenAPI)",
};

/// How long ago or in how long a moment is: `n` units, with its word by count.
pub(super) fn distance(language: Language, unit: Unit, n: i64, is_past: bool) -> String {
    let one = n == 1;
    let words = match (language, unit) {
        (Language::Fi, Unit::Minute) if is_past => ["minuutti", "minuuttia"],
        (Language::Fi, Unit::Minute) => ["minuutin", "minuutin"],
        (Language::Fi, Unit::Hour) if is_past => ["tunti", "tuntia"],
        (Language::Fi, Unit::Hour) => ["tunnin", "tunnin"],
        (Language::Fi, Unit::Day) if is_past => ["päivä", "päivää"],
        (Language::Fi, Unit::Day) => ["päivän", "päivän"],
        (Language::Sv, Unit::Minute) => ["minut", "minuter"],
        (Language::Sv, Unit::Hour) => ["timme", "timmar"],
        (Language::Sv, Unit::Day) => ["dag", "dagar"],
        (Language::En, Unit::Minute) => ["minute", "minutes"],
        (Language::En, Unit::Hour) => ["hour", "hours"],
        (Language::En, Unit::Day) => ["day", "days"],
    };
    let unit = words[usize::from(!one)];
    match (language, is_past) {
        (Language::Fi, true) => format!("{n} {unit} sitten"),
        (Language::Fi, false) => format!("{n} {unit} kuluttua"),
        (Language::Sv, true) => format!("för {n} {unit} sedan"),
        (Language::Sv, false) => format!("om {n} {unit}"),
        (Language::En, true) => format!("{n} {unit} ago"),
        (Language::En, false) => format!("in {n} {unit}"),
    }
}

/// A moment that is no minute away.
pub(super) fn just_now(language: Language, is_past: bool) -> &'static str {
    if is_past {
        in_language(language, "juuri nyt", "just nu", "just now")
    } else {
        in_language(language, "aivan kohta", "strax", "in a moment")
    }
}

/// What distances are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
}

/// The one of three words.
pub(super) fn in_language(
    language: Language,
    fi: &'static str,
    sv: &'static str,
    en: &'static str,
) -> &'static str {
    match language {
        Language::Fi => fi,
        Language::Sv => sv,
        Language::En => en,
    }
}
