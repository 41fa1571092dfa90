//! What is made of a region's report: its pages, charts, workbooks and the workshop pack.
//! Each is carried over while nothing that it shows has changed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use botnia_model::{ContentHash, Language, Note, Region, RegionId, RegionKey, RegionLevel};

use super::{HashingFile, Member, OBSERVATIONS, Packaging, ReleasedTable, package_folder};
use crate::PublishError;
use crate::documents::ReleaseFacts;
use crate::releases::in_background;
use crate::report::{
    ComparatorSeries, IndicatorDetails, PageKind, Pages, PeerGroup, RegionFile, RegionReport,
    ReportContext, page_file, page_hash, read_region_report,
};
use crate::site::{BoundaryShapes, Maps};
use crate::workbook::{RegionWorkbook, WORKBOOK_LANGUAGES, workbook_file, workbook_hash};
use crate::workshop::{WORKSHOP_LANGUAGES, WorkshopPack, workshop_file, workshop_hash};

const WELLBEING: &str = "wellbeing.parquet";
const INDICATORS: &str = "indicators.parquet";
const PEERS: &str = "peers.parquet";

/// What the products of all regions share.
pub(super) struct Reporting {
    facts: ReleaseFacts,
    context: ReportContext,
    /// The hash of what they take from here.
    hash: ContentHash,
    /// The hash of the series of each area that charts compare with.
    series: BTreeMap<RegionId, ContentHash>,
    /// The regions by the folders of their packages.
    folders: BTreeMap<String, Region>,
    /// None without boundaries.
    maps: Option<Maps>,
}

/// The tables of a region's folder.
pub(super) struct RegionTables {
    folder: String,
    wellbeing: ReleasedTable,
    observations: Option<ReleasedTable>,
}

/// A file that is made of a region's report.
#[derive(Clone, Copy)]
enum Product {
    Page(PageKind, Language),
    Workbook(Language),
    Workshop(Language),
}

impl Product {
    /// Those of a region of `level`.
    fn all(level: RegionLevel) -> impl Iterator<Item = Self> {
        let kinds = PageKind::ALL.into_iter();
        let kinds = kinds.filter(move |kind| kind.is_made_for(level));
        let pages = kinds.flat_map(|kind| {
            let in_language = move |language| Self::Page(kind, language);
            Language::ALL.into_iter().map(in_language)
        });
        pages
            .chain(WORKBOOK_LANGUAGES.into_iter().map(Self::Workbook))
            .chain(WORKSHOP_LANGUAGES.into_iter().map(Self::Workshop))
    }

    fn file(self) -> &'static str {
        match self {
            Self::Page(kind, language) => page_file(kind, language),
            Self::Workbook(language) => workbook_file(language),
            Self::Workshop(language) => workshop_file(language),
        }
    }

    /// `series` are the hashes of what charts compare with.
    fn hash(
        self,
        tables: &[ContentHash],
        shared: ContentHash,
        series: &[ContentHash],
        notes: &[Note],
    ) -> ContentHash {
        match self {
            Self::Page(kind, language) => {
                let shown: Vec<_> = tables.iter().chain(series).copied().collect();
                page_hash((kind, language), &shown, shared, notes)
            }
            Self::Workbook(language) => workbook_hash(language, tables, shared, notes),
            Self::Workshop(language) => workshop_hash(language, tables, shared, notes),
        }
    }

    fn write(
        self,
        report: &RegionReport,
        reporting: &Reporting,
        notes: &[Note],
    ) -> Result<Vec<u8>, PublishError> {
        let (context, facts) = (&reporting.context, &reporting.facts);
        let map = |report: &RegionReport, language| reporting.map(&report.region, language);
        match self {
            Self::Page(kind, language) => Pages {
                report,
                context,
                facts,
                notes,
                map: Some(&map),
            }
            .write(kind, language),
            Self::Workbook(language) => RegionWorkbook {
                report,
                context,
                facts,
                notes,
            }
            .write(language),
            Self::Workshop(language) => WorkshopPack {
                report,
                context,
                facts,
                notes,
            }
            .write(language)
            .map(String::into_bytes),
        }
    }
}

