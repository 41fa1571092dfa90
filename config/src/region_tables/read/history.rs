//! Memberships and classes in time.
//!
//! The two files have lines only for what was ever otherwise than the municipality's line
//! says today, and for abolished municipalities. A municipality with lines at a level has
//! its whole known history there; for one without, today's line holds as far back as the
//! level is known at all.

use std::collections::BTreeMap;

use botnia_model::{RegionCode, RegionKey, RegionLevel};
use jiff::civil::{Date, date};
use serde::Deserialize;

use super::{LANGUAGE_STATUSES, Municipalities, Place, Regions, URBAN_RURAL, lines, optional};
use crate::problem::Problem;
use crate::region_tables::{
    Classification, Membership, Municipality, MunicipalityClass, RegionTables, Validity,
};

/// From which day on the memberships of a level are known, where its regions are not
/// younger. Statistics Finland's classifications begin in these years; the hospital
/// districts of 2014 are those of Sotkanet's region list.
const KNOWN_FROM: [(RegionLevel, Date); 10] = [
    (RegionLevel::Province, date(2013, 1, 1)),
    (RegionLevel::WellbeingCounty, date(2023, 1, 1)),
    (RegionLevel::Subregion, date(2013, 1, 1)),
    (RegionLevel::HospitalDistrict, date(2014, 1, 1)),
    (RegionLevel::CollaborativeArea, date(2023, 1, 1)),
    (RegionLevel::MajorRegion, date(2014, 1, 1)),
    (RegionLevel::ElyCentre, date(2013, 1, 1)),
    (RegionLevel::RegionalAgency, date(2013, 1, 1)),
    (RegionLevel::SpecialResponsibilityArea, date(2020, 1, 1)),
    (RegionLevel::Nuts1, date(2017, 1, 1)),
];

