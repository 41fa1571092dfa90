//! Step 4: for every hidden count two tables that agree with all that is published and
//! differ in it, or the certainty that none were found.
//!
//! A table is another one's witness if the difference between them fulfils every relation
//! and no count leaves its bounds. Such differences are searched among few cells around
//! the one in question, with everything else as it is: what holds for a part of the
//! unknown holds for the whole.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::tableau::{Goal, Tableau, Variable};
use super::{Limits, Reason, Table};

/// Hidden cells that are moved at once: first few, then more where few do not do.
const NEIGHBOURHOODS: [usize; 2] = [60, 240];

/// A row of an equation: variables with their coefficients.
type Row = Vec<(usize, i64)>;

/// The counts that hidden cells have been seen to be able to have.
pub(super) struct Witnesses<'a> {
    table: &'a Table,
    width: i64,
    /// What the published status says of a cell that is hidden by it, and 0 or more.
    lower: Vec<i64>,
    upper: Vec<Option<i64>>,
    /// The smallest and the largest count of each cell in all witnesses so far.
    seen: Vec<(i64, i64)>,
    /// Relations by cell.
    relations_of: Vec<Vec<usize>>,
    /// The cells that each cell is the denominator of.
    parts_of: Vec<Vec<usize>>,
    given_up: BTreeSet<usize>,
}

impl<'a> Witnesses<'a> {
    pub(super) fn new(table: &'a Table, limits: &Limits, primary: &[Option<Reason>]) -> Self {
        let count = table.cells.len();
        let mut parts_of = vec![Vec::new(); count];
        for (index, cell) in table.cells.iter().enumerate() {
            if let Some(denominator) = cell.denominator {
                parts_of[denominator].push(index);
            }
        }
        let limit = i64::from(limits.denominator);
        let bounds = table.cells.iter().zip(primary).map(|(cell, reason)| {
            // Of a denominator it is told which side of the limit it is on.
            match (cell.is_denominator, reason) {
                (true, Some(Reason::Denominator)) => (0, Some(limit)),
                (true, _) => (limit + 1, None),
                (false, _) => (0, None),
            }
        });
        let (lower, upper) = bounds.unzip();
        let seen = table.cells.iter().map(|cell| i64::from(cell.count));
        Self {
            table,
            width: limits.width(),
            lower,
            upper,
            seen: seen.map(|count| (count, count)).collect(),
            relations_of: table.relations_of(),
            parts_of,
            given_up: BTreeSet::new(),
        }
    }

    /// A hidden cell whose count no two witnesses leave open; `None` where all are proven
    /// or given up.
    pub(super) fn next_unproven(&mut self, hidden: &[Option<Reason>]) -> Option<usize> {
        let unknown: Vec<bool> = hidden
            .iter()
            .zip(&self.table.cells)
            .map(|(reason, cell)| reason.is_some() && !cell.known_before)
            .collect();
        let open = |witnesses: &Self, cell: &usize| {
            unknown[*cell] && !witnesses.is_proven(*cell) && !witnesses.given_up.contains(cell)
        };
        for cell in 0..unknown.len() {
            for size in NEIGHBOURHOODS {
                if open(self, &cell) {
                    self.search(cell, size, &unknown);
                }
            }
            if open(self, &cell) {
                return Some(cell);
            }
        }
        None
    }

    /// Looks no further for witnesses of this cell.
    pub(super) fn give_up(&mut self, cell: usize) {
        self.given_up.insert(cell);
    }

    /// The cells that were given up and have not been proven on the way.
    pub(super) fn exposed(&self) -> Vec<usize> {
        let given_up = self.given_up.iter().copied();
        given_up.filter(|cell| !self.is_proven(*cell)).collect()
    }

    fn is_proven(&self, cell: usize) -> bool {
        let (low, high) = self.seen[cell];
        high - low >= self.width
    }

