//! The files that the start page lists.

use botnia_config::words::in_language;
use botnia_model::Language;

/// Their paths and what they hold, in the order of the page.
pub(super) fn listed(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .into_iter()
        .map(move |(path, texts)| (path, in_language(language, texts)))
}

const FILES: [(&str, [&str; 3]); 18] = [
    (
        "observations.parquet",
        [
            "Kaikki havainnot, kaikki aluetasot",
            "Alla observationer, alla områdesnivåer",
            "All observations, all levels of areas",
        ],
    ),
    (
        "by_province/province=14/observations.parquet",
        [
            "Etelä-Pohjanmaa ja sen kunnat",
            "Södra Österbotten och dess kommuner",
            "South Ostrobothnia and its municipalities",
        ],
    ),
    (
        "by_province/province=15/observations.parquet",
        [
            "Pohjanmaa ja sen kunnat",
            "Österbotten och dess kommuner",
            "Ostrobothnia and its municipalities",
        ],
    ),
    (
        "by_province/province=16/observations.parquet",
        [
            "Keski-Pohjanmaa ja sen kunnat",
            "Mellersta Österbotten och dess kommuner",
            "Central Ostrobothnia and its municipalities",
        ],
    ),
    (
        "indicators.parquet",
        [
            "Indikaattorit: nimet, kuvaukset, yksiköt",
            "Indikatorerna: namn, beskrivningar, enheter",
            "The indicators: titles, descriptions, units",
        ],
    ),
    ("regions.parquet", ["Alueet", "Områdena", "The areas"]),
    (
        "region_changes.parquet",
        [
            "Aluejaon muutokset",
            "Ändringar i områdesindelningen",
            "Changes of the areas",
        ],
    ),
    (
        "region_memberships.parquet",
        [
            "Kuntien kuuluminen alueisiin",
            "Kommunerna i områdena",
            "The municipalities in the areas",
        ],
    ),
    (
        "region_classes.parquet",
        [
            "Kuntien kielisuhde ja kuntaryhmä",
            "Kommunernas språkförhållande och kommungrupp",
            "Language status and type of the municipalities",
        ],
    ),
    (
        "revisions.parquet",
        [
            "Mikä on muuttunut julkaisusta toiseen",
            "Vad som har ändrats mellan utgåvorna",
            "What changed from release to release",
        ],
    ),
    (
        "wellbeing.parquet",
        [
            "Hyvinvointikertomuksen taulukko",
            "Välfärdsberättelsens tabell",
            "The table of the wellbeing report",
        ],
    ),
    (
        "peers.parquet",
        [
            "Alueiden verrokkialueet",
            "Områdenas referensområden",
            "The peers of the areas",
        ],
    ),
    (
        "README.md",
        [
            "Mitä julkaisussa on",
            "Vad utgåvan innehåller",
            "What is in the release",
        ],
    ),
    ("CHANGES.md", ["Muutokset", "Ändringar", "Changes"]),
    (
        "tiedote.fi.md",
        [
            "Tiedote (suomeksi)",
            "Meddelande (på finska)",
            "Bulletin (in Finnish)",
        ],
    ),
    (
        "meddelande.sv.md",
        [
            "Tiedote (ruotsiksi)",
            "Meddelande (på svenska)",
            "Bulletin (in Swedish)",
        ],
    ),
    (
        "LICENCE.md",
        ["Käyttöehdot", "Användningsvillkor", "Terms of use"],
    ),
    (
        "CITATION.cff",
        ["Näin viittaat", "Så hänvisar du", "How to cite"],
    ),
];
