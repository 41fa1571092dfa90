//! Groups of regions that the operator made, and regions that the operator wants files of:
//! read, and checked against the region tables.

use std::collections::BTreeSet;

use botnia_model::{RegionCode, RegionKey, RegionLevel, Text};
use serde::{Deserialize, Serialize};

use super::file::GroupFile;
use crate::document::Document;
use crate::problem::nearest;
use crate::region_tables::{Municipality, RegionTables};

/// A group of regions that is published as a region of the level `custom`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomGroup {
    /// Its code: `pohjanmaat`.
    pub id: RegionCode,
    /// Its name. The Finnish one stands where the settings have none in a language.
    pub name: Text,
    /// Regions of today that consist of Finnish municipalities, none of them within
    /// another; at least one.
    pub members: Vec<RegionKey>,
}

impl CustomGroup {
    /// Level and code: the region as which it is published.
    pub fn key(&self) -> RegionKey {
        RegionKey::new(RegionLevel::Custom, self.id.clone())
    }
}

/// The groups of the file. Reports everything that is wrong with them.
pub(super) fn groups(document: &mut Document<'_>, files: Vec<GroupFile>) -> Vec<CustomGroup> {
    let mut reader = GroupReader {
        document,
        candidates: candidates(RegionTables::builtin()),
    };
    let mut ids = BTreeSet::new();
    let mut groups = Vec::new();
    for (index, file) in files.into_iter().enumerate() {
        let path = format!("group[{}]", index + 1);
        if !ids.insert(file.id.clone()) {
            let what = format!("another group has the id `{}`", file.id);
            let hint = "give each group an id of its own";
            reader.report(&format!("{path}.id"), what, Some(hint.to_owned()));
        }
        groups.extend(reader.group(&path, file));
    }
    groups
}

/// The regions that get files of their own: those of the list, with their municipalities.
/// Reports those that there are none of.
pub(super) fn packages(
    document: &mut Document<'_>,
    asked: Option<Vec<String>>,
) -> Option<BTreeSet<RegionKey>> {
    let asked = asked?;
    let mut reader = GroupReader {
        document,
        candidates: candidates(RegionTables::builtin()),
    };
    let mut packages = BTreeSet::new();
    if asked.is_empty() {
        let hint = "leave it out: then every region gets files of its own";
        reader.report(
            "regions.packages",
            "must not be empty",
            Some(hint.to_owned()),
        );
    }
    for (index, id) in asked.iter().enumerate() {
        let key = format!("regions.packages[{}]", index + 1);
        let mut candidates = reader.candidates.iter();
        let position = candidates.position(|candidate| candidate.id == *id);
        if let Some((what, hint)) = reader.objection(id, position, &[]) {
            reader.report(&key, what, Some(hint));
        } else if let Some(position) = position {
            let candidate = &reader.candidates[position];
            packages.insert(candidate.key.clone());
            packages.extend(candidate.municipalities.iter().cloned());
        }
    }
    Some(packages)
}

/// A region that may be asked for as a member.
struct Candidate {
    key: RegionKey,
    id: String,
    name: Text,
    valid_to: Option<String>,
    /// Today's municipalities in it.
    municipalities: BTreeSet<RegionKey>,
}

impl Candidate {
    /// "`MK15` (Pohjanmaa)".
    fn described(&self) -> String {
        format!("`{}` ({})", self.id, self.name.fi)
    }
}

fn candidates(tables: &RegionTables) -> Vec<Candidate> {
    let current = || {
        let municipalities = tables.municipalities.iter();
        municipalities.filter(|municipality| municipality.valid_to.is_none())
    };
    let municipalities = tables.municipalities.iter().map(|municipality| Candidate {
        key: municipality.key(),
        id: municipality.key().id().to_string(),
        name: municipality.name.clone(),
        valid_to: municipality.valid_to.clone(),
        municipalities: BTreeSet::from([municipality.key()]),
    });
    let others = tables.regions.iter().map(|region| Candidate {
        key: region.key.clone(),
        id: region.key.id().to_string(),
        name: region.name.clone(),
        valid_to: region.valid_to.clone(),
        municipalities: current()
            .filter(|municipality| municipality.member_of.contains(&region.key))
            .map(Municipality::key)
            .collect(),
    });
    municipalities.chain(others).collect()
}

struct GroupReader<'d, 't> {
    document: &'d mut Document<'t>,
    candidates: Vec<Candidate>,
}

