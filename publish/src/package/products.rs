//! What is made of a region's report: workbooks and the workshop pack. Each is carried over
//! while nothing that it shows has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::Arc;

use botnia_model::{ContentHash, Language, Note, Region};

use super::{HashingFile, Member, OBSERVATIONS, Packaging, ReleasedTable, package_folder};
use crate::PublishError;
use crate::documents::ReleaseFacts;
use crate::releases::in_background;
use crate::report::{
    IndicatorDetails, PeerGroup, RegionFile, RegionReport, ReportContext, read_region_report,
};
use crate::table::distinct_texts;
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
    /// The regions by the folders of their packages.
    folders: BTreeMap<String, Region>,
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
    Workbook(Language),
    Workshop(Language),
}

impl Product {
    fn all() -> impl Iterator<Item = Self> {
        let workbooks = WORKBOOK_LANGUAGES.into_iter().map(Self::Workbook);
        workbooks.chain(WORKSHOP_LANGUAGES.into_iter().map(Self::Workshop))
    }

    fn file(self) -> &'static str {
        match self {
            Self::Workbook(language) => workbook_file(language),
            Self::Workshop(language) => workshop_file(language),
        }
    }

    fn hash(self, tables: &[ContentHash], shared: ContentHash, notes: &[Note]) -> ContentHash {
        match self {
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
        match self {
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
    ) -> Result<Option<Arc<Self>>, PublishError> {
        let find = |path: &str| tables.iter().find(|table| table.path == path);
        let (Some(wellbeing), Some(indicators)) = (find(WELLBEING), find(INDICATORS)) else {
            return Ok(None);
        };
        let wellbeing = packaging.open(wellbeing).await?;
        let indicators = packaging.open(indicators).await?;
        let peers = match find(PEERS) {
            Some(peers) => Some(packaging.open(peers).await?),
            None => None,
        };
        let (facts, regions) = (facts.clone(), regions.to_vec());
        let read = move || -> Result<Self, PublishError> {
            let [reported] = distinct_texts(WELLBEING, wellbeing, ["indicator_id"])?;
            let reported: BTreeSet<String> = reported.into_iter().collect();
            let mut indicators = IndicatorDetails::read(INDICATORS, indicators)?;
            indicators.retain(|id, _| reported.contains(id));
            let peers = match peers {
                Some(peers) => PeerGroup::read(PEERS, peers)?,
                None => BTreeMap::new(),
            };
            let context = ReportContext {
                indicators,
                peers,
                regions: regions
                    .iter()
                    .map(|region| (region.key.id(), region.clone()))
                    .collect(),
                ..ReportContext::default()
            };
            Ok(Self {
                hash: shared_hash(&context, &facts),
                folders: regions
                    .into_iter()
                    .filter_map(|region| Some((package_folder(&region)?, region)))
                    .collect(),
                context,
                facts,
            })
        };
        let read = in_background("reading what the reports share", read).await?;
        Ok(Some(Arc::new(read)))
    }
}

/// The hash of what the products show of their context and their release, whatever its
/// number and moment.
fn shared_hash(context: &ReportContext, facts: &ReleaseFacts) -> ContentHash {
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
    let text = format!(
        "{:?}{:?}{regions:?}{:?}{:?}{:?}",
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
        let mut members = Vec::new();
        let mut fresh = Vec::new();
        for product in Product::all() {
            let path = format!("{}/{}", tables.folder, product.file());
            let hash = product.hash(&hashes, reporting.hash, &notes);
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
        let made = in_background("writing the workbooks of a region", move || {
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
