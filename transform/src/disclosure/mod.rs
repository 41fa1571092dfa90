//! Disclosure control: hides counts behind which so few persons stand that somebody could
//! be known from them, and as many more as it takes that nobody can work the hidden ones
//! out.
//!
//! The algorithm is the one of the Norwegian Institute of Public Health (FHI, Norgeshelsa
//! and Kommunehelsa statistikkbank, `censoring`), in this order:
//!
//! 1. **Primary**: a count is hidden if it is at most [`Limits::numerator`], if all but at
//!    most that many of its denominator are in it, or if its denominator is at most
//!    [`Limits::denominator`]. Zero is hidden like one: that nobody of a group said
//!    something tells what everybody in it said.
//! 2. **Series**: if more than [`Limits::series_share`] of the points of a series rest on
//!    at most [`Limits::series_cases`] cases, all of it is hidden: a series with most of
//!    its points gone shows little but where the small ones are.
//! 3. **Secondary**: in each [`Relation`] (a total and its parts: over groups, levels,
//!    answers, waves), if exactly one term is hidden, or the hidden ones on one side are
//!    together still at most the limit, one more is hidden, the one that is least worth
//!    keeping first, and among equals the one that leaves the fewest other relations with
//!    a single hidden term. This is repeated until nothing changes.
//!
//! What such a rule for single relations cannot see is that several of them together may
//! still give a hidden count away. So a fourth step *proves* the result:
//!
//! 4. **Witnesses**: for every hidden count two whole tables are searched that agree with
//!    all that is published, in which this count differs by at least [`Limits::width`].
//!    Both are checked exactly, in whole numbers. With two such tables no method can tell
//!    which one is true. Where none are found, one more count is hidden, and it begins
//!    again at step 3.
//!
//! What the proof takes for known to an attacker: every published count, every relation,
//! that counts are whole and not negative, that a count is not larger than its denominator,
//! what the two reasons in the published status say ([`Reason`]), and all that an earlier
//! release published ([`Cell::known_before`]). What it does not: that somebody knows some
//! of the persons already, and that somebody runs this very algorithm backwards on guesses.
//! The limits are to be set with regard to that.
//!
//! A table that is not additive to the last unit (weighted shares turned into counts) is
//! treated as if it were: only differences between tables matter here.

mod dimensions;
mod secondary;
mod tableau;
mod witness;

#[cfg(test)]
mod tests;

use botnia_model::Status;

pub use self::dimensions::{Dimension, Dimensions};

/// Below which numbers of persons figures are hidden.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Counts of at most this many persons are hidden, and counts that lack at most this
    /// many of their denominator.
    pub numerator: u32,
    /// Counts whose denominator is at most this many persons are hidden, and that
    /// denominator too. Larger than `numerator`.
    pub denominator: u32,
    /// A point of a series is weak if its count is at most this.
    pub series_cases: u32,
    /// The share of weak points above which a whole series is hidden, 0 to 1.
    pub series_share: f64,
    /// Series of fewer points are not judged by their weak points.
    pub series_points: usize,
}

impl Limits {
    /// How far apart the values that a hidden count may have must be at least: what its
    /// being hidden says by itself (0 to the limit) and one more.
    pub fn width(&self) -> i64 {
        i64::from(self.numerator) + 1
    }
}

impl Default for Limits {
    /// Four persons, of more than nine: strict enough for surveys in which everybody may
    /// know everybody.
    fn default() -> Self {
        Self {
            numerator: 4,
            denominator: 9,
            series_cases: 4,
            series_share: 0.5,
            series_points: 3,
        }
    }
}

/// A count of persons that may be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// How many.
    pub count: u32,
    /// The cell that it is a part of, whose hiding hides it too: a share gives away its
    /// denominator.
    pub denominator: Option<usize>,
    /// Whether it is itself a denominator, so that the limit for these holds for it.
    pub is_denominator: bool,
    /// How much it is worth keeping: of several counts the one with the least is hidden.
    pub keep: u32,
    /// Whether an earlier release published this very count. Hiding it protects nobody.
    pub known_before: bool,
}

/// An identity that the counts fulfil: the sum of `parts` is the sum of `totals`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relation {
    /// One side: usually a single total.
    pub totals: Vec<usize>,
    /// The other side.
    pub parts: Vec<usize>,
}

