//! The words for jobs in the three languages.

use botnia_config::words::in_language;
use botnia_model::Language;
use serde::Serialize;

use crate::engine::job::TaskKind;

/// One language's words about jobs. `{n}` stands for a number.
#[derive(Debug, Serialize)]
pub(super) struct JobWords {
    // With 1, with more.
    pub(super) queued: [&'static str; 2],
    pub(super) attempts: [&'static str; 2],
    pub(super) concern_dead: [&'static str; 2],
    pub(super) attempt: &'static str,
    pub(super) job: &'static str,
    pub(super) worker: &'static str,
    pub(super) retries: &'static str,
    pub(super) retries_note: &'static str,
    pub(super) next_attempt: &'static str,
    pub(super) dead: &'static str,
    pub(super) dead_note: &'static str,
    pub(super) rejected_answer: &'static str,
}

impl JobWords {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Fi => &FINNISH,
            Language::Sv => &SWEDISH,
            Language::En => &ENGLISH,
        }
    }
}

const FINNISH: JobWords = JobWords {
    queued: ["Jonossa on yksi tehtävä.", "Jonossa on {n} tehtävää."],
    attempts: ["1 yritys", "{n} yritystä"],
    concern_dead: [
        "Yksi tehtävä epäonnistui lopullisesti.",
        "{n} tehtävää epäonnistui lopullisesti.",
    ],
    attempt: "yritys {n}",
    job: "tehtävä {n}",
    worker: "tekijä",
    retries: "Odottaa uutta yritystä",
    retries_note: "Nämä tehtävät epäonnistuivat. Niitä yritetään itsestään uudelleen.",
    next_attempt: "seuraava yritys",
    dead: "Epäonnistui lopullisesti",
    dead_note: "Näitä tehtäviä ei enää yritetä itsestään ennen lähteen seuraavaa ajoa. Päätös \
                tehdään komennolla",
    rejected_answer: "Lähteen vastaus, jota ei voitu käyttää:",
};

const SWEDISH: JobWords = JobWords {
    queued: ["Ett jobb står i kö.", "{n} jobb står i kö."],
    attempts: ["1 försök", "{n} försök"],
    concern_dead: [
        "Ett jobb misslyckades slutgiltigt.",
        "{n} jobb misslyckades slutgiltigt.",
    ],
    attempt: "försök {n}",
    job: "jobb {n}",
    worker: "utförs av",
    retries: "Väntar på ett nytt försök",
    retries_note: "De här jobben misslyckades. Ett nytt försök görs automatiskt.",
    next_attempt: "nästa försök",
    dead: "Misslyckades slutgiltigt",
    dead_note: "För de här jobben görs inget nytt försök automatiskt före källans nästa körning. \
                Beslutet fattas med kommandot",
    rejected_answer: "Källans svar som inte kunde användas:",
};

const ENGLISH: JobWords = JobWords {
    queued: ["One job is queued.", "{n} jobs are queued."],
    attempts: ["1 attempt", "{n} attempts"],
    concern_dead: ["One job failed for good.", "{n} jobs failed for good."],
    attempt: "attempt {n}",
    job: "job {n}",
    worker: "worker",
    retries: "Waiting for another attempt",
    retries_note: "These jobs failed. They are tried again by themselves.",
    next_attempt: "next attempt",
    dead: "Failed for good",
    dead_note: "These jobs are not tried again by themselves before the next sweep of their \
                source. The decision is made with",
    rejected_answer: "The source's answer that could not be used:",
};

/// What a job is about, as a heading. `subject` is that of its task: an indicator's id, a
/// source's id, `release 7`.
pub(super) fn title(language: Language, kind: TaskKind, subject: &str) -> String {
    let number = || subject.rsplit(' ').next().unwrap_or_default();
    match kind {
        TaskKind::Indicator => subject.to_owned(),
        TaskKind::Plan => {
            let words = in_language(
                language,
                [
                    "Ajon valmistelu",
                    "Förberedelse av körningen",
                    "Preparing the sweep",
                ],
            );
            format!("{words}: {subject}")
        }
        TaskKind::Release => in_language(
            language,
            [
                "Julkaisun tekeminen",
                "Framställning av utgåvan",
                "Making the release",
            ],
        )
        .to_owned(),
        TaskKind::Announce => {
            let words = in_language(
                language,
                [
                    "Julkaisusta tiedottaminen",
                    "Meddelande om utgåvan",
                    "Announcing the release",
                ],
            );
            format!("{words}: {}", number())
        }
    }
}
