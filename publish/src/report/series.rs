//! Figures over time, for charts and the tables beside them.

use std::collections::BTreeMap;
use std::fs::File;

use botnia_model::hash::ContentHasher;
use botnia_model::{ContentHash, Period, RegionId, RegionKey, RegionLevel, Sex, Status};

use super::columns::Batch;
use crate::PublishError;
use crate::table::read_batches;

/// The columns that a series is made of.
const COLUMNS: [&str; 8] = [
    "indicator_id",
    "region_level",
    "region_id",
    "period",
    "sex",
    "breakdown",
    "value",
    "status",
];

/// One figure of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// When.
    pub period: Period,
    /// The value in the unit of the indicator; none where the status says why.
    pub value: Option<f64>,
    /// The state of the value.
    pub status: Status,
}

/// The figures of one indicator about one area, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The figures.
    pub points: Vec<Point>,
}

/// The series of the areas that regions are compared with: every province, every wellbeing
/// services county, and the country.
#[derive(Clone, Debug, Default)]
pub struct ComparatorSeries(BTreeMap<String, BTreeMap<String, Series>>);

impl ComparatorSeries {
    /// Reads them from the release's `observations.parquet` (`table` is its path, for error
    /// texts). `sexes` says which indicators are wanted, and of which sex.
    ///
    /// # Errors
    /// [`PublishError::ReadTable`], [`PublishError::ReadRows`] and
    /// [`PublishError::TableContract`].
    pub fn read(
        table: &str,
        file: File,
        sexes: &BTreeMap<String, Sex>,
    ) -> Result<Self, PublishError> {
        let country = RegionKey::finland().id();
        let mut all: BTreeMap<String, BTreeMap<String, Series>> = BTreeMap::new();
        each_point(table, file, sexes, |indicator, level, region, point| {
            let is_compared_with = match level.parse() {
                Ok(RegionLevel::Province | RegionLevel::WellbeingCounty) => true,
                Ok(RegionLevel::Country) => region == country.as_str(),
                _ => false,
            };
            if is_compared_with {
                push(
                    all.entry(region.to_owned()).or_default(),
                    indicator,
                    point()?,
                );
            }
            Ok(())
        })?;
        Ok(Self(all))
    }

    /// The series of an indicator about an area; empty where there is none.
    pub fn of(&self, region: &RegionId, indicator_id: &str) -> &[Point] {
        self.of_region(region)
            .and_then(|series| series.get(indicator_id))
            .map_or(&[], |series| series.points.as_slice())
    }

    /// The hash of all series about each area.
    pub fn hashes(&self) -> BTreeMap<RegionId, ContentHash> {
        self.0
            .iter()
            .filter_map(|(region, series)| {
                let mut hasher = ContentHasher::new();
                for (indicator, series) in series {
                    hasher.part(indicator.as_bytes());
                    hasher.part(&(series.points.len() as u64).to_le_bytes());
                    for point in &series.points {
                        hasher.part(point.period.as_str().as_bytes());
                        hasher.part(point.status.as_str().as_bytes());
                        let value = point.value.map(f64::to_bits);
                        hasher.part(&value.map(u64::to_le_bytes).unwrap_or_default());
                        hasher.part(&[u8::from(value.is_some())]);
                    }
                }
                Some((region.parse().ok()?, hasher.finish()))
            })
            .collect()
    }

    /// All series about an area, by indicator.
    pub fn of_region(&self, region: &RegionId) -> Option<&BTreeMap<String, Series>> {
        self.0.get(region.as_str())
    }
}

/// The series of the wanted indicators in a region's own `observations.parquet`.
pub(super) fn read_own(
    table: &str,
    file: File,
    sexes: &BTreeMap<String, Sex>,
) -> Result<BTreeMap<String, Series>, PublishError> {
    let mut all = BTreeMap::new();
    each_point(table, file, sexes, |indicator, _, _, point| {
        push(&mut all, indicator, point()?);
        Ok(())
    })?;
    Ok(all)
}

fn push(all: &mut BTreeMap<String, Series>, indicator: &str, point: Point) {
    if let Some(series) = all.get_mut(indicator) {
        series.points.push(point);
    } else {
        let points = vec![point];
        all.insert(indicator.to_owned(), Series { points });
    }
}

/// Calls `take` with the indicator, level, region id and a maker of the point, for each
/// observation of a wanted indicator and sex without a further breakdown.
fn each_point(
    table: &str,
    file: File,
    sexes: &BTreeMap<String, Sex>,
    mut take: impl FnMut(
        &str,
        &str,
        &str,
        &dyn Fn() -> Result<Point, PublishError>,
    ) -> Result<(), PublishError>,
) -> Result<(), PublishError> {
    for batch in read_batches(table, file, &COLUMNS)? {
        let batch = batch?;
        let batch = Batch::of(table, &batch);
        let indicators = batch.texts("indicator_id")?;
        let levels = batch.texts("region_level")?;
        let regions = batch.texts("region_id")?;
        let periods = batch.texts("period")?;
        let of_sexes = batch.texts("sex")?;
        let breakdowns = batch.texts("breakdown")?;
        let values = batch.numbers("value")?;
        let statuses = batch.texts("status")?;
        // Rows of one indicator stand together.
        let mut last: Option<(&str, Option<Sex>)> = None;
        for row in 0..batch.rows() {
            let indicator = indicators.text(row)?;
            let sex = match last {
                Some((known, sex)) if known == indicator => sex,
                _ => sexes.get(indicator).copied(),
            };
            last = Some((indicator, sex));
            let is_wanted = breakdowns.get(row).is_none()
                && sex.is_some_and(|sex| of_sexes.get(row) == Some(sex.as_str()));
            if !is_wanted {
                continue;
            }
            let point = || {
                Ok(Point {
                    period: periods.word(row)?,
                    value: values.get(row)?,
                    status: statuses.word(row)?,
                })
            };
            take(indicator, levels.text(row)?, regions.text(row)?, &point)?;
        }
    }
    Ok(())
}
