//! From the dimensions of a survey to the relations between its counts.

use std::collections::BTreeMap;

use super::Relation;

/// One dimension: groups of respondents, answers, regions, waves. Its members are numbered
/// from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dimension {
    /// Members that are the sum of others: the member and its parts. A member can be
    /// divided in several ways (a country into provinces and into counties), each an entry.
    pub sums: Vec<(usize, Vec<usize>)>,
}

/// All dimensions of a survey, in the order of the coordinates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dimensions(pub Vec<Dimension>);

impl Dimensions {
    /// What the counts at these coordinates add up to. `cells` gives each coordinate, a
    /// member for each dimension, the index of its count. A part that has no count there is
    /// replaced by its own parts; a sum is taken for complete even where parts are missing
    /// altogether, because who attacks may know that nobody is in them.
    pub fn relations(&self, cells: &BTreeMap<Vec<usize>, usize>) -> Vec<Relation> {
        let mut relations = Vec::new();
        for (coordinates, total) in cells {
            for (place, dimension) in self.0.iter().enumerate() {
                let sums = dimension.sums.iter();
                for (_, members) in sums.filter(|(sum, _)| *sum == coordinates[place]) {
                    let mut parts = Vec::new();
                    let depth = dimension.sums.len();
                    for member in members {
                        dimension.nearest(*member, depth, &mut |member| {
                            let mut part = coordinates.clone();
                            part[place] = member;
                            let found = cells.get(&part);
                            parts.extend(found);
                            found.is_some()
                        });
                    }
                    parts.sort_unstable();
                    parts.dedup();
                    if !parts.is_empty() {
                        relations.push(Relation {
                            totals: vec![*total],
                            parts,
                        });
                    }
                }
            }
        }
        relations
    }

    /// The counts that differ only in the dimension at `place`, in the order of its
    /// members: the points of series where that is time.
    pub fn series(&self, place: usize, cells: &BTreeMap<Vec<usize>, usize>) -> Vec<Vec<usize>> {
        let mut series: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (coordinates, cell) in cells {
            let mut others = coordinates.clone();
            others.remove(place);
            series.entry(others).or_default().push(*cell);
        }
        series.into_values().collect()
    }
}

impl Dimension {
    /// Tries `take` on a member, and where it does not take it, on its parts. `depth` bounds
    /// how often: a member that is a part of itself has no end.
    fn nearest(&self, member: usize, depth: usize, take: &mut impl FnMut(usize) -> bool) {
        if take(member) || depth == 0 {
            return;
        }
        let division = self.sums.iter().find(|(sum, _)| *sum == member);
        for part in division.into_iter().flat_map(|(_, parts)| parts) {
            self.nearest(*part, depth - 1, take);
        }
    }
}
