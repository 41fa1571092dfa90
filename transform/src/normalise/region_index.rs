//! The region list of one sweep: from the source's ids to levels and codes.

use std::collections::HashMap;

use botnia_config::RegionTables;
use botnia_model::{FindingKind, Findings, Region};

use crate::release::table_regions;

/// The regions of one sweep, found by the id that the source uses in its rows.
///
/// Ids are not eternal (whole levels have been renumbered), so an index belongs to the
/// figures of its own sweep and to no others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegionIndex {
    regions: Vec<Region>,
    by_source_id: HashMap<String, Entry>,
    findings: Findings,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Entry {
    Region(usize),
    UnknownCategory,
    Contradictory,
}

impl RegionIndex {
    /// The region that the source calls `source_id`, if the list has it under a category
    /// that botnia knows.
    pub fn get(&self, source_id: &str) -> Option<&Region> {
        self.position(source_id)
            .and_then(|position| self.regions.get(position))
    }

    /// The regions, sorted by level and code, each once.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// What was odd about the list itself.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The place of a region in [`Self::regions`].
    pub(super) fn position(&self, source_id: &str) -> Option<usize> {
        match self.by_source_id.get(source_id) {
            Some(Entry::Region(position)) => Some(*position),
            _ => None,
        }
    }

    /// Why a row of that id cannot be taken.
    pub(super) fn reason_without(&self, source_id: &str) -> FindingKind {
        match self.by_source_id.get(source_id) {
            Some(Entry::UnknownCategory) => FindingKind::UnknownRegionCategory,
            _ => FindingKind::UnknownRegion,
        }
    }
}

/// Every region that the tables have, under its own id.
pub(super) fn of_tables(tables: &RegionTables) -> RegionIndex {
    let mut regions: Vec<Region> = table_regions(tables)
        .map(|region| Region {
            // The id is botnia's own: what a source calls it is in the figures alone.
            source_region_id: None,
            ..region
        })
        .collect();
    regions.sort_by(|left, right| left.key.cmp(&right.key));
    let by_source_id = regions
        .iter()
        .enumerate()
        .map(|(position, region)| (region.key.id().to_string(), Entry::Region(position)))
        .collect();
    RegionIndex {
        regions,
        by_source_id,
        findings: Findings::default(),
    }
}

/// Collects a region list in the source's order.
#[derive(Debug, Default)]
pub(super) struct RegionIndexBuilder {
    listed: Vec<(String, Region)>,
    by_source_id: HashMap<String, Entry>,
    findings: Findings,
}

impl RegionIndexBuilder {
    /// Adds a finding on the list.
    pub(super) fn find(&mut self, kind: FindingKind, example: impl FnOnce() -> String) {
        self.findings.add(kind, example);
    }

    /// Adds a region of a category that botnia does not know.
    pub(super) fn add_unknown(&mut self, source_id: String, category: &str) {
        self.findings.add(FindingKind::UnknownRegionCategory, || {
            format!("id {source_id}: category {category}")
        });
        self.by_source_id
            .entry(source_id)
            .or_insert(Entry::UnknownCategory);
    }

    /// Adds a region. The same id with another level or code cannot be decided: neither
    /// is taken. Of two ids for the same level and code the first is taken.
    pub(super) fn add(&mut self, source_id: String, region: Region) {
        let duplicate = || format!("id {source_id}: {}", region.key);
        if let Some(entry) = self.by_source_id.get_mut(&source_id) {
            self.findings.add(FindingKind::DuplicateRegion, duplicate);
            let same = match *entry {
                Entry::Region(position) => self.listed[position].1.key == region.key,
                Entry::UnknownCategory | Entry::Contradictory => false,
            };
            if !same {
                *entry = Entry::Contradictory;
            }
        } else if self.listed.iter().any(|(_, other)| other.key == region.key) {
            self.findings.add(FindingKind::DuplicateRegion, duplicate);
        } else {
            self.by_source_id
                .insert(source_id.clone(), Entry::Region(self.listed.len()));
            self.listed.push((source_id, region));
        }
    }

    /// The index, with the regions in their published order.
    pub(super) fn finish(self) -> RegionIndex {
        let Self {
            mut listed,
            mut by_source_id,
            findings,
        } = self;
        listed.retain(|(id, _)| matches!(by_source_id.get(id), Some(Entry::Region(_))));
        listed.sort_by(|(_, left), (_, right)| left.key.cmp(&right.key));
        let regions = listed
            .into_iter()
            .enumerate()
            .map(|(position, (source_id, region))| {
                by_source_id.insert(source_id, Entry::Region(position));
                region
            })
            .collect();
        RegionIndex {
            regions,
            by_source_id,
            findings,
        }
    }
}
