//! Somebody who has all that is published and wants the rest. It shares no code with what
//! it attacks: it knows relations and published counts, and narrows the bounds of every
//! hidden count as far as it can, by three means.
//!
//! * Elimination: combinations of relations that have fewer unknowns (Gauss-Jordan over
//!   fractions, once for each order of the columns).
//! * Propagation: the bounds of all other terms bound each term (Dobra and Fienberg 2001
//!   bound tables so, relation by relation).
//! * Trial: a count at the end of its bounds that leads to a contradiction is not possible.

/// What is known of one count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) low: i64,
    pub(super) high: i64,
}

impl Bounds {
    pub(super) fn exactly(count: i64) -> Self {
        Self {
            low: count,
            high: count,
        }
    }

    pub(super) fn width(self) -> i64 {
        self.high - self.low
    }
}

/// Beyond this nothing is said: larger than every count of the tests.
pub(super) const FAR: i64 = 1_000_000;

/// An identity: coefficients times unknowns come to nothing.
pub(super) type Identity = Vec<(usize, i64)>;

/// Narrows `bounds` as far as the identities let it. `None` if they contradict each other,
/// which a published table cannot.
pub(super) fn attack(identities: &[Identity], bounds: &[Bounds]) -> Option<Vec<Bounds>> {
    let mut bounds = bounds.to_vec();
    bounds.push(Bounds::exactly(1));
    if !propagate(identities, &mut bounds) {
        return None;
    }
    let mut all: Vec<Identity> = identities.to_vec();
    let forward: Vec<usize> = (0..bounds.len()).collect();
    let backward: Vec<usize> = forward.iter().rev().copied().collect();
    let mut by_width = forward.clone();
    by_width.sort_by_key(|cell| std::cmp::Reverse(bounds[*cell].width()));
    for order in [forward, backward, by_width] {
        all.extend(eliminate(identities, &bounds, &order));
    }
    if !propagate(&all, &mut bounds) {
        return None;
    }
    loop {
        let before = bounds.clone();
        for cell in 0..bounds.len() {
            while bounds[cell].width() > 0 && !is_possible(&all, &bounds, cell, bounds[cell].low) {
                bounds[cell].low += 1;
            }
            while bounds[cell].width() > 0 && !is_possible(&all, &bounds, cell, bounds[cell].high) {
                bounds[cell].high -= 1;
            }
        }
        if !propagate(&all, &mut bounds) {
            return None;
        }
        if bounds == before {
            return Some(bounds);
        }
    }
}

fn is_possible(identities: &[Identity], bounds: &[Bounds], cell: usize, count: i64) -> bool {
    let mut bounds = bounds.to_vec();
    bounds[cell] = Bounds::exactly(count);
    propagate(identities, &mut bounds)
}

/// To a fixed point; `false` where something becomes impossible.
fn propagate(identities: &[Identity], bounds: &mut [Bounds]) -> bool {
    let mut moved = true;
    while moved {
        moved = false;
        for identity in identities {
            loop {
                match tighten(identity, bounds) {
                    None => return false,
                    Some(true) => moved = true,
                    Some(false) => break,
                }
            }
        }
    }
    true
}

/// Bounds each term by the others; whether any moved, `None` where one becomes impossible.
fn tighten(identity: &Identity, bounds: &mut [Bounds]) -> Option<bool> {
    // The sum of all terms at their least and at their most.
    let (least, most) = identity
        .iter()
        .fold((0, 0), |(least, most), (cell, factor)| {
            let (low, high) = ends(bounds[*cell], *factor);
            (least + low, most + high)
        });
    if least > 0 || most < 0 {
        return None;
    }
    let mut moved = false;
    for (cell, factor) in identity {
        let old = bounds[*cell];
        if old.width() == 0 {
            continue;
        }
        let (low, high) = ends(old, *factor);
        // factor * count lies between -(most of the others) and -(least of them).
        let (from, to) = (high - most, low - least);
        let (from, to) = if *factor > 0 {
            (ceiling(from, *factor), floor(to, *factor))
        } else {
            (ceiling(to, *factor), floor(from, *factor))
        };
        let new = Bounds {
            low: old.low.max(from),
            high: old.high.min(to),
        };
        if new.low > new.high {
            return None;
        }
        moved |= new != old;
        bounds[*cell] = new;
    }
    Some(moved)
}

fn ends(bounds: Bounds, factor: i64) -> (i64, i64) {
    let (one, other) = (bounds.low * factor, bounds.high * factor);
    (one.min(other), one.max(other))
}

