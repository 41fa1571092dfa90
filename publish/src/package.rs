//! Makes a release of the tables: their CSV files, the regions' reports and workbooks, the
//! documents, and the manifest.

mod products;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use botnia_model::hash::ContentHasher;
use botnia_model::{
    CommitRecord, ContentHash, FileEntry, IndicatorEntry, Manifest, Note, Region, RegionLevel,
    ReleaseNumber,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::PublishError;
use crate::commit::hash_file;
use crate::csv::{IndicatorTitles, RegionNames, content_hash, write_observations_csv};
use crate::documents::{self, ColumnFact, ReleaseFacts, TableFact};
use crate::manifest::RECIPE;
use products::{RegionTables, Reporting};

use crate::notes_csv::{NOTES_CSV, NotesOfRegions, notes_hash, write_notes_csv};
use crate::releases::{Releases, Staged, in_background, release_key};
use crate::site::{self, Pages, Site, SiteInput, SiteTables};
use crate::table::{batches, columns, distinct_texts};

/// The folders whose subfolders are regions' packages.
const PACKAGES: [&str; 3] = ["municipalities", "provinces", "wellbeing-counties"];

/// A region's observations within its package, and what a spreadsheet opens of them.
const OBSERVATIONS: &str = "observations.parquet";
const OBSERVATIONS_CSV: &str = "observations.csv";

/// How many releases before it a release's site lists.
const EARLIER_RELEASES: u32 = 20;

/// A table of the release, as the stage before made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasedTable {
    /// Its path within the release.
    pub path: String,
    /// Rows.
    pub rows: u64,
    /// The hash of its content, apart from how it is encoded.
    pub content_hash: ContentHash,
    /// The release in which its content last changed.
    pub release: ReleaseNumber,
    /// Whether it is the previous release's file, byte for byte, and was not written.
    pub carried: bool,
}

/// Everything that a release is made of.
#[derive(Clone, Debug)]
pub struct Assembly {
    /// The folder that holds the new tables at their paths within the release, and that
    /// takes the new CSV files and documents.
    pub scratch: PathBuf,
    /// The tables.
    pub tables: Vec<ReleasedTable>,
    /// The newest release.
    pub previous: Option<(CommitRecord, Manifest)>,
    /// What the documents tell.
    pub facts: ReleaseFacts,
    /// The regions, for their names.
    pub regions: Vec<Region>,
    /// What each indicator was made from, by id.
    pub indicators: Vec<IndicatorEntry>,
    /// What people say beside the figures, in order.
    pub notes: Vec<Note>,
    /// The hash of everything that went in.
    pub inputs: ContentHash,
    /// The bytes of `recipe.json`.
    pub recipe: Vec<u8>,
    /// What the settings say of the site; none: there is no site.
    pub site: Option<SiteInput>,
}

/// A file of the release, and whether it is carried over.
struct Member {
    entry: FileEntry,
    carried: bool,
}

/// Everything that every CSV needs.
struct Packaging {
    releases: Releases,
    scratch: PathBuf,
    release: ReleaseNumber,
    parent: Option<ReleaseNumber>,
    previous_files: BTreeMap<String, FileEntry>,
    titles: IndicatorTitles,
    region_names: RegionNames,
    notes: NotesOfRegions,
}

