//! The latest figures of all municipalities, of the few indicators for which a report shows
//! them side by side.

use std::collections::BTreeMap;
use std::fs::File;

use botnia_model::hash::ContentHasher;
use botnia_model::{ContentHash, Period, RegionId, RegionLevel, Status};

use super::columns::Batch;
use crate::PublishError;
use crate::table::read_batches;

/// The indicators whose figures stand side by side, in the order of a report's themes: of
/// each theme one that most municipalities have, and whose figures mean the same in a large
/// municipality as in a small one.
pub(crate) const SIDE_BY_SIDE: [&str; 7] = [
    // Persons aged 65 and over.
    "sotkanet:1068",
    // Loans per inhabitant.
    "sotkanet:3180",
    // Children at risk of poverty.
    "sotkanet:228",
    // Young people outside education.
    "sotkanet:3219",
    // Unemployed.
    "sotkanet:181",
    // Aged 75 and over living at home.
    "sotkanet:1570",
    // Morbidity, age-standardised.
    "sotkanet:243",
];

/// The latest figure of a municipality.
#[derive(Clone, Debug, PartialEq)]
pub struct MunicipalFigure {
    /// Of when it is.
    pub period: Option<Period>,
    /// The value, in the unit of the indicator.
    pub value: Option<f64>,
    /// Its state, or why there is none.
    pub status: Status,
}

/// The latest figures of all municipalities, by indicator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MunicipalFigures(BTreeMap<String, BTreeMap<RegionId, MunicipalFigure>>);

impl MunicipalFigures {
    /// Reads them from a release's `wellbeing.parquet` (`table` is its path, for error texts).
    ///
    /// # Errors
    /// [`PublishError::ReadTable`], [`PublishError::ReadRows`] and
    /// [`PublishError::TableContract`].
    pub fn read(table: &str, file: File) -> Result<Self, PublishError> {
        const COLUMNS: [&str; 6] = [
            "indicator_id",
            "region_level",
            "region_id",
            "period",
            "value",
            "status",
        ];
        let mut all: BTreeMap<String, BTreeMap<RegionId, MunicipalFigure>> = BTreeMap::new();
        for batch in read_batches(table, file, &COLUMNS)? {
            let batch = batch?;
            let batch = Batch::of(table, &batch);
            let indicators = batch.texts("indicator_id")?;
            let levels = batch.texts("region_level")?;
            let regions = batch.texts("region_id")?;
            let periods = batch.texts("period")?;
            let values = batch.numbers("value")?;
            let statuses = batch.texts("status")?;
            for row in 0..batch.rows() {
                let indicator = indicators.text(row)?;
                let is_shown = SIDE_BY_SIDE.contains(&indicator);
                if !is_shown || levels.word::<RegionLevel>(row)? != RegionLevel::Municipality {
                    continue;
                }
                let figure = MunicipalFigure {
                    period: periods.optional_word(row)?,
                    value: values.get(row)?,
                    status: statuses.word(row)?,
                };
                all.entry(indicator.to_owned())
                    .or_default()
                    .insert(regions.word(row)?, figure);
            }
        }
        Ok(Self(all))
    }

    /// The figure of a municipality.
    pub fn of(&self, indicator_id: &str, region: &RegionId) -> Option<&MunicipalFigure> {
        self.0.get(indicator_id)?.get(region)
    }

    /// The hash of all figures of these municipalities, in their order.
    pub fn hash_of(&self, regions: &[RegionId]) -> ContentHash {
        let mut hasher = ContentHasher::new();
        for (indicator, figures) in &self.0 {
            hasher.part(indicator.as_bytes());
            for region in regions {
                hasher.part(region.as_str().as_bytes());
                let Some(figure) = figures.get(region) else {
                    continue;
                };
                let period = figure.period.as_ref().map_or("", Period::as_str);
                hasher.part(period.as_bytes());
                let value = figure.value.map(|value| value.to_bits().to_le_bytes());
                hasher.part(value.as_ref().map_or(&[], <[u8; 8]>::as_slice));
                hasher.part(figure.status.as_str().as_bytes());
            }
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ReportRow;
    use crate::report::made_up::{parquet, region, row, text, wellbeing_columns};

    fn id(code: &str) -> RegionId {
        code.parse().unwrap()
    }

    fn figures(level: RegionLevel, rows: &[ReportRow]) -> MunicipalFigures {
        let region = region(level, "905", text("Vaasa", "Vasa", "Vaasa"));
        let table = parquet(wellbeing_columns(&region, rows));
        MunicipalFigures::read("wellbeing.parquet", table).unwrap()
    }

    #[test]
    fn only_municipalities_and_only_the_chosen_indicators_are_read() {
        let rows = [
            row("sotkanet:181", "working_age", 8.0),
            row("sotkanet:127", "population", 70_000.0),
        ];
        let read = figures(RegionLevel::Municipality, &rows);
        let expected = MunicipalFigure {
            period: Some(Period::of_year(2024)),
            value: Some(8.0),
            status: Status::Normal,
        };
        assert_eq!(read.of("sotkanet:181", &id("KU905")), Some(&expected));
        assert_eq!(read.of("sotkanet:127", &id("KU905")), None);
        let province = figures(RegionLevel::Province, &rows);
        assert_eq!(province, MunicipalFigures::default());
    }

    #[test]
    fn the_hash_is_of_the_neighbours_and_of_nobody_else() {
        let of = |value| {
            let rows = [row("sotkanet:181", "working_age", value)];
            figures(RegionLevel::Municipality, &rows)
        };
        let neighbours = [id("KU545"), id("KU905")];
        assert_eq!(of(8.0).hash_of(&neighbours), of(8.0).hash_of(&neighbours));
        assert_ne!(of(8.0).hash_of(&neighbours), of(8.1).hash_of(&neighbours));
        let elsewhere = [id("KU074")];
        assert_eq!(of(8.0).hash_of(&elsewhere), of(8.1).hash_of(&elsewhere));
    }
}