/// From which day on the classes are known.
const CLASSES_KNOWN_FROM: Date = date(2013, 1, 1);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MembershipLine {
    municipality: String,
    level: String,
    code: String,
    valid_from: String,
    valid_to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassLine {
    municipality: String,
    classification: String,
    class: String,
    valid_from: String,
    valid_to: String,
}

/// A line and where it stands.
type Written<T> = (Place, T);

/// All memberships, by municipality, level and day. `municipalities` are as their file
/// says: the abolished ones have not inherited anything yet.
pub(super) fn memberships(
    text: &str,
    municipalities: &Municipalities,
    regions: &Regions,
) -> Result<Vec<Membership>, Problem> {
    let mut written = BTreeMap::<(RegionKey, &str), Vec<Written<Membership>>>::new();
    for (place, line) in lines::<MembershipLine>("regions/memberships.csv", text)? {
        let municipality = known(place, &line.municipality, municipalities)?;
        let region = place.key(["level", "code"], &line.level, &line.code)?;
        let Some(region_days) = region_days(&region, regions) else {
            return Err(place.unknown("code", &region));
        };
        let validity = validity(place, &line.valid_from, &line.valid_to)?;
        within(
            place,
            validity,
            &municipality.key(),
            existence(municipality),
        )?;
        within(place, validity, &region, region_days)?;
        let level = region.level.as_str();
        let earlier = written.entry((municipality.key(), level)).or_default();
        let overlaps = |(_, one): &Written<Membership>| one.validity.overlaps(validity);
        if earlier.iter().any(overlaps) {
            let what = format!("a day of {} at the level {level}", municipality.key());
            return Err(place.twice(&what));
        }
        let municipality = municipality.code.clone();
        let membership = Membership {
            municipality,
            region,
            validity,
        };
        earlier.push((place, membership));
    }
    let mut memberships = Vec::new();
    for municipality in municipalities.values() {
        for region in &municipality.member_of {
            let level = region.level.as_str();
            match written.remove(&(municipality.key(), level)) {
                Some(own) => {
                    ends_as_today(region, &own, region_days(region, regions))?;
                    memberships.extend(own.into_iter().map(|(_, membership)| membership));
                }
                None => memberships.extend(unchanged(municipality, region, regions)),
            }
        }
    }
    // What is left is about abolished municipalities.
    let left = written.into_values().flatten();
    memberships.extend(left.map(|(_, membership)| membership));
    memberships.sort_by(|one, other| order(one).cmp(&order(other)));
    Ok(memberships)
}

fn order(membership: &Membership) -> (&str, &str, Validity) {
    let level = membership.region.level.as_str();
    (membership.municipality.as_str(), level, membership.validity)
}

/// The last line of a municipality that exists has to say what its own line says of today,
/// or of the last day of a division that ended.
fn ends_as_today(
    today: &RegionKey,
    own: &[Written<Membership>],
    region_days: Option<Validity>,
) -> Result<(), Problem> {
    let last = own.iter().max_by_key(|(_, one)| one.validity);
    match last {
        Some((place, last))
            if last.region != *today
                || last.validity.last != region_days.and_then(|days| days.last) =>
        {
            let what = format!("the last line does not lead to {today} of today");
            Err(place.problem("code", what))
        }
        _ => Ok(()),
    }
}

/// What the municipality's own line says of a region, as far back as it is known. Of an
/// abolished municipality that is only the country.
fn unchanged(
    municipality: &Municipality,
    region: &RegionKey,
    regions: &Regions,
) -> Option<Membership> {
    let existence = existence(municipality);
    let known_from = KNOWN_FROM.iter().find(|(level, _)| *level == region.level);
    let region_days = region_days(region, regions)?;
    let firsts = [
        existence.first,
        known_from.map(|(_, day)| *day),
        region_days.first,
    ];
    let lasts = [existence.last, region_days.last];
    let validity = Validity {
        first: firsts.into_iter().flatten().max(),
        last: lasts.into_iter().flatten().min(),
    };
    let days = validity.first.zip(validity.last);
    let has_days = days.is_none_or(|(first, last)| first <= last);
    has_days.then(|| Membership {
        municipality: municipality.code.clone(),
        region: region.clone(),
        validity,
    })
}

/// All classes, by municipality, classification and day.
pub(super) fn classes(
    text: &str,
    municipalities: &Municipalities,
) -> Result<Vec<MunicipalityClass>, Problem> {
    let mut written =
        BTreeMap::<(RegionKey, Classification), Vec<Written<MunicipalityClass>>>::new();
    for (place, line) in lines::<ClassLine>("regions/classes.csv", text)? {
        let municipality = known(place, &line.municipality, municipalities)?;
        let (classification, words): (_, &[&str]) = match line.classification.as_str() {
            "language_status" => (Classification::LanguageStatus, &LANGUAGE_STATUSES),
            "urban_rural" => (Classification::UrbanRural, &URBAN_RURAL),
            other => {
                let expected = "one of language_status, urban_rural";
                return Err(place.wrong("classification", other, expected));
            }
        };
        let class = place.word("class", &line.class, words)?;
        let validity = validity(place, &line.valid_from, &line.valid_to)?;
        within(
            place,
            validity,
            &municipality.key(),
            existence(municipality),
        )?;
        let earlier = written
            .entry((municipality.key(), classification))
            .or_default();
        let overlaps = |(_, one): &Written<MunicipalityClass>| one.validity.overlaps(validity);
        if earlier.iter().any(overlaps) {
            let what = format!("a day of {}, {}", municipality.key(), line.classification);
            return Err(place.twice(&what));
        }
        let municipality = municipality.code.clone();
        let class = MunicipalityClass {
            municipality,
            classification,
            class,
            validity,
        };
        earlier.push((place, class));
    }
    let mut classes = Vec::new();
    for municipality in municipalities.values() {
        for classification in [Classification::LanguageStatus, Classification::UrbanRural] {
            let today = class_today(municipality, classification);
            let own = written.remove(&(municipality.key(), classification));
            if let (Some(today), Some(own)) = (today, &own) {
                class_ends_as_today(today, own)?;
            }
            let unchanged = today.map(|class| MunicipalityClass {
                municipality: municipality.code.clone(),
                classification,
                class: class.to_owned(),
                validity: Validity {
                    first: existence(municipality).first.max(Some(CLASSES_KNOWN_FROM)),
                    last: None,
                },
            });
            match own {
                Some(own) => classes.extend(own.into_iter().map(|(_, class)| class)),
                None => classes.extend(unchanged),
            }
        }
    }
    classes.sort_by(|one, other| {
        let order = |class: &MunicipalityClass| (class.classification, class.validity);
        (one.municipality.as_str(), order(one)).cmp(&(other.municipality.as_str(), order(other)))
    });
    Ok(classes)
}

fn class_ends_as_today(today: &str, own: &[Written<MunicipalityClass>]) -> Result<(), Problem> {
    let last = own.iter().max_by_key(|(_, one)| one.validity);
    match last {
        Some((place, last)) if last.class != today || last.validity.last.is_some() => {
            let what = format!("the last line does not lead to `{today}` of today");
            Err(place.problem("class", what))
        }
        _ => Ok(()),
    }
}

/// Whether `changes.csv` and the memberships tell the same: a municipality that moves was
/// in another region of the level until the day before (or the level is new), and is in
/// the new one from that day on, or what it was merged into is. And no municipality
/// changes its province without a line.
pub(super) fn check_moves(tables: &RegionTables) -> Result<(), Problem> {
    for (index, change) in tables.changes.iter().enumerate() {
        if !["province_move", "hospital_district_move"].contains(&change.kind.as_str()) {
            continue;
        }
        // The changes stand as in their file, below its header.
        let place = Place {
            file: "regions/changes.csv",
            line: index + 2,
        };
        let day = place.date("effective", &change.effective)?;
        let (moved, level) = (&change.from.code, change.to.level);
        let before = day.yesterday().ok();
        let before = before.and_then(|day| tables.member_on(moved, level, day));
        let came_from_elsewhere = match before {
            Some(before) => *before != change.to.code,
            None => change.kind != "province_move",
        };
        if !came_from_elsewhere {
            let what = format!("no line has {} elsewhere until then", change.from);
            return Err(place.problem("from_code", what));
        }
        let is_there =
            |code: &RegionCode| tables.member_on(code, level, day) == Some(&change.to.code);
        if !is_there(moved) && !tables.abolitions(moved).any(|to| is_there(&to.code)) {
            let what = format!("no line has {} in {} from then on", change.from, change.to);
            return Err(place.problem("to_code", what));
        }
    }
    for pair in tables.memberships.windows(2) {
        let [one, next] = pair else { continue };
        let moves = one.municipality == next.municipality
            && one.region.level == RegionLevel::Province
            && next.region.level == RegionLevel::Province
            && one.region != next.region;
        if moves && !is_told(tables, one, next) {
            return Err(Problem {
                file: "regions/changes.csv".to_owned(),
                place: None,
                key: String::new(),
                what: format!(
                    "no line says that municipality {} moved to {}, as regions/memberships.csv \
                     has it",
                    next.municipality, next.region
                ),
                hint: None,
            });
        }
    }
    Ok(())
}

/// Whether a change says that a municipality, or the whole of its former province, moved.
fn is_told(tables: &RegionTables, one: &Membership, next: &Membership) -> bool {
    let day = next.validity.first.map(|day| day.to_string());
    tables.changes.iter().any(|change| {
        let itself =
            change.from.level == RegionLevel::Municipality && change.from.code == one.municipality;
        day.as_ref() == Some(&change.effective)
            && change.to == next.region
            && (itself || change.from == one.region)
    })
}

fn known<'m>(
    place: Place,
    code: &str,
    municipalities: &'m Municipalities,
) -> Result<&'m Municipality, Problem> {
    let code = place.code("municipality", code)?;
    let key = RegionKey::new(RegionLevel::Municipality, code);
    municipalities
        .get(&key)
        .ok_or_else(|| place.unknown("municipality", &key))
}

