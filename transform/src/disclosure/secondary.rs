//! Step 3: what has to be hidden beside the small counts, relation by relation, and which.

use std::collections::{BTreeSet, VecDeque};

use super::{Limits, Reason, Relation, Table};

/// Hides one more term of every relation that gives a hidden one away, until none does.
pub(super) fn hide(table: &Table, limits: &Limits, hidden: &mut [Option<Reason>]) {
    loop {
        let before = hidden.iter().flatten().count();
        hide_with_denominator(table, hidden);
        for relation in &table.relations {
            while is_open(table, limits, hidden, relation) {
                let Some(cell) = least_worth(table, limits, hidden, [relation]) else {
                    break;
                };
                hidden[cell] = Some(Reason::Secondary);
            }
        }
        if hidden.iter().flatten().count() == before {
            return;
        }
    }
}

/// Of the published counts that are bound to `cell`, directly or over others that are
/// hidden, the one to hide next; `None` where there is none left.
pub(super) fn one_more(
    table: &Table,
    limits: &Limits,
    hidden: &[Option<Reason>],
    cell: usize,
) -> Option<usize> {
    let mut seen = BTreeSet::from([cell]);
    let mut waiting = VecDeque::from([cell]);
    while let Some(cell) = waiting.pop_front() {
        let relations = || {
            let all = table.relations.iter();
            all.filter(move |relation| relation.terms().any(|(term, _)| term == cell))
        };
        let denominator = table.cells[cell].denominator;
        let denominator = denominator
            .filter(|other| hidden[*other].is_none() && !table.cells[*other].known_before);
        if let Some(found) = least_worth(table, limits, hidden, relations()).or(denominator) {
            return Some(found);
        }
        for (term, _) in relations().flat_map(Relation::terms) {
            if hidden[term].is_some() && seen.insert(term) {
                waiting.push_back(term);
            }
        }
    }
    None
}

/// A share says what its denominator is, so it goes with it.
fn hide_with_denominator(table: &Table, hidden: &mut [Option<Reason>]) {
    for index in 0..table.cells.len() {
        let denominator = table.cells[index].denominator;
        if denominator.is_some_and(|denominator| hidden[denominator].is_some()) {
            hidden[index].get_or_insert(Reason::Secondary);
        }
    }
}

/// Whether a relation alone says what a hidden term is, or that all of them are small.
fn is_open(table: &Table, limits: &Limits, hidden: &[Option<Reason>], relation: &Relation) -> bool {
    let is_unknown = |cell: usize| hidden[cell].is_some() && !table.cells[cell].known_before;
    let unknown = |side: &[usize]| -> Vec<u32> {
        let cells = side.iter().filter(|cell| is_unknown(**cell));
        cells.map(|cell| table.cells[*cell].count).collect()
    };
    let sides = [unknown(&relation.totals), unknown(&relation.parts)];
    match sides.each_ref().map(Vec::len) {
        [0, 0] => false,
        [0, 1] | [1, 0] => true,
        // All on one side: their sum is known.
        [0, _] | [_, 0] => {
            let sum: u64 = sides.iter().flatten().copied().map(u64::from).sum();
            sum <= u64::from(limits.numerator)
        }
        _ => false,
    }
}

/// The published count that is least worth keeping. Among equals one that is large enough
/// to hide something behind it, and of these the smallest.
fn least_worth<'a>(
    table: &Table,
    limits: &Limits,
    hidden: &[Option<Reason>],
    relations: impl IntoIterator<Item = &'a Relation>,
) -> Option<usize> {
    relations
        .into_iter()
        .flat_map(Relation::terms)
        .map(|(cell, _)| cell)
        .filter(|cell| hidden[*cell].is_none() && !table.cells[*cell].known_before)
        .min_by_key(|index| {
            let cell = &table.cells[*index];
            let is_small = i64::from(cell.count) < limits.width();
            (cell.keep, is_small, cell.count, *index)
        })
}
