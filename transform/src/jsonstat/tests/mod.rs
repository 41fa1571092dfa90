//! The forms that the format allows, one by one; recordings and properties stand beside.

mod forms;
mod properties;
mod recordings;
mod validator;

pub(crate) use self::recordings::recorded as recorded_for_tests;
use super::{Budget, Cell, Dataset, Document, read, read_dataset};

fn dataset(text: &str) -> Dataset {
    read_dataset("the test's dataset", text.as_bytes(), Budget::default()).unwrap()
}

fn refused(text: &str) -> String {
    let error = read("the test's dataset", text.as_bytes(), Budget::default()).unwrap_err();
    error.to_string()
}

/// Every cell with its category ids, its value as text and its status.
fn cells(dataset: &Dataset) -> Vec<(Vec<String>, String, Option<String>)> {
    dataset
        .rows()
        .map(|row| {
            let ids = row.places.iter().zip(&dataset.dimensions);
            let ids = ids.map(|(place, dimension)| dimension.categories[*place].id.clone());
            let value = match row.cell {
                Cell::Absent => "absent".to_owned(),
                Cell::Null => "null".to_owned(),
                Cell::Number(number) => number.to_string(),
                Cell::Text(text) => format!("'{text}'"),
            };
            (ids.collect(), value, row.status.map(str::to_owned))
        })
        .collect()
}
