//! JSON-stat: one reader for every form that statistical offices send.
//!
//! It takes JSON-stat 2.0, bundles of 1.x, a dataset wrapped in `dataset`, collections, and
//! the mixture that THL's cubes speak, with every form of index, value and status that the
//! format allows. [`read`] takes what can be understood, [`validate`] gives the verdict of
//! the official validator by the names of its rules.
//!
//! Memory is bounded before it is taken: sizes are multiplied and compared with the
//! [`Budget`] first, values become one number per cell that the answer really carries, and
//! everything else is proportional to the bytes that came.
//!
//! What is deliberately absent: any meaning. Which dimension is a region or a sex, and what
//! a symbol stands for, is decided where an answer is mapped.

mod cells;
mod dataset;
mod dimension;
mod document;
mod envelope;
mod member;
mod rule;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use self::tests::recorded_for_tests;

pub use self::cells::{Cell, Cells, Statuses};
pub use self::dataset::{Dataset, PxDetails, Role, Row, Rows};
pub use self::dimension::{Category, Dimension, Unit};
pub use self::document::{Collection, CollectionItem, Document};
pub use self::rule::{Issue, Rule, Severity, Verdict};

use self::document::Reader;
use crate::TransformError;

/// What reading one document may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Cells of one dataset: the product of its sizes.
    pub cells: usize,
    /// Collections within collections.
    pub depth: usize,
    /// Issues that are kept; further ones are counted as one.
    pub issues: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            cells: 5_000_000,
            depth: 8,
            issues: 100,
        }
    }
}

/// Reads a document. `object` is what errors call it: "the figures of `statfin:vaesto`".
///
/// Breaches of the format that leave every cell where it belongs are tolerated and kept
/// with the dataset as [`Issue`]s: sizes as texts, `role: null`, labels that are missing.
///
/// # Errors
/// [`TransformError::Malformed`] for bytes that are no JSON, [`TransformError::Contract`]
/// for JSON in which cells cannot be told apart, or with more cells than the budget has.
pub fn read(object: &str, bytes: &[u8], budget: Budget) -> Result<Document, TransformError> {
    let text = envelope::open(bytes).map_err(|source| TransformError::Malformed {
        object: object.to_owned(),
        source,
    })?;
    let mut reader = Reader::new(budget);
    let document = reader.document(&text);
    match document {
        Some(document) => Ok(document),
        None => Err(TransformError::contract(object, reader.refusal())),
    }
}

/// The same for a document that has to hold exactly one dataset, under whatever name.
///
/// # Errors
/// As [`read`]; a collection, a bundle of several datasets and a lone dimension are
/// [`TransformError::Contract`].
pub fn read_dataset(object: &str, bytes: &[u8], budget: Budget) -> Result<Dataset, TransformError> {
    let found = match read(object, bytes, budget)? {
        Document::Dataset(dataset) => return Ok(*dataset),
        Document::Bundle(mut datasets) => {
            if let (1, Some((_, dataset))) = (datasets.len(), datasets.pop()) {
                return Ok(dataset);
            }
            "a bundle of several datasets"
        }
        Document::Collection(_) => "a collection of links",
        Document::Dimension(_) => "a dimension without figures",
    };
    Err(TransformError::contract(
        object,
        format!("it is {found}, not one dataset"),
    ))
}

/// The verdict on a document, as the official validator gives it: by the names of its
/// rules, with the schema's own violations under [`Rule::StructuralViolation`].
pub fn validate(bytes: &[u8], budget: Budget) -> Verdict {
    match envelope::open(bytes) {
        Ok(text) => {
            let mut reader = Reader::new(budget);
            reader.document(&text);
            reader.into_verdict()
        }
        Err(error) => Verdict::new(vec![Issue {
            rule: Rule::ParseError,
            place: String::new(),
            detail: error.to_string(),
        }]),
    }
}
