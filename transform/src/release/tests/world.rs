//! The small world, its releases in memory, and a plain way to read them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Seek, Write};
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use botnia_config::{
    CustomGroup, IndicatorSet, Municipality, RegionPeers, RegionTables, SetIndicator,
};
use botnia_model::{
    ContentHash, FileEntry, Findings, Indicator, IndicatorEntry, IndicatorId, IndicatorState,
    Manifest, Observation, Origin, Polarity, Producer, Region, RegionKey, RegionLevel,
    ReleaseNumber, SCHEMA_VERSION, Sex, Status, Text, ValueKind,
};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;

use crate::TransformError;
use crate::observation_table::content_hash;
use crate::release::{
    Build, Built, Inputs, MadeFrom, Output, Previous, Series, SourceCredit, build,
};

pub(super) const DAY: &str = "2025-01-01";

/// Everything a release is made from, to be changed between two releases.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) figures: BTreeMap<IndicatorId, Vec<Observation>>,
    pub(super) producers: BTreeMap<IndicatorId, &'static str>,
    /// Indicators whose figures may not be published.
    pub(super) withheld: BTreeSet<IndicatorId>,
    pub(super) declared_levels: BTreeMap<IndicatorId, Vec<RegionLevel>>,
    pub(super) regions: Vec<Region>,
    pub(super) tables: RegionTables,
    pub(super) groups: Vec<CustomGroup>,
    /// The regions that get a folder; none: all.
    pub(super) packages: Option<BTreeSet<RegionKey>>,
    pub(super) peers: Vec<RegionPeers>,
    pub(super) sets: Vec<IndicatorSet>,
    pub(super) synthetic: bool,
    /// The day of the division.
    pub(super) day: &'static str,
    /// Answers that are others than the figures make one think.
    pub(super) answers: BTreeMap<IndicatorId, ContentHash>,
}

/// A release with all its files, carried ones too.
pub(super) struct Release {
    pub(super) built: Built,
    pub(super) manifest: Manifest,
    pub(super) files: BTreeMap<String, Bytes>,
    /// The files that were written and not carried.
    pub(super) written: Vec<String>,
    /// The figures that are for own use only.
    pub(super) own_use: Option<Bytes>,
}

pub(super) fn id(number: &str) -> IndicatorId {
    format!("made:{number}").parse().unwrap()
}

pub(super) fn key(level: RegionLevel, code: &str) -> RegionKey {
    RegionKey::new(level, code.parse().unwrap())
}

pub(super) fn municipality(code: &str) -> RegionKey {
    key(RegionLevel::Municipality, code)
}

pub(super) fn text(text: &str) -> Text {
    Text {
        fi: text.to_owned(),
        sv: format!("{text} på svenska"),
        en: String::new(),
    }
}

pub(super) fn region(key: RegionKey, name: &str, province: Option<&str>) -> Region {
    let county = match province {
        Some("14") => Some("16"),
        Some("15") => Some("17"),
        _ => None,
    };
    Region {
        key,
        source_region_id: Some("1".to_owned()),
        name: text(name),
        valid_from: None,
        valid_to: None,
        province: province.map(|code| code.parse().unwrap()),
        wellbeing_county: county.map(|code| code.parse().unwrap()),
        language_status: None,
        urban_rural: None,
        population: None,
    }
}

pub(super) fn observation(region: &RegionKey, period: &str, sex: Sex, value: f64) -> Observation {
    Observation {
        region: region.clone(),
        period: period.parse().unwrap(),
        sex,
        breakdown: None,
        value: Some(value),
        absolute_value: None,
        status: Status::Normal,
        origin: Origin::Published,
    }
}

/// In the published order.
pub(super) fn sorted(mut observations: Vec<Observation>) -> Vec<Observation> {
    observations.sort_by(|one, other| one.key().cmp(&other.key()));
    observations
}

