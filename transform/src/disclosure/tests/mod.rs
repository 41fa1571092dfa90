//! The algorithm by example, and the attack on its results.

mod attack;
mod attacker;
mod worlds;

use std::collections::BTreeMap;

use super::*;

fn cell(count: u32, keep: u32) -> Cell {
    Cell {
        count,
        denominator: None,
        is_denominator: false,
        keep,
        known_before: false,
    }
}

/// A total and its parts, the total worth keeping.
fn one_sum(parts: &[u32]) -> Table {
    let mut cells = vec![cell(parts.iter().sum(), 1)];
    cells.extend(parts.iter().map(|count| cell(*count, 0)));
    Table {
        relations: vec![Relation {
            totals: vec![0],
            parts: (1..cells.len()).collect(),
        }],
        cells,
        series: Vec::new(),
    }
}

fn reasons(table: &Table) -> Vec<Option<Reason>> {
    let protected = protect(table, &Limits::default());
    assert_eq!(protected.exposed, [0; 0]);
    protected.hidden
}

#[test]
fn large_counts_are_published() {
    assert_eq!(reasons(&one_sum(&[20, 30, 40])), [None; 4]);
}

#[test]
fn a_single_small_count_takes_another_one_with_it() {
    let hidden = reasons(&one_sum(&[3, 40, 20, 30]));
    let expected = [
        None,
        Some(Reason::Numerator),
        None,
        Some(Reason::Secondary),
        None,
    ];
    assert_eq!(hidden, expected);
}

#[test]
fn nobody_is_a_small_count() {
    assert_eq!(reasons(&one_sum(&[0, 40, 30]))[1], Some(Reason::Numerator));
}

#[test]
fn small_counts_that_are_small_together_take_one_more() {
    let hidden = reasons(&one_sum(&[1, 2, 40, 30]));
    assert_eq!(hidden[1], Some(Reason::Numerator));
    assert_eq!(hidden[2], Some(Reason::Numerator));
    assert_eq!(hidden[3], None);
    assert_eq!(hidden[4], Some(Reason::Secondary));
}

#[test]
fn small_counts_that_hide_one_another_take_none() {
    let hidden = reasons(&one_sum(&[4, 4, 40, 30]));
    assert_eq!(hidden[3], None);
    assert_eq!(hidden[4], None);
}

/// Of three groups and four answers: the four corners of a rectangle are enough, although a
/// smaller count than 15 would have done for the column alone.
#[test]
fn a_small_count_in_a_table_of_two_ways_takes_three_others_with_it() {
    let inner: [[u32; 4]; 3] = [[12, 20, 10, 3], [14, 22, 11, 15], [10, 16, 13, 9]];
    let at = |row: usize, column: usize| row * 5 + column;
    let mut table = Table::default();
    let mut all = [0; 4];
    for row in inner {
        table.cells.push(cell(row.iter().sum(), 1));
        table.cells.extend(row.map(|count| cell(count, 0)));
        all = std::array::from_fn(|column| all[column] + row[column]);
    }
    table.cells.push(cell(all.iter().sum(), 2));
    table.cells.extend(all.map(|count| cell(count, 1)));
    let rows = (0..4).map(|row| Relation {
        totals: vec![at(row, 0)],
        parts: (1..5).map(|column| at(row, column)).collect(),
    });
    let columns = (0..5).map(|column| Relation {
        totals: vec![at(3, column)],
        parts: (0..3).map(|row| at(row, column)).collect(),
    });
    table.relations = rows.chain(columns).collect();
    let hidden = reasons(&table);
    let hidden: Vec<usize> = (0..hidden.len())
        .filter(|cell| hidden[*cell].is_some())
        .collect();
    assert_eq!(hidden, [at(0, 3), at(0, 4), at(1, 3), at(1, 4)]);
}

fn of_denominator(count: u32, denominator: u32) -> Vec<Option<Reason>> {
    let mut table = Table::default();
    table.cells.push(Cell {
        is_denominator: true,
        ..cell(denominator, 1)
    });
    table.cells.push(Cell {
        denominator: Some(0),
        ..cell(count, 0)
    });
    reasons(&table)
}