impl Relation {
    /// The terms with their sign.
    fn terms(&self) -> impl Iterator<Item = (usize, i64)> {
        let totals = self.totals.iter().map(|cell| (*cell, -1));
        let parts = self.parts.iter().map(|cell| (*cell, 1));
        totals.chain(parts)
    }
}

/// The counts of a survey with all that binds them together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The counts.
    pub cells: Vec<Cell>,
    /// What they add up to.
    pub relations: Vec<Relation>,
    /// Cells that are the points of one series in time.
    pub series: Vec<Vec<usize>>,
}

impl Table {
    /// The relations that each cell is in.
    fn relations_of(&self) -> Vec<Vec<usize>> {
        let mut relations_of = vec![Vec::new(); self.cells.len()];
        for (index, relation) in self.relations.iter().enumerate() {
            for (cell, _) in relation.terms() {
                relations_of[cell].push(index);
            }
        }
        relations_of
    }
}

/// Why a count is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its denominator is too small, or it is such a denominator itself.
    Denominator,
    /// It is too small itself, or too near its denominator.
    Numerator,
    /// Its series has too many weak points.
    Series,
    /// To protect others.
    Secondary,
}

impl Reason {
    /// What is published instead of the count. Which of the suppressed ones are small is
    /// not told.
    pub fn status(self) -> Status {
        match self {
            Self::Denominator => Status::BelowRespondentLimit,
            Self::Numerator | Self::Series | Self::Secondary => Status::Suppressed,
        }
    }
}

/// What is to be published of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protected {
    /// For each cell why it is hidden; `None` where it is published.
    pub hidden: Vec<Option<Reason>>,
    /// Cells that are hidden now although an earlier release published them.
    pub published_before: Vec<usize>,
    /// Hidden cells that cannot be protected, because too much of what would have to be
    /// hidden was published before. While there is one, nothing of the table may be
    /// published.
    pub exposed: Vec<usize>,
}

/// Decides what is hidden.
pub fn protect(table: &Table, limits: &Limits) -> Protected {
    let mut hidden = primary(table, limits);
    hide_series(table, limits, &mut hidden);
    let mut witnesses = witness::Witnesses::new(table, limits, &hidden);
    let secondary = secondary::Secondary::new(table, limits);
    let exposed = loop {
        secondary.hide(&mut hidden);
        match witnesses.next_unproven(&hidden) {
            None => break witnesses.exposed(),
            Some(cell) => match secondary.one_more(&hidden, cell) {
                Some(other) => hidden[other] = Some(Reason::Secondary),
                None => witnesses.give_up(cell),
            },
        }
    };
    let published_before = hidden
        .iter()
        .zip(&table.cells)
        .enumerate()
        .filter(|(_, (reason, cell))| reason.is_some() && cell.known_before)
        .map(|(index, _)| index)
        .collect();
    Protected {
        hidden,
        published_before,
        exposed,
    }
}

/// Step 1.
fn primary(table: &Table, limits: &Limits) -> Vec<Option<Reason>> {
    let of_cell = |cell: &Cell| {
        let denominator = cell.denominator.map(|index| &table.cells[index]);
        let base = if cell.is_denominator {
            Some(cell.count)
        } else {
            denominator.map(|denominator| denominator.count)
        };
        if base.is_some_and(|base| base <= limits.denominator) {
            return Some(Reason::Denominator);
        }
        // What nobody is, and what everybody is: both say something of each of them.
        let rest = denominator.map(|denominator| denominator.count.saturating_sub(cell.count));
        let is_small =
            cell.count <= limits.numerator || rest.is_some_and(|rest| rest <= limits.numerator);
        is_small.then_some(Reason::Numerator)
    };
    table.cells.iter().map(of_cell).collect()
}

/// Step 2.
fn hide_series(table: &Table, limits: &Limits, hidden: &mut [Option<Reason>]) {
    for series in &table.series {
        if series.len() < limits.series_points {
            continue;
        }
        let weak = series
            .iter()
            .filter(|cell| table.cells[**cell].count <= limits.series_cases)
            .count();
        if weak as f64 > limits.series_share * series.len() as f64 {
            for cell in series {
                hidden[*cell].get_or_insert(Reason::Series);
            }
        }
    }
}
