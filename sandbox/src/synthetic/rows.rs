//! Rows on the wire, written by hand: a load test asks for tens of millions of them.

use botnia_model::Sex;

use super::chance::Chance;
use super::figures::Cell;

/// `/json`: the rows in arbitrary order, whole values now as integers and now as floats.
pub(crate) fn json(indicator: u32, cells: &[Cell], chance: Chance) -> Vec<u8> {
    let start = format!("{{\"indicator\":{indicator},\"region\":");
    let mut body = Vec::with_capacity(2 + cells.len() * 90);
    body.push(b'[');
    for (number, cell) in shuffled(cells, chance).enumerate() {
        if number > 0 {
            body.push(b',');
        }
        body.extend_from_slice(start.as_bytes());
        push_number(&mut body, u64::from(cell.region));
        body.extend_from_slice(b",\"year\":");
        push_number(&mut body, u64::from(cell.year.unsigned_abs()));
        body.extend_from_slice(match cell.sex {
            Sex::Total => b",\"gender\":\"total\",\"value\":".as_slice(),
            Sex::Male => b",\"gender\":\"male\",\"value\":",
            Sex::Female => b",\"gender\":\"female\",\"value\":",
        });
        push_value(&mut body, cell);
        if let Some(absolute_value) = cell.absolute_value {
            body.extend_from_slice(b",\"absValue\":");
            push_number(&mut body, absolute_value);
        }
        body.push(b'}');
    }
    body.push(b']');
    body
}

/// `/csv`: `;`, decimal point, CRLF, an empty last field where there is no count.
pub(crate) fn csv(indicator: u32, cells: &[Cell], chance: Chance) -> Vec<u8> {
    let mut body = b"indicator;region;year;gender;primary value;absolute value\r\n".to_vec();
    for cell in shuffled(cells, chance) {
        push_number(&mut body, u64::from(indicator));
        body.push(b';');
        push_number(&mut body, u64::from(cell.region));
        body.push(b';');
        push_number(&mut body, u64::from(cell.year.unsigned_abs()));
        body.push(b';');
        body.extend_from_slice(cell.sex.as_str().as_bytes());
        body.push(b';');
        push_value(&mut body, cell);
        body.push(b';');
        if let Some(absolute_value) = cell.absolute_value {
            push_number(&mut body, absolute_value);
        }
        body.extend_from_slice(b"\r\n");
    }
    body
}

/// Every cell once, in an order that is that of neither years nor regions: steps of a
/// length that shares no factor with their number.
fn shuffled(cells: &[Cell], chance: Chance) -> impl Iterator<Item = &Cell> {
    let length = cells.len();
    let start = usize::try_from(chance.bits() >> 32).unwrap_or_default();
    let mut step = (length / 2 + start % 1_000).max(1);
    // Of no cells every step is a multiple.
    while length > 0 && greatest_common_divisor(step, length) != 1 {
        step += 1;
    }
    (0..length).map(move |number| &cells[(start + number * step) % length])
}

fn greatest_common_divisor(mut left: usize, mut right: usize) -> usize {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

fn push_number(body: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        // A remainder of ten fits a byte.
        digits[first] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            break;
        }
    }
    body.extend_from_slice(&digits[first..]);
}

/// `7.4`, `13` or `13.0`.
fn push_value(body: &mut Vec<u8>, cell: &Cell) {
    push_number(body, cell.tenths / 10);
    let tenth = cell.tenths % 10;
    let as_float = (cell.region ^ cell.year.unsigned_abs()).is_multiple_of(4);
    if tenth > 0 || as_float {
        body.push(b'.');
        push_number(body, tenth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(region: u32, tenths: u64, absolute_value: Option<u64>) -> Cell {
        Cell {
            region,
            year: 2023,
            sex: Sex::Total,
            tenths,
            absolute_value,
        }
    }

    #[test]
    fn rows_look_as_recorded() {
        // 2023 and 46 share no two lowest bits, 2023 and 3 do.
        assert_eq!(
            json(171, &[cell(46, 74, Some(48_189))], Chance::new(1)),
            br#"[{"indicator":171,"region":46,"year":2023,"gender":"total","value":7.4,"absValue":48189}]"#
        );
        assert_eq!(
            json(5513, &[cell(3, 130, None)], Chance::new(1)),
            br#"[{"indicator":5513,"region":3,"year":2023,"gender":"total","value":13.0}]"#
        );
        assert_eq!(
            json(127, &[cell(46, 6_745_000, None)], Chance::new(1)),
            br#"[{"indicator":127,"region":46,"year":2023,"gender":"total","value":674500}]"#
        );
        assert_eq!(
            csv(127, &[cell(46, 6_745_000, None)], Chance::new(1)),
            b"indicator;region;year;gender;primary value;absolute value\r\n127;46;2023;total;674500;\r\n"
        );
        assert_eq!(json(1, &[], Chance::new(1)), b"[]");
    }

    #[test]
    fn every_cell_comes_once_and_not_in_order() {
        for length in [0_u32, 1, 2, 3, 10, 480, 481, 9_999] {
            let cells: Vec<Cell> = (0..length).map(|region| cell(region, 0, None)).collect();
            let order: Vec<u32> = shuffled(&cells, Chance::new(u64::from(length)))
                .map(|cell| cell.region)
                .collect();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert!(sorted.iter().copied().eq(0..length), "{length}");
            assert!(length < 10 || !order.is_sorted(), "{length}");
        }
    }
}