/// Makes the release ready for [`Releases::commit`]: hashes the new tables, writes the
/// CSV beside every region's observations, the pages of its report and its workbooks unless
/// the previous release's still hold, writes the documents and the recipe, and lists all of
/// it in the manifest.
///
/// # Errors
/// [`PublishError::NothingToCarry`] for a carried table that the previous release does
/// not have; [`PublishError::TableContract`] for a table that is not as it should be;
/// failures to read and write.
#[expect(
    clippy::too_many_lines,
    reason = "the parts of a release, one after the other"
)]
pub async fn assemble(releases: &Releases, assembly: Assembly) -> Result<Staged, PublishError> {
    let Assembly {
        scratch,
        tables,
        previous,
        facts,
        regions,
        indicators,
        notes,
        inputs,
        recipe,
        site,
    } = assembly;
    let (parent, parent_hash, previous_files) = match previous {
        Some((record, manifest)) => (Some(record.release), Some(record.manifest), manifest.files),
        None => (None, None, Vec::new()),
    };
    let packaging = Arc::new(Packaging {
        releases: releases.clone(),
        scratch,
        release: facts.number,
        parent,
        previous_files: previous_files
            .into_iter()
            .map(|file| (file.path.clone(), file))
            .collect(),
        titles: IndicatorTitles::new(&facts.indicators, facts.synthetic),
        region_names: RegionNames::new(&regions),
        notes: NotesOfRegions::new(&regions, notes),
    });

    let parallelism = std::thread::available_parallelism().map_or(1, NonZero::get);
    let reporting = Reporting::read(
        &packaging,
        &facts,
        &regions,
        &tables,
        site.as_ref().and_then(|site| site.boundaries.as_ref()),
    )
    .await?;
    let packages = RegionTables::of(&tables);
    let members: Vec<Vec<Member>> = stream::iter(tables)
        .map(|table| {
            let packaging = Arc::clone(&packaging);
            async move { packaging.members(table).await }
        })
        .buffered(parallelism)
        .try_collect()
        .await?;
    let mut members: Vec<Member> = members.into_iter().flatten().collect();
    if let Some(reporting) = reporting {
        let products: Vec<Vec<Member>> = stream::iter(packages)
            .map(|tables| Arc::clone(&packaging).products(Arc::clone(&reporting), tables))
            .buffered(parallelism)
            .try_collect()
            .await?;
        members.extend(products.into_iter().flatten());
    }

    let table_facts = packaging.top_level(&members).await?;
    let written = {
        let packaging = Arc::clone(&packaging);
        let (facts, table_facts) = (facts.clone(), table_facts.clone());
        in_background("writing the documents", move || {
            packaging.documents(&facts, &table_facts, recipe)
        })
        .await?
    };
    members.extend(written);
    if let Some(input) = site {
        let pages = packaging.site(&members, facts.clone(), input, regions, table_facts);
        members.extend(pages.await?);
    }

    members.sort_by(|one, other| one.entry.path.cmp(&other.entry.path));
    if let Some(twice) = members
        .windows(2)
        .find(|pair| pair[0].entry.path == pair[1].entry.path)
    {
        return Err(PublishError::TableContract {
            table: twice[0].entry.path.clone(),
            reason: "it is there twice".to_owned(),
        });
    }
    Ok(Staged {
        carried: members
            .iter()
            .filter(|member| member.carried)
            .map(|member| member.entry.path.clone())
            .collect(),
        manifest: Manifest {
            schema_version: facts.schema_version,
            release: facts.number,
            parent: parent_hash,
            program_version: facts.program_version,
            synthetic: facts.synthetic,
            geo_vintage: facts.geo_vintage,
            inputs,
            indicators,
            files: members.into_iter().map(|member| member.entry).collect(),
        },
        scratch: packaging.scratch.clone(),
    })
}

impl Packaging {
    /// A table, and its CSV where it has one.
    async fn members(self: Arc<Self>, table: ReleasedTable) -> Result<Vec<Member>, PublishError> {
        release_key(self.release, &table.path)?;
        let mut members = vec![self.table(&table).await?];
        if let Some(folder) = package(&table.path) {
            members.push(self.notes(folder)?);
            let csv_path = format!("{folder}/{OBSERVATIONS_CSV}");
            members.push(self.csv(table, csv_path).await?);
        }
        Ok(members)
    }

    async fn table(&self, table: &ReleasedTable) -> Result<Member, PublishError> {
        let (bytes, sha256) = if table.carried {
            let previous = self.previous(&table.path)?;
            (previous.bytes, previous.sha256)
        } else {
            let path = self.scratch.join(&table.path);
            in_background("hashing a table", move || hash_file(&path)).await?
        };
        Ok(Member {
            entry: FileEntry {
                path: table.path.clone(),
                sha256,
                bytes,
                rows: Some(table.rows),
                content_hash: Some(table.content_hash),
                release: table.release,
            },
            carried: table.carried,
        })
    }

    fn previous(&self, path: &str) -> Result<&FileEntry, PublishError> {
        self.previous_files
            .get(path)
            .ok_or_else(|| PublishError::NothingToCarry {
                path: path.to_owned(),
            })
    }

    /// The file of the previous release, where its content is the same.
    fn carried(&self, path: &str, content_hash: ContentHash) -> Option<Member> {
        let previous = self.previous_files.get(path)?;
        (previous.content_hash == Some(content_hash)).then(|| Member {
            entry: previous.clone(),
            carried: true,
        })
    }

    /// The CSV of a region's observations: the previous release's while the table and
    /// the titles and names in it are the same, a new one otherwise.
    async fn csv(
        self: Arc<Self>,
        table: ReleasedTable,
        path: String,
    ) -> Result<Member, PublishError> {
        let file = self.open(&table).await?;
        in_background("writing a CSV file", move || {
            self.write_csv(&table, path, file)
        })
        .await
    }

