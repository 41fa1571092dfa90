//! `botnia diff`: what differs between two releases, in words and as a file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::path::PathBuf;

use anyhow::Context as _;
use botnia_model::{Change, IndicatorId, RegionId, ReleaseNumber, RevisionReason, Sex, Text};
use botnia_publish::{PublishError, Releases};
use botnia_transform::release::{
    ComparedReleases, IndicatorDifference, ObservationDifference, RevisionCounts, compare_releases,
    indicator_titles, region_names,
};

use super::output::{count, data, field, note, number};
use super::releases::unknown;
use super::table_file::TableFile;
use super::{Exit, Global, no_data_yet};
use crate::engine::storage::Storage;

/// What differs between two releases, and why.
#[derive(Debug, clap::Args)]
pub(super) struct Diff {
    /// The release that is compared.
    #[arg(value_name = "A")]
    old: ReleaseNumber,
    /// The release with which it is compared; an earlier one shows what would be taken
    /// back.
    #[arg(value_name = "B")]
    new: ReleaseNumber,
    /// Write every difference into this new file, Parquet or CSV by its ending, with the
    /// columns of `revisions.parquet`.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What indicators and regions are called, in Finnish.
#[derive(Default)]
struct Names {
    indicators: BTreeMap<IndicatorId, Text>,
    regions: BTreeMap<RegionId, Text>,
}

impl Diff {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let settings = global.settings()?;
        let storage =
            Storage::open_to_read(&settings.data)?.ok_or_else(|| no_data_yet(&settings.data))?;
        let releases = storage.releases();
        let output = self.output.map(TableFile::new).transpose()?;
        let (old, new) = (self.old, self.new);
        let mut moments = Vec::new();
        for release in [old, new] {
            moments.push(moment(&releases, release).await?);
        }
        let mut names = Names::default();
        // The later release has the last word on what something is called.
        for release in [old.min(new), old.max(new)] {
            let open = |path| releases.open_file(release, path);
            let titles = indicator_titles(open("indicators.parquet").await?)?;
            names.indicators.extend(titles);
            let regions = region_names(open("regions.parquet").await?)?;
            names.regions.extend(regions);
        }
        let open = |release, path| releases.open_file(release, path);
        let compared = ComparedReleases {
            old,
            old_observations: open(old, "observations.parquet").await?,
            new,
            new_observations: open(new, "observations.parquet").await?,
            revisions: open(old.max(new), "revisions.parquet").await?,
        };
        let path = output.as_ref().map(|file| file.path().to_owned());
        let differing = match output {
            Some(file) => {
                let compare = |sink: &mut File| Ok(compare_releases(compared, Some(sink))?);
                file.write(compare).await?
            }
            None => tokio::task::spawn_blocking(|| compare_releases(compared, None))
                .await
                .context("compare the releases")??,
        };
        data(format_args!(
            "Release {old} of {} → release {new} of {}",
            moments[0], moments[1]
        ));
        data(in_words(differing, &names).trim_end());
        if let Some(path) = path {
            note(format_args!("Every difference: {}", path.display()));
        }
        Ok(Exit::Done)
    }
}