impl RegionTables {
    /// The tables of every region that has something to report.
    pub(super) fn of(tables: &[ReleasedTable]) -> Vec<Self> {
        let in_folder = |folder: &str, name: &str| {
            let path = format!("{folder}/{name}");
            tables.iter().find(|table| table.path == path).cloned()
        };
        tables
            .iter()
            .filter(|table| table.rows > 0)
            .filter_map(|wellbeing| {
                let folder = wellbeing.path.strip_suffix(WELLBEING)?.strip_suffix('/')?;
                Some(Self {
                    folder: folder.to_owned(),
                    wellbeing: wellbeing.clone(),
                    observations: in_folder(folder, OBSERVATIONS),
                })
            })
            .collect()
    }

    fn hashes(&self) -> Vec<ContentHash> {
        let observations = self.observations.iter();
        std::iter::once(&self.wellbeing)
            .chain(observations)
            .map(|table| table.content_hash)
            .collect()
    }
}

impl Reporting {
    /// Reads what all regions share; `None` for a release without a reporting table.
    pub(super) async fn read(
        packaging: &Packaging,
        facts: &ReleaseFacts,
        regions: &[Region],
        tables: &[ReleasedTable],
        boundaries: Option<&BoundaryShapes>,
    ) -> Result<Option<Arc<Self>>, PublishError> {
        let find = |path: &str| tables.iter().find(|table| table.path == path);
        let (Some(wellbeing), Some(indicators), Some(observations)) =
            (find(WELLBEING), find(INDICATORS), find(OBSERVATIONS))
        else {
            return Ok(None);
        };
        let wellbeing = packaging.open(wellbeing).await?;
        let indicators = packaging.open(indicators).await?;
        let observations = packaging.open(observations).await?;
        let peers = match find(PEERS) {
            Some(peers) => Some(packaging.open(peers).await?),
            None => None,
        };
        let (facts, regions) = (facts.clone(), regions.to_vec());
        let maps = boundaries.map(Maps::new);
        let read = move || -> Result<Self, PublishError> {
            let reported = ReportContext::reported_sexes(WELLBEING, wellbeing)?;
            let mut indicators = IndicatorDetails::read(INDICATORS, indicators)?;
            indicators.retain(|id, _| reported.contains_key(id));
            let peers = match peers {
                Some(peers) => PeerGroup::read(PEERS, peers)?,
                None => BTreeMap::new(),
            };
            let context = ReportContext {
                indicators,
                comparators: ComparatorSeries::read(OBSERVATIONS, observations, &reported)?,
                peers,
                regions: regions
                    .iter()
                    .map(|region| (region.key.id(), region.clone()))
                    .collect(),
            };
            Ok(Self {
                series: context.comparators.hashes(),
                hash: shared_hash(&context, &facts, maps.as_ref()),
                folders: regions
                    .into_iter()
                    .filter_map(|region| Some((package_folder(&region)?, region)))
                    .collect(),
                context,
                facts,
                maps,
            })
        };
        let read = in_background("reading what the reports share", read).await?;
        Ok(Some(Arc::new(read)))
    }
}

impl Reporting {
    /// A municipality within its province; of a province or a county, its municipalities.
    fn map(&self, region: &Region, language: Language) -> Option<String> {
        let parent = |of: &Region, level| match level {
            RegionLevel::WellbeingCounty => of.wellbeing_county.clone(),
            _ => of.province.clone(),
        };
        let is_municipal = region.key.level == RegionLevel::Municipality;
        let whole = if is_municipal {
            RegionKey::new(RegionLevel::Province, region.province.clone()?)
        } else {
            region.key.clone()
        };
        let areas: Vec<_> = self
            .context
            .regions
            .values()
            .filter(|of| of.key.level == RegionLevel::Municipality && of.valid_to.is_none())
            .filter(|of| parent(of, whole.level).as_ref() == Some(&whole.code))
            .map(|of| {
                let name = of.name.or_finnish(language).to_owned();
                (of.key.clone(), name, of.key == region.key)
            })
            .collect();
        let within = self.context.regions.get(&whole.id())?;
        let within = within.name.or_finnish(language);
        let name = region.name.or_finnish(language);
        let text = match (is_municipal, language) {
            (true, Language::Fi) => format!("Kartta: {name}; maakunta: {within}."),
            (true, Language::Sv) => format!("Karta: {name}; landskap: {within}."),
            (true, Language::En) => format!("Map: {name}; region: {within}."),
            (false, Language::Fi) => format!("Kartta: {within} kunnittain."),
            (false, Language::Sv) => format!("Karta: {within} efter kommun."),
            (false, Language::En) => format!("Map: {within} by municipality."),
        };
        self.maps.as_ref()?.locator(&areas, &text)
    }