    fn write_csv(
        &self,
        table: &ReleasedTable,
        path: String,
        rows_of: File,
    ) -> Result<Member, PublishError> {
        let again = rows_of
            .try_clone()
            .map_err(|source| PublishError::file("open", &table.path, source))?;
        let ids = distinct_texts(&table.path, rows_of, ["indicator_id", "region_id"])?;
        let [indicator_ids, region_ids] = ids;
        let hash = content_hash(
            table.content_hash,
            &self.titles,
            indicator_ids.iter().map(String::as_str),
            &self.region_names,
            region_ids.iter().map(String::as_str),
        );
        if let Some(carried) = self.carried(&path, hash) {
            return Ok(carried);
        }
        let mut file = HashingFile::create(&self.scratch, &path)?;
        let rows = write_observations_csv(
            &table.path,
            batches(&table.path, again, &[])?,
            &self.titles,
            &self.region_names,
            &mut file,
        )?;
        if rows != table.rows {
            return Err(PublishError::TableContract {
                table: table.path.clone(),
                reason: format!("it has {rows} rows and not {}", table.rows),
            });
        }
        file.finish(path, self.release, Some(rows), Some(hash))
    }

    /// What people say beside the figures of a package: the previous release's file while
    /// they say the same.
    fn notes(&self, folder: &str) -> Result<Member, PublishError> {
        let path = format!("{folder}/{NOTES_CSV}");
        let notes = self.notes.of(folder);
        let hash = notes_hash(notes, &self.titles, &self.region_names);
        if let Some(carried) = self.carried(&path, hash) {
            return Ok(carried);
        }
        let mut file = HashingFile::create(&self.scratch, &path)?;
        write_notes_csv(notes, &self.titles, &self.region_names, &mut file)
            .map_err(|source| PublishError::csv(&path, source))?;
        file.finish(path, self.release, Some(notes.len() as u64), Some(hash))
    }

    async fn open(&self, table: &ReleasedTable) -> Result<File, PublishError> {
        match (table.carried, self.parent) {
            (true, Some(parent)) => self.releases.open_file(parent, &table.path).await,
            (true, None) => Err(PublishError::NothingToCarry {
                path: table.path.clone(),
            }),
            (false, _) => {
                let path = self.scratch.join(&table.path);
                File::open(&path).map_err(|source| PublishError::file("open", path, source))
            }
        }
    }

    /// What the catalogues say of the top-level tables, in the order of their paths.
    async fn top_level(&self, members: &[Member]) -> Result<Vec<TableFact>, PublishError> {
        let mut facts = Vec::new();
        for member in members {
            let entry = &member.entry;
            let (Some(rows), false) = (entry.rows, entry.path.contains('/')) else {
                continue;
            };
            let file = self
                .open(&ReleasedTable {
                    path: entry.path.clone(),
                    rows,
                    content_hash: entry.sha256,
                    release: entry.release,
                    carried: member.carried,
                })
                .await?;
            facts.push(TableFact {
                path: entry.path.clone(),
                rows,
                bytes: entry.bytes,
                sha256: entry.sha256,
                columns: columns(&entry.path, file)?
                    .into_iter()
                    .map(|(name, kind)| ColumnFact { name, kind })
                    .collect(),
            });
        }
        facts.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(facts)
    }

    /// The pages of the site, of what the release has besides.
    async fn site(
        self: &Arc<Self>,
        members: &[Member],
        facts: ReleaseFacts,
        input: SiteInput,
        regions: Vec<Region>,
        tables: Vec<TableFact>,
    ) -> Result<Vec<Member>, PublishError> {
        let tables_of_pages = SiteTables {
            indicators: self.member(members, "indicators.parquet").await?,
            observations: self.member(members, "observations.parquet").await?,
            revisions: self.member(members, "revisions.parquet").await?,
        };
        let files: BTreeMap<String, u64> = members
            .iter()
            .map(|member| (member.entry.path.clone(), member.entry.bytes))
            .collect();
        let earlier = self.earlier().await?;
        let packaging = Arc::clone(self);
        in_background("writing the site", move || {
            let site = Site {
                facts: &facts,
                parent: packaging.parent,
                earlier: &earlier,
                input: &input,
                regions: &regions,
                tables: &tables,
                files: &files,
            };
            let mut pages = WrittenPages {
                packaging: &packaging,
                members: Vec::new(),
            };
            site::write(&site, tables_of_pages, &mut pages)?;
            Ok(pages.members)
        })
        .await
    }

