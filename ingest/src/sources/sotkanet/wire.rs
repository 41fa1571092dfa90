//! What botnia reads of Sotkanet's answers while fetching: ids, and what tells whether an
//! indicator moved. Everything else stays bytes here.

use serde::Deserialize;
use serde_json::Value;

/// An element of `/indicators`.
#[derive(Debug, Deserialize)]
pub(super) struct CatalogueEntry {
    pub(super) id: i64,
}

/// `/indicators/{id}`.
#[derive(Debug, Deserialize)]
pub(super) struct Description {
    pub(super) id: i64,
    #[serde(default, rename = "data-updated")]
    data_updated: Value,
    /// Any JSON at all: ranges are missing, empty, inverted and absurd in turn, and none
    /// of that keeps an indicator from being fetched.
    #[serde(default)]
    range: Value,
}

impl Description {
    /// The day of the last update as written, `YYYY-MM-DD`.
    pub(super) fn data_updated(&self) -> Option<&str> {
        self.data_updated.as_str().filter(|day| !day.is_empty())
    }

    /// First and last year with figures, if both are believable.
    pub(super) fn years(&self) -> Option<(i32, i32)> {
        let year = |end: &str| {
            let year = i32::try_from(self.range.get(end)?.as_i64()?).ok()?;
            super::BELIEVABLE_YEARS.contains(&year).then_some(year)
        };
        let (first, last) = (year("start")?, year("end")?);
        (first <= last).then_some((first, last))
    }
}
