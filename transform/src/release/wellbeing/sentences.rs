//! What each row says in plain sentences.

use botnia_config::{InflectedName, InflectedNames, SetIndicator};
use botnia_model::{Comparator, Indicator, NotCompared, Period, RegionKey, RegionLevel, Text};

use super::Figure;
use crate::release::places::Places;
use crate::sentence::{Beside, Facts, Previous, sentence};

/// Tells figures, with the names of all regions inflected once.
pub(super) struct Teller<'a> {
    places: &'a Places,
    /// By the regions' positions.
    names: Vec<InflectedName>,
}

/// The indicator that is told of.
pub(super) struct About<'a> {
    pub(super) expected: &'a SetIndicator,
    /// None where the release does not have it.
    pub(super) indicator: Option<&'a Indicator>,
    /// A phrase that can be the subject of a sentence, if there is one.
    pub(super) subject: Option<&'a Text>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(places: &'a Places) -> Self {
        let inflected = InflectedNames::builtin();
        let all = places.all().iter();
        let names = all
            .map(|place| inflected.of(&place.region.key, &place.region.name))
            .collect();
        Self { places, names }
    }

    /// What a figure says.
    pub(super) fn tell(&self, about: &About<'_>, figure: &Figure) -> Text {
        let region = &self.places.all()[figure.region].region;
        let province = region
            .province
            .as_ref()
            .map(|code| RegionKey::new(RegionLevel::Province, code.clone()));
        let change = figure.judgement.change;
        let previous = figure.previous.zip(figure.period.as_ref());
        sentence(&Facts {
            title: about
                .indicator
                .map_or(&about.expected.title, |indicator| &indicator.title),
            subject: about.subject,
            region: &region.name,
            level: region.key.level,
            place: &self.names[figure.region],
            sex: figure.sex,
            kind: about.expected.value_kind,
            decimals: about.indicator.and_then(|indicator| indicator.decimals),
            is_projection: about.expected.projection,
            status: figure.status,
            figure: figure.value.zip(figure.period.as_ref()),
            country: self.beside(figure, Comparator::Country, &RegionKey::finland()),
            province: province
                .and_then(|province| self.beside(figure, Comparator::Province, &province)),
            previous: previous.and_then(|((year, value), period)| {
                Some(Previous {
                    period: in_year(period, year)?,
                    value,
                    verdict: change.verdict,
                    not_compared: change.not_compared,
                })
            }),
            trend: figure.judgement.direction.verdict,
        })
    }

    /// A comparator, if its figure says something beside the region's own: where regions of
    /// different size cannot be compared, it does not.
    fn beside(
        &self,
        figure: &Figure,
        comparator: Comparator,
        key: &RegionKey,
    ) -> Option<Beside<'_>> {
        let at = Comparator::ALL.iter().position(|one| *one == comparator)?;
        let comparison = figure.judgement.comparisons[at];
        let says_something = comparison
            .not_compared
            .is_none_or(|reason| reason == NotCompared::NoInterval);
        Some(Beside {
            place: &self.names[self.places.position(key)?],
            value: figure.others[at].filter(|_| says_something)?,
            verdict: comparison.verdict,
        })
    }
}

/// The period of the same kind that begins in `year`: the same quarter, as many years.
fn in_year(period: &Period, year: i32) -> Option<Period> {
    let rest = period.as_str().get(4..)?;
    let text = match rest.strip_prefix('/') {
        Some(last) => {
            let last: i32 = last.parse().ok()?;
            format!("{year:04}/{:04}", year + last - period.year())
        }
        None => format!("{year:04}{rest}"),
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_before_is_of_the_same_kind_of_period() {
        for (period, year, expected) in [
            ("2024", 2022, "2022"),
            ("2024-Q3", 2023, "2023-Q3"),
            ("2024-11", 2023, "2023-11"),
            ("2019/2021", 2016, "2016/2018"),
        ] {
            let period: Period = period.parse().unwrap();
            assert_eq!(in_year(&period, year).unwrap().as_str(), expected);
        }
    }
}