#[test]
fn nearly_everybody_is_hidden_like_nearly_nobody() {
    assert_eq!(of_denominator(15, 30), [None, None]);
    assert_eq!(of_denominator(27, 30), [None, Some(Reason::Numerator)]);
    assert_eq!(of_denominator(30, 30), [None, Some(Reason::Numerator)]);
}

#[test]
fn a_small_denominator_hides_itself_and_its_parts() {
    assert_eq!(of_denominator(5, 9), [Some(Reason::Denominator); 2]);
    assert_eq!(of_denominator(5, 10), [None, None]);
    assert_eq!(Reason::Denominator.status(), Status::BelowRespondentLimit);
    assert_eq!(Reason::Secondary.status(), Status::Suppressed);
}

#[test]
fn a_series_with_most_points_weak_is_hidden_whole() {
    let series = |counts: &[u32]| {
        let table = Table {
            cells: counts.iter().map(|count| cell(*count, 0)).collect(),
            relations: Vec::new(),
            series: vec![(0..counts.len()).collect()],
        };
        reasons(&table)
    };
    let (small, weak) = (Some(Reason::Numerator), Some(Reason::Series));
    assert_eq!(series(&[2, 3, 30]), [small, small, weak]);
    // Half is not more than half.
    assert_eq!(series(&[2, 3, 30, 40]), [small, small, None, None]);
    // Two points are no series to judge.
    assert_eq!(series(&[2, 30]), [small, None]);
}

/// Rows and columns with two hidden each look safe one by one. But of the two blocks of
/// a table that is not connected, each says the rest.
#[test]
fn what_single_relations_do_not_show_is_found() {
    // total = a + b, total = a + c + d, with b and the others published: c + d = b.
    let table = Table {
        cells: vec![
            cell(60, 9),
            cell(2, 0),
            cell(58, 8),
            cell(30, 8),
            cell(28, 8),
        ],
        relations: vec![
            Relation {
                totals: vec![0],
                parts: vec![1, 2],
            },
            Relation {
                totals: vec![2],
                parts: vec![3, 4],
            },
        ],
        series: Vec::new(),
    };
    let hidden = reasons(&table);
    assert_eq!(hidden[1], Some(Reason::Numerator));
    // Hiding the 58 alone would leave 30 + 28.
    assert!(hidden[2].is_some());
    assert!(hidden[3].is_some() || hidden[4].is_some());
}

#[test]
fn what_was_published_before_protects_nobody() {
    let mut table = one_sum(&[3, 40, 20, 30]);
    table.cells[3].known_before = true;
    let hidden = reasons(&table);
    assert_eq!(hidden[3], None, "hiding it again would be no use");
    assert_eq!(hidden[4], Some(Reason::Secondary));
}

#[test]
fn a_small_count_that_was_published_is_said() {
    let mut table = one_sum(&[3, 40, 20]);
    table.cells[1].known_before = true;
    let protected = protect(&table, &Limits::default());
    assert_eq!(protected.published_before, [1]);
}

#[test]
fn what_cannot_be_protected_is_said() {
    let mut table = one_sum(&[3, 40, 20]);
    for known in [0, 2, 3] {
        table.cells[known].known_before = true;
    }
    let protected = protect(&table, &Limits::default());
    assert_eq!(protected.exposed, [1]);
}

#[test]
fn an_absent_part_is_replaced_by_its_own_parts() {
    // 0 = the country, 1 and 2 provinces, 3 and 4 municipalities of 1.
    let dimensions = Dimensions(vec![Dimension {
        sums: vec![(0, vec![1, 2]), (1, vec![3, 4])],
    }]);
    let at = |members: &[usize]| -> BTreeMap<Vec<usize>, usize> {
        let coordinates = members.iter().map(|member| vec![*member]);
        coordinates.zip(0..).collect()
    };
    let parts = |members| dimensions.relations(&at(members))[0].parts.clone();
    assert_eq!(parts(&[0, 1, 2, 3, 4]), [1, 2]);
    // Without the first province: its municipalities and the other province.
    assert_eq!(parts(&[0, 2, 3, 4]), [1, 2, 3]);
}