impl GroupReader<'_, '_> {
    fn report(&mut self, key: &str, what: impl Into<String>, hint: Option<String>) {
        self.document.report(key, what, hint);
    }

    fn group(&mut self, path: &str, file: GroupFile) -> Option<CustomGroup> {
        let id = file.id.parse();
        if let Err(error) = &id {
            let what = format!("{error}");
            self.report(&format!("{path}.id"), what, None);
        }
        if file.name.fi.trim().is_empty() {
            let hint = "write name = { fi = \"…\", sv = \"…\", en = \"…\" }";
            let key = format!("{path}.name");
            self.report(&key, "has no Finnish text", Some(hint.to_owned()));
        }
        if file.members.is_empty() {
            let hint = "write the ids of regions: [\"MK14\", \"MK15\"]";
            let key = format!("{path}.members");
            self.report(&key, "must not be empty", Some(hint.to_owned()));
        }
        // Positions among the candidates.
        let mut members = Vec::<usize>::new();
        for (index, member) in file.members.iter().enumerate() {
            let key = format!("{path}.members[{}]", index + 1);
            let position = self
                .candidates
                .iter()
                .position(|candidate| candidate.id == *member);
            match self.objection(member, position, &members) {
                Some((what, hint)) => self.report(&key, what, Some(hint)),
                None => members.extend(position),
            }
        }
        let or_finnish = |text: String| match text.trim() {
            "" => file.name.fi.clone(),
            _ => text,
        };
        Some(CustomGroup {
            id: id.ok()?,
            name: Text {
                sv: or_finnish(file.name.sv),
                en: or_finnish(file.name.en),
                fi: file.name.fi.clone(),
            },
            members: members
                .into_iter()
                .map(|position| self.candidates[position].key.clone())
                .collect(),
        })
    }

    /// Why a region cannot be a member beside those that are, and what to write instead.
    fn objection(
        &self,
        member: &str,
        position: Option<usize>,
        members: &[usize],
    ) -> Option<(String, String)> {
        let Some(position) = position else {
            return Some((format!("unknown region `{member}`"), self.meant(member)));
        };
        let candidate = &self.candidates[position];
        let leave_out = "leave it out of the list".to_owned();
        if let Some(last) = &candidate.valid_to {
            let what = format!("{} ended on {last}", candidate.described());
            return Some((what, "name a region that exists today".to_owned()));
        }
        if candidate.municipalities.is_empty() {
            let what = format!(
                "{} does not consist of Finnish municipalities",
                candidate.described()
            );
            return Some((what, leave_out));
        }
        if members.contains(&position) {
            return Some((
                format!("{} stands there twice", candidate.described()),
                leave_out,
            ));
        }
        members.iter().find_map(|other| {
            let other = &self.candidates[*other];
            let mut shared = other.municipalities.intersection(&candidate.municipalities);
            let first = shared.next()?;
            let municipality = self
                .candidates
                .iter()
                .find(|known| known.key == *first)
                .map_or(first.code.as_str(), |known| known.name.fi.as_str());
            let more = match shared.count() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let what = format!(
                "{} overlaps {}: both have {municipality}{more}, which would be counted twice",
                candidate.described(),
                other.described()
            );
            Some((what, "leave one of the two out".to_owned()))
        })
    }

    /// The regions that `member` names without saying which level, or the nearest id.
    fn meant(&self, member: &str) -> String {
        let wanted = member.to_lowercase();
        let is_named = |candidate: &&Candidate| {
            candidate.key.code.as_str() == member
                || [&candidate.name.fi, &candidate.name.sv, &candidate.name.en]
                    .iter()
                    .any(|name| name.to_lowercase() == wanted)
        };
        let possible = |candidate: &&Candidate| {
            candidate.valid_to.is_none() && !candidate.municipalities.is_empty()
        };
        let usable = || self.candidates.iter().filter(possible);
        let named: Vec<_> = usable()
            .filter(is_named)
            .map(Candidate::described)
            .collect();
        if !named.is_empty() {
            return format!("did you mean {}?", named.join(" or "));
        }
        let ids = usable().map(|candidate| candidate.id.as_str());
        let nearest =
            nearest(member, ids).and_then(|id| usable().find(|candidate| candidate.id == id));
        match nearest {
            Some(candidate) => format!("did you mean {}?", candidate.described()),
            None => "write ids of regions: \"MK14\" is a province, \"HVA16\" a wellbeing \
                     services county, \"KU743\" a municipality"
                .to_owned(),
        }
    }
}
