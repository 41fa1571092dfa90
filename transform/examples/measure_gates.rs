//! Measures what the gates say of real figures: `docs/gates.md` has the numbers, and how
//! they were made is here.
//!
//! ```sh
//! cargo run -p botnia-transform --example measure_gates -- FOLDER
//! ```
//!
//! `FOLDER` holds `regions.2015.json` and `data/<indicator>.2013.json.gz` as Sotkanet
//! answered. Every year that has four years before it is played as the newest one: the
//! years before are what was released, and it comes on top. Municipalities and provinces
//! are played apart, as two worlds.

#![expect(clippy::print_stdout, reason = "a program for a person at a terminal")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use botnia_config::{GateSettings, RegionTables, SourceKind};
use botnia_model::{Findings, IndicatorId, Observation, RegionLevel, Severity, ValueKind};
use botnia_transform::checks::{self, Candidate, Gate, Population, Released, check};
use botnia_transform::normalise::{
    Description, Input, Normalised, RegionIndex, describe, normalise, read_regions,
};

/// The recorded indicators that are counts.
const COUNTS: [&str; 3] = ["127", "746", "3196"];
/// Every so manieth figure of a new year is spoilt, one at a time: three of the municipal
/// ones, and none of the few provincial ones.
const SPOILT: usize = 97;

struct Series {
    name: String,
    described: Description,
    observations: Vec<Observation>,
}

struct Recorded {
    regions: RegionIndex,
    population: Population,
    series: Vec<Series>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("which folder of recordings?")?;
    let recorded = Recorded::read(Path::new(&folder))?;
    for level in [RegionLevel::Municipality, RegionLevel::Province] {
        println!("\n## {level}");
        recorded.years(level);
        recorded.outcomes(level);
        for factor in [1.0, 1.5, 2.0, 3.0] {
            recorded.outliers(level, factor);
        }
        recorded.fences(level, "equal weights", &Population::new());
        recorded.fences(level, "weighted by population", &recorded.population);
    }
    Ok(())
}

impl Recorded {
    fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let list = std::fs::read(folder.join("regions.2015.json"))?;
        let regions = read_regions(SourceKind::Sotkanet, &list, &RegionTables::default())?;
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder.join("data"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        paths.retain(|path| path.to_string_lossy().ends_with(".2013.json.gz"));
        paths.sort();
        let mut series = Vec::new();
        for path in &paths {
            series.push(Series::read(path, &regions)?);
        }
        let population = series
            .iter()
            .find(|series| series.name == "127")
            .map(|series| checks::population(&series.observations))
            .unwrap_or_default();
        Ok(Self {
            regions,
            population,
            series,
        })
    }

    /// How far the middle figure of each year is from the year before, as a share of the
    /// larger of the two.
    fn years(&self, level: RegionLevel) {
        let mut middles = Vec::new();
        for series in &self.series {
            let mut changes: BTreeMap<i32, Vec<f64>> = BTreeMap::new();
            for pair in series.observations.windows(2) {
                let [before, row] = pair else { continue };
                if row.region.level != level || before.region != row.region {
                    continue;
                }
                if let (Some(old), Some(new)) = (before.value, row.value) {
                    let larger = old.abs().max(new.abs()).max(f64::MIN_POSITIVE);
                    let change = (new - old).abs() / larger;
                    changes.entry(row.period.year()).or_default().push(change);
                }
            }
            for (year, mut changes) in changes {
                changes.sort_by(f64::total_cmp);
                middles.push((changes[changes.len() / 2], year, series.name.as_str()));
            }
        }
        middles.sort_by(|left, right| left.0.total_cmp(&right.0));
        println!(
            "{} pairs of years; change of the middle figure:",
            middles.len()
        );
        for part in [50, 90, 99, 100] {
            let place = (middles.len() * part / 100).saturating_sub(1);
            let (change, year, indicator) = middles[place];
            println!(
                "  {part} % up to {:.1} % ({indicator} in {year})",
                100.0 * change
            );
        }
    }

    /// Every year as the newest one: which gates say what of it.
    fn outcomes(&self, level: RegionLevel) {
        let thresholds = GateSettings::default();
        let mut said: BTreeMap<(Severity, Gate), usize> = BTreeMap::new();
        let mut played = 0;
        for series in &self.series {
            for update in series.updates(level) {
                played += 1;
                let gates = self.judge(series, &update, &thresholds, &self.population);
                for of in gates.into_iter().collect::<BTreeSet<_>>() {
                    *said.entry(of).or_default() += 1;
                }
            }
        }
        println!("{played} new years of {} indicators", self.series.len());
        for ((severity, gate), updates) in said {
            println!("  {severity} {gate}: {updates} of {played}");
        }
    }