impl World {
    /// Two provinces with two municipalities each; no figures, no sets.
    pub(super) fn new() -> Self {
        let province = |code, name| region(key(RegionLevel::Province, code), name, None);
        let county = |code, name| region(key(RegionLevel::WellbeingCounty, code), name, None);
        let municipal = |code, name, province| region(municipality(code), name, Some(province));
        Self {
            figures: BTreeMap::new(),
            producers: BTreeMap::new(),
            withheld: BTreeSet::new(),
            declared_levels: BTreeMap::new(),
            regions: vec![
                region(RegionKey::finland(), "Koko maa", None),
                municipal("005", "Alajärvi", "14"),
                municipal("545", "Närpiö", "15"),
                municipal("743", "Seinäjoki", "14"),
                municipal("905", "Vaasa", "15"),
                province("14", "Etelä-Pohjanmaa"),
                province("15", "Pohjanmaa"),
                county("16", "Etelä-Pohjanmaan hyvinvointialue"),
                county("17", "Pohjanmaan hyvinvointialue"),
            ],
            tables: RegionTables::default(),
            groups: Vec::new(),
            packages: None,
            peers: Vec::new(),
            sets: Vec::new(),
            synthetic: false,
            day: DAY,
            answers: BTreeMap::new(),
        }
    }

    pub(super) fn set(&mut self, number: &str, observations: Vec<Observation>) {
        self.figures.insert(id(number), sorted(observations));
    }

    pub(super) fn abolished(&mut self, code: &str, name: &str, last_day: &str) {
        self.tables.municipalities.push(Municipality {
            code: code.parse().unwrap(),
            name: text(name),
            valid_from: None,
            valid_to: Some(last_day.to_owned()),
            member_of: vec![key(RegionLevel::Province, "14")],
            language_status: None,
            urban_rural: None,
            sotkanet_id: None,
        });
    }

    pub(super) fn report(&mut self, set: &str, numbers: &[&str]) {
        self.report_as(ValueKind::Share, set, numbers);
    }

    pub(super) fn report_as(&mut self, value_kind: ValueKind, set: &str, numbers: &[&str]) {
        let any = IndicatorSet::builtin().swap_remove(0);
        self.sets.push(IndicatorSet {
            id: set.to_owned(),
            version: 3,
            title: text(set),
            description: Text::default(),
            source: "made".parse().unwrap(),
            indicators: numbers
                .iter()
                .map(|number| SetIndicator {
                    id: number.parse().unwrap(),
                    title: text("expected title"),
                    theme: "children".to_owned(),
                    topics: Vec::new(),
                    polarity: Polarity::LowerIsBetter,
                    value_kind,
                    denominator: Text::default(),
                    producer: String::new(),
                    sexes: Vec::new(),
                    projection: false,
                    independent_events: true,
                    why: String::new(),
                })
                .collect(),
            ..any
        });
    }

    fn series(&self) -> Vec<Series> {
        let series = |id: &IndicatorId| Series {
            indicator: Indicator {
                indicator_id: id.clone(),
                title: text(&format!("title of {id}")),
                original_title: Text::default(),
                description: Text::default(),
                interpretation: Text::default(),
                limits: Text::default(),
                legislation: Text::default(),
                notices: Text::default(),
                unit: text("prosenttia"),
                source_value_type: None,
                value_kind: Some(ValueKind::Share),
                decimals: Some(1),
                polarity: Polarity::None,
                producer: self.producers.get(id).map(|name| Producer {
                    id: "2".to_owned(),
                    name: text(name),
                }),
                licence: "CC-BY-4.0".to_owned(),
                redistributable: !self.withheld.contains(id),
                data_updated: None,
                themes: vec!["children".to_owned()],
                source_url: None,
            },
            state: IndicatorState::Active,
            state_since: None,
            made_from: self.made_from(id),
            declared_levels: self.declared_levels.get(id).cloned().unwrap_or_default(),
        };
        self.figures.keys().map(series).collect()
    }

