//! The attack must fail on what [`protect`] leaves, and must succeed on less.

use proptest::prelude::*;

use super::attacker::{Bounds, FAR, Identity, attack};
use super::worlds::{Shape, World, world};
use super::*;

/// What the attacker may use: relations, and that a count is within its denominator.
fn identities(table: &Table) -> (Vec<Identity>, usize) {
    let mut identities: Vec<Identity> = table
        .relations
        .iter()
        .map(|relation| {
            let totals = relation.totals.iter().map(|cell| (*cell, -1));
            totals
                .chain(relation.parts.iter().map(|cell| (*cell, 1)))
                .collect()
        })
        .collect();
    let mut unknowns = table.cells.len();
    for (index, cell) in table.cells.iter().enumerate() {
        if let Some(denominator) = cell.denominator {
            identities.push(vec![(denominator, -1), (index, 1), (unknowns, 1)]);
            unknowns += 1;
        }
    }
    (identities, unknowns)
}

/// What is published of a table, as bounds of every count.
fn published(table: &Table, hidden: &[Option<Reason>], limits: &Limits) -> Vec<Bounds> {
    let limit = i64::from(limits.denominator);
    table
        .cells
        .iter()
        .zip(hidden)
        .map(|(cell, reason)| match reason.map(Reason::status) {
            None => Bounds::exactly(i64::from(cell.count)),
            Some(Status::BelowRespondentLimit) => Bounds {
                low: 0,
                high: limit,
            },
            // Of a denominator the status says that it is above the limit.
            Some(_) if cell.is_denominator => Bounds {
                low: limit + 1,
                high: FAR,
            },
            Some(_) => Bounds { low: 0, high: FAR },
        })
        .collect()
}

/// The hidden counts that the attacker knows more closely than the protection allows.
fn recovered(table: &Table, known: &[Bounds], hidden: &[bool], limits: &Limits) -> Vec<usize> {
    let (identities, unknowns) = identities(table);
    let mut bounds = known.to_vec();
    bounds.resize(unknowns, Bounds { low: 0, high: FAR });
    let found = attack(&identities, &bounds).expect("a true table contradicts nothing");
    for (cell, bounds) in table.cells.iter().zip(&found) {
        let count = i64::from(cell.count);
        assert!(
            bounds.low <= count && count <= bounds.high,
            "a sound attack"
        );
    }
    (0..hidden.len())
        .filter(|cell| hidden[*cell] && found[*cell].width() < limits.width())
        .collect()
}

