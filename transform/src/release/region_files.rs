//! The observations of each region: its folder's file, and those by province.

use std::fs::File;

use arrow_schema::SchemaRef;
use botnia_model::hash::ContentHasher;
use botnia_model::{ContentHash, RegionLevel};

use super::credits::{Catalogue, Treatment};
use super::files::{Content, Files, failed};
use super::places::Places;
use super::rows::{Dictionaries, Rows, hash_vocabulary};
use super::spill::{Spill, Spilled};
use super::table::hash_schema;
use crate::TransformError;
use crate::observation_table::SORTED_BY;

/// The order of rows within a file by province.
const SORTED_BY_REGION: [&str; 5] = ["region_id", "indicator_id", "sex", "breakdown", "period"];

/// Rows that are handed to the Parquet writer together.
const BATCH: usize = 16 * 1024;

/// A hasher of observations, before the first.
pub(super) fn rows_hasher(schema: &SchemaRef) -> ContentHasher {
    let mut hasher = ContentHasher::new();
    hash_schema(&mut hasher, schema);
    hash_vocabulary(&mut hasher);
    hasher
}

/// The figures of each region, as they come.
pub(super) struct RegionCollector {
    spill: Spill,
    regions: Vec<Collected>,
}

#[derive(Default)]
struct Collected {
    hasher: ContentHasher,
    rows: u64,
    /// The positions of its indicators, ascending.
    indicators: Vec<usize>,
    any_is_computed: bool,
}

/// All observations of one indicator about one region, encoded.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) rows: usize,
    pub(super) bytes: &'a [u8],
    pub(super) hash: ContentHash,
    /// Whether botnia computed any of them.
    pub(super) is_computed: bool,
}

impl RegionCollector {
    /// None yet; they will wait in `file`.
    pub(super) fn new(file: File) -> Self {
        Self {
            spill: Spill::new(file),
            regions: Vec::new(),
        }
    }

    /// Adds a run, if regions of its level have files.
    pub(super) fn add(
        &mut self,
        (level, region): (RegionLevel, usize),
        (indicator, id): (usize, &str),
        run: Run<'_>,
    ) -> Result<(), TransformError> {
        if !matches!(
            level,
            RegionLevel::Municipality | RegionLevel::Province | RegionLevel::WellbeingCounty
        ) {
            return Ok(());
        }
        if self.regions.len() <= region {
            self.regions.resize_with(region + 1, Collected::default);
        }
        let collected = &mut self.regions[region];
        collected.hasher.part(id.as_bytes());
        collected.hasher.update(run.hash.as_bytes());
        collected.rows += run.rows as u64;
        collected.indicators.push(indicator);
        collected.any_is_computed |= run.is_computed;
        self.spill.add(region, indicator, run.bytes)
    }

    /// Ends the collecting.
    pub(super) fn finish(self, schema: SchemaRef) -> Result<RegionContents, TransformError> {
        let regions = self
            .regions
            .into_iter()
            .map(|region| RegionRows {
                hash: region.hasher.finish(),
                rows: region.rows,
                indicators: region.indicators,
                any_is_computed: region.any_is_computed,
            })
            .collect();
        Ok(RegionContents {
            schema,
            regions,
            spilled: self.spill.finish()?,
        })
    }
}

/// The figures of each region, ready to be written into its files.
pub(super) struct RegionContents {
    schema: SchemaRef,
    regions: Vec<RegionRows>,
    spilled: Spilled,
}

struct RegionRows {
    hash: ContentHash,
    rows: u64,
    indicators: Vec<usize>,
    any_is_computed: bool,
}

impl RegionContents {
    /// Writes the observations of every folder and of `by_province/`.
    pub(super) fn write(
        mut self,
        places: &Places,
        catalogue: Catalogue<'_>,
        files: &mut Files<'_>,
    ) -> Result<(), TransformError> {
        let ids: Vec<String> = catalogue
            .indicators()
            .map(|indicator| indicator.indicator_id.to_string())
            .collect();
        let dictionaries = Dictionaries::new(ids.iter().map(String::as_str), places.all());
        for position in places.in_order() {
            let place = &places.all()[position];
            if let Some(folder) = place.folder() {
                let file = RegionFile {
                    path: format!("{folder}/observations.parquet"),
                    sorted_by: &SORTED_BY,
                    regions: vec![position],
                };
                self.write_one(&file, places, catalogue, &dictionaries, files)?;
            }
            if place.region.key.level == RegionLevel::Province && place.has_files() {
                let file = RegionFile {
                    path: format!(
                        "by_province/province={}/observations.parquet",
                        place.region.key.code
                    ),
                    sorted_by: &SORTED_BY_REGION,
                    regions: places.of_province(position),
                };
                self.write_one(&file, places, catalogue, &dictionaries, files)?;
            }
        }
        Ok(())
    }

    fn write_one(
        &mut self,
        file: &RegionFile<'_>,
        places: &Places,
        catalogue: Catalogue<'_>,
        dictionaries: &Dictionaries,
        files: &mut Files<'_>,
    ) -> Result<(), TransformError> {
        let content = self.content(file, places, catalogue, files);
        if files.carry(&file.path, content.rows, content.hash) {
            return Ok(());
        }
        let mut writer = files.create(&file.path, &self.schema, file.sorted_by, &content)?;
        let mut rows = Rows::default();
        let broken = |source| failed(&file.path, parquet::errors::ParquetError::from(source));
        for position in &file.regions {
            let level = places.all()[*position].region.key.level;
            let schema = &self.schema;
            self.spilled.read(*position, |indicator, run| {
                rows.decode(indicator, (level, *position), run)
                    .map_err(TransformError::scratch)?;
                if rows.len() < BATCH {
                    return Ok(());
                }
                writer.write(&rows.take_batch(schema, dictionaries).map_err(broken)?)
            })?;
        }
        if rows.len() > 0 {
            writer.write(
                &rows
                    .take_batch(&self.schema, dictionaries)
                    .map_err(broken)?,
            )?;
        }
        writer.finish()
    }

    fn content(
        &self,
        file: &RegionFile<'_>,
        places: &Places,
        catalogue: Catalogue<'_>,
        files: &Files<'_>,
    ) -> Content {
        let mut hasher = rows_hasher(&self.schema);
        let mut rows = 0;
        let mut any_is_computed = false;
        let mut indicators = vec![false; catalogue.series.len()];
        for position in &file.regions {
            let Some(region) = self.regions.get(*position).filter(|region| region.rows > 0) else {
                continue;
            };
            hasher.part(places.all()[*position].id.as_str().as_bytes());
            hasher.update(region.hash.as_bytes());
            rows += region.rows;
            any_is_computed |= region.any_is_computed;
            for indicator in &region.indicators {
                indicators[*indicator] = true;
            }
        }
        let contained = catalogue
            .indicators()
            .zip(indicators)
            .filter_map(|(indicator, contained)| contained.then_some(indicator));
        let treatment = Treatment::of_observations(any_is_computed);
        let credit = catalogue.credit(contained, treatment);
        Content {
            rows,
            hash: files.hash(hasher.finish(), &credit),
            credit,
        }
    }
}

/// A file with the figures of some regions, one after the other.
struct RegionFile<'a> {
    path: String,
    sorted_by: &'a [&'a str],
    regions: Vec<usize>,
}
