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
    ComparatorSeries, IndicatorDetails, MunicipalFigures, PageKind, Pages, PeerGroup, RegionFile,
    RegionReport, ReportContext, page_file, page_hash, read_region_report,
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
    /// Those of every region.
    fn all() -> impl Iterator<Item = Self> {
        let pages = PageKind::ALL.into_iter().flat_map(|kind| {
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

    /// `others` are the hashes of what pages show of other regions.
    fn hash(
        self,
        tables: &[ContentHash],
        shared: ContentHash,
        others: &[ContentHash],
        notes: &[Note],
    ) -> ContentHash {
        match self {
            Self::Page(PageKind::Report, language) => {
                let kind = PageKind::Report;
                let shown: Vec<_> = tables.iter().chain(others).copied().collect();
                page_hash((kind, language), &shown, shared, notes)
            }
            Self::Page(kind, language) => page_hash((kind, language), tables, shared, notes),
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
            Self::Page(kind, language) => Pages {
                report,
                context,
                facts,
                notes,
                maps: reporting.maps.as_ref(),
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
            let again = wellbeing
                .try_clone()
                .map_err(|source| PublishError::file("open", WELLBEING, source))?;
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
                municipal: MunicipalFigures::read(WELLBEING, again)?,
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
    /// The hashes of what a region's report shows of others: the series of its province, its
    /// county and the country, each `absent` where there is none, and the figures of the
    /// municipalities around.
    fn others(&self, region: &Region) -> [ContentHash; 4] {
        let parent = |level, code: &Option<botnia_model::RegionCode>| {
            Some(RegionKey::new(level, code.clone()?))
        };
        let absent = || ContentHash::of(b"absent");
        let series = |key: Option<RegionKey>| {
            key.and_then(|key| self.series.get(&key.id()).copied())
                .unwrap_or_else(absent)
        };
        let around = self.context.surroundings(region).map(|whole| {
            let municipalities = self.context.municipalities_of(whole);
            let ids: Vec<_> = municipalities.iter().map(|one| one.key.id()).collect();
            self.context.municipal.hash_of(&ids)
        });
        [
            series(parent(RegionLevel::Province, &region.province)),
            series(parent(
                RegionLevel::WellbeingCounty,
                &region.wellbeing_county,
            )),
            series(Some(RegionKey::finland())),
            around.unwrap_or_else(absent),
        ]
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
        let others = reporting.others(&region);
        let mut members = Vec::new();
        let mut fresh = Vec::new();
        for product in Product::all() {
            let path = format!("{}/{}", tables.folder, product.file());
            let hash = product.hash(&hashes, reporting.hash, &others, &notes);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up::{joined, region, row, text, wellbeing_columns};

    fn municipality(code: &str, province: &str) -> Region {
        Region {
            province: Some(province.parse().unwrap()),
            ..region(RegionLevel::Municipality, code, text(code, code, code))
        }
    }

    /// Vaasa and Närpiö of Pohjanmaa, and Halsua; `figure` is that of Närpiö.
    fn reporting(figure: f64) -> (Reporting, [Region; 3]) {
        let regions = [("905", "15"), ("545", "15"), ("074", "16")];
        let regions = regions.map(|(code, province)| municipality(code, province));
        let provinces = ["15", "16"].map(|code| {
            let name = text(code, code, code);
            region(RegionLevel::Province, code, name)
        });
        let figures = [8.0, figure, 5.0];
        let tables = regions.iter().zip(figures).map(|(region, figure)| {
            wellbeing_columns(region, &[row("sotkanet:181", "working_age", figure)])
        });
        let municipal = MunicipalFigures::read(WELLBEING, joined(tables.collect())).unwrap();
        let all = regions.iter().chain(&provinces);
        let context = ReportContext {
            municipal,
            regions: all.map(|one| (one.key.id(), one.clone())).collect(),
            ..ReportContext::default()
        };
        let facts = crate::workbook::tests::facts(true);
        let reporting = Reporting {
            hash: shared_hash(&context, &facts, None),
            series: context.comparators.hashes(),
            folders: BTreeMap::new(),
            maps: None,
            context,
            facts,
        };
        (reporting, regions)
    }

    #[test]
    fn a_neighbours_figure_makes_the_reports_around_anew_and_nothing_else() {
        let hash = |figure, product: Product, of: usize| {
            let (reporting, regions) = reporting(figure);
            let others = reporting.others(&regions[of]);
            product.hash(&[], reporting.hash, &others, &[])
        };
        let report = Product::Page(PageKind::Report, Language::Fi);
        let [vaasa, narpio, halsua] = [0, 1, 2];
        assert_ne!(hash(3.0, report, vaasa), hash(3.5, report, vaasa));
        assert_ne!(hash(3.0, report, narpio), hash(3.5, report, narpio));
        assert_eq!(hash(3.0, report, halsua), hash(3.5, report, halsua));
        for product in [
            Product::Page(PageKind::Short, Language::Fi),
            Product::Page(PageKind::ProfileSvg, Language::Sv),
            Product::Workbook(Language::Fi),
            Product::Workshop(Language::Sv),
        ] {
            assert_eq!(hash(3.0, product, vaasa), hash(3.5, product, vaasa));
        }
    }
}
