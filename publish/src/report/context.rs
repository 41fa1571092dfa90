//! What the reports of all regions share.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use botnia_model::{
    IndicatorState, PeerMethod, Polarity, Region, RegionId, RegionKey, RegionLevel, Sex, Text,
    ValueKind,
};

use super::columns::Batch;
use super::municipal::MunicipalFigures;
use super::series::ComparatorSeries;
use crate::PublishError;
use crate::table::read_batches;

/// What an indicator is: a row of `indicators.parquet`.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorDetails {
    /// `sotkanet:127`.
    pub indicator_id: String,
    /// Its title.
    pub title: Text,
    /// What it measures; sanitised HTML.
    pub description: Text,
    /// How to read it; sanitised HTML.
    pub interpretation: Text,
    /// Where it must not be trusted; sanitised HTML.
    pub limits: Text,
    /// Its unit in words.
    pub unit: Text,
    /// What kind of number it is.
    pub value_kind: Option<ValueKind>,
    /// Which direction is good.
    pub polarity: Polarity,
    /// Decimals with which the source shows it.
    pub decimals: Option<u8>,
    /// Who makes the figures.
    pub producer: Text,
    /// The SPDX id or name of the licence.
    pub licence: String,
    /// Whether the figures may be published onward.
    pub redistributable: bool,
    /// The source's own date of the last update, `YYYY-MM-DD`.
    pub data_updated: Option<String>,
    /// Whether the figures are kept up.
    pub state: IndicatorState,
    /// The day since which they are not, `YYYY-MM-DD`.
    pub state_since: Option<String>,
    /// Where a person can read about it at the source.
    pub source_url: Option<String>,
}

impl IndicatorDetails {
    /// Reads a release's `indicators.parquet` (`table` is its path, for error texts), by
    /// indicator id.
    ///
    /// # Errors
    /// [`PublishError::ReadTable`], [`PublishError::ReadRows`] and
    /// [`PublishError::TableContract`].
    pub fn read(table: &str, file: File) -> Result<BTreeMap<String, Self>, PublishError> {
        let mut all = BTreeMap::new();
        for batch in read_batches(table, file, &[])? {
            let batch = batch?;
            let batch = Batch::of(table, &batch);
            let ids = batch.texts("indicator_id")?;
            let titles = batch.languages(["title_fi", "title_sv", "title_en"])?;
            let descriptions =
                batch.languages(["description_fi", "description_sv", "description_en"])?;
            let interpretations = batch.languages([
                "interpretation_fi",
                "interpretation_sv",
                "interpretation_en",
            ])?;
            let limits = batch.languages(["limits_fi", "limits_sv", "limits_en"])?;
            // The names without a language are Finnish.
            let units = batch.languages(["unit", "unit_sv", "unit_en"])?;
            let producers = batch.languages(["producer", "producer_sv", "producer_en"])?;
            let kinds = batch.texts("value_kind")?;
            let polarities = batch.texts("polarity")?;
            let decimals = batch.integers("decimals")?;
            let licences = batch.texts("licence")?;
            let redistributable = batch.truths("redistributable")?;
            let updated = batch.texts("data_updated")?;
            let states = batch.texts("state")?;
            let since = batch.texts("state_since")?;
            let urls = batch.texts("source_url")?;
            for row in 0..batch.rows() {
                let id = ids.text(row)?.to_owned();
                let details = Self {
                    indicator_id: id.clone(),
                    title: titles.get(row),
                    description: descriptions.get(row),
                    interpretation: interpretations.get(row),
                    limits: limits.get(row),
                    unit: units.get(row),
                    value_kind: kinds.optional_word(row)?,
                    polarity: polarities.word(row)?,
                    decimals: decimals.get(row).and_then(|all| u8::try_from(all).ok()),
                    producer: producers.get(row),
                    licence: licences.get(row).unwrap_or_default().to_owned(),
                    redistributable: redistributable.value(row),
                    data_updated: updated.get(row).map(str::to_owned),
                    state: states.word(row)?,
                    state_since: since.get(row).map(str::to_owned),
                    source_url: urls.get(row).map(str::to_owned),
                };
                all.insert(id, details);
            }
        }
        Ok(all)
    }
}

/// The peers of a region: rows of `peers.parquet`.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerGroup {
    /// How they were found.
    pub method: PeerMethod,
    /// What their distance is made of, or who chose them.
    pub basis: String,
    /// Their region ids, the first is the nearest.
    pub regions: Vec<RegionId>,
}