    /// Other figures come from other answers, unless it is said otherwise.
    fn made_from(&self, id: &IndicatorId) -> MadeFrom {
        let normalised = content_hash(id, &self.figures[id]);
        MadeFrom {
            data: vec![self.answers.get(id).copied().unwrap_or(normalised)],
            regions: Some(ContentHash::of(b"the region list")),
            normalised,
        }
    }

    pub(super) fn try_release(
        &self,
        previous: Option<&Release>,
        output: &mut dyn Output,
    ) -> Result<Built, TransformError> {
        let series = self.series();
        build(
            Build {
                packages: self.packages.as_ref(),
                release: number_after(previous),
                series: &series,
                regions: &self.regions,
                tables: &self.tables,
                groups: &self.groups,
                peers: &self.peers,
                sets: &self.sets,
                sources: &[SourceCredit {
                    source: "made".parse().unwrap(),
                    line: Text {
                        fi: "Käsin keksitty.".to_owned(),
                        sv: "Påhittad för hand.".to_owned(),
                        en: "Made up by hand.".to_owned(),
                    },
                }],
                geo_vintage: self.day,
                synthetic: self.synthetic,
                previous: previous.map(|previous| Previous {
                    manifest: &previous.manifest,
                    observations: file_of(&previous.files["observations.parquet"]),
                    revisions: file_of(&previous.files["revisions.parquet"]),
                    indicators: file_of(&previous.files["indicators.parquet"]),
                }),
            },
            &mut self.clone(),
            output,
        )
    }

    /// Builds the release after `previous`, and takes over its carried files.
    pub(super) fn release(&self, previous: Option<&Release>) -> Release {
        let mut output = MemoryOutput::default();
        let built = self.try_release(previous, &mut output).unwrap();
        let own_use = output.own_use.take().map(|file| contents(&file));
        let mut files = output.take();
        let written = files.keys().cloned().collect();
        for file in built.files.iter().filter(|file| file.carried) {
            let bytes = previous.unwrap().files[&file.path].clone();
            assert!(files.insert(file.path.clone(), bytes).is_none());
        }
        let entries = built
            .files
            .iter()
            .map(|file| FileEntry {
                path: file.path.clone(),
                sha256: ContentHash::of(&files[&file.path]),
                bytes: files[&file.path].len() as u64,
                rows: Some(file.rows),
                content_hash: Some(file.content_hash),
                release: file.release,
            })
            .collect();
        let nothing = ContentHash::of(b"");
        let manifest = Manifest {
            schema_version: SCHEMA_VERSION.to_owned(),
            release: number_after(previous),
            parent: None,
            program_version: "0".to_owned(),
            synthetic: self.synthetic,
            geo_vintage: self.day.to_owned(),
            inputs: nothing,
            indicators: self
                .figures
                .keys()
                .map(|id| (id, self.made_from(id)))
                .map(|(id, made_from)| IndicatorEntry {
                    indicator_id: id.clone(),
                    normalised: made_from.normalised,
                    description: nothing,
                    data: made_from.data,
                    regions: made_from.regions,
                    rows_in: 0,
                    rows_out: 0,
                    findings: Findings::default(),
                    state: IndicatorState::Active,
                })
                .collect(),
            files: entries,
        };
        Release {
            built,
            manifest,
            files,
            written,
            own_use,
        }
    }
}

fn number_after(previous: Option<&Release>) -> ReleaseNumber {
    previous.map_or(ReleaseNumber::FIRST, |previous| {
        previous.manifest.release.next()
    })
}

impl Inputs for World {
    fn observations(&mut self, id: &IndicatorId) -> Result<Vec<Observation>, TransformError> {
        Ok(self.figures[id].clone())
    }
}

