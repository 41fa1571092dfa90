//! The files, read and checked against each other.

mod borders;
mod history;

use std::collections::BTreeMap;
use std::str::FromStr;

use botnia_model::{RegionCode, RegionKey, RegionLevel, Text};
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Municipality, RegionChange, RegionFiles, RegionTables, TableRegion};
use crate::problem::Problem;

const LANGUAGE_STATUSES: [&str; 4] = [
    "finnish",
    "bilingual_finnish_majority",
    "bilingual_swedish_majority",
    "swedish",
];

const URBAN_RURAL: [&str; 3] = ["urban", "semi_urban", "rural"];

const KINDS: [&str; 5] = [
    "merger",
    "split",
    "province_move",
    "partial_transfer",
    "hospital_district_move",
];

pub(super) fn tables(files: RegionFiles<'_>) -> Result<RegionTables, Problem> {
    let regions = regions(files.regions)?;
    let mut municipalities = municipalities(files.municipalities, &regions)?;
    let changes = changes(files.changes, &municipalities, &regions)?;
    let memberships = history::memberships(files.memberships, &municipalities, &regions)?;
    let classes = history::classes(files.classes, &municipalities)?;
    let borders = borders::borders(files.neighbours, &municipalities)?;
    inherit_membership(&mut municipalities, &changes);
    let tables = RegionTables {
        municipalities: municipalities.into_values().collect(),
        regions: regions.into_values().collect(),
        changes,
        memberships,
        classes,
        borders,
    };
    history::check_moves(&tables)?;
    Ok(tables)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MunicipalityLine {
    code: String,
    name_fi: String,
    name_sv: String,
    name_en: String,
    valid_from: String,
    valid_to: String,
    province: String,
    wellbeing_county: String,
    subregion: String,
    hospital_district: String,
    collaborative_area: String,
    major_region: String,
    ely_centre: String,
    regional_agency: String,
    special_responsibility_area: String,
    nuts1: String,
    language_status: String,
    urban_rural: String,
    sotkanet_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionLine {
    level: String,
    code: String,
    name_fi: String,
    name_sv: String,
    name_en: String,
    valid_from: String,
    valid_to: String,
    sotkanet_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeLine {
    effective: String,
    kind: String,
    from_level: String,
    from_code: String,
    to_level: String,
    to_code: String,
    successor_today: String,
    note_fi: String,
    note_sv: String,
    note_en: String,
}

/// Where a cell stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    file: &'static str,
    /// Counted from 1, the header included.
    line: usize,
}

impl Place {
    pub(super) fn problem(self, column: &str, what: String) -> Problem {
        Problem {
            file: self.file.to_owned(),
            place: Some((self.line, 1)),
            key: column.to_owned(),
            what,
            hint: None,
        }
    }

    pub(super) fn wrong(self, column: &str, text: &str, expected: &str) -> Problem {
        self.problem(column, format!("`{text}` is not {expected}"))
    }

    fn unknown(self, column: &str, key: &RegionKey) -> Problem {
        self.problem(column, format!("{key} is in none of the tables"))
    }

    pub(super) fn twice(self, what: &str) -> Problem {
        self.problem("", format!("{what} stands in the file twice"))
    }

    fn parse<T: FromStr>(self, column: &str, text: &str, expected: &str) -> Result<T, Problem> {
        text.parse().map_err(|_| self.wrong(column, text, expected))
    }

    fn code(self, column: &str, text: &str) -> Result<RegionCode, Problem> {
        self.parse(column, text, "a region code")
    }

    pub(super) fn key(
        self,
        columns: [&str; 2],
        level: &str,
        code: &str,
    ) -> Result<RegionKey, Problem> {
        let level = self.parse(columns[0], level, "a region level")?;
        Ok(RegionKey::new(level, self.code(columns[1], code)?))
    }

    fn date(self, column: &str, text: &str) -> Result<Date, Problem> {
        self.parse(column, text, "a day as YYYY-MM-DD")
    }

    fn day(self, column: &str, text: &str) -> Result<String, Problem> {
        Ok(self.date(column, text)?.to_string())
    }

    fn word(self, column: &str, text: &str, words: &[&str]) -> Result<String, Problem> {
        if words.contains(&text) {
            Ok(text.to_owned())
        } else {
            Err(self.wrong(column, text, &format!("one of {}", words.join(", "))))
        }
    }
}

/// An empty cell is nothing; any other must be readable.
fn optional<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, Problem>,
) -> Result<Option<T>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    read(text).map(Some)
}