impl PeerGroup {
    /// Reads a release's `peers.parquet` (`table` is its path, for error texts), by the id
    /// of the region whose peers they are.
    ///
    /// # Errors
    /// [`PublishError::ReadTable`], [`PublishError::ReadRows`] and
    /// [`PublishError::TableContract`].
    pub fn read(table: &str, file: File) -> Result<BTreeMap<RegionId, Self>, PublishError> {
        let mut found: BTreeMap<RegionId, (PeerMethod, String, BTreeMap<i32, RegionId>)> =
            BTreeMap::new();
        for batch in read_batches(table, file, &[])? {
            let batch = batch?;
            let batch = Batch::of(table, &batch);
            let regions = batch.texts("region_id")?;
            let peers = batch.texts("peer_region_id")?;
            let positions = batch.integers("position")?;
            let methods = batch.texts("method")?;
            let bases = batch.texts("basis")?;
            for row in 0..batch.rows() {
                let (_, _, members) = found.entry(regions.word(row)?).or_insert((
                    methods.word(row)?,
                    bases.get(row).unwrap_or_default().to_owned(),
                    BTreeMap::new(),
                ));
                members.insert(positions.number(row)?, peers.word(row)?);
            }
        }
        Ok(found
            .into_iter()
            .map(|(region, (method, basis, members))| {
                let regions = members.into_values().collect();
                let group = Self {
                    method,
                    basis,
                    regions,
                };
                (region, group)
            })
            .collect())
    }
}

/// What the reports of all regions share.
#[derive(Clone, Debug, Default)]
pub struct ReportContext {
    /// What each indicator is, by id.
    pub indicators: BTreeMap<String, IndicatorDetails>,
    /// The series of provinces, wellbeing services counties and the country.
    pub comparators: ComparatorSeries,
    /// The figures that municipalities have side by side.
    pub municipal: MunicipalFigures,
    /// The peers of each region that has some.
    pub peers: BTreeMap<RegionId, PeerGroup>,
    /// The regions, by id.
    pub regions: BTreeMap<RegionId, Region>,
}

impl ReportContext {
    /// Which sex is reported of each indicator of a set: from the release's
    /// `wellbeing.parquet` (`table` is its path, for error texts).
    ///
    /// # Errors
    /// [`PublishError::ReadTable`], [`PublishError::ReadRows`] and
    /// [`PublishError::TableContract`].
    pub fn reported_sexes(table: &str, file: File) -> Result<BTreeMap<String, Sex>, PublishError> {
        let mut sexes = BTreeMap::new();
        for batch in read_batches(table, file, &["indicator_id", "sex"])? {
            let batch = batch?;
            let batch = Batch::of(table, &batch);
            let ids = batch.texts("indicator_id")?;
            let of_sexes = batch.texts("sex")?;
            let mut last: Option<&str> = None;
            for row in 0..batch.rows() {
                let id = ids.text(row)?;
                if last != Some(id) {
                    last = Some(id);
                    sexes.insert(id.to_owned(), of_sexes.word(row)?);
                }
            }
        }
        Ok(sexes)
    }

    /// The province of a region, where it has one and is none itself.
    pub fn province(&self, region: &Region) -> Option<&Region> {
        self.parent(RegionLevel::Province, region)
    }

    /// The wellbeing services county of a region, where it has one and is none itself.
    pub fn wellbeing_county(&self, region: &Region) -> Option<&Region> {
        self.parent(RegionLevel::WellbeingCounty, region)
    }

    /// The area whose municipalities stand side by side in a region's report: the province
    /// of a municipality, and a province or a county itself.
    pub fn surroundings(&self, region: &Region) -> Option<&Region> {
        match region.key.level {
            RegionLevel::Municipality => self.province(region),
            RegionLevel::Province | RegionLevel::WellbeingCounty => {
                self.regions.get(&region.key.id())
            }
            _ => None,
        }
    }

    /// Today's municipalities of a province or a county, by id.
    pub fn municipalities_of(&self, whole: &Region) -> Vec<&Region> {
        let code = Some(&whole.key.code);
        let is_within = |region: &Region| match whole.key.level {
            RegionLevel::WellbeingCounty => region.wellbeing_county.as_ref() == code,
            _ => region.province.as_ref() == code,
        };
        self.regions
            .values()
            .filter(|region| region.key.level == RegionLevel::Municipality)
            .filter(|region| region.valid_to.is_none() && is_within(region))
            .collect()
    }

    fn parent(&self, level: RegionLevel, region: &Region) -> Option<&Region> {
        let code = match level {
            RegionLevel::Province => region.province.as_ref()?,
            _ => region.wellbeing_county.as_ref()?,
        };
        let key = RegionKey::new(level, code.clone());
        (key != region.key)
            .then(|| self.regions.get(&key.id()))
            .flatten()
    }

    /// The regions of a report that are a region's peers, the nearest first.
    pub fn peers_of(&self, region: &Region) -> Vec<&Region> {
        self.peers
            .get(&region.key.id())
            .into_iter()
            .flat_map(|group| &group.regions)
            .filter_map(|id| self.regions.get(id))
            .collect()
    }

    /// The indicators of these ids that the release knows, by producer in Finnish.
    pub fn producers<'a>(
        &'a self,
        ids: &BTreeSet<&str>,
    ) -> BTreeMap<(&'a str, &'a str), Vec<&'a IndicatorDetails>> {
        let mut producers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for id in ids {
            if let Some(details) = self.indicators.get(*id) {
                let key = (details.producer.fi.as_str(), details.licence.as_str());
                producers.entry(key).or_default().push(details);
            }
        }
        producers
    }
}
