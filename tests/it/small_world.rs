//! A small world: six regions and three indicators, so that a sweep takes no time.
//!
//! The regions are real: their codes are those of the region tables. Their ids and the
//! indicators are this file's own, and **every value is invented**. It is served as a
//! folder of recordings that is written here, and written anew when figures move.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use botnia::engine::Engine;
use botnia::engine::ledger::Ledger;
use botnia::engine::storage::Storage;
use botnia_config::{BUILTIN_REGION_FILES, LedgerAddress, RegionFiles, RegionTables, Settings};
use botnia_ingest::ClientLimits;
use botnia_model::{Clock, FixedClock};
use botnia_sandbox::{Fault, Mode, SandboxOptions};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::crash_store::{CrashStore, Steps};
use crate::support::Upstream;

/// The regions' own ids, codes and parents.
const REGIONS: [(u32, &str, &str, &str, &[u32]); 6] = [
    (1, "743", "KUNTA", "Seinäjoki", &[3, 5, 6]),
    (2, "905", "KUNTA", "Vaasa", &[4, 6]),
    (3, "14", "MAAKUNTA", "Etelä-Pohjanmaa", &[]),
    (4, "15", "MAAKUNTA", "Pohjanmaa", &[]),
    (
        5,
        "16",
        "HYVINVOINTIALUE",
        "Etelä-Pohjanmaan hyvinvointialue",
        &[],
    ),
    (6, "358", "MAA", "Koko maa", &[]),
];

/// The ids of the indicators.
pub(crate) const INDICATORS: [u32; 3] = [900_001, 900_002, 900_003];

/// How many indicators get new figures with each edition: the first two. The third never
/// moves.
pub(crate) const MOVING: usize = 2;

const YEARS: std::ops::RangeInclusive<i32> = 2022..=2024;

/// The moment at which the clocks of these tests begin.
pub(crate) const NOW: &str = "2026-11-22T03:15:00Z";

/// A folder for many small files: in memory where the machine has such a place.
pub(crate) fn quick_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        return tempfile::tempdir_in(memory).expect("a folder in memory");
    }
    tempfile::tempdir().expect("a folder")
}

/// A clock that stands at [`NOW`].
pub(crate) fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(NOW.parse().expect("a moment")))
}

/// The small world, served on loopback.
pub(crate) struct SmallWorld {
    recordings: TempDir,
    upstream: Upstream,
    settings: Settings,
}

impl SmallWorld {
    /// In its first edition.
    pub(crate) fn start() -> Self {
        let recordings = quick_folder();
        write_frame(recordings.path());
        write_edition(recordings.path(), 1);
        let upstream = Upstream::start(SandboxOptions::new(Mode::Replay {
            folder: recordings.path().to_owned(),
            edition: None,
        }));
        let text = settings_text(upstream.sandbox().base_url().as_str());
        let settings = Settings::parse("botnia.toml", &text, std::iter::empty());
        Self {
            recordings,
            upstream,
            settings: settings.expect("settings"),
        }
    }

    /// From now on the figures are those of this edition. To be called while nobody asks.
    pub(crate) fn publish_edition(&self, edition: u32) {
        write_edition(self.recordings.path(), edition);
    }

    /// From now on it goes wrong like this.
    pub(crate) fn set_faults(&self, faults: Vec<Fault>) {
        let set = self.upstream.sandbox().set_faults(faults);
        set.expect("possible faults");
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> usize {
        self.upstream.sandbox().requests().len()
    }

    /// Where it is.
    #[allow(dead_code, reason = "for the soak among the benchmarks")]
    pub(crate) fn base_url(&self) -> String {
        self.upstream.sandbox().base_url().to_string()
    }

    /// The folder from which it is served.
    #[allow(dead_code, reason = "for the soak among the benchmarks")]
    pub(crate) fn recordings(&self) -> &Path {
        self.recordings.path()
    }

    /// Settings for it with its data in `data`.
    pub(crate) fn settings(&self, data: &Path) -> Settings {
        let data = data.display().to_string();
        Settings {
            state: LedgerAddress::new(format!("sqlite:{data}/state.db")),
            data,
            ..self.settings.clone()
        }
    }
}

/// Settings for a small world at `base_url`. One region has a folder: every file of a
/// release is a step of its own, and those of a second folder are written as the first's are.
fn settings_text(base_url: &str) -> String {
    let list: Vec<_> = INDICATORS.iter().map(|id| format!("\"{id}\"")).collect();
    format!(
        "contact = \"tests\"\n[regions]\npackages = [\"KU743\"]\n[[source]]\nid = \"sotkanet\"\nkind = \"sotkanet\"\nbase_url = \"{base_url}\"\nindicators = [{list}]\nrequests_per_second = 1000.0\n",
        list = list.join(", "),
    )
}

/// An engine that knows the regions of the small world alone, and whose steps are watched.
pub(crate) async fn open_engine(
    settings: Settings,
    clock: Arc<dyn Clock>,
    steps: &Arc<Steps>,
) -> Engine {
    let shared = Ledger::shares(&settings.state).expect("a ledger");
    let mut storage =
        Storage::open_for_work(&settings.data, &settings.state, shared).expect("a free folder");
    let root = storage.root.clone().expect("a disk");
    storage.store = Arc::new(CrashStore::new(storage.store, root, Arc::clone(steps)));
    let limits = ClientLimits::default();
    Engine::open_on(storage, settings, Vec::new(), tables(), clock, limits)
        .await
        .expect("an engine")
}

/// The region tables, cut down to this world: a release has files for every region.
pub(crate) fn tables() -> &'static RegionTables {
    static TABLES: LazyLock<RegionTables> = LazyLock::new(|| {
        let lines = |text: &str, keep: &dyn Fn(&str) -> bool| {
            let mut lines = text.lines();
            let header = lines.next().expect("a header");
            let kept = lines.filter(|line| keep(line));
            std::iter::once(header)
                .chain(kept)
                .fold(String::new(), |text, line| text + line + "\n")
        };
        let all = BUILTIN_REGION_FILES;
        let municipalities = lines(all.municipalities, &|line| {
            line.starts_with("743,") || line.starts_with("905,")
        });
        let regions = lines(all.regions, &|line| {
            let elsewhere = line.starts_with("province,") || line.starts_with("wellbeing_county,");
            let here = [
                "province,14,",
                "province,15,",
                "wellbeing_county,16,",
                "wellbeing_county,17,",
            ];
            !elsewhere || here.iter().any(|start| line.starts_with(start))
        });
        let none = |text| lines(text, &|_| false);
        let (changes, memberships, classes) =
            (none(all.changes), none(all.memberships), none(all.classes));
        RegionTables::parse(RegionFiles {
            municipalities: &municipalities,
            regions: &regions,
            changes: &changes,
            memberships: &memberships,
            classes: &classes,
            neighbours: &none(all.neighbours),
        })
        .expect("a part of the tables")
    });
    &TABLES
}