    /// Moves `cell` down and up as far as the unknown cells around it let it.
    fn search(&mut self, cell: usize, size: usize, unknown: &[bool]) {
        let around = self.around(cell, size, unknown);
        let (variables, rows) = self.equations(&around);
        let Some(column) = around.iter().position(|other| *other == cell) else {
            return;
        };
        for goal in [Goal::Down, Goal::Up] {
            let mut tableau = Tableau::new(&variables, &rows);
            tableau.run(column, goal, self.width, |values| {
                self.record(&around, &variables, &rows, values);
                self.is_proven(cell)
            });
        }
    }

    /// The nearest unknown cells, `cell` first.
    fn around(&self, cell: usize, size: usize, unknown: &[bool]) -> Vec<usize> {
        let mut seen = BTreeSet::from([cell]);
        let mut found = vec![cell];
        let mut waiting = VecDeque::from([cell]);
        while let Some(next) = waiting.pop_front() {
            let relations = self.relations_of[next].iter();
            let terms = relations.flat_map(|index| self.table.relations[*index].terms());
            let parts = self.parts_of[next].iter().copied();
            let denominator = self.table.cells[next].denominator;
            for other in terms
                .map(|(other, _)| other)
                .chain(parts)
                .chain(denominator)
            {
                if unknown[other] && found.len() < size && seen.insert(other) {
                    found.push(other);
                    waiting.push_back(other);
                }
            }
        }
        found
    }

    /// What binds these cells: a variable for each, and one for each rest of a denominator.
    fn equations(&self, around: &[usize]) -> (Vec<Variable>, Vec<Row>) {
        let column: BTreeMap<usize, usize> = around
            .iter()
            .enumerate()
            .map(|(column, cell)| (*cell, column))
            .collect();
        let mut variables: Vec<Variable> = around
            .iter()
            .map(|cell| Variable {
                value: i64::from(self.table.cells[*cell].count),
                lower: self.lower[*cell],
                upper: self.upper[*cell],
            })
            .collect();
        let relations: BTreeSet<usize> = around
            .iter()
            .flat_map(|cell| self.relations_of[*cell].iter().copied())
            .collect();
        let mut rows: Vec<Row> = relations
            .into_iter()
            .map(|index| {
                let terms = self.table.relations[index].terms();
                terms
                    .filter_map(|(cell, sign)| Some((*column.get(&cell)?, sign)))
                    .collect()
            })
            .collect();
        let mut numerators: BTreeSet<usize> = around.iter().copied().collect();
        numerators.extend(around.iter().flat_map(|cell| self.parts_of[*cell].iter()));
        for numerator in numerators {
            let Some(denominator) = self.table.cells[numerator].denominator else {
                continue;
            };
            let mut row = Row::new();
            row.extend(column.get(&denominator).map(|column| (*column, -1)));
            row.extend(column.get(&numerator).map(|column| (*column, 1)));
            let count = |cell: usize| i64::from(self.table.cells[cell].count);
            // A weighted share may come to more than all; then it says nothing here.
            let rest = (count(denominator) - count(numerator)).max(0);
            row.push((variables.len(), 1));
            variables.push(Variable {
                value: rest,
                lower: 0,
                upper: None,
            });
            rows.push(row);
        }
        (variables, rows)
    }

    /// Takes a table as a witness if it is one, checked in whole numbers.
    fn record(&mut self, around: &[usize], variables: &[Variable], rows: &[Row], values: &[f64]) {
        let whole: Option<Vec<i64>> = values
            .iter()
            .zip(variables)
            .map(|(value, variable)| {
                let rounded = value.round();
                let near = (value - rounded).abs() < 1e-6 && rounded.abs() < 1e15;
                #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
                let whole = rounded as i64;
                let fits =
                    whole >= variable.lower && variable.upper.is_none_or(|upper| whole <= upper);
                (near && fits).then_some(whole)
            })
            .collect();
        let Some(whole) = whole else { return };
        let agrees = rows.iter().all(|row| {
            let change = row
                .iter()
                .map(|(column, sign)| sign * (whole[*column] - variables[*column].value))
                .sum::<i64>();
            change == 0
        });
        if agrees {
            for (cell, value) in around.iter().zip(&whole) {
                let (low, high) = &mut self.seen[*cell];
                *low = (*low).min(*value);
                *high = (*high).max(*value);
            }
        }
    }
}
