//! Figures whose producer does not let others publish them.

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};

use super::{Served, published, upstream};
use crate::support::{files_below, read_parquet};

/// Of the ministry of employment, whose figures are not open.
const WITHHELD: &str = "sotkanet:181";

/// How many rows of the indicator a table has, and how many of them have a value.
fn rows_and_values(batches: &[RecordBatch]) -> (usize, usize) {
    let (mut rows, mut values) = (0, 0);
    for batch in batches {
        let Some(ids) = batch.column_by_name("indicator_id") else {
            continue;
        };
        let ids = ids.as_dictionary::<Int32Type>();
        let words = ids.values().as_string::<i32>();
        let value = batch.column_by_name("value");
        for row in 0..batch.num_rows() {
            if words.value(ids.key(row).expect("an id")) == WITHHELD {
                rows += 1;
                values += usize::from(value.is_some_and(|value| value.is_valid(row)));
            }
        }
    }
    (rows, values)
}

#[test]
fn what_may_not_be_published_is_kept_and_served_by_nothing() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let own_use = workspace.data().join("own_use/observations.parquet");
    let (kept, values) = rows_and_values(&read_parquet(&own_use));
    assert!(values > 1_000, "{values} of {kept}");

    let release = workspace.release();
    let mut tables = 0;
    for file in files_below(&release) {
        let name = file.strip_prefix(&release).expect("below").display();
        if file.extension().is_some_and(|ending| ending == "parquet") {
            let (rows, values) = rows_and_values(&read_parquet(&file));
            let expected =
                file.ends_with("indicators.parquet") || file.ends_with("wellbeing.parquet");
            assert!(rows == 0 || expected, "{name}");
            assert_eq!(values, 0, "{name}");
            tables += 1;
        } else if file.extension().is_some_and(|ending| ending == "csv") {
            let text = std::fs::read_to_string(&file).expect("a CSV");
            assert!(!text.contains(WITHHELD), "{name}");
        }
    }
    assert!(tables > 25, "{tables}");

    let served = Served::on(&workspace);
    let bytes = std::fs::read(&own_use).expect("the file");
    served.get("/latest/observations.parquet").expect(200);
    for path in [
        "/own_use/observations.parquet",
        "/latest/own_use/observations.parquet",
        "/releases/000001/own_use/observations.parquet",
        "/latest/../../own_use/observations.parquet",
        "/latest/..%2F..%2Fown_use/observations.parquet",
        "/latest/%2e%2e/%2e%2e/own_use/observations.parquet",
        "/_log/../../own_use/observations.parquet",
    ] {
        let answer = served.get(path).expect(404);
        assert_ne!(answer.body, bytes, "{path}");
    }
}
