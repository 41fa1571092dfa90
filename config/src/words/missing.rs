//! Words for the state of a value, and for why there is none.

use botnia_model::{Language, RegionLevel, Status};

use super::{in_language, places};

/// The state of a value as a cell of a table: "ennakkotieto", "liian vähän vastaajia".
#[must_use]
pub fn status(language: Language, status: Status) -> &'static str {
    in_language(
        language,
        match status {
            Status::Normal => ["normaali", "normal", "normal"],
            Status::Provisional => ["ennakkotieto", "preliminär uppgift", "provisional"],
            Status::Projection => ["ennuste", "prognos", "projection"],
            Status::Break => [
                "aikasarja katkeaa tässä",
                "tidsserien bryts här",
                "the series breaks here",
            ],
            Status::Nil => ["ei yhtään", "inga alls", "none at all"],
            Status::NotPublished => ["ei julkaistu", "inte publicerad", "not published"],
            Status::Suppressed => [
                "ei näytetä tietosuojan vuoksi",
                "visas inte av integritetsskäl",
                "not shown, to protect privacy",
            ],
            Status::NotCollected => ["ei kerätty", "inte insamlad", "not collected"],
            Status::NotApplicable => [
                "ei tuoteta tästä alueesta",
                "tas inte fram för området",
                "not produced for the area",
            ],
            Status::BelowRespondentLimit => [
                "liian vähän vastaajia",
                "för få svarande",
                "too few respondents",
            ],
            Status::SeriesEndedAtLevel => [
                "ei enää julkaista tällä aluetasolla",
                "publiceras inte längre på denna områdesnivå",
                "no longer published at this level",
            ],
            Status::FetchFailed => ["ei saatu haettua", "kunde inte hämtas", "not retrieved"],
        },
    )
}

/// Why a region of `level` has no value, as a sentence: "Tietoa ei ole kerätty." `None` for
/// a status with a value.
#[must_use]
pub fn missing_sentence(language: Language, status: Status, level: RegionLevel) -> Option<String> {
    let texts = match status {
        Status::Normal | Status::Provisional | Status::Projection | Status::Break | Status::Nil => {
            return None;
        }
        Status::NotPublished => [
            "Tietoa ei ole julkaistu.",
            "Uppgiften har inte publicerats.",
            "The figure has not been published.",
        ],
        Status::Suppressed => [
            "Tietoa ei näytetä tietosuojan vuoksi, koska se koskee niin harvoja, että joku voitaisiin \
             tunnistaa.",
            "Uppgiften visas inte av integritetsskäl, eftersom den gäller så få att någon kunde kännas \
             igen.",
            "The figure is not shown, to protect privacy, because it concerns so few people that someone \
             could be recognised.",
        ],
        Status::NotCollected => [
            "Tietoa ei ole kerätty.",
            "Uppgiften har inte samlats in.",
            "The figure has not been collected.",
        ],
        Status::NotApplicable => [
            "Tätä tietoa ei tuoteta tästä alueesta.",
            "Den här uppgiften tas inte fram för området.",
            "This figure is not produced for the area.",
        ],
        Status::BelowRespondentLimit => [
            "Kyselyyn vastasi liian harva, jotta tieto voitaisiin julkaista.",
            "Alltför få svarade på enkäten för att uppgiften skulle kunna publiceras.",
            "Too few people answered the survey for the figure to be published.",
        ],
        Status::SeriesEndedAtLevel => {
            let by = places::level_by(language, level);
            return Some(match language {
                Language::Fi => format!("Lähde ei enää julkaise tätä tietoa {by}."),
                Language::Sv => format!("Källan publicerar inte längre den här uppgiften {by}."),
                Language::En => format!("The source no longer publishes this figure {by}."),
            });
        }
        Status::FetchFailed => [
            "Tietoa ei saatu haettua lähteestä.",
            "Uppgiften kunde inte hämtas från källan.",
            "The figure could not be retrieved from the source.",
        ],
    };
    Some(in_language(language, texts).to_owned())
}