    /// How many new years an outlier gate of this factor holds, and how many single figures
    /// it finds that are ten times too large or too small.
    fn outliers(&self, level: RegionLevel, factor: f64) {
        let thresholds = GateSettings {
            outlier_factor: factor,
            ..GateSettings::default()
        };
        let (mut played, mut held) = (0, 0);
        let mut found = [(10.0, 0, 0), (0.1, 0, 0)];
        for series in &self.series {
            for update in series.updates(level) {
                let far = |update: &Update| {
                    self.judge(series, update, &thresholds, &self.population)
                        .contains(&(Severity::Hold, Gate::OutlierFar))
                };
                played += 1;
                held += usize::from(far(&update));
                for (by, spoilt, noticed) in &mut found {
                    for place in update.news().step_by(SPOILT).skip(1) {
                        let Some(changed) = update.with(place, *by) else {
                            continue;
                        };
                        *spoilt += 1;
                        *noticed += usize::from(far(&changed));
                    }
                }
            }
        }
        println!("outlier_factor {factor}: {held} of {played} new years are held");
        for (by, spoilt, noticed) in found {
            println!("  {noticed} of {spoilt} figures times {by} are found");
        }
    }

    /// The share of new figures that lie outside the fences, as the gates tell it.
    fn fences(&self, level: RegionLevel, weights: &str, population: &Population) {
        let thresholds = GateSettings::default();
        let (mut with, mut played) = (BTreeMap::<Gate, usize>::new(), 0);
        let mut warned = BTreeMap::<Gate, usize>::new();
        for series in &self.series {
            for update in series.updates(level) {
                played += 1;
                for (severity, gate) in self.judge(series, &update, &thresholds, population) {
                    if matches!(gate, Gate::OutlierInLevel | Gate::OutlierInChange) {
                        *with.entry(gate).or_default() += 1;
                        *warned.entry(gate).or_default() += usize::from(severity == Severity::Warn);
                    }
                }
            }
        }
        println!("{weights}: of {played} new years");
        for (gate, updates) in with {
            println!(
                "  {gate}: {updates} have one, {} warn of many",
                warned[&gate]
            );
        }
    }

    fn judge(
        &self,
        series: &Series,
        update: &Update,
        thresholds: &GateSettings,
        population: &Population,
    ) -> Vec<(Severity, Gate)> {
        check(&Candidate {
            released: Some(Released {
                observations: &update.before,
                indicator: &series.described.indicator,
                findings: &Findings::default(),
            }),
            described: &series.described,
            normalised: &update.after,
            regions: &self.regions,
            population,
            thresholds,
        })
        .into_iter()
        .map(|objection| (objection.severity, objection.gate))
        .collect()
    }
}

impl Series {
    fn read(path: &Path, regions: &RegionIndex) -> Result<Self, Box<dyn Error>> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.split('.').next().unwrap_or_default().to_owned();
        let id: IndicatorId = format!("sotkanet:{name}").parse()?;
        let body = format!(r#"{{"id":{name},"title":{{"fi":"{name}"}},"decimals":1}}"#);
        let mut described = describe(SourceKind::Sotkanet, &id, body.as_bytes(), None, &[])?;
        described.indicator.value_kind =
            COUNTS.contains(&name.as_str()).then_some(ValueKind::Count);
        let mut rows = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(path)?).read_to_end(&mut rows)?;
        let normalised = normalise(&Input {
            kind: SourceKind::Sotkanet,
            indicator_id: &id,
            description: &described,
            data: &[&rows],
            regions,
            expected: None,
        })?;
        Ok(Self {
            name,
            described,
            observations: normalised.observations,
        })
    }

    /// Each year that has four years before it, as it would come.
    fn updates(&self, level: RegionLevel) -> impl Iterator<Item = Update> {
        let rows: Vec<Observation> = self
            .observations
            .iter()
            .filter(|row| row.region.level == level)
            .cloned()
            .collect();
        let years: BTreeSet<i32> = rows.iter().map(|row| row.period.year()).collect();
        let newest: Vec<i32> = years.into_iter().skip(4).collect();
        newest.into_iter().map(move |year| {
            let until = |last: i32| {
                let of = rows.iter().filter(|row| row.period.year() <= last);
                of.cloned().collect::<Vec<_>>()
            };
            Update {
                year,
                before: until(year - 1),
                after: Normalised {
                    observations: until(year),
                    ..Normalised::default()
                },
            }
        })
    }
}

/// A year on top of what was released.
struct Update {
    year: i32,
    before: Vec<Observation>,
    after: Normalised,
}

impl Update {
    /// The places of its new figures.
    fn news(&self) -> impl Iterator<Item = usize> {
        let rows = self.after.observations.iter().enumerate();
        rows.filter(|(_, row)| row.period.year() == self.year)
            .map(|(place, _)| place)
    }

    /// The same with one figure multiplied; none where that changes nothing.
    fn with(&self, place: usize, by: f64) -> Option<Self> {
        let mut after = self.after.clone();
        let value = after.observations[place]
            .value
            .filter(|value| *value != 0.0)?;
        after.observations[place].value = Some(value * by);
        Some(Self {
            year: self.year,
            before: self.before.clone(),
            after,
        })
    }
}