fn write_frame(folder: &Path) {
    let regions: Vec<_> = REGIONS
        .iter()
        .map(|(id, code, category, name, parents)| {
            json!({
                "id": id, "code": code, "category": category,
                "title": {"fi": name, "sv": name, "en": name}, "memberOf": parents,
            })
        })
        .collect();
    write(&folder.join("regions.small.json"), &Value::Array(regions));
    let listed: Vec<_> = INDICATORS
        .iter()
        .map(|id| json!({"id": id, "title": title(*id)}))
        .collect();
    write(&folder.join("indicators.small.json"), &Value::Array(listed));
    std::fs::create_dir(folder.join("indicators")).expect("a folder");
}

/// Descriptions and figures. The third indicator is in its first edition for ever.
pub(crate) fn write_edition(folder: &Path, edition: u32) {
    for (place, id) in INDICATORS.into_iter().enumerate() {
        let edition = if place < MOVING { edition } else { 1 };
        if edition == 1 || place < MOVING {
            let name = format!("indicators/{id}.json");
            write(&folder.join(name), &description(id, edition));
            write(
                &folder.join(format!("{id}.small.json")),
                &figures(id, edition),
            );
        }
    }
}

fn title(id: u32) -> Value {
    json!({
        "fi": format!("Keksitty osoitin {id}"),
        "sv": format!("Påhittad indikator {id}"),
        "en": format!("Invented indicator {id}"),
    })
}

fn description(id: u32, edition: u32) -> Value {
    let updated = jiff::civil::date(2025, 1, 1) + jiff::Span::new().days(edition);
    let invented = json!({
        "fi": "Arvot on keksitty testejä varten.",
        "sv": "Värdena är påhittade för tester.",
        "en": "The values are invented for tests.",
    });
    json!({
        "id": id,
        "data-updated": updated.to_string(),
        "range": {"start": YEARS.start(), "end": YEARS.end()},
        "title": title(id),
        "description": invented,
        "primaryValueType": {
            "code": "PERCENT",
            "title": {"fi": "%", "sv": "%", "en": "%"},
        },
        "decimals": 1,
        "classifications": {
            "sex": {"title": {}, "values": ["total"]},
            "region": {"title": {}, "values": ["Kunta", "Maakunta", "Maa"]},
        },
        "organization": {
            "id": 2,
            "title": {"fi": "Keksitty laitos", "sv": "Påhittat institut", "en": "Invented institute"},
        },
        "groups": [],
    })
}

/// Invented values: with every edition one cell of the latest year moves a little, far too
/// little for a check to hold it.
fn figures(id: u32, edition: u32) -> Value {
    let mut rows = Vec::new();
    for (region, ..) in REGIONS {
        for year in YEARS {
            let moved = region == 1 && year == *YEARS.end();
            let tenths = 200
                + id % 10 * 10
                + region * 3
                + year.unsigned_abs() % 10
                + if moved { edition % 8 } else { 0 };
            rows.push(json!({
                "indicator": id, "region": region, "year": year, "gender": "total",
                "value": f64::from(tenths) / 10.0,
            }));
        }
    }
    Value::Array(rows)
}

/// In one step: a request that comes meanwhile reads the old file or the new one.
fn write(path: &Path, value: &Value) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, value.to_string()).expect("written");
    std::fs::rename(&beside, path).expect("renamed");
}
