//! The Finnish templates.

use botnia_config::words::summary::capital;
use botnia_model::{Sex, Status, TrendVerdict};

use super::phrasing::{Clear, Other, Phrasing, joined};

pub(super) struct Finnish;

impl Phrasing for Finnish {
    fn with_subject(&self, subject: &str, place: &str, value: &str, when: &str) -> String {
        format!("{subject} oli {place} {value} {when}.")
    }

    fn with_title(&self, title: &str, place: &str, value: &str, when: &str) -> String {
        format!("{title}: {place} {value} {when}.")
    }

    fn projection(&self, title: &str, place: &str, value: &str) -> String {
        format!("{title}: {place} {value}. Luku on ennuste.")
    }

    fn of_sex(&self, sex: Sex) -> Option<&'static str> {
        match sex {
            Sex::Total => None,
            Sex::Male => Some("Luku koskee miehiä."),
            Sex::Female => Some("Luku koskee naisia."),
        }
    }

    fn remark(&self, status: Status) -> Option<&'static str> {
        match status {
            Status::Provisional => Some("Luku on ennakkotieto."),
            Status::Break => Some("Luku ei ole vertailukelpoinen aiempien lukujen kanssa."),
            _ => None,
        }
    }

    fn clear_difference(&self, difference: Clear, others: &[Other]) -> String {
        let is = match difference {
            Clear::Better => "Tilanne on parempi kuin",
            Clear::Worse => "Tilanne on heikompi kuin",
            Clear::Higher => "Luku on suurempi kuin",
            Clear::Lower => "Luku on pienempi kuin",
        };
        let chance = if others.len() == 1 {
            "eikä ero selity pelkällä sattumalla"
        } else {
            "eivätkä erot selity pelkällä sattumalla"
        };
        format!("{is} {}, {chance}.", joined(others, " ja "))
    }

    fn stated(&self, other: &Other) -> String {
        format!("{} luku oli {}.", capital(&other.place), other.value)
    }

    fn same(&self, other: &Other) -> String {
        format!("{} luku oli yhtä suuri.", capital(&other.place))
    }

    fn may_be_chance(&self) -> &'static str {
        "Ero voi johtua sattumasta."
    }

    fn survey(&self) -> &'static str {
        "Kyselyn tuloksissa pienet erot voivat johtua sattumasta."
    }

    fn trend(&self, trend: TrendVerdict) -> Option<&'static str> {
        match trend {
            TrendVerdict::GettingBetter => Some("Viiden vuoden aikana tilanne on parantunut."),
            TrendVerdict::GettingWorse => Some("Viiden vuoden aikana tilanne on heikentynyt."),
            TrendVerdict::Increasing => Some("Viiden vuoden aikana luku on kasvanut."),
            TrendVerdict::Decreasing => Some("Viiden vuoden aikana luku on pienentynyt."),
            TrendVerdict::NoChange => {
                Some("Viiden vuoden aikana luku ei ole selvästi kasvanut eikä pienentynyt.")
            }
            TrendVerdict::NotCalculated => None,
        }
    }

    fn change(&self, change: Option<Clear>, value: &str, when: &str) -> String {
        let previous = format!("edellisestä kerrasta ({value} {when})");
        match change {
            Some(Clear::Better) => format!("Tilanne on parantunut {previous}."),
            Some(Clear::Worse) => format!("Tilanne on heikentynyt {previous}."),
            Some(Clear::Higher) => format!("Luku on kasvanut {previous}."),
            Some(Clear::Lower) => format!("Luku on pienentynyt {previous}."),
            None => {
                format!("Muutos {previous} voi johtua sattumasta.")
            }
        }
    }

    fn previous(&self, value: &str, when: &str) -> String {
        format!("Edellinen luku oli {value} {when}.")
    }
}
