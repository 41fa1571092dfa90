//! Step 3: what has to be hidden beside the small counts, relation by relation, and which.

use std::collections::{BTreeSet, VecDeque};

use super::{Limits, Reason, Relation, Table};

/// A table, and which relations each of its cells is in.
pub(super) struct Secondary<'a> {
    table: &'a Table,
    limits: &'a Limits,
    relations_of: Vec<Vec<usize>>,
}

impl<'a> Secondary<'a> {
    pub(super) fn new(table: &'a Table, limits: &'a Limits) -> Self {
        Self {
            table,
            limits,
            relations_of: table.relations_of(),
        }
    }

    /// Hides one more term of every relation that gives a hidden one away, until none does.
    pub(super) fn hide(&self, hidden: &mut [Option<Reason>]) {
        loop {
            let before = hidden.iter().flatten().count();
            self.hide_with_denominator(hidden);
            for relation in &self.table.relations {
                while self.is_open(hidden, relation) {
                    let Some(cell) = self.least_worth(hidden, [relation]) else {
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
    pub(super) fn one_more(&self, hidden: &[Option<Reason>], cell: usize) -> Option<usize> {
        let mut seen = BTreeSet::from([cell]);
        let mut waiting = VecDeque::from([cell]);
        while let Some(cell) = waiting.pop_front() {
            let denominator = self.table.cells[cell]
                .denominator
                .filter(|other| hidden[*other].is_none() && !self.table.cells[*other].known_before);
            let beside = self.least_worth(hidden, self.relations(cell));
            if let Some(found) = beside.or(denominator) {
                return Some(found);
            }
            for (term, _) in self.relations(cell).flat_map(Relation::terms) {
                if hidden[term].is_some() && seen.insert(term) {
                    waiting.push_back(term);
                }
            }
        }
        None
    }

    fn relations(&self, cell: usize) -> impl Iterator<Item = &'a Relation> {
        let table = self.table;
        self.relations_of[cell]
            .iter()
            .map(|relation| &table.relations[*relation])
    }

    /// A share says what its denominator is, so it goes with it.
    fn hide_with_denominator(&self, hidden: &mut [Option<Reason>]) {
        for (index, cell) in self.table.cells.iter().enumerate() {
            let hides = |denominator: usize| hidden[denominator].is_some();
            if cell.denominator.is_some_and(hides) {
                hidden[index].get_or_insert(Reason::Secondary);
            }
        }
    }

    fn is_unknown(&self, hidden: &[Option<Reason>], cell: usize) -> bool {
        hidden[cell].is_some() && !self.table.cells[cell].known_before
    }

    /// Whether a relation alone says what a hidden term is, or that all of them are small.
    fn is_open(&self, hidden: &[Option<Reason>], relation: &Relation) -> bool {
        let unknown = |side: &[usize]| -> Vec<u32> {
            side.iter()
                .filter(|cell| self.is_unknown(hidden, **cell))
                .map(|cell| self.table.cells[*cell].count)
                .collect()
        };
        let sides = [unknown(&relation.totals), unknown(&relation.parts)];
        match sides.each_ref().map(Vec::len) {
            [0, 0] => false,
            [0, 1] | [1, 0] => true,
            // All on one side: their sum is known.
            [0, _] | [_, 0] => {
                let sum: u64 = sides.iter().flatten().copied().map(u64::from).sum();
                sum <= u64::from(self.limits.numerator)
            }
            _ => false,
        }
    }

    /// The published count that is least worth keeping. Among equals one that has hidden
    /// ones beside it in its other relations already, so that few more follow; then one
    /// that is large enough to hide something behind it, and of these the smallest.
    fn least_worth<'b>(
        &self,
        hidden: &[Option<Reason>],
        relations: impl IntoIterator<Item = &'b Relation>,
    ) -> Option<usize> {
        relations
            .into_iter()
            .flat_map(Relation::terms)
            .map(|(cell, _)| cell)
            .filter(|cell| hidden[*cell].is_none() && !self.table.cells[*cell].known_before)
            .min_by_key(|index| {
                let cell = &self.table.cells[*index];
                let is_small = i64::from(cell.count) < self.limits.width();
                let follow = self.relations(*index).filter(|relation| {
                    let mut terms = relation.terms();
                    !terms.any(|(term, _)| self.is_unknown(hidden, term))
                });
                (cell.keep, follow.count(), is_small, cell.count, *index)
            })
    }
}
