//! Tables to protect and to attack: surveys with a country, provinces, municipalities,
//! groups of respondents, answers and waves, additive to the last person.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// One survey and where its counts stand.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) table: Table,
    pub(super) cells: BTreeMap<Vec<usize>, usize>,
}

/// How a survey is divided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Municipalities of each of two provinces; 0: the provinces are the leaves.
    pub(super) municipalities: usize,
    pub(super) groups: usize,
    pub(super) answers: usize,
    pub(super) waves: usize,
}

/// The country 0, the provinces 1 and 2, then the municipalities.
fn regions(shape: Shape) -> (Dimension, Vec<usize>) {
    let mut sums = vec![(0, vec![1, 2])];
    let count = shape.municipalities;
    if count == 0 {
        return (Dimension { sums }, vec![1, 2]);
    }
    sums.push((1, (3..3 + count).collect()));
    sums.push((2, (3 + count..3 + 2 * count).collect()));
    (Dimension { sums }, (3..3 + 2 * count).collect())
}

/// The total 0 and its parts, or nothing to add up.
fn flat(parts: usize) -> (Dimension, Vec<usize>) {
    let members: Vec<usize> = (1..=parts).collect();
    let sums = vec![(0, members.clone())];
    (Dimension { sums }, members)
}

impl World {
    /// From the counts of the leaves, in the order of their coordinates.
    pub(super) fn new(shape: Shape, leaves: &[u32]) -> Self {
        let parts = [
            regions(shape),
            flat(shape.groups),
            flat(shape.answers),
            (Dimension::default(), (0..shape.waves).collect()),
        ];
        let (dimensions, members): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let mut counts: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
        let mut leaf = leaves.iter().copied().cycle();
        for region in &members[0] {
            for group in &members[1] {
                for answer in &members[2] {
                    for wave in &members[3] {
                        let count = leaf.next().unwrap_or_default();
                        counts.insert(vec![*region, *group, *answer, *wave], count);
                    }
                }
            }
        }
        for (place, dimension) in dimensions.iter().enumerate() {
            for (sum, parts) in dimension.sums.iter().rev() {
                let added: Vec<_> = counts
                    .iter()
                    .filter(|(at, _)| parts.contains(&at[place]))
                    .map(|(at, count)| {
                        let mut at = at.clone();
                        at[place] = *sum;
                        (at, *count)
                    })
                    .collect();
                for (at, count) in added {
                    *counts.entry(at).or_default() += count;
                }
            }
        }
        let cells: BTreeMap<Vec<usize>, usize> = counts.keys().cloned().zip(0..).collect();
        let of_total = |at: &[usize]| {
            let mut at = at.to_vec();
            at[2] = 0;
            cells[&at]
        };
        let keep = |at: &[usize]| {
            let region = match at[0] {
                0 => 2,
                1 | 2 => 1,
                _ => 0,
            };
            region + 3 * u32::from(at[1] == 0) + 6 * u32::from(at[2] == 0)
        };
        let table = Table {
            cells: counts
                .iter()
                .map(|(at, count)| Cell {
                    count: *count,
                    denominator: (at[2] != 0).then(|| of_total(at)),
                    is_denominator: at[2] == 0,
                    keep: keep(at),
                    known_before: false,
                })
                .collect(),
            relations: Dimensions(dimensions.clone()).relations(&cells),
            series: Dimensions(dimensions).series(3, &cells),
        };
        Self { table, cells }
    }
}

pub(super) fn shape() -> impl Strategy<Value = Shape> {
    (0_usize..3, 1_usize..4, 2_usize..4, 1_usize..3).prop_map(
        |(municipalities, groups, answers, waves)| Shape {
            municipalities,
            groups,
            answers,
            waves,
        },
    )
}

/// Surveys in which small counts are common.
pub(super) fn world() -> impl Strategy<Value = World> {
    let count = prop_oneof![2 => 0_u32..6, 3 => 4_u32..40, 1 => 30_u32..200];
    (shape(), vec(count, 72)).prop_map(|(shape, leaves)| World::new(shape, &leaves))
}