    /// Opens a file that the release has.
    async fn member(&self, members: &[Member], path: &str) -> Result<File, PublishError> {
        let mut all = members.iter();
        let carried = all
            .find(|member| member.entry.path == path)
            .map(|member| member.carried)
            .ok_or_else(|| PublishError::TableContract {
                table: path.to_owned(),
                reason: "the site needs it, and it is not there".to_owned(),
            })?;
        if let (true, Some(parent)) = (carried, self.parent) {
            self.releases.open_file(parent, path).await
        } else {
            let path = self.scratch.join(path);
            File::open(&path).map_err(|source| PublishError::file("open", path, source))
        }
    }

    /// The latest releases before this one, the newest first.
    async fn earlier(&self) -> Result<Vec<(ReleaseNumber, Timestamp)>, PublishError> {
        let last = self.release.get() - 1;
        let first = last.saturating_sub(EARLIER_RELEASES) + 1;
        let mut earlier = Vec::new();
        for number in (first..=last).rev() {
            let Ok(number) = ReleaseNumber::try_from(number) else {
                continue;
            };
            if let Some(record) = self.releases.record(number).await? {
                earlier.push((number, record.released_at));
            }
        }
        Ok(earlier)
    }

    fn documents(
        &self,
        facts: &ReleaseFacts,
        tables: &[TableFact],
        recipe: Vec<u8>,
    ) -> Result<Vec<Member>, PublishError> {
        documents::all(facts, self.parent, tables)?
            .into_iter()
            .chain([(RECIPE, recipe)])
            .map(|(path, bytes)| {
                let mut file = HashingFile::create(&self.scratch, path)?;
                file.write_all(&bytes)
                    .map_err(|source| PublishError::file("write", path, source))?;
                file.finish(path.to_owned(), self.release, None, None)
            })
            .collect()
    }
}

/// The pages of the site on their way into the release.
struct WrittenPages<'a> {
    packaging: &'a Packaging,
    members: Vec<Member>,
}

impl Pages for WrittenPages<'_> {
    fn page(
        &mut self,
        path: String,
        content: ContentHash,
        make: &mut dyn FnMut() -> Result<String, PublishError>,
    ) -> Result<(), PublishError> {
        let Packaging {
            release,
            scratch,
            previous_files,
            ..
        } = self.packaging;
        if let Some(previous) = previous_files.get(&path)
            && previous.content_hash == Some(content)
        {
            self.members.push(Member {
                entry: previous.clone(),
                carried: true,
            });
            return Ok(());
        }
        let page = make()?;
        let mut file = HashingFile::create(scratch, &path)?;
        file.write_all(page.as_bytes())
            .map_err(|source| PublishError::file("write", &path, source))?;
        let member = file.finish(path, *release, None, Some(content))?;
        self.members.push(member);
        Ok(())
    }
}

/// The folder of a region's package; only the levels that have a wellbeing report have one.
pub(crate) fn package_folder(region: &Region) -> Option<String> {
    let [municipalities, provinces, counties] = PACKAGES;
    let packages = match region.key.level {
        RegionLevel::Municipality => municipalities,
        RegionLevel::Province => provinces,
        RegionLevel::WellbeingCounty => counties,
        _ => return None,
    };
    Some(format!("{packages}/{}", region.folder()))
}

/// The folder of the package whose observations these are; `None` for any other table.
fn package(table: &str) -> Option<&str> {
    let (folder, name) = table.rsplit_once('/')?;
    let (packages, _) = folder.split_once('/')?;
    (name == OBSERVATIONS && PACKAGES.contains(&packages)).then_some(folder)
}

/// A new file of the release that is hashed as it is written.
struct HashingFile {
    path: PathBuf,
    file: BufWriter<File>,
    hasher: ContentHasher,
    bytes: u64,
}

impl HashingFile {
    fn create(scratch: &Path, path: &str) -> Result<Self, PublishError> {
        let path = scratch.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| PublishError::file("create", folder, source))?;
        }
        let file =
            File::create(&path).map_err(|source| PublishError::file("create", &path, source))?;
        Ok(Self {
            path,
            file: BufWriter::new(file),
            hasher: ContentHasher::new(),
            bytes: 0,
        })
    }

    fn finish(
        mut self,
        path: String,
        release: ReleaseNumber,
        rows: Option<u64>,
        content_hash: Option<ContentHash>,
    ) -> Result<Member, PublishError> {
        self.file
            .flush()
            .map_err(|source| PublishError::file("write", self.path, source))?;
        Ok(Member {
            entry: FileEntry {
                path,
                sha256: self.hasher.finish(),
                bytes: self.bytes,
                rows,
                content_hash,
                release,
            },
            carried: false,
        })
    }
}

impl Write for HashingFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests;
