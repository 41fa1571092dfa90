//! What every region's folder has for people: the pages of its report. Each is made anew
//! only where something that it shows, or the way of showing it, has changed.

use std::collections::BTreeMap;
use std::fs::File;
use std::num::NonZero;
use std::sync::Arc;

use botnia_model::{ContentHash, Language, Region, RegionId, RegionKey, RegionLevel};
use futures::{StreamExt, TryStreamExt, stream};

use super::{HashingFile, Member, Packaging, ReleasedTable};
use crate::PublishError;
use crate::documents::ReleaseFacts;
use crate::releases::in_background;
use crate::report::{
    ComparatorSeries, IndicatorDetails, Pages, PeerGroup, Product, RegionFile, ReportContext,
    products, read_region_report,
};
use std::io::Write as _;

const WELLBEING: &str = "wellbeing.parquet";
const OBSERVATIONS: &str = "observations.parquet";
const INDICATORS: &str = "indicators.parquet";
const PEERS: &str = "peers.parquet";

/// The two tables of a region's folder from which its report is read.
struct RegionTables {
    folder: String,
    region: Region,
    wellbeing: ReleasedTable,
    observations: Option<ReleasedTable>,
}

/// What the reports of all regions need.
struct Shared {
    facts: ReleaseFacts,
    context: ReportContext,
    products: Vec<Product>,
    /// The hash of what every page shows or may show, whatever the region.
    common: ContentHash,
    /// The hash of the series of each area that others are compared with.
    series: BTreeMap<RegionId, ContentHash>,
}

impl Packaging {
    /// The files of all reports. A release without the reporting table has none, and neither
    /// has a region of which nothing is reported.
    pub(super) async fn reports(
        self: &Arc<Self>,
        tables: &[ReleasedTable],
        regions: &[Region],
        facts: &ReleaseFacts,
    ) -> Result<Vec<Member>, PublishError> {
        let folders = region_tables(tables, regions);
        if folders.is_empty() {
            return Ok(Vec::new());
        }
        let Some(shared) = self.shared(tables, regions, facts).await? else {
            return Ok(Vec::new());
        };
        let shared = Arc::new(shared);
        let parallelism = std::thread::available_parallelism().map_or(1, NonZero::get);
        let members: Vec<Vec<Member>> = stream::iter(folders)
            .map(|folder| {
                let (packaging, shared) = (Arc::clone(self), Arc::clone(&shared));
                async move { packaging.report(folder, shared).await }
            })
            .buffered(parallelism)
            .try_collect()
            .await?;
        Ok(members.into_iter().flatten().collect())
    }

    async fn shared(
        &self,
        tables: &[ReleasedTable],
        regions: &[Region],
        facts: &ReleaseFacts,
    ) -> Result<Option<Shared>, PublishError> {
        let find = |path: &str| tables.iter().find(|table| table.path == path);
        let (Some(wellbeing), Some(observations), Some(indicators)) =
            (find(WELLBEING), find(OBSERVATIONS), find(INDICATORS))
        else {
            return Ok(None);
        };
        let wellbeing = self.open(wellbeing).await?;
        let observations = self.open(observations).await?;
        let indicators_hash = indicators.content_hash;
        let indicators = self.open(indicators).await?;
        let peers = match find(PEERS) {
            Some(table) => Some(self.open(table).await?),
            None => None,
        };
        let regions: BTreeMap<RegionId, Region> = regions
            .iter()
            .map(|region| (region.key.id(), region.clone()))
            .collect();
        let facts = facts.clone();
        in_background("reading what reports share", move || {
            let sexes = ReportContext::reported_sexes(WELLBEING, wellbeing)?;
            let context = ReportContext {
                indicators: IndicatorDetails::read(INDICATORS, indicators)?,
                comparators: ComparatorSeries::read(OBSERVATIONS, observations, &sexes)?,
                peers: peers
                    .map(|file| PeerGroup::read(PEERS, file))
                    .transpose()?
                    .unwrap_or_default(),
                regions,
            };
            let series = context.comparators.hashes();
            let common = common_hash(indicators_hash, &context, &facts);
            Ok(Some(Shared {
                facts,
                context,
                products: products(),
                common,
                series,
            }))
        })
        .await
    }