/// When a release that is whole was released.
async fn moment(releases: &Releases, release: ReleaseNumber) -> anyhow::Result<jiff::Timestamp> {
    let hint = match releases.get(release).await {
        Ok((record, _)) => return Ok(record.released_at),
        Err(PublishError::NoSuchRelease { .. }) => String::new(),
        Err(PublishError::Removed { .. }) => format!(
            "Its files were removed. What it said can still be had: \
             `botnia export --as-of {release}`"
        ),
        Err(error) => return Err(error.into()),
    };
    let mut whole = BTreeSet::new();
    for record in releases.list().await? {
        match releases.get(record.release).await {
            Ok(_) => {
                whole.insert(record.release);
            }
            Err(PublishError::Removed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(unknown(release, &hint, whole).into())
}

/// Indicators that lost something first, then those that changed, then those that only
/// gained.
fn in_words(mut differing: Vec<IndicatorDifference>, names: &Names) -> String {
    if differing.is_empty() {
        return "No observation differs.".to_owned();
    }
    differing.sort_by_key(|one| {
        let counts = one.counts;
        (Reverse(counts.removed > 0), Reverse(counts.changed > 0))
    });
    let mut all = RevisionCounts::default();
    let mut reasons = BTreeMap::new();
    for one in &differing {
        all.removed += one.counts.removed;
        all.changed += one.counts.changed;
        all.added += one.counts.added;
        for (reason, times) in &one.reasons {
            *reasons.entry(*reason).or_default() += times;
        }
    }
    // Writing to a String cannot fail.
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: {} ({})",
        count(differing.len() as u64, "indicator"),
        counted(all),
        reasoned(&reasons)
    );
    for one in &differing {
        let title = names.indicators.get(&one.indicator);
        let title = field(title.map_or("", |title| title.fi.as_str()));
        let heading = format!("{} {title}", one.indicator);
        let _ = write!(
            text,
            "\n{}\n  {} ({})\n",
            heading.trim_end(),
            counted(one.counts),
            reasoned(&one.reasons)
        );
        for change in [Change::Removed, Change::Changed, Change::Added] {
            let shown: Vec<_> = one.shown.iter().filter(|it| it.change == change).collect();
            for difference in &shown {
                let _ = writeln!(text, "  {}", line(difference, names, one.reasons.len() > 1));
            }
            let others = number_of(one.counts, change) - shown.len() as u64;
            if others > 0 {
                let _ = writeln!(text, "  {:8} {} more", word(change), number(others));
            }
        }
    }
    text
}

fn number_of(counts: RevisionCounts, change: Change) -> u64 {
    match change {
        Change::Added => counts.added,
        Change::Changed => counts.changed,
        Change::Removed => counts.removed,
    }
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Changed => "changed",
        Change::Removed => "lost",
    }
}

/// `3 lost, 1 200 changed`: what there is none of is not said.
fn counted(counts: RevisionCounts) -> String {
    [Change::Removed, Change::Changed, Change::Added]
        .into_iter()
        .filter(|change| number_of(counts, *change) > 0)
        .map(|change| format!("{} {}", number(number_of(counts, change)), word(change)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn reasoned(reasons: &BTreeMap<RevisionReason, u64>) -> String {
    if let Some((only, _)) = reasons.iter().next().filter(|_| reasons.len() == 1) {
        return because(*only).to_owned();
    }
    reasons
        .iter()
        .map(|(reason, times)| format!("{}: {}", because(*reason), number(*times)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn because(reason: RevisionReason) -> &'static str {
    match reason {
        RevisionReason::UpstreamUpdate => "the source updated",
        RevisionReason::BoundaryChange => "borders moved",
        RevisionReason::OurCode => "read in another way by botnia",
        RevisionReason::IndicatorRemoved => "the indicator went",
        RevisionReason::RegionListChanged => "the source no longer lists the region",
        RevisionReason::IndicatorAdded => "the indicator came",
    }
}

/// `changed  Kuopio KU297, 2009: 102656 → 106526 (borders moved)`.
fn line(difference: &ObservationDifference, names: &Names, with_reason: bool) -> String {
    let id = difference.region.id();
    let name = names.regions.get(&id).map_or("", |name| name.fi.as_str());
    let place = field(&format!("{name} {id}"));
    let mut line = format!(
        "{:8} {}, {}",
        word(difference.change),
        place.trim_start(),
        difference.period
    );
    if difference.sex != Sex::Total {
        let _ = write!(line, ", {}", difference.sex);
    }
    if let Some(breakdown) = &difference.breakdown {
        let _ = write!(line, ", {}", field(breakdown));
    }
    let same_status = match (difference.old, difference.new) {
        (Some((old, was)), Some((new, is))) => was == is || old != new,
        _ => true,
    };
    let figures = [difference.old, difference.new].map(|side| {
        side.map(|(value, status)| match value {
            Some(value) if same_status => value.to_string(),
            Some(value) => format!("{value} ({status})"),
            None => format!("no value ({status})"),
        })
    });
    let [old, new] = figures;
    let figures: Vec<String> = old.into_iter().chain(new).collect();
    let _ = write!(line, ": {}", figures.join(" → "));
    if with_reason {
        let _ = write!(line, " ({})", because(difference.reason));
    }
    line
}
