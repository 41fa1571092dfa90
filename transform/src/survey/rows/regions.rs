//! Regions by the names that people write.

use std::collections::BTreeMap;

use botnia_config::{RegionTables, SurveyMap};
use botnia_model::{Period, RegionKey, RegionLevel, Text};

use crate::survey::{folded, nearest};

/// What came of looking for a region.
pub(super) enum Sought {
    Found(RegionKey),
    /// It exists, on a level that the map does not take.
    OtherLevel,
    /// A municipality that did not exist then.
    Abolished,
    /// With the nearest name.
    Unknown(Option<String>),
}

struct Known {
    key: RegionKey,
    /// Days as text, `YYYY-MM-DD`.
    first: Option<String>,
    last: Option<String>,
}

/// All regions by their folded names and ids.
pub(super) struct RegionNames {
    levels: Vec<RegionLevel>,
    by_name: BTreeMap<String, Vec<Known>>,
    /// The names to propose.
    names: Vec<String>,
}

impl RegionNames {
    pub(super) fn new(map: &SurveyMap, tables: &RegionTables) -> Self {
        let mut this = Self {
            levels: map.region_levels.clone(),
            by_name: BTreeMap::new(),
            names: Vec::new(),
        };
        for municipality in &tables.municipalities {
            let days = (&municipality.valid_from, &municipality.valid_to);
            this.add(&municipality.key(), &municipality.name, days);
            // A bare code is a municipality's: it alone has three digits.
            let code = municipality.code.as_str().to_owned();
            this.enter(code, &municipality.key(), days);
        }
        for region in &tables.regions {
            this.add(
                &region.key,
                &region.name,
                (&region.valid_from, &region.valid_to),
            );
        }
        let finland = Text {
            fi: "Koko maa".to_owned(),
            sv: "Hela landet".to_owned(),
            en: "Whole country".to_owned(),
        };
        this.add(&RegionKey::finland(), &finland, (&None, &None));
        this
    }

    fn add(&mut self, key: &RegionKey, name: &Text, days: (&Option<String>, &Option<String>)) {
        self.enter(folded(key.id().as_str()), key, days);
        for name in [&name.fi, &name.sv, &name.en] {
            if name.is_empty() {
                continue;
            }
            self.enter(folded(name), key, days);
            if self.levels.contains(&key.level) {
                self.names.push(name.clone());
            }
        }
    }

    fn enter(&mut self, name: String, key: &RegionKey, days: (&Option<String>, &Option<String>)) {
        let known = self.by_name.entry(name).or_default();
        if known.iter().all(|other| other.key != *key) {
            known.push(Known {
                key: key.clone(),
                first: days.0.clone(),
                last: days.1.clone(),
            });
        }
    }

    /// The region of that name on the first of the map's levels that has one, which existed
    /// in the year of the wave.
    pub(super) fn find(&self, name: &str, wave: Option<&Period>) -> Sought {
        let Some(known) = self.by_name.get(&folded(name)) else {
            let names = self.names.iter().map(String::as_str);
            return Sought::Unknown(nearest(name, names));
        };
        let existed = |region: &Known| {
            let Some(year) = wave.map(Period::year) else {
                return true;
            };
            // Only municipalities: a province is reported on its present division.
            region.key.level != RegionLevel::Municipality
                || (region
                    .first
                    .as_ref()
                    .is_none_or(|day| *day <= format!("{year}-12-31"))
                    && region
                        .last
                        .as_ref()
                        .is_none_or(|day| *day >= format!("{year}-01-01")))
        };
        let mut is_on_level = false;
        for level in &self.levels {
            for region in known.iter().filter(|region| region.key.level == *level) {
                is_on_level = true;
                if existed(region) {
                    return Sought::Found(region.key.clone());
                }
            }
        }
        if is_on_level {
            Sought::Abolished
        } else {
            Sought::OtherLevel
        }
    }
}