fn validity(place: Place, first: &str, last: &str) -> Result<Validity, Problem> {
    let validity = Validity {
        first: optional(first, |day| place.date("valid_from", day))?,
        last: optional(last, |day| place.date("valid_to", day))?,
    };
    match (validity.first, validity.last) {
        (Some(begins), Some(ends)) if ends < begins => {
            Err(place.wrong("valid_to", last, &format!("on or after {begins}")))
        }
        _ => Ok(validity),
    }
}

fn within(
    place: Place,
    validity: Validity,
    key: &RegionKey,
    existence: Validity,
) -> Result<(), Problem> {
    if validity.is_within(existence) {
        return Ok(());
    }
    Err(place.problem("valid_from", format!("{key} did not exist all the time")))
}

fn existence(municipality: &Municipality) -> Validity {
    days(
        municipality.valid_from.as_deref(),
        municipality.valid_to.as_deref(),
    )
}

fn region_days(region: &RegionKey, regions: &Regions) -> Option<Validity> {
    let region = regions.get(region)?;
    Some(days(
        region.valid_from.as_deref(),
        region.valid_to.as_deref(),
    ))
}

/// Of days that the reader has already accepted as such.
fn days(first: Option<&str>, last: Option<&str>) -> Validity {
    let day = |text: Option<&str>| text.and_then(|text| text.parse().ok());
    Validity {
        first: day(first),
        last: day(last),
    }
}

fn class_today(municipality: &Municipality, classification: Classification) -> Option<&str> {
    match classification {
        Classification::LanguageStatus => municipality.language_status.as_deref(),
        Classification::UrbanRural => municipality.urban_rural.as_deref(),
    }
}
