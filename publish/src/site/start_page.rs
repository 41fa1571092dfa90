//! The start page: every area, by province, and what the latest release brought.

use std::collections::BTreeMap;

use botnia_model::{Language, RegionKey, RegionLevel};
use serde::Serialize;

use super::format::{count, day};
use super::frame::Frame;
use super::paths::{Place, root};
use super::regions::{Area, alphabetical};
use super::{Desk, Press, in_each_language};
use crate::PublishError;

#[derive(Serialize)]
struct Start {
    map: Option<String>,
    groups: Vec<Group>,
    latest: String,
    changes: Vec<String>,
    releases_url: String,
    indicators_url: String,
    data_url: String,
}

/// A province with what belongs to it.
#[derive(Default, Serialize)]
struct Group {
    name: String,
    url: Option<String>,
    other: Option<String>,
    other_language: &'static str,
    counties: Vec<Entry>,
    municipalities: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    url: Option<String>,
    other: Option<String>,
    other_language: &'static str,
}

pub(super) fn write(press: &mut Press<'_>, language: Language) -> Result<(), PublishError> {
    let counterparts = in_each_language(|language| Place::Start.path(language).to_owned());
    let root = root(Place::Start.path(language));
    let link = |place: Place| Frame::to(&root, place.path(language));
    let start = Start {
        map: map(press.desk, language, &root),
        groups: groups(press.desk, language, &root),
        latest: latest(press.desk, language),
        changes: changes(press.desk, language),
        releases_url: link(Place::Releases),
        indicators_url: link(Place::Indicators),
        data_url: link(Place::Data),
    };
    let title = press.desk.text(language, "start_title").to_owned();
    press.print(
        "start.html",
        language,
        &counterparts,
        (&title, Some(Place::Start)),
        &start,
    )
}

/// The country by municipality.
fn map(desk: Desk<'_>, language: Language, root: &str) -> Option<String> {
    let municipalities = desk.areas.of_level(RegionLevel::Municipality);
    let links: Vec<_> = municipalities
        .filter(|area| area.is_valid())
        .map(|area| {
            let url = area.page(language).map(|page| Frame::to(root, &page));
            (area.region.key.clone(), area.name(language).to_owned(), url)
        })
        .collect();
    desk.maps?.finder(&links)
}

/// A sentence about the release itself.
pub(super) fn latest(desk: Desk<'_>, language: Language) -> String {
    let facts = desk.site.facts;
    let years = facts
        .years()
        .map_or_else(String::new, |(first, last)| format!("{first}–{last}"));
    desk.sentence(
        language,
        "latest_text",
        &[
            &facts.number.to_string(),
            &day(language, facts.moment),
            &count(language, facts.indicators.len() as u64),
            &years,
        ],
    )
}

/// What it changes, in numbers; what did not change is left out.
pub(super) fn changes(desk: Desk<'_>, language: Language) -> Vec<String> {
    let facts = desk.site.facts;
    let held = ("change_held", facts.held.len() as u64);
    let mut sentences = Vec::new();
    if desk.site.parent.is_none() {
        sentences.push(desk.text(language, "first_release").to_owned());
    } else {
        let sum = |of: fn(&crate::IndicatorChange) -> u64| facts.changes.iter().map(of).sum();
        let changes: [(&str, u64); 5] = [
            ("change_new_indicators", facts.new_indicators.len() as u64),
            ("change_new_periods", facts.new_periods.len() as u64),
            ("change_changed", sum(|change| change.changed)),
            ("change_removed", sum(|change| change.removed)),
            ("change_gone", facts.gone_indicators.len() as u64),
        ];
        if changes.iter().all(|(_, number)| *number == 0) {
            sentences.push(desk.text(language, "nothing_changed").to_owned());
        }
        sentences.extend(told(desk, language, &changes));
    }
    sentences.extend(told(desk, language, &[held]));
    sentences
}

fn told(desk: Desk<'_>, language: Language, numbers: &[(&str, u64)]) -> Vec<String> {
    numbers
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|(key, number)| desk.sentence(language, key, &[&count(language, *number)]))
        .collect()
}

/// The provinces by name, then what belongs to none, then what is no more.
fn groups(desk: Desk<'_>, language: Language, root: &str) -> Vec<Group> {
    let areas = desk.areas;
    let entry = |area: &Area<'_>| Entry {
        name: area.name(language).to_owned(),
        url: area.page(language).map(|page| Frame::to(root, &page)),
        other: area.other_name(language).map(|(name, _)| name.to_owned()),
        other_language: area
            .other_name(language)
            .map_or("", |(_, language)| language.code()),
    };
    let mut groups: BTreeMap<RegionKey, Group> = BTreeMap::new();
    for area in areas.of_level(RegionLevel::Province) {
        let Entry {
            name,
            url,
            other,
            other_language,
        } = entry(area);
        let group = Group {
            name,
            url,
            other,
            other_language,
            ..Group::default()
        };
        groups.insert(area.region.key.clone(), group);
    }
    let mut provinces_of_counties: BTreeMap<RegionKey, RegionKey> = BTreeMap::new();
    let mut former = Group::default();
    let mut without = Group::default();
    let mut municipalities: Vec<&Area<'_>> = areas.of_level(RegionLevel::Municipality).collect();
    municipalities.sort_by_key(|area| alphabetical(area.name(language)));
    for area in municipalities {
        let province = area.parent(RegionLevel::Province);
        if let (Some(province), Some(county)) =
            (&province, area.parent(RegionLevel::WellbeingCounty))
        {
            provinces_of_counties
                .entry(county)
                .or_insert_with(|| province.clone());
        }
        let group = province.and_then(|province| groups.get_mut(&province));
        let group = match group {
            _ if !area.is_valid() => &mut former,
            Some(group) => group,
            None => &mut without,
        };
        if area.folder.is_some() {
            group.municipalities.push(entry(area));
        }
    }
    for area in areas.of_level(RegionLevel::WellbeingCounty) {
        let province = provinces_of_counties.get(&area.region.key);
        let group = province.and_then(|province| groups.get_mut(province));
        if area.folder.is_some() {
            group.unwrap_or(&mut without).counties.push(entry(area));
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.retain(|group| {
        group.url.is_some() || !(group.municipalities.is_empty() && group.counties.is_empty())
    });
    groups.sort_by_key(|group| alphabetical(&group.name));
    for (key, mut group) in [("theme_none", without), ("former_regions", former)] {
        if !(group.municipalities.is_empty() && group.counties.is_empty()) {
            desk.text(language, key).clone_into(&mut group.name);
            groups.push(group);
        }
    }
    groups
}
