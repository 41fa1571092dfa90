//! The Swedish templates.

use botnia_config::words::summary::capital;
use botnia_model::{Sex, Status, TrendVerdict};

use super::phrasing::{Clear, Other, Phrasing, joined};

pub(super) struct Swedish;

impl Phrasing for Swedish {
    fn with_subject(&self, subject: &str, place: &str, value: &str, when: &str) -> String {
        format!("{subject} var {value} {place} {when}.")
    }

    fn with_title(&self, title: &str, place: &str, value: &str, when: &str) -> String {
        format!("{title}: {value} {place} {when}.")
    }

    fn projection(&self, title: &str, place: &str, value: &str) -> String {
        format!("{title}: {value} {place}. Siffran är en prognos.")
    }

    fn of_sex(&self, sex: Sex) -> Option<&'static str> {
        match sex {
            Sex::Total => None,
            Sex::Male => Some("Siffran gäller män."),
            Sex::Female => Some("Siffran gäller kvinnor."),
        }
    }

    fn remark(&self, status: Status) -> Option<&'static str> {
        match status {
            Status::Provisional => Some("Siffran är preliminär."),
            Status::Break => Some("Siffran är inte jämförbar med tidigare siffror."),
            _ => None,
        }
    }

    fn clear_difference(&self, difference: Clear, others: &[Other]) -> String {
        let is = match difference {
            Clear::Better => "Läget är bättre än",
            Clear::Worse => "Läget är sämre än",
            Clear::Higher => "Siffran är högre än",
            Clear::Lower => "Siffran är lägre än",
        };
        let chance = if others.len() == 1 {
            "och skillnaden beror inte enbart på slumpen"
        } else {
            "och skillnaderna beror inte enbart på slumpen"
        };
        format!("{is} {}, {chance}.", joined(others, " och "))
    }

    fn stated(&self, other: &Other) -> String {
        format!("{} var siffran {}.", capital(&other.place), other.value)
    }

    fn same(&self, other: &Other) -> String {
        format!("{} var siffran lika stor.", capital(&other.place))
    }

    fn may_be_chance(&self) -> &'static str {
        "Skillnaden kan bero på slumpen."
    }

    fn survey(&self) -> &'static str {
        "I enkätresultat kan små skillnader bero på slumpen."
    }

    fn trend(&self, trend: TrendVerdict) -> Option<&'static str> {
        match trend {
            TrendVerdict::GettingBetter => Some("På fem år har läget förbättrats."),
            TrendVerdict::GettingWorse => Some("På fem år har läget försämrats."),
            TrendVerdict::Increasing => Some("På fem år har siffran ökat."),
            TrendVerdict::Decreasing => Some("På fem år har siffran minskat."),
            TrendVerdict::NoChange => {
                Some("På fem år har siffran varken ökat eller minskat tydligt.")
            }
            TrendVerdict::NotCalculated => None,
        }
    }

    fn change(&self, change: Option<Clear>, value: &str, when: &str) -> String {
        let previous = format!("den föregående siffran ({value} {when})");
        match change {
            Some(Clear::Better) => format!("Läget har förbättrats jämfört med {previous}."),
            Some(Clear::Worse) => format!("Läget har försämrats jämfört med {previous}."),
            Some(Clear::Higher) => format!("Siffran har ökat jämfört med {previous}."),
            Some(Clear::Lower) => format!("Siffran har minskat jämfört med {previous}."),
            None => {
                format!("Förändringen jämfört med {previous} kan bero på slumpen.")
            }
        }
    }

    fn previous(&self, value: &str, when: &str) -> String {
        format!("Den föregående siffran var {value} {when}.")
    }
}