fn floor(number: i64, by: i64) -> i64 {
    let quotient = number / by;
    quotient - i64::from(number % by != 0 && (number < 0) != (by < 0))
}

fn ceiling(number: i64, by: i64) -> i64 {
    -floor(-number, by)
}

/// The identities in reduced form: the unknown columns of `order` are made the leading ones,
/// one after the other. What is known already is one column, at the end.
fn eliminate(identities: &[Identity], bounds: &[Bounds], order: &[usize]) -> Vec<Identity> {
    let is_unknown = |cell: &usize| bounds[*cell].width() > 0;
    let columns: Vec<usize> = order.iter().copied().filter(is_unknown).collect();
    let mut place = vec![columns.len(); bounds.len()];
    for (index, cell) in columns.iter().enumerate() {
        place[*cell] = index;
    }
    let mut rows: Vec<Vec<i128>> = identities
        .iter()
        .filter(|identity| identity.iter().any(|(cell, _)| is_unknown(cell)))
        .map(|identity| {
            let mut row = vec![0; columns.len() + 1];
            for (cell, factor) in identity {
                let times = if is_unknown(cell) {
                    1
                } else {
                    bounds[*cell].low
                };
                row[place[*cell]] += i128::from(*factor) * i128::from(times);
            }
            row
        })
        .collect();
    let mut done = 0;
    for column in 0..columns.len() {
        let Some(found) = (done..rows.len()).find(|row| rows[*row][column] != 0) else {
            continue;
        };
        rows.swap(done, found);
        let pivot = rows[done].clone();
        for (index, row) in rows.iter_mut().enumerate() {
            let factor = row[column];
            if index == done || factor == 0 {
                continue;
            }
            for (number, other) in row.iter_mut().zip(&pivot) {
                *number = *number * pivot[column] - factor * other;
            }
            let divisor = row
                .iter()
                .fold(0, |divisor, number| greatest(divisor, *number));
            if divisor > 1 {
                for number in row.iter_mut() {
                    *number /= divisor;
                }
            }
        }
        done += 1;
    }
    // The known part hangs on a count that is certainly 1: the cell after the last.
    let small = |number: &i128| {
        i64::try_from(*number)
            .ok()
            .filter(|number| number.abs() < FAR)
    };
    rows.into_iter()
        .filter_map(|row| {
            let cells = columns.iter().copied().chain([bounds.len() - 1]);
            let numbers = row.iter().zip(cells).filter(|(number, _)| **number != 0);
            let identity: Option<Identity> = numbers
                .map(|(number, cell)| Some((cell, small(number)?)))
                .collect();
            identity.filter(|identity| !identity.is_empty())
        })
        .collect()
}

fn greatest(one: i128, other: i128) -> i128 {
    if other == 0 {
        one.abs()
    } else {
        greatest(other, one % other)
    }
}

#[test]
fn the_attacker_subtracts() {
    // 60 = x + 57.
    let bounds = [
        Bounds::exactly(60),
        Bounds { low: 0, high: FAR },
        Bounds::exactly(57),
    ];
    let found = attack(&[vec![(0, -1), (1, 1), (2, 1)]], &bounds).unwrap();
    assert_eq!(found[1], Bounds::exactly(3));
}

#[test]
fn the_attacker_combines_relations() {
    let unknown = Bounds { low: 0, high: FAR };
    // x + y = 10, y + z = 10, x + z = 4: no relation alone has one unknown.
    let bounds = [
        unknown,
        unknown,
        unknown,
        Bounds::exactly(10),
        Bounds::exactly(4),
    ];
    let identities = [
        vec![(0, 1), (1, 1), (3, -1)],
        vec![(1, 1), (2, 1), (3, -1)],
        vec![(0, 1), (2, 1), (4, -1)],
    ];
    let found = attack(&identities, &bounds).unwrap();
    assert_eq!(found[0], Bounds::exactly(2));
    assert_eq!(found[1], Bounds::exactly(8));
    assert_eq!(found[2], Bounds::exactly(2));
}

#[test]
fn division_rounds_to_the_right_side() {
    assert_eq!((floor(7, 2), ceiling(7, 2)), (3, 4));
    assert_eq!((floor(-7, 2), ceiling(-7, 2)), (-4, -3));
    assert_eq!((floor(7, -2), ceiling(7, -2)), (-4, -3));
    assert_eq!((floor(6, -2), ceiling(6, -2)), (-3, -3));
}