fn attack_on(table: &Table, hidden: &[Option<Reason>], limits: &Limits) -> Vec<usize> {
    let known = published(table, hidden, limits);
    let is_hidden: Vec<bool> = hidden.iter().map(Option::is_some).collect();
    recovered(table, &known, &is_hidden, limits)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn nothing_hidden_can_be_worked_out(world in world()) {
        let limits = Limits::default();
        let protected = protect(&world.table, &limits);
        prop_assert_eq!(&protected.exposed, &Vec::<usize>::new());
        let recovered = attack_on(&world.table, &protected.hidden, &limits);
        prop_assert_eq!(recovered, Vec::<usize>::new());
        for (index, cell) in world.table.cells.iter().enumerate() {
            if protected.hidden[index].is_none() {
                prop_assert!(cell.count > limits.numerator);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    /// First the provinces alone were published, then also the municipalities; or the other
    /// way round. What both say together gives nothing away.
    #[test]
    fn an_earlier_release_does_not_help(world in world(), provinces_first in any::<bool>()) {
        let limits = Limits::default();
        let is_first = |at: &[usize]| (at[0] <= 2) == provinces_first || at[0] == 1;
        let first: Vec<bool> = world.cells.keys().map(|at| is_first(at)).collect();
        // The first release: the same counts, without those that did not exist yet.
        let early = part_of(&world.table, &first);
        let early_hidden = protect(&early.table, &limits).hidden;
        let mut table = world.table.clone();
        for (at, index) in early.indices.iter().enumerate() {
            table.cells[*index].known_before = early_hidden[at].is_none();
        }
        let protected = protect(&table, &limits);
        let mut known = published(&table, &protected.hidden, &limits);
        for (index, cell) in table.cells.iter().enumerate() {
            if cell.known_before {
                known[index] = Bounds::exactly(i64::from(cell.count));
            }
        }
        let secret: Vec<bool> = protected
            .hidden
            .iter()
            .enumerate()
            .map(|(index, reason)| {
                reason.is_some()
                    && !table.cells[index].known_before
                    && !protected.exposed.contains(&index)
            })
            .collect();
        prop_assert_eq!(recovered(&table, &known, &secret, &limits), Vec::<usize>::new());
    }
}

struct Part {
    table: Table,
    indices: Vec<usize>,
}

/// The counts of `table` that `takes` names, with the relations that are whole among them.
fn part_of(table: &Table, takes: &[bool]) -> Part {
    let indices: Vec<usize> = (0..takes.len()).filter(|index| takes[*index]).collect();
    let place = |index: &usize| indices.binary_search(index).ok();
    let places = |cells: &[usize]| cells.iter().map(place).collect::<Option<Vec<_>>>();
    let cells = indices.iter().map(|index| {
        let cell = &table.cells[*index];
        Cell {
            denominator: cell.denominator.and_then(|denominator| place(&denominator)),
            ..cell.clone()
        }
    });
    let relations = table.relations.iter().filter_map(|relation| {
        Some(Relation {
            totals: places(&relation.totals)?,
            parts: places(&relation.parts)?,
        })
    });
    Part {
        table: Table {
            cells: cells.collect(),
            relations: relations.collect(),
            series: Vec::new(),
        },
        indices: indices.clone(),
    }
}

/// 3 of a province's 60 said so; hiding only them is undone by a subtraction.
#[test]
fn the_attack_breaks_a_suppression_of_small_counts_alone() {
    let limits = Limits::default();
    let shape = Shape {
        municipalities: 0,
        groups: 2,
        answers: 3,
        waves: 1,
    };
    let world = World::new(shape, &[3, 30, 27, 25, 35, 20, 40, 22, 31, 28, 19, 26]);
    let naive = primary(&world.table, &limits);
    assert_eq!(naive.iter().flatten().count(), 1);
    assert_eq!(attack_on(&world.table, &naive, &limits).len(), 1);
    let protected = protect(&world.table, &limits);
    assert_eq!(attack_on(&world.table, &protected.hidden, &limits), [0; 0]);
    let published = protected.hidden.iter().filter(|reason| reason.is_none());
    assert!(
        published.count() * 2 > world.table.cells.len(),
        "most of it is still worth publishing"
    );
}

/// The rule for single relations (step 3) alone is broken too, on some tables: that is what
/// the witnesses are for.
#[test]
fn the_attack_breaks_what_looks_at_one_relation_at_a_time() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let limits = Limits::default();
    let mut runner = TestRunner::deterministic();
    let broken = (0..300)
        .filter(|_| {
            let world = world().new_tree(&mut runner).unwrap().current();
            let mut hidden = primary(&world.table, &limits);
            secondary::Secondary::new(&world.table, &limits).hide(&mut hidden);
            !attack_on(&world.table, &hidden, &limits).is_empty()
        })
        .count();
    assert!(broken > 10, "{broken} of 300 tables were broken");
}

/// What was once published cannot be taken back, and the attacker who kept it finds what a
/// careless second release hides.
#[test]
fn the_attack_uses_an_earlier_release() {
    let limits = Limits::default();
    let table = one_sum(&[3, 40, 20, 30]);
    let careless = protect(&table, &limits).hidden;
    let mut known = published(&table, &careless, &limits);
    known[3] = Bounds::exactly(20);
    let secret: Vec<bool> = careless.iter().map(Option::is_some).collect();
    assert!(recovered(&table, &known, &secret, &limits).contains(&1));
}
