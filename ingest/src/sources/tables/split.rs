//! Dividing a question that is too large for its server into parts that together ask for
//! the same cells, each once.

use super::Selection;

/// What a server takes in one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources) struct Limits {
    /// Cells of the answer: the product of the numbers of codes.
    pub(in crate::sources) cells: usize,
    /// Codes in the question: their sum.
    pub(in crate::sources) values: usize,
}

/// More questions than this for one indicator are no politeness any more.
const MOST_PARTS: usize = 2000;

/// The parts of a selection, in its order. `None` where they would be more than a server
/// should be asked for one indicator.
///
/// Codes of any dimension are divided, also of those that cannot be left out: first of the
/// one with the most codes in a part, so that parts stay as even as they can be.
pub(in crate::sources) fn split(selection: &Selection, limits: Limits) -> Option<Vec<Selection>> {
    let mut sizes: Vec<usize> = selection.0.iter().map(|(_, values)| values.len()).collect();
    if sizes.contains(&0) {
        return Some(Vec::new());
    }
    let fits = |sizes: &[usize]| {
        let cells = sizes
            .iter()
            .try_fold(1_usize, |product, size| product.checked_mul(*size));
        cells.is_some_and(|cells| cells <= limits.cells.max(1))
            && (sizes.iter().sum::<usize>() <= limits.values || sizes.iter().all(|size| *size == 1))
    };
    while !fits(&sizes) {
        let largest = (0..sizes.len()).max_by_key(|at| (sizes[*at], usize::MAX - at))?;
        if sizes[largest] == 1 {
            break;
        }
        sizes[largest] = sizes[largest].div_ceil(2);
    }
    let counts = selection.0.iter().zip(&sizes);
    let count = counts
        .map(|((_, values), size)| values.len().div_ceil(*size))
        .try_fold(1_usize, usize::checked_mul)?;
    if count > MOST_PARTS {
        return None;
    }
    let mut parts = vec![Selection::default()];
    for ((code, values), size) in selection.0.iter().zip(&sizes) {
        let longer = parts.iter().flat_map(|part| {
            values.chunks(*size).map(move |chunk| {
                let mut part = part.clone();
                part.0.push((code.clone(), chunk.to_vec()));
                part
            })
        });
        parts = longer.collect();
    }
    Some(parts)
}