    async fn report(
        self: Arc<Self>,
        tables: RegionTables,
        shared: Arc<Shared>,
    ) -> Result<Vec<Member>, PublishError> {
        let shown = shared.shown(&tables);
        let wanted: Vec<(usize, String, ContentHash)> = shared
            .products
            .iter()
            .enumerate()
            .map(|(index, product)| {
                let path = format!("{}/{}", tables.folder, product.file);
                (index, path, product.content_hash(shown))
            })
            .collect();
        let is_carried = |path: &str, hash| {
            self.previous_files
                .get(path)
                .filter(|previous| previous.content_hash == Some(hash))
        };
        let carried: Vec<Option<Member>> = wanted
            .iter()
            .map(|(_, path, hash)| {
                is_carried(path, *hash).map(|previous| Member {
                    entry: previous.clone(),
                    carried: true,
                })
            })
            .collect();
        if carried.iter().all(Option::is_some) {
            return Ok(carried.into_iter().flatten().collect());
        }
        let wellbeing = self.open(&tables.wellbeing).await?;
        let observations = match &tables.observations {
            Some(table) => Some(self.open(table).await?),
            None => None,
        };
        in_background("writing the report of a region", move || {
            let report = tables.read(wellbeing, observations)?;
            let pages = Pages {
                report: &report,
                context: &shared.context,
                facts: &shared.facts,
                map: None,
            };
            let mut members = Vec::new();
            for ((index, path, hash), carried) in wanted.into_iter().zip(carried) {
                if let Some(member) = carried {
                    members.push(member);
                    continue;
                }
                let bytes = shared.products[index].make(&pages)?;
                let mut file = HashingFile::create(&self.scratch, &path)?;
                file.write_all(&bytes)
                    .map_err(|source| PublishError::file("write", &path, source))?;
                members.push(file.finish(path, self.release, None, Some(hash))?);
            }
            Ok(members)
        })
        .await
    }
}

impl RegionTables {
    fn read(
        self,
        wellbeing: File,
        observations: Option<File>,
    ) -> Result<crate::report::RegionReport, PublishError> {
        let observations = self.observations.as_ref().zip(observations);
        read_region_report(
            self.region,
            RegionFile {
                path: &self.wellbeing.path,
                file: wellbeing,
            },
            observations.map(|(table, file)| RegionFile {
                path: &table.path,
                file,
            }),
        )
    }
}

impl Shared {
    /// The hash of everything that the pages of a region show.
    fn shown(&self, tables: &RegionTables) -> ContentHash {
        let region = &tables.region;
        let of = |table: Option<&ReleasedTable>| table.map(|table| table.content_hash);
        let series = |key: Option<RegionKey>| self.series.get(&key?.id()).copied();
        let parent = |level, code: &Option<botnia_model::RegionCode>| {
            Some(RegionKey::new(level, code.clone()?))
        };
        let peers: Vec<u8> = self
            .context
            .peers
            .get(&region.key.id())
            .map(|group| format!("{group:?}").into_bytes())
            .unwrap_or_default();
        let hashes = [
            Some(self.common),
            of(Some(&tables.wellbeing)),
            of(tables.observations.as_ref()),
            series(parent(RegionLevel::Province, &region.province)),
            series(parent(
                RegionLevel::WellbeingCounty,
                &region.wellbeing_county,
            )),
            series(Some(RegionKey::finland())),
        ];
        // An absent one must not read as the one after it.
        let absent = ContentHash::of(b"absent");
        let hashes = hashes.map(|hash| hash.unwrap_or(absent));
        ContentHash::of_parts(
            hashes
                .iter()
                .map(|hash| hash.as_bytes().as_slice())
                .chain([tables.folder.as_bytes(), peers.as_slice()]),
        )
    }
}

/// What may be shown on the page of any region: what indicators are, what regions are called
/// and belong to, the sources, and whether the figures are made up. Not the release's number
/// and moment: a page shows those of the release in which it last changed.
fn common_hash(
    indicators: ContentHash,
    context: &ReportContext,
    facts: &ReleaseFacts,
) -> ContentHash {
    let mut parts: Vec<Vec<u8>> = vec![
        indicators.as_bytes().to_vec(),
        vec![u8::from(facts.synthetic)],
    ];
    for source in &facts.sources {
        parts.push(source.id.as_str().as_bytes().to_vec());
        parts.push(source.url.as_bytes().to_vec());
        for language in Language::ALL {
            parts.push(source.name.get(language).as_bytes().to_vec());
        }
    }
    for (id, region) in &context.regions {
        parts.push(id.as_str().as_bytes().to_vec());
        for language in Language::ALL {
            parts.push(region.name.get(language).as_bytes().to_vec());
        }
        for code in [&region.province, &region.wellbeing_county] {
            let code = code.as_ref().map_or("", |code| code.as_str());
            parts.push(code.as_bytes().to_vec());
        }
    }
    ContentHash::of_parts(parts.iter().map(Vec::as_slice))
}

/// The folders with something to report, in their order.
fn region_tables(tables: &[ReleasedTable], regions: &[Region]) -> Vec<RegionTables> {
    let by_path: BTreeMap<&str, &ReleasedTable> = tables
        .iter()
        .map(|table| (table.path.as_str(), table))
        .collect();
    let mut folders: Vec<RegionTables> = regions
        .iter()
        .filter_map(|region| {
            let parent = match region.key.level {
                RegionLevel::Municipality => "municipalities",
                RegionLevel::Province => "provinces",
                RegionLevel::WellbeingCounty => "wellbeing-counties",
                _ => return None,
            };
            let folder = format!("{parent}/{}", region.folder());
            let find = |name: &str| by_path.get(format!("{folder}/{name}").as_str()).copied();
            let wellbeing = find(WELLBEING).filter(|table| table.rows > 0)?.clone();
            let observations = find(OBSERVATIONS).cloned();
            Some(RegionTables {
                folder,
                region: region.clone(),
                wellbeing,
                observations,
            })
        })
        .collect();
    folders.sort_by(|one, other| one.folder.cmp(&other.folder));
    folders
}
