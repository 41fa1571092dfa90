//! A small primal simplex: moves one variable as far as equations and bounds let it, from
//! a point that fulfils them. It starts at the true table, which is no corner, so variables
//! outside the basis may stand between their bounds and move both ways.
//!
//! Its numbers are rounded; what it finds is only believed after a check in whole numbers.

/// Below this a number is taken for nothing.
const NOTHING: f64 = 1e-9;

/// Where a variable stands and how far it may go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    pub(super) value: i64,
    pub(super) lower: i64,
    pub(super) upper: Option<i64>,
}

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Down,
    Up,
}

/// Equations in reduced form: each row is one variable of the basis, in terms of those
/// outside it.
pub(super) struct Tableau {
    columns: usize,
    rows: Vec<Vec<f64>>,
    basis: Vec<usize>,
    is_basic: Vec<bool>,
    values: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Tableau {
    pub(super) fn new(variables: &[Variable], equations: &[Vec<(usize, i64)>]) -> Self {
        let columns = variables.len();
        let rows = equations.iter().map(|equation| {
            let mut row = vec![0.0; columns];
            for (column, sign) in equation {
                row[*column] += *sign as f64;
            }
            row
        });
        let bound = |bound: Option<i64>| bound.map_or(f64::INFINITY, |bound| bound as f64);
        let mut tableau = Self {
            columns,
            rows: rows.collect(),
            basis: Vec::new(),
            is_basic: vec![false; columns],
            values: variables
                .iter()
                .map(|variable| variable.value as f64)
                .collect(),
            lower: variables
                .iter()
                .map(|variable| variable.lower as f64)
                .collect(),
            upper: variables
                .iter()
                .map(|variable| bound(variable.upper))
                .collect(),
        };
        tableau.reduce();
        tableau
    }

    /// Moves the variable of `column` until nothing lets it go further, `enough` says so,
    /// or an end to patience. `enough` sees every point on the way; `step` is how far to go
    /// where nothing stops it.
    pub(super) fn run(
        &mut self,
        column: usize,
        goal: Goal,
        step: i64,
        mut enough: impl FnMut(&[f64]) -> bool,
    ) {
        for _ in 0..20 * self.columns {
            let Some((entering, direction)) = self.entering(column, goal) else {
                return;
            };
            let (mut length, leaving) = self.longest_step(entering, direction);
            let is_free = length.is_infinite();
            if is_free {
                length = step as f64;
            }
            self.go(entering, direction * length);
            if enough(&self.values) || is_free {
                return;
            }
            if let Some(row) = leaving {
                self.pivot(row, entering);
            }
        }
    }

    /// Gauss-Jordan elimination; rows that say nothing new go.
    fn reduce(&mut self) {
        let mut done = 0;
        for column in 0..self.columns {
            let found = (done..self.rows.len()).find(|row| self.rows[*row][column].abs() > NOTHING);
            let Some(found) = found else { continue };
            self.rows.swap(done, found);
            self.basis.push(column);
            self.is_basic[column] = true;
            self.eliminate(done, column);
            done += 1;
        }
        self.rows.truncate(done);
    }

    fn eliminate(&mut self, row: usize, column: usize) {
        let scale = self.rows[row][column];
        for number in &mut self.rows[row] {
            *number /= scale;
        }
        let pivot = self.rows[row].clone();
        for (index, other) in self.rows.iter_mut().enumerate() {
            let factor = other[column];
            if index == row || factor.abs() < NOTHING {
                continue;
            }
            for (number, pivot) in other.iter_mut().zip(&pivot) {
                *number -= factor * pivot;
            }
            other[column] = 0.0;
        }
    }

    fn pivot(&mut self, row: usize, entering: usize) {
        let leaving = std::mem::replace(&mut self.basis[row], entering);
        self.is_basic[leaving] = false;
        self.is_basic[entering] = true;
        self.eliminate(row, entering);
    }

    /// The first variable outside the basis whose move helps (Bland's rule, which cannot go
    /// round in circles), and which way it moves.
    fn entering(&self, column: usize, goal: Goal) -> Option<(usize, f64)> {
        let sign = match goal {
            Goal::Down => -1.0,
            Goal::Up => 1.0,
        };
        let row = self.basis.iter().position(|basic| *basic == column);
        (0..self.columns)
            .filter(|other| !self.is_basic[*other])
            .find_map(|other| {
                let gain = match row {
                    Some(row) => -sign * self.rows[row][other],
                    None if other == column => sign,
                    None => 0.0,
                };
                let may_rise = self.values[other] < self.upper[other] - NOTHING;
                let may_fall = self.values[other] > self.lower[other] + NOTHING;
                if gain > NOTHING && may_rise {
                    Some((other, 1.0))
                } else if gain < -NOTHING && may_fall {
                    Some((other, -1.0))
                } else {
                    None
                }
            })
    }

    /// How far a variable can move, and the row whose variable stops it; none where its own
    /// bound does.
    fn longest_step(&self, entering: usize, direction: f64) -> (f64, Option<usize>) {
        let own = if direction > 0.0 {
            self.upper[entering] - self.values[entering]
        } else {
            self.values[entering] - self.lower[entering]
        };
        let mut longest = (own, None);
        for (row, basic) in self.basis.iter().enumerate() {
            let change = -self.rows[row][entering] * direction;
            let room = if change > NOTHING {
                (self.upper[*basic] - self.values[*basic]) / change
            } else if change < -NOTHING {
                (self.values[*basic] - self.lower[*basic]) / -change
            } else {
                continue;
            };
            let room = room.max(0.0);
            let is_shorter = room < longest.0 - NOTHING;
            let is_first = room < longest.0 + NOTHING
                && longest
                    .1
                    .is_some_and(|other: usize| *basic < self.basis[other]);
            if is_shorter || is_first {
                longest = (room, Some(row));
            }
        }
        longest
    }

    fn go(&mut self, entering: usize, length: f64) {
        self.values[entering] += length;
        for (row, basic) in self.basis.iter().enumerate() {
            self.values[*basic] -= self.rows[row][entering] * length;
        }
    }
}
