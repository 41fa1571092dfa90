//! Where the figures come from, how to cite them, and the files that have them.

use botnia_config::words::{self, times};
use botnia_model::Language;

use super::views::{FileLink, Link, ProducerLine};
use super::{Pages, short_file};
use crate::documents::words::{licence_name, licence_url};
use crate::notes_csv::NOTES_CSV;
use crate::report::charts::visible;
use crate::report::figures::web_address;
use crate::report::product::{PageKind, page_file};
use crate::workbook::workbook_file;
use crate::workshop::workshop_file;

/// The tables beside the page, with what they are.
const TABLES: [(&str, [&str; 3]); 4] = [
    (
        "observations.csv",
        [
            "Kaikki havainnot taulukko-ohjelmaan",
            "Alla observationer för kalkylprogram",
            "All observations for a spreadsheet",
        ],
    ),
    (
        NOTES_CSV,
        [
            "Muistiinpanot, joita lukujen rinnalle on kirjoitettu",
            "Anteckningar som har skrivits vid siffrorna",
            "The notes that people have written beside the figures",
        ],
    ),
    (
        "wellbeing.parquet",
        [
            "Raportin luvut ja arviot analyysiin",
            "Rapportens siffror och bedömningar för analys",
            "The report's figures and verdicts for analysis",
        ],
    ),
    (
        "observations.parquet",
        [
            "Kaikki havainnot analyysiin",
            "Alla observationer för analys",
            "All observations for analysis",
        ],
    ),
];

impl Pages<'_> {
    /// Who the peers are, and how they were found.
    pub(super) fn peers(&self, language: Language) -> Option<String> {
        let group = self.context.peers.get(&self.report.region.key.id())?;
        let peers = self.context.peers_of(&self.report.region);
        if peers.is_empty() {
            return None;
        }
        let names: Vec<String> = peers
            .iter()
            .map(|peer| visible(peer.name.or_finnish(language)))
            .collect();
        let method = words::peer_method(language, group.method);
        Some(format!("{} ({method}).", names.join(", ")))
    }

    pub(super) fn producers(&self, language: Language) -> Vec<ProducerLine> {
        let rows = self.report.rows_in_order();
        let ids = rows
            .iter()
            .filter(|row| row.value.is_some())
            .map(|row| row.indicator_id.as_str())
            .collect();
        self.context
            .producers(&ids)
            .into_iter()
            .map(|((_, licence), details)| ProducerLine {
                name: details
                    .first()
                    .map(|one| visible(one.producer.or_finnish(language)))
                    .unwrap_or_default(),
                count: details.len(),
                licence: visible(&licence_name(language, licence)),
                licence_url: licence_url(licence),
            })
            .collect()
    }

    pub(super) fn services(&self, language: Language) -> Vec<Link> {
        self.facts
            .sources
            .iter()
            .map(|source| Link {
                name: visible(source.name.or_finnish(language)),
                url: web_address(&source.url),
            })
            .collect()
    }

    pub(super) fn cite(&self, language: Language) -> String {
        let producers: Vec<String> = self
            .producers(language)
            .into_iter()
            .map(|producer| producer.name)
            .filter(|name| !name.is_empty())
            .collect();
        let name = self.name(language);
        let release = self.facts.number;
        let day = times::day(language, self.facts.moment);
        let producers = producers.join("; ");
        match language {
            Language::Fi => format!(
                "{name}: hyvinvointiraportti. Botnia, julkaisu {release}, {day}. Lähteet: {producers}."
            ),
            Language::Sv => format!(
                "{name}: välfärdsrapport. Botnia, utgåva {release}, {day}. Källor: {producers}."
            ),
            Language::En => format!(
                "{name}: wellbeing report. Botnia, release {release}, {day}. Sources: {producers}."
            ),
        }
    }

    /// In which release the page last changed.
    pub(super) fn edition(&self, language: Language) -> String {
        let release = self.facts.number;
        let day = times::day(language, self.facts.moment);
        match language {
            Language::Fi => format!("Sivu on viimeksi muuttunut julkaisussa {release} ({day})."),
            Language::Sv => format!("Sidan ändrades senast i utgåva {release} ({day})."),
            Language::En => format!("This page last changed in release {release} ({day})."),
        }
    }
}

/// When figures are checked, in words that stay true.
pub(super) fn next_check(language: Language) -> &'static str {
    words::in_language(
        language,
        [
            "Raportti tehdään uudelleen, kun lähteet on tarkistettu ja jokin sen luvuista on \
             muuttunut. Indikaattorin lisätiedoissa on päivä, jona lähde on viimeksi päivittänyt \
             sen luvut.",
            "Rapporten görs om när källorna har kontrollerats och någon av dess siffror har \
             ändrats. Dagen då källan senast uppdaterade en indikator står bland den mer \
             detaljerade informationen om den.",
            "The report is made again when the sources have been checked and any of its figures \
             has changed. The day on which the source last updated an indicator stands among the \
             further information on it.",
        ],
    )
}

/// The files beside a region's page.
pub(super) fn files(language: Language) -> Vec<FileLink> {
    let file = |url: &'static str, texts: [&'static str; 3]| FileLink {
        name: format!("{} ({url})", words::in_language(language, texts)),
        url,
        language: None,
    };
    // There are none in English: who reads that gets both others, with their language.
    let in_two_languages = |of: fn(Language) -> &'static str, texts: [&'static str; 3]| {
        let others = match language {
            Language::En => [
                Some((Language::Fi, "in Finnish")),
                Some((Language::Sv, "in Swedish")),
            ],
            _ => [None, None],
        };
        let own = (language != Language::En).then(|| file(of(language), texts));
        let others = others
            .into_iter()
            .flatten()
            .map(move |(other, said)| FileLink {
                name: format!("{}, {said} ({})", texts[2], of(other)),
                url: of(other),
                language: Some(other.code()),
            });
        own.into_iter().chain(others)
    };
    let mut files = vec![file(
        short_file(language),
        [
            "Päätöksentekijälle: yksi sivu",
            "För beslutsfattare: en sida",
            "For decision makers: one page",
        ],
    )];
    files.extend(in_two_languages(
        workbook_file,
        [
            "Raportin luvut Excel-työkirjana",
            "Rapportens siffror som Excel-arbetsbok",
            "The report's figures as an Excel workbook",
        ],
    ));
    files.extend(in_two_languages(
        workshop_file,
        [
            "Työpajan tulostettavat sivut: sivu teemaa kohti",
            "Sidor att skriva ut för en workshop: en sida per tema",
            "Pages to print for a workshop: a page per theme",
        ],
    ));
    files.push(file(
        page_file(PageKind::ProfileSvg, language),
        [
            "Profiilikuvio piirroksena",
            "Profilfiguren som teckning",
            "The profile chart as a drawing",
        ],
    ));
    files.push(file(
        page_file(PageKind::ProfilePng, language),
        [
            "Profiilikuvio kuvana esityksiin",
            "Profilfiguren som bild för presentationer",
            "The profile chart as a picture for slides",
        ],
    ));
    files.extend(TABLES.map(|(url, texts)| file(url, texts)));
    files
}
