//! The areas of the pages, and the pages about those that have a folder in the release.

use std::collections::BTreeMap;

use botnia_model::{Language, Region, RegionKey, RegionLevel};

use super::paths::{region_page, region_report};
use crate::package::package_folder;

/// The areas, by key.
pub(super) struct Areas<'a> {
    by_key: BTreeMap<&'a RegionKey, Area<'a>>,
    by_id: BTreeMap<String, &'a Region>,
}

/// A municipality, a province or a county.
pub(super) struct Area<'a> {
    pub(super) region: &'a Region,
    /// Its folder within the release, where it has one.
    pub(super) folder: Option<String>,
    /// The reports that there are: Finnish, Swedish, English.
    reports: [bool; 3],
}

impl<'a> Areas<'a> {
    /// Those of `regions`, with the folders that any of `files` lies in. What exists no more
    /// and has no folder is none.
    pub(super) fn new(regions: &'a [Region], files: &BTreeMap<String, u64>) -> Self {
        let by_key = regions
            .iter()
            .filter_map(|region| {
                let folder = package_folder(region)?;
                let within = format!("{folder}/");
                let next = files.range(within.clone()..).next();
                let folder = next
                    .is_some_and(|(path, _)| path.starts_with(&within))
                    .then_some(folder);
                if folder.is_none() && region.valid_to.is_some() {
                    return None;
                }
                let reports = Language::ALL.map(|language| {
                    let report = folder
                        .as_ref()
                        .map(|folder| region_report(folder, language));
                    report.is_some_and(|report| files.contains_key(&report))
                });
                let area = Area {
                    region,
                    folder,
                    reports,
                };
                Some((&region.key, area))
            })
            .collect();
        let by_id = regions
            .iter()
            .map(|region| (region.key.id().to_string(), region))
            .collect();
        Self { by_key, by_id }
    }

    pub(super) fn get(&self, key: &RegionKey) -> Option<&Area<'a>> {
        self.by_key.get(key)
    }

    /// Of a level, in the order of their codes.
    pub(super) fn of_level(&self, level: RegionLevel) -> impl Iterator<Item = &Area<'a>> {
        self.by_key
            .values()
            .filter(move |area| area.region.key.level == level)
    }

    /// All of them, by level and code.
    pub(super) fn all(&self) -> impl Iterator<Item = &Area<'a>> {
        self.by_key.values()
    }

    /// The name of a region, with a folder or without; its id where it has none.
    pub(super) fn name<'b>(&'b self, id: &'b str, language: Language) -> &'b str {
        self.by_id
            .get(id)
            .map_or(id, |region| region.name.or_finnish(language))
    }
}

impl Area<'_> {
    pub(super) fn name(&self, language: Language) -> &str {
        self.region.name.or_finnish(language)
    }

    /// The name in the country's other language where it differs, and that language.
    pub(super) fn other_name(&self, language: Language) -> Option<(&str, Language)> {
        let other = match language {
            Language::Sv => Language::Fi,
            Language::Fi | Language::En => Language::Sv,
        };
        let name = self.region.name.get(other);
        (!name.is_empty() && name != self.name(language)).then_some((name, other))
    }

    /// The report, where there is one; the list of the files otherwise; none without a
    /// folder.
    pub(super) fn page(&self, language: Language) -> Option<String> {
        let folder = self.folder.as_ref()?;
        let report = self.report(language);
        Some(report.unwrap_or_else(|| region_page(folder, language)))
    }

    /// The report.
    pub(super) fn report(&self, language: Language) -> Option<String> {
        let folder = self.folder.as_ref()?;
        let position = super::templates::position(language);
        self.reports[position].then(|| region_report(folder, language))
    }

    /// The province and the county of a municipality; the province of a county is that of
    /// its first municipality.
    pub(super) fn parent(&self, level: RegionLevel) -> Option<RegionKey> {
        let code = match level {
            RegionLevel::Province => self.region.province.clone(),
            RegionLevel::WellbeingCounty => self.region.wellbeing_county.clone(),
            _ => None,
        }?;
        Some(RegionKey::new(level, code))
    }

    /// Whether it exists today.
    pub(super) fn is_valid(&self) -> bool {
        self.region.valid_to.is_none()
    }
}

/// Names in the order of the language's alphabet: å, ä and ö follow z.
pub(crate) fn alphabetical(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .map(|letter| match letter {
            'å' => '{',
            'ä' => '|',
            'ö' => '}',
            letter => letter,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_the_alphabet() {
        let mut names = ["Äänekoski", "Ähtäri", "Öja", "Åland", "Vaasa", "Alajärvi"];
        names.sort_by_key(|name| alphabetical(name));
        assert_eq!(
            names,
            ["Alajärvi", "Vaasa", "Åland", "Ähtäri", "Äänekoski", "Öja"]
        );
    }
}