pub(super) fn lines<T: DeserializeOwned>(
    file: &'static str,
    text: &str,
) -> Result<Vec<(Place, T)>, Problem> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for (index, line) in reader.deserialize().enumerate() {
        // The header is line 1; no cell of these files holds a line break.
        let place = Place {
            file,
            line: index + 2,
        };
        let line = line.map_err(|error| place.problem("", error.to_string()))?;
        lines.push((place, line));
    }
    Ok(lines)
}

fn name(fi: String, sv: String, en: String) -> Text {
    let or_finnish = |name: String| if name.is_empty() { fi.clone() } else { name };
    Text {
        sv: or_finnish(sv),
        en: or_finnish(en),
        fi,
    }
}

type Regions = BTreeMap<RegionKey, TableRegion>;
type Municipalities = BTreeMap<RegionKey, Municipality>;

fn regions(text: &str) -> Result<Regions, Problem> {
    let mut regions = Regions::new();
    for (place, line) in lines::<RegionLine>("regions/regions.csv", text)? {
        let key = place.key(["level", "code"], &line.level, &line.code)?;
        let region = TableRegion {
            key: key.clone(),
            name: name(line.name_fi, line.name_sv, line.name_en),
            valid_from: optional(&line.valid_from, |day| place.day("valid_from", day))?,
            valid_to: optional(&line.valid_to, |day| place.day("valid_to", day))?,
            sotkanet_id: optional(&line.sotkanet_id, |id| {
                place.parse("sotkanet_id", id, "a whole number")
            })?,
        };
        if let Some(earlier) = regions.insert(key, region) {
            return Err(place.twice(&earlier.key.to_string()));
        }
    }
    Ok(regions)
}

fn municipalities(text: &str, regions: &Regions) -> Result<Municipalities, Problem> {
    let mut municipalities = Municipalities::new();
    for (place, line) in lines::<MunicipalityLine>("regions/municipalities.csv", text)? {
        let code = place.code("code", &line.code)?;
        let member_of = member_of(place, &line, regions)?;
        let municipality = Municipality {
            code,
            name: name(line.name_fi, line.name_sv, line.name_en),
            valid_from: optional(&line.valid_from, |day| place.day("valid_from", day))?,
            valid_to: optional(&line.valid_to, |day| place.day("valid_to", day))?,
            member_of,
            language_status: optional(&line.language_status, |word| {
                place.word("language_status", word, &LANGUAGE_STATUSES)
            })?,
            urban_rural: optional(&line.urban_rural, |word| {
                place.word("urban_rural", word, &URBAN_RURAL)
            })?,
            sotkanet_id: optional(&line.sotkanet_id, |id| {
                place.parse("sotkanet_id", id, "a whole number")
            })?,
        };
        if let Some(earlier) = municipalities.insert(municipality.key(), municipality) {
            return Err(place.twice(&earlier.key().to_string()));
        }
    }
    Ok(municipalities)
}

fn member_of(
    place: Place,
    line: &MunicipalityLine,
    regions: &Regions,
) -> Result<Vec<RegionKey>, Problem> {
    let mut member_of = Vec::new();
    for (level, code) in [
        (RegionLevel::Province, &line.province),
        (RegionLevel::WellbeingCounty, &line.wellbeing_county),
        (RegionLevel::Subregion, &line.subregion),
        (RegionLevel::HospitalDistrict, &line.hospital_district),
        (RegionLevel::CollaborativeArea, &line.collaborative_area),
        (RegionLevel::MajorRegion, &line.major_region),
        (RegionLevel::ElyCentre, &line.ely_centre),
        (RegionLevel::RegionalAgency, &line.regional_agency),
        (
            RegionLevel::SpecialResponsibilityArea,
            &line.special_responsibility_area,
        ),
        (RegionLevel::Nuts1, &line.nuts1),
    ] {
        // Those of an abolished municipality follow from its successors.
        if !line.valid_to.is_empty() && code.is_empty() {
            continue;
        }
        // The columns are called as the levels are.
        let key = RegionKey::new(level, place.code(level.as_str(), code)?);
        if !regions.contains_key(&key) {
            return Err(place.unknown(level.as_str(), &key));
        }
        member_of.push(key);
    }
    member_of.push(RegionKey::finland());
    Ok(member_of)
}

