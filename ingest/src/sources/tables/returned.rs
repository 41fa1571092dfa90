//! Whether an answer is about what was asked: servers leave out codes that they do not
//! know, or add a total, and still answer 200.

use std::collections::BTreeSet;

use super::wire::Dataset;
use super::{Selection, read_dataset};

/// Compares the categories of an answer with those that were asked for.
///
/// # Errors
/// What differs, both ways.
pub(in crate::sources) fn check_returned(body: &[u8], asked: &Selection) -> Result<(), String> {
    let dataset = read_dataset(body).map_err(|error| format!("it is no dataset: {error}"))?;
    for (code, values) in &asked.0 {
        let Some(came) = dataset.categories(code) else {
            // A dimension of one category may be left out of the answer.
            if values.len() == 1 {
                continue;
            }
            return Err(format!(
                "the dimension `{code}` was asked for and did not come; the answer has {}",
                listed(dataset.ids().iter().map(String::as_str))
            ));
        };
        let asked: BTreeSet<&str> = values.iter().map(String::as_str).collect();
        let came: BTreeSet<&str> = came.iter().map(String::as_str).collect();
        let missing = asked.difference(&came);
        let extra = came.difference(&asked);
        match (missing.clone().count(), extra.clone().count()) {
            (0, 0) => {}
            (_, 0) => {
                let missing = listed(missing.copied());
                return Err(format!(
                    "of `{code}` {missing} was asked for and did not come"
                ));
            }
            (0, _) => {
                let extra = listed(extra.copied());
                return Err(format!("of `{code}` {extra} came and was not asked for"));
            }
            _ => {
                return Err(format!(
                    "of `{code}` {} was asked for and {} came",
                    listed(missing.copied()),
                    listed(extra.copied())
                ));
            }
        }
    }
    unasked(&dataset, asked)
}

/// A dimension that was not asked for may have one category: servers add measures to a
/// table that has none.
fn unasked(dataset: &Dataset, asked: &Selection) -> Result<(), String> {
    for id in dataset.ids() {
        let was_asked = asked.0.iter().any(|(code, _)| code == id);
        let categories = dataset.categories(id).map_or(0, <[String]>::len);
        if !was_asked && categories > 1 {
            return Err(format!(
                "the dimension `{id}` with {categories} categories came and was not asked for"
            ));
        }
    }
    Ok(())
}

fn listed<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let codes: Vec<&str> = codes.collect();
    let shown: Vec<String> = codes
        .iter()
        .take(SHOWN)
        .map(|code| format!("`{code}`"))
        .collect();
    let rest = codes.len().saturating_sub(SHOWN);
    if rest > 0 {
        format!("{} and {rest} more", shown.join(", "))
    } else {
        shown.join(", ")
    }
}