    /// The hashes of the series that a region's charts compare with: of its province, its
    /// county and the country, each `absent` where there is none.
    fn compared_with(&self, region: &Region) -> [ContentHash; 3] {
        let parent = |level, code: &Option<botnia_model::RegionCode>| {
            Some(RegionKey::new(level, code.clone()?))
        };
        [
            parent(RegionLevel::Province, &region.province),
            parent(RegionLevel::WellbeingCounty, &region.wellbeing_county),
            Some(RegionKey::finland()),
        ]
        .map(|key| {
            key.and_then(|key| self.series.get(&key.id()).copied())
                .unwrap_or_else(|| ContentHash::of(b"absent"))
        })
    }
}

/// The hash of what the products show of their context and their release, whatever its
/// number and moment.
fn shared_hash(context: &ReportContext, facts: &ReleaseFacts, maps: Option<&Maps>) -> ContentHash {
    let regions: Vec<_> = context
        .regions
        .values()
        .map(|region| {
            (
                &region.key,
                &region.name,
                &region.province,
                &region.wellbeing_county,
            )
        })
        .collect();
    let maps = maps.map(Maps::hash_of_detail);
    let text = format!(
        "{:?}{:?}{regions:?}{:?}{:?}{:?}{maps:?}",
        context.indicators, context.peers, facts.synthetic, facts.geo_vintage, facts.sources
    );
    ContentHash::of(text.as_bytes())
}

impl Packaging {
    /// The products of a region.
    pub(super) async fn products(
        self: Arc<Self>,
        reporting: Arc<Reporting>,
        tables: RegionTables,
    ) -> Result<Vec<Member>, PublishError> {
        let Some(region) = reporting.folders.get(&tables.folder).cloned() else {
            return Ok(Vec::new());
        };
        let notes = self.notes.of(&tables.folder).to_vec();
        let hashes = tables.hashes();
        let series = reporting.compared_with(&region);
        let mut members = Vec::new();
        let mut fresh = Vec::new();
        for product in Product::all(region.key.level) {
            let path = format!("{}/{}", tables.folder, product.file());
            let hash = product.hash(&hashes, reporting.hash, &series, &notes);
            match self.carried(&path, hash) {
                Some(member) => members.push(member),
                None => fresh.push((product, path, hash)),
            }
        }
        if fresh.is_empty() {
            return Ok(members);
        }
        let wellbeing = self.open(&tables.wellbeing).await?;
        let observations = match &tables.observations {
            Some(table) => Some(self.open(table).await?),
            None => None,
        };
        let made = in_background("writing the report of a region", move || {
            let file = |path, file| RegionFile { path, file };
            let report = read_region_report(
                region,
                file(&tables.wellbeing.path, wellbeing),
                tables
                    .observations
                    .as_ref()
                    .zip(observations)
                    .map(|(table, opened)| file(&table.path, opened)),
            )?;
            fresh
                .into_iter()
                .map(|(product, path, hash)| {
                    let bytes = product.write(&report, &reporting, &notes)?;
                    let mut file = HashingFile::create(&self.scratch, &path)?;
                    file.write_all(&bytes)
                        .map_err(|source| PublishError::file("write", &path, source))?;
                    file.finish(path, self.release, None, Some(hash))
                })
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
        members.extend(made);
        Ok(members)
    }
}
