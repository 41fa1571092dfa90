//! The list of an area's files, with what each is.

use botnia_model::{Language, RegionLevel};
use serde::Serialize;

use super::format::{count, size};
use super::frame::Frame;
use super::paths::{region_page, root};
use super::regions::{Area, alphabetical};
use super::{Desk, Press, in_each_language};
use crate::PublishError;

#[derive(Serialize)]
struct RegionFiles {
    name: String,
    other: Option<String>,
    other_language: &'static str,
    above: Vec<AreaLink>,
    facts: Vec<Fact>,
    report_url: Option<String>,
    list: Vec<FileRow>,
    below: Vec<AreaLink>,
    below_heading: String,
}

/// An area by its name; a link, where it has a page.
#[derive(Serialize)]
struct AreaLink {
    url: Option<String>,
    text: String,
}

/// A fact with its name; the text may be a link.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Fact {
    pub(super) label: String,
    pub(super) text: String,
    pub(super) url: Option<String>,
}

/// A file that can be had.
#[derive(Serialize)]
pub(super) struct FileRow {
    pub(super) url: String,
    pub(super) name: String,
    pub(super) what: String,
    pub(super) size: String,
}

/// The page of every area in every language.
pub(super) fn write(press: &mut Press<'_>) -> Result<(), PublishError> {
    let areas = press.desk.areas;
    for area in areas.all() {
        let Some(folder) = &area.folder else { continue };
        for language in Language::ALL {
            write_one(press, (area, folder), language)?;
        }
    }
    Ok(())
}

fn write_one(
    press: &mut Press<'_>,
    (area, folder): (&Area<'_>, &str),
    language: Language,
) -> Result<(), PublishError> {
    let counterparts = in_each_language(|language| region_page(folder, language));
    let root = root(&counterparts[0]);
    let region = area.region;
    let parent = |level| {
        let area = press.desk.areas.get(&area.parent(level)?)?;
        Some(AreaLink {
            url: area.page(language).map(|page| Frame::to(&root, &page)),
            text: area.name(language).to_owned(),
        })
    };
    let province = parent(RegionLevel::Province);
    let county = parent(RegionLevel::WellbeingCounty);
    let mut facts = vec![fact(press.desk, language, "code", region.key.code.as_str())];
    for (key, link) in [("province", &province), ("county", &county)] {
        if let Some(link) = link {
            facts.push(fact(press.desk, language, key, &link.text));
        }
    }
    if let Some(population) = region.population {
        facts.push(fact(
            press.desk,
            language,
            "population",
            &count(language, population),
        ));
    }
    let content = RegionFiles {
        name: area.name(language).to_owned(),
        other: area.other_name(language).map(|(name, _)| name.to_owned()),
        other_language: area
            .other_name(language)
            .map_or("", |(_, language)| language.code()),
        above: province.into_iter().collect(),
        facts,
        report_url: area
            .report(language)
            .map(|report| Frame::to(&root, &report)),
        list: list(press.desk, folder, language),
        below: below(press.desk, area, language, &root),
        below_heading: press.desk.text(language, "its_municipalities").to_owned(),
    };
    let title = content.name.clone();
    press.print(
        "region.html",
        language,
        &counterparts,
        (&title, None),
        &content,
    )
}

fn fact(desk: Desk<'_>, language: Language, key: &str, text: &str) -> Fact {
    Fact {
        label: desk.text(language, key).to_owned(),
        text: text.to_owned(),
        url: None,
    }
}

/// The files of the folder, what people read first.
fn list(desk: Desk<'_>, folder: &str, language: Language) -> Vec<FileRow> {
    let within = format!("{folder}/");
    let mut files: Vec<(usize, &str, FileRow)> = desk
        .site
        .files
        .range(within.clone()..)
        .take_while(|(path, _)| path.starts_with(&within))
        .map(|(path, bytes)| {
            let name = &path[within.len()..];
            let (place, key) = kind(name, language);
            let row = FileRow {
                url: name.to_owned(),
                name: name.to_owned(),
                what: desk.text(language, key).to_owned(),
                size: size(language, *bytes),
            };
            (place, name, row)
        })
        .collect();
    files.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
    files.into_iter().map(|(.., row)| row).collect()
}

/// Where a file stands in the list, and the key of what it is.
fn kind(name: &str, language: Language) -> (usize, &'static str) {
    let own = |of: Language| 2 * usize::from(of != language);
    match name {
        "paatoksentekijalle.fi.html" => (1 + own(Language::Fi), "file_short"),
        "for-beslutsfattare.sv.html" => (1 + own(Language::Sv), "file_short"),
        "decision-makers.en.html" => (1 + own(Language::En), "file_short"),
        "raportti.fi.html" => (own(Language::Fi), "file_report_fi"),
        "rapport.sv.html" => (own(Language::Sv), "file_report_sv"),
        "report.en.html" => (own(Language::En), "file_report_en"),
        "indikaattorit.fi.xlsx" | "indikatorer.sv.xlsx" | "indicators.en.xlsx" => {
            (3, "file_workbook")
        }
        "observations.csv" => (4, "file_csv"),
        "wellbeing.parquet" => (5, "file_wellbeing"),
        "observations.parquet" => (6, "file_observations"),
        "tyopaja.fi.html" | "workshop.sv.html" | "workshop.en.html" => (4, "file_workshop"),
        "notes.csv" => (7, "file_notes"),
        "feed.atom" => (8, "file_feed"),
        name if name.starts_with("charts/") => (10, "file_chart"),
        _ => (9, "file_other"),
    }
}

/// The municipalities of a province or a county, by name.
fn below(desk: Desk<'_>, area: &Area<'_>, language: Language, root: &str) -> Vec<AreaLink> {
    let level = area.region.key.level;
    if level == RegionLevel::Municipality {
        return Vec::new();
    }
    let mut members: Vec<&Area<'_>> = desk
        .areas
        .of_level(RegionLevel::Municipality)
        .filter(|member| {
            member.is_valid() && member.parent(level).as_ref() == Some(&area.region.key)
        })
        .collect();
    members.sort_by_key(|member| alphabetical(member.name(language)));
    members
        .into_iter()
        .map(|member| AreaLink {
            url: member.page(language).map(|page| Frame::to(root, &page)),
            text: member.name(language).to_owned(),
        })
        .collect()
}
