//! The releases: what the latest changed, and which there were before.

use std::collections::BTreeMap;

use botnia_config::words::numbers::old_and_new;
use botnia_config::words::sex as sex_word;
use botnia_config::words::times::periods;
use botnia_model::{IndicatorId, Language, Sex, Text};
use serde::Serialize;

use super::data_page::documents;
use super::format::{count, day, period};
use super::frame::Frame;
use super::history::Counts;
use super::paths::{Place, indicator_page, root};
use super::region_page::FileRow;
use super::start_page::{changes, latest};
use super::{Desk, Histories, Press, in_each_language};
use crate::PublishError;
use crate::documents::changes::{cause, held_because};

#[derive(Serialize)]
struct Releases {
    heading: String,
    latest: String,
    changes: Vec<String>,
    documents: Vec<FileRow>,
    lists: Vec<List>,
    largest: Vec<Largest>,
    earlier: Vec<Earlier>,
}

#[derive(Serialize)]
struct List {
    heading: String,
    text: Option<String>,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    text: String,
    url: Option<String>,
    more: String,
}

#[derive(Serialize)]
struct Largest {
    indicator: String,
    area: String,
    period: String,
    old: String,
    new: String,
    reason: &'static str,
}

#[derive(Serialize)]
struct Earlier {
    release: String,
    published: String,
    added: String,
    changed: String,
    removed: String,
    address: String,
}

pub(super) fn write(
    press: &mut Press<'_>,
    histories: &Histories,
    language: Language,
) -> Result<(), PublishError> {
    let counterparts = in_each_language(|language| Place::Releases.path(language).to_owned());
    let root = root(Place::Releases.path(language));
    let number = press.desk.site.facts.number.to_string();
    let releases = Releases {
        heading: press.desk.sentence(language, "release_heading", &[&number]),
        latest: latest(press.desk, language),
        changes: changes(press.desk, language),
        documents: documents(
            press.desk,
            language,
            &root,
            &["CHANGES.md", "tiedote.fi.md", "meddelande.sv.md"],
        ),
        lists: lists(press.desk, language, &root),
        largest: largest(press.desk, language),
        earlier: earlier(press.desk, histories, language),
    };
    let title = press.desk.text(language, "releases_title").to_owned();
    press.print(
        "releases.html",
        language,
        &counterparts,
        (&title, Some(Place::Releases)),
        &releases,
    )
}

fn lists(desk: Desk<'_>, language: Language, root: &str) -> Vec<List> {
    let facts = desk.site.facts;
    let named = |id: &IndicatorId, title: &Text, more: String| {
        let title = title.or_finnish(language);
        let is_there = facts.find(id).is_some();
        Entry {
            text: if title.is_empty() {
                id.to_string()
            } else {
                title.to_owned()
            },
            url: is_there.then(|| Frame::to(root, &indicator_page(language, id))),
            more,
        }
    };
    let of = |id: &IndicatorId, more| named(id, &facts.indicator_title(id), more);
    let new: Vec<Entry> = facts
        .new_indicators
        .iter()
        .filter(|_| desk.site.parent.is_some())
        .map(|id| of(id, String::new()))
        .collect();
    let new_periods = facts.new_periods.iter();
    let new_periods = new_periods.map(|(id, new)| of(id, periods(new)));
    let revised = facts.changes.iter().map(|change| {
        let numbers = [change.added, change.changed, change.removed];
        let numbers = numbers.map(|number| count(language, number));
        let more = desk.sentence(
            language,
            "list_revised_entry",
            &numbers.each_ref().map(String::as_str),
        );
        of(&change.id, more)
    });
    let gone = facts.gone_indicators.iter();
    let gone = gone.map(|(id, title)| named(id, title, String::new()));
    let held = facts.held.iter();
    let held = held.map(|held| named(&held.id, &held.title, held_because(language, &held.reason)));
    [
        ("list_new_indicators", None, new),
        ("list_new_periods", None, new_periods.collect()),
        ("list_revised", None, revised.collect()),
        ("list_gone", None, gone.collect()),
        ("list_held", Some("list_held_text"), held.collect()),
    ]
    .into_iter()
    .filter(|(.., entries)| !entries.is_empty())
    .map(|(heading, text, entries)| List {
        heading: desk.text(language, heading).to_owned(),
        text: text.map(|key| desk.text(language, key).to_owned()),
        entries,
    })
    .collect()
}

fn largest(desk: Desk<'_>, language: Language) -> Vec<Largest> {
    let facts = desk.site.facts;
    let figures = facts.revised_figures.iter();
    figures
        .map(|figure| {
            let [old, new] = old_and_new(language, (figure.old, figure.new), figure.decimals);
            let mut area = figure.region.or_finnish(language).to_owned();
            if figure.sex != Sex::Total {
                area = format!("{area}, {}", sex_word(language, figure.sex));
            }
            let title = facts.indicator_title(&figure.indicator);
            Largest {
                indicator: title.or_finnish(language).to_owned(),
                area,
                period: period(language, &figure.period),
                old,
                new,
                reason: cause(language, figure.reason).unwrap_or_default(),
            }
        })
        .collect()
}

fn earlier(desk: Desk<'_>, histories: &Histories, language: Language) -> Vec<Earlier> {
    let mut by_release: BTreeMap<i32, Counts> = BTreeMap::new();
    for (release, counts) in histories.values().flat_map(|history| &history.counts) {
        let sum = by_release.entry(release.0).or_default();
        sum.added += counts.added;
        sum.changed += counts.changed;
        sum.removed += counts.removed;
    }
    let releases = desk.site.earlier.iter();
    releases
        .map(|(release, moment)| {
            let number = i32::try_from(release.get()).unwrap_or(i32::MAX);
            let counts = by_release.get(&number).copied().unwrap_or_default();
            Earlier {
                release: release.to_string(),
                published: day(language, *moment),
                added: count(language, counts.added),
                changed: count(language, counts.changed),
                removed: count(language, counts.removed),
                address: format!("/releases/{}/", release.folder()),
            }
        })
        .collect()
}
