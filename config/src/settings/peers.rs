//! With which regions one is compared: read, and checked against the region tables.

use std::collections::BTreeSet;

use botnia_model::{PeerMethod, RegionKey, RegionLevel};
use serde::{Deserialize, Serialize};

use super::file::PeersFile;
use crate::document::Document;
use crate::problem::{nearest, suggestion};
use crate::region_tables::RegionTables;

/// What the settings say of the peers of a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionPeers {
    /// The region: a municipality, a province or a wellbeing services county of today.
    pub region: RegionKey,
    /// How its peers are found.
    pub rule: PeerRule,
}

/// How the peers of a region are found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerRule {
    /// These regions of its level, at least one and none twice, in the order of the
    /// settings.
    Chosen(Vec<RegionKey>),
    /// The municipalities that share a border with it.
    Neighbours,
    /// The municipalities that are nearest to it by their structure.
    Nearest,
}

/// The levels of which regions can be compared.
const LEVELS: [RegionLevel; 3] = [
    RegionLevel::Municipality,
    RegionLevel::Province,
    RegionLevel::WellbeingCounty,
];

/// The peers of the file. Reports everything that is wrong with them.
pub(super) fn peers(document: &mut Document<'_>, files: Vec<PeersFile>) -> Vec<RegionPeers> {
    let mut reader = PeerReader {
        document,
        candidates: candidates(RegionTables::builtin()),
    };
    let mut regions = BTreeSet::new();
    let mut peers = Vec::new();
    for (index, file) in files.into_iter().enumerate() {
        let path = format!("peers[{}]", index + 1);
        if !regions.insert(file.region.clone()) {
            let what = format!("the peers of `{}` are given twice", file.region);
            let hint = "leave one of the two tables out";
            reader.report(&format!("{path}.region"), what, Some(hint));
        }
        peers.extend(reader.peers(&path, &file));
    }
    peers
}

/// A region that exists today and can be compared.
struct Candidate {
    key: RegionKey,
    id: String,
}

fn candidates(tables: &RegionTables) -> Vec<Candidate> {
    let municipalities = tables.municipalities.iter();
    let municipalities = municipalities
        .filter(|municipality| municipality.valid_to.is_none())
        .map(crate::region_tables::Municipality::key);
    let others = tables.regions.iter();
    let others = others
        .filter(|region| region.valid_to.is_none() && LEVELS.contains(&region.key.level))
        .map(|region| region.key.clone());
    municipalities
        .chain(others)
        .map(|key| Candidate {
            id: key.id().to_string(),
            key,
        })
        .collect()
}

struct PeerReader<'d, 't> {
    document: &'d mut Document<'t>,
    candidates: Vec<Candidate>,
}

impl PeerReader<'_, '_> {
    fn report(&mut self, key: &str, what: impl Into<String>, hint: Option<&str>) {
        self.document.report(key, what, hint.map(str::to_owned));
    }

    /// The region with an id, reported where there is none.
    fn region(&mut self, key: &str, id: &str) -> Option<RegionKey> {
        if let Some(candidate) = self.candidates.iter().find(|one| one.id == id) {
            return Some(candidate.key.clone());
        }
        let hint = if id.bytes().all(|byte| byte.is_ascii_digit()) {
            None
        } else {
            nearest(id, self.candidates.iter().map(|one| one.id.as_str()))
        };
        let hint = hint.map_or_else(
            || {
                "write the id with its level: \"KU743\" is a municipality, \"MK14\" a province, \
                 \"HVA16\" a wellbeing services county"
                    .to_owned()
            },
            |near| format!("did you mean `{near}`?"),
        );
        let what =
            format!("`{id}` is no municipality, province or wellbeing services county of today");
        self.report(key, what, Some(&hint));
        None
    }

    fn peers(&mut self, path: &str, file: &PeersFile) -> Option<RegionPeers> {
        let at = |key: &str| format!("{path}.{key}");
        let region = self.region(&at("region"), &file.region);
        let rule = match (&file.chosen, file.method.as_deref()) {
            (Some(_), Some(_)) => {
                let what = "has both `chosen` and `method`";
                self.report(path, what, Some("leave one of the two out"));
                None
            }
            (None, None) => {
                let what = "has neither `chosen` nor `method`";
                let hint = "write chosen = [\"KU743\", …], method = \"neighbours\" or \
                            method = \"nearest\"";
                self.report(path, what, Some(hint));
                None
            }
            (Some(chosen), None) => self.chosen(&at("chosen"), region.as_ref(), chosen),
            (None, Some(method)) => self.method(&at("method"), region.as_ref(), method),
        };
        Some(RegionPeers {
            region: region?,
            rule: rule?,
        })
    }

    fn chosen(
        &mut self,
        key: &str,
        region: Option<&RegionKey>,
        chosen: &[String],
    ) -> Option<PeerRule> {
        if chosen.is_empty() {
            self.report(
                key,
                "must not be empty",
                Some("name regions, or leave the table out"),
            );
        }
        let mut peers = Vec::new();
        for (index, id) in chosen.iter().enumerate() {
            let key = format!("{key}[{}]", index + 1);
            let Some(peer) = self.region(&key, id) else {
                continue;
            };
            let leave_out = Some("leave it out of the list");
            if peers.contains(&peer) {
                self.report(&key, format!("`{id}` stands there twice"), leave_out);
            } else if region == Some(&peer) {
                self.report(&key, format!("`{id}` is the region itself"), leave_out);
            } else if region.is_some_and(|region| region.level != peer.level) {
                let what = format!("`{id}` is not of the level of the region");
                self.report(&key, what, leave_out);
            } else {
                peers.push(peer);
            }
        }
        (!peers.is_empty()).then_some(PeerRule::Chosen(peers))
    }

    fn method(&mut self, key: &str, region: Option<&RegionKey>, method: &str) -> Option<PeerRule> {
        let rule = match method.parse() {
            Ok(PeerMethod::Neighbours) => PeerRule::Neighbours,
            Ok(PeerMethod::Nearest) => PeerRule::Nearest,
            Ok(PeerMethod::Chosen) | Err(_) => {
                let known = [PeerMethod::Neighbours, PeerMethod::Nearest].map(PeerMethod::as_str);
                let what = format!("unknown method `{method}`");
                self.report(key, what, Some(&suggestion(method, &known)));
                return None;
            }
        };
        if region.is_some_and(|region| region.level != RegionLevel::Municipality) {
            let what = format!("`{method}` finds peers of municipalities only");
            let hint = "name the peers: chosen = [\"MK15\", …]";
            self.report(key, what, Some(hint));
            return None;
        }
        Some(rule)
    }
}
