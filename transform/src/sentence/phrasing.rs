//! What a language must be able to say.

use botnia_model::{Sex, Status, TrendVerdict, Verdict};

/// A difference that chance does not explain.
#[derive(Clone, Copy)]
pub(super) enum Clear {
    Better,
    Worse,
    Higher,
    Lower,
}

impl Clear {
    /// That of a verdict, if it says one.
    pub(super) fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Better => Some(Self::Better),
            Verdict::Worse => Some(Self::Worse),
            Verdict::Higher => Some(Self::Higher),
            Verdict::Lower => Some(Self::Lower),
            Verdict::Similar | Verdict::NotCompared => None,
        }
    }
}

/// Another region with its figure as it is shown.
pub(super) struct Other {
    /// "koko maassa", "i hela landet".
    pub(super) place: String,
    /// "13,1 %"
    pub(super) value: String,
}

/// The templates of a language. Places and periods come with their prepositions or cases.
pub(super) trait Phrasing {
    /// The figure, told with a subject.
    fn with_subject(&self, subject: &str, place: &str, value: &str, when: &str) -> String;
    /// The figure, told behind the indicator's title.
    fn with_title(&self, title: &str, place: &str, value: &str, when: &str) -> String;
    /// A projection: of what year it is, its title says.
    fn projection(&self, title: &str, place: &str, value: &str) -> String;
    /// Of whom the figure is, if not of all.
    fn of_sex(&self, sex: Sex) -> Option<&'static str>;
    /// What must be known of the figure.
    fn remark(&self, status: Status) -> Option<&'static str>;
    /// A difference that chance does not explain, from one region or two.
    fn clear_difference(&self, difference: Clear, others: &[Other]) -> String;
    /// The figure of another region.
    fn stated(&self, other: &Other) -> String;
    /// Another region's figure that is shown as the same.
    fn same(&self, other: &Other) -> String;
    /// After [`Self::stated`]: the difference may be due to chance.
    fn may_be_chance(&self) -> &'static str;
    /// After [`Self::stated`]: what is true of every survey.
    fn survey(&self) -> &'static str;
    /// The trend, if there is one.
    fn trend(&self, trend: TrendVerdict) -> Option<&'static str>;
    /// The change from the figure before; `None` where it may be due to chance.
    fn change(&self, change: Option<Clear>, value: &str, when: &str) -> String;
    /// The figure before, without a judgement.
    fn previous(&self, value: &str, when: &str) -> String;
}

/// Regions with their figures, joined by the language's "and".
pub(super) fn joined(others: &[Other], and: &str) -> String {
    let parts: Vec<String> = others
        .iter()
        .map(|other| format!("{} ({})", other.place, other.value))
        .collect();
    parts.join(and)
}