fn changes(
    text: &str,
    municipalities: &Municipalities,
    regions: &Regions,
) -> Result<Vec<RegionChange>, Problem> {
    let known = |place: Place, column: &str, key: RegionKey| {
        let is_known = match key.level {
            RegionLevel::Municipality => municipalities.contains_key(&key),
            _ => regions.contains_key(&key),
        };
        if is_known {
            Ok(key)
        } else {
            Err(place.unknown(column, &key))
        }
    };
    let mut changes = Vec::<RegionChange>::new();
    for (place, line) in lines::<ChangeLine>("regions/changes.csv", text)? {
        let from = place.key(
            ["from_level", "from_code"],
            &line.from_level,
            &line.from_code,
        )?;
        let from = known(place, "from_code", from)?;
        let to = place.key(["to_level", "to_code"], &line.to_level, &line.to_code)?;
        let to = known(place, "to_code", to)?;
        let successor_today = optional(&line.successor_today, |code| {
            let key = RegionKey::new(from.level, place.code("successor_today", code)?);
            known(place, "successor_today", key)
        })?;
        let effective = place.day("effective", &line.effective)?;
        let merged = (municipalities.get(&from), municipalities.get(&to));
        let note = match merged {
            (Some(from), Some(to)) if line.note_fi.is_empty() => merger_note(from, to, &effective),
            _ => Text {
                fi: line.note_fi,
                sv: line.note_sv,
                en: line.note_en,
            },
        };
        let change = RegionChange {
            effective,
            kind: place.word("kind", &line.kind, &KINDS)?,
            from,
            to,
            successor_today,
            note,
        };
        let is_same = |earlier: &RegionChange| {
            (
                &earlier.effective,
                &earlier.kind,
                &earlier.from,
                &earlier.to,
            ) == (&change.effective, &change.kind, &change.from, &change.to)
        };
        if changes.iter().any(is_same) {
            let what = format!("{} of {} to {}", change.kind, change.from, change.to);
            return Err(place.twice(&what));
        }
        changes.push(change);
    }
    Ok(changes)
}

/// "Alahärmä (004) merged into Kauhava (233) on 2009-01-01.", without inflecting a name.
fn merger_note(from: &Municipality, to: &Municipality, effective: &str) -> Text {
    Text {
        fi: format!(
            "Kuntaliitos {effective}: {} ({}) yhdistyi kuntaan {} ({}).",
            from.name.fi, from.code, to.name.fi, to.code
        ),
        sv: format!(
            "Kommunsammanslagning {effective}: {} ({}) gick samman med {} ({}).",
            from.name.sv, from.code, to.name.sv, to.code
        ),
        en: format!(
            "Merger on {effective}: {} ({}) became part of {} ({}).",
            from.name.en, from.code, to.name.en, to.code
        ),
    }
}

/// Gives an abolished municipality the regions in which all its successors lie. The two of
/// Längelmäki lie in different provinces, so it has none.
fn inherit_membership(municipalities: &mut Municipalities, changes: &[RegionChange]) {
    let mut inherited = BTreeMap::<RegionKey, Vec<RegionKey>>::new();
    for change in changes {
        let Some(successor) = change
            .successor_today
            .as_ref()
            .and_then(|key| municipalities.get(key))
            .filter(|_| change.from.level == RegionLevel::Municipality)
        else {
            continue;
        };
        inherited
            .entry(change.from.clone())
            .and_modify(|regions| regions.retain(|key| successor.member_of.contains(key)))
            .or_insert_with(|| successor.member_of.clone());
    }
    for (key, regions) in inherited {
        if let Some(municipality) = municipalities.get_mut(&key) {
            municipality.member_of = regions;
        }
    }
}
