//! The English templates.

use botnia_config::words::summary::capital;
use botnia_model::{Sex, Status, TrendVerdict};

use super::phrasing::{Clear, Other, Phrasing, joined};

pub(super) struct English;

impl Phrasing for English {
    fn with_subject(&self, subject: &str, place: &str, value: &str, when: &str) -> String {
        format!("{subject} was {value} {place} {when}.")
    }

    fn with_title(&self, title: &str, place: &str, value: &str, when: &str) -> String {
        format!("{title}: {value} {place} {when}.")
    }

    fn projection(&self, title: &str, place: &str, value: &str) -> String {
        format!("{title}: {value} {place}. The figure is a projection.")
    }

    fn of_sex(&self, sex: Sex) -> Option<&'static str> {
        match sex {
            Sex::Total => None,
            Sex::Male => Some("The figure is for men."),
            Sex::Female => Some("The figure is for women."),
        }
    }

    fn remark(&self, status: Status) -> Option<&'static str> {
        match status {
            Status::Provisional => Some("The figure is provisional."),
            Status::Break => Some("The figure cannot be compared with earlier ones."),
            _ => None,
        }
    }

    fn clear_difference(&self, difference: Clear, others: &[Other]) -> String {
        let is = match difference {
            Clear::Better => "The situation is better than",
            Clear::Worse => "The situation is worse than",
            Clear::Higher => "The figure is higher than",
            Clear::Lower => "The figure is lower than",
        };
        let noun = if others.len() == 1 {
            "difference"
        } else {
            "differences"
        };
        format!(
            "{is} {}, and chance alone does not explain the {noun}.",
            joined(others, " and ")
        )
    }

    fn stated(&self, other: &Other) -> String {
        format!("{} the figure was {}.", capital(&other.place), other.value)
    }

    fn same(&self, other: &Other) -> String {
        format!("{} the figure was the same.", capital(&other.place))
    }

    fn may_be_chance(&self) -> &'static str {
        "The difference may be due to chance."
    }

    fn survey(&self) -> &'static str {
        "In survey results, small differences may be due to chance."
    }

    fn trend(&self, trend: TrendVerdict) -> Option<&'static str> {
        match trend {
            TrendVerdict::GettingBetter => Some("Over five years the situation has improved."),
            TrendVerdict::GettingWorse => Some("Over five years the situation has worsened."),
            TrendVerdict::Increasing => Some("Over five years the figure has increased."),
            TrendVerdict::Decreasing => Some("Over five years the figure has decreased."),
            TrendVerdict::NoChange => {
                Some("Over five years the figure has neither clearly increased nor decreased.")
            }
            TrendVerdict::NotCalculated => None,
        }
    }

    fn change(&self, change: Option<Clear>, value: &str, when: &str) -> String {
        let previous = format!("the previous figure ({value} {when})");
        match change {
            Some(Clear::Better) => format!("The situation has improved from {previous}."),
            Some(Clear::Worse) => format!("The situation has worsened from {previous}."),
            Some(Clear::Higher) => format!("The figure has increased from {previous}."),
            Some(Clear::Lower) => format!("The figure has decreased from {previous}."),
            None => {
                format!("The change from {previous} may be due to chance.")
            }
        }
    }

    fn previous(&self, value: &str, when: &str) -> String {
        format!("The previous figure was {value} {when}.")
    }
}
