//! The first page: the area in brief, and what stands out.

use std::collections::BTreeMap;

use botnia_config::InflectedNames;
use botnia_config::words::{self, summary};
use botnia_model::{Comparator, Language, RegionLevel, Verdict};

use super::Pages;
use super::views::{Item, Points, Tile};
use crate::report::ReportRow;
use crate::report::charts::profile::verdict_class;
use crate::report::charts::visible;
use crate::report::figures::{Figures, anchor, interval_text};
use crate::report::highlights::{Highlights, is_change};
use crate::report::words::Words;

/// The indicators that tell what kind of area it is, in reading order.
const AT_A_GLANCE: [&str; 5] = [
    "sotkanet:127",
    "sotkanet:1065",
    "sotkanet:1068",
    "sotkanet:2343",
    "sotkanet:181",
];
/// How many sentences that takes where a release has others.
const GLANCES: usize = 4;

impl Pages<'_> {
    /// What kind of area it is, and where it belongs.
    pub(super) fn about(&self, language: Language) -> String {
        let level = |level| words::level(language, level);
        let mut about = summary::capital(level(self.report.region.key.level));
        let [province, county, _] = self.parents();
        for (of, id) in [
            (RegionLevel::Province, province),
            (RegionLevel::WellbeingCounty, county),
        ] {
            if let Some(id) = id {
                let name = self.region_name(&id, language);
                about.push_str(" · ");
                about.push_str(level(of));
                about.push_str(": ");
                about.push_str(&name);
            }
        }
        about
    }

    /// The area in plain sentences.
    pub(super) fn glance(&self, language: Language) -> Vec<String> {
        let rows = self.report.rows_in_order();
        let told =
            |row: &&&ReportRow| row.value.is_some() && !row.sentence.get(language).is_empty();
        let mut sentences: Vec<String> = AT_A_GLANCE
            .iter()
            .filter_map(|id| rows.iter().find(|row| row.indicator_id == *id))
            .filter(|row| told(row))
            .map(|row| visible(row.sentence.get(language)))
            .collect();
        if sentences.is_empty() {
            sentences = rows
                .iter()
                .filter(told)
                .take(GLANCES)
                .map(|row| visible(row.sentence.get(language)))
                .collect();
        }
        sentences
    }

    /// How many figures are how, against the whole country.
    pub(super) fn tiles(&self, language: Language) -> Vec<Tile> {
        let words_of = Words::of(language);
        let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
        let mut missing = 0;
        for row in self.report.rows_in_order() {
            if row.value.is_some() {
                let verdict = row.comparison(Comparator::Country).judged.verdict;
                *counts.entry(verdict).or_default() += 1;
            } else {
                missing += 1;
            }
        }
        let mut tiles: Vec<Tile> = Verdict::ALL
            .iter()
            .map(|verdict| Tile {
                class: verdict_class(*verdict),
                word: match verdict {
                    Verdict::NotCompared => words_of.not_judged,
                    verdict => words::verdict(language, *verdict),
                },
                count: counts.get(verdict).copied().unwrap_or_default(),
            })
            .collect();
        tiles.push(Tile {
            class: "x none",
            word: words_of.without_figure,
            count: missing,
        });
        tiles
    }

    /// How many figures can be called better or worse, or changed, at all.
    pub(super) fn judged(&self, language: Language) -> String {
        let compared = self.count(|row| {
            let verdict = row.comparison(Comparator::Country).judged.verdict;
            verdict != Verdict::NotCompared
        });
        let followed = self.count(|row| row.change_verdict.verdict != Verdict::NotCompared);
        let compared = summary::compared(language, compared);
        format!("{compared} {}", summary::followed(language, followed))
    }

    /// How many indicators with a figure are like this.
    fn count(&self, is: impl Fn(&ReportRow) -> bool) -> u64 {
        let rows = self.report.rows_in_order().into_iter();
        rows.filter(|row| row.value.is_some() && is(row)).count() as u64
    }

    pub(super) fn highlights(
        &self,
        figures: &Figures<'_>,
        titles: [&'static str; 3],
    ) -> [Points; 3] {
        let language = figures.language;
        let [better, worse, changed] = titles;
        let region = &self.report.region;
        let place = InflectedNames::builtin()
            .of(&region.key, &region.name)
            .place;
        let place = visible(place.get(language));
        let highlights = Highlights::of(self.report);
        let against = |rows: &[&ReportRow]| rows.iter().map(|row| compared(figures, row)).collect();
        let are = |verdict| {
            self.count(|row| row.comparison(Comparator::Country).judged.verdict == verdict)
        };
        let have_changed = self.count(|row| is_change(row.change_verdict.verdict));
        [
            Points {
                title: better,
                says: summary::went_well(language, &place, are(Verdict::Better)),
                items: against(&highlights.better),
            },
            Points {
                title: worse,
                says: summary::needs_attention(language, &place, are(Verdict::Worse)),
                items: against(&highlights.worse),
            },
            Points {
                title: changed,
                says: summary::has_changed(language, &place, have_changed),
                items: highlights
                    .changed
                    .iter()
                    .map(|row| moved(figures, row))
                    .collect(),
            },
        ]
    }
}

/// A figure against the whole country's, with how sure that is.
fn compared(figures: &Figures<'_>, row: &ReportRow) -> Item {
    let language = figures.language;
    let comparison = row.comparison(Comparator::Country);
    let verdict = comparison.judged.verdict;
    let words_of = figures.words;
    let mut detail = Vec::new();
    if let Some(country) = comparison.value {
        let country = figures.number(row, country);
        detail.push(format!("{} {country}", words_of.country));
    }
    if let Some(interval) = row.interval {
        let interval = interval_text(language, interval, row.decimals);
        detail.push(format!("{} {interval}", words_of.interval));
    }
    Item {
        verdict: words::verdict_against(language, verdict, Comparator::Country),
        ..item(figures, row, verdict, &detail)
    }
}

/// A figure against its previous one.
fn moved(figures: &Figures<'_>, row: &ReportRow) -> Item {
    let language = figures.language;
    let verdict = row.change_verdict.verdict;
    let mut detail = Vec::new();
    if let (Some(previous), Some(value), Some(year)) =
        (row.previous_value, row.value, row.previous_year)
    {
        let [previous, value] =
            words::numbers::old_and_new(language, (previous, value), row.decimals);
        let period = figures.period(row);
        detail.push(format!("{year}: {previous}, {period}: {value}"));
    }
    if let Some(interval) = row.interval {
        let interval = interval_text(language, interval, row.decimals);
        detail.push(format!("{} {interval}", figures.words.interval));
    }
    Item {
        verdict: words::change_verdict(language, verdict).to_owned(),
        ..item(figures, row, verdict, &detail)
    }
}

fn item(figures: &Figures<'_>, row: &ReportRow, verdict: Verdict, detail: &[String]) -> Item {
    Item {
        anchor: anchor(&row.indicator_id),
        title: figures.title(row),
        period: figures.period(row),
        sentence: visible(row.sentence.get(figures.language)),
        class: verdict_class(verdict),
        verdict: String::new(),
        detail: detail.join("; "),
    }
}