/// Files that stay in memory.
#[derive(Default)]
pub(super) struct MemoryOutput {
    files: BTreeMap<String, Arc<Mutex<Vec<u8>>>>,
    own_use: Option<Arc<Mutex<Vec<u8>>>>,
}

fn contents(shared: &Mutex<Vec<u8>>) -> Bytes {
    Bytes::from(shared.lock().unwrap().clone())
}

impl MemoryOutput {
    fn take(self) -> BTreeMap<String, Bytes> {
        self.files
            .into_iter()
            .map(|(path, file)| (path, contents(&file)))
            .collect()
    }
}

impl Output for MemoryOutput {
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write + Send>> {
        let file = Arc::default();
        let earlier = self.files.insert(path.to_owned(), Arc::clone(&file));
        assert!(earlier.is_none(), "{path} was created twice");
        Ok(Box::new(MemoryFile(file)))
    }

    fn own_use(&mut self) -> io::Result<Box<dyn Write + Send>> {
        let file = Arc::clone(self.own_use.insert(Arc::default()));
        Ok(Box::new(MemoryFile(file)))
    }

    fn scratch(&mut self) -> io::Result<File> {
        tempfile::tempfile()
    }
}

struct MemoryFile(Arc<Mutex<Vec<u8>>>);

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn file_of(bytes: &Bytes) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

/// A value as text; `None` where it is null.
pub(super) type Cell = Option<String>;

/// One row, by column.
pub(super) type TableRow = BTreeMap<String, Cell>;

impl Release {
    pub(super) fn batches(&self, path: &str) -> Vec<RecordBatch> {
        batches_of(self.files[path].clone())
    }

    /// All rows of a file.
    pub(super) fn rows(&self, path: &str) -> Vec<TableRow> {
        rows_of(self.files[path].clone())
    }

    /// Some columns of all rows of a file; `-` where there is nothing.
    pub(super) fn select(&self, path: &str, columns: &[&str]) -> Vec<String> {
        self.rows(path)
            .iter()
            .map(|row| select(row, columns))
            .collect()
    }

    pub(super) fn footer(&self, path: &str) -> Arc<ParquetMetaData> {
        ParquetRecordBatchReaderBuilder::try_new(self.files[path].clone())
            .unwrap()
            .metadata()
            .clone()
    }

    /// A key of a file's metadata.
    pub(super) fn says(&self, path: &str, key: &str) -> Cell {
        self.footer(path)
            .file_metadata()
            .key_value_metadata()
            .unwrap()
            .iter()
            .find(|entry| entry.key == key)
            .and_then(|entry| entry.value.clone())
    }
}

fn batches_of(file: Bytes) -> Vec<RecordBatch> {
    ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// All rows of a Parquet file.
pub(super) fn rows_of(file: Bytes) -> Vec<TableRow> {
    let rows = |batch: RecordBatch| {
        (0..batch.num_rows())
            .map(|row| {
                batch
                    .schema()
                    .fields()
                    .iter()
                    .zip(batch.columns())
                    .map(|(field, column)| (field.name().clone(), cell(column, row)))
                    .collect()
            })
            .collect::<Vec<_>>()
    };
    batches_of(file).into_iter().flat_map(rows).collect()
}

pub(super) fn select(row: &TableRow, columns: &[&str]) -> String {
    columns
        .iter()
        .map(|column| row[*column].as_deref().unwrap_or("-"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn cell(column: &dyn Array, row: usize) -> Cell {
    if column.is_null(row) {
        return None;
    }
    Some(match column.data_type() {
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Dictionary(_, _) => {
            let words = column.as_dictionary::<Int32Type>();
            let word = words.key(row).unwrap();
            words.values().as_string::<i32>().value(word).to_owned()
        }
        DataType::List(_) => {
            let words = column.as_list::<i32>().value(row);
            let words: Vec<_> = words.as_string::<i32>().iter().flatten().collect();
            words.join(",")
        }
        other => unreachable!("no table has a column of {other}"),
    })
}
