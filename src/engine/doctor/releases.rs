//! The releases: whether the log is whole, the newest can be read, `latest` points at it,
//! and the store refuses to overwrite.

use botnia_model::CommitRecord;
use botnia_publish::PublishError;

use super::super::storage::Storage;
use super::super::sweep::chain;
use super::Diagnosis;

const LOOKED_AT: &str = "releases";

/// Looks at the releases. The answer is the size of the newest one, in bytes.
pub(super) async fn examine(storage: &Storage, found: &mut Vec<Diagnosis>) -> Option<u64> {
    let releases = storage.releases();
    found.push(match releases.probe_create_only().await {
        Ok(()) => Diagnosis::good("store", "refuses to overwrite what is there"),
        Err(error) => failed("store", &error),
    });
    let records = match releases.list().await {
        Ok(records) => records,
        Err(error) => {
            found.push(failed(LOOKED_AT, &error));
            return None;
        }
    };
    let Some(newest) = records.last() else {
        found.push(Diagnosis::good(LOOKED_AT, "none yet"));
        return None;
    };
    if let Some(gap) = gap(&records) {
        found.push(Diagnosis::bad(
            "log of releases",
            gap,
            "restore `published/_log` from a backup; then `botnia verify` says whether the \
             releases are whole",
        ));
    }
    let manifest = match releases.latest().await {
        Ok(latest) => latest.map(|(_, manifest)| manifest)?,
        Err(error) => {
            found.push(failed(LOOKED_AT, &error));
            return None;
        }
    };
    found.push(Diagnosis::good(
        LOOKED_AT,
        format!("{}, the newest of {}", newest.release, newest.released_at),
    ));
    match releases.pointed_at().await {
        Ok(Some(pointed_at)) if pointed_at == newest.release => {}
        Ok(pointed_at) => found.push(Diagnosis::doubtful(
            "latest",
            pointed_at.map_or_else(
                || "points at no release".to_owned(),
                |release| format!("points at release {release}, not at {}", newest.release),
            ),
            "the next `botnia run` or `botnia serve` moves it",
        )),
        Err(error) => found.push(failed("latest", &error)),
    }
    Some(manifest.files.iter().map(|file| file.bytes).sum())
}

fn failed(looked_at: &str, error: &PublishError) -> Diagnosis {
    let remedy = error
        .hint()
        .unwrap_or("see whether the store can be read and written");
    Diagnosis::bad(looked_at, chain(error), remedy)
}

/// Where a record is missing, or does not follow the one before it.
fn gap(records: &[CommitRecord]) -> Option<String> {
    let first = records.first()?;
    if first.release.get() != 1 {
        return Some(format!("begins with release {}", first.release));
    }
    records.windows(2).find_map(|pair| {
        let (before, after) = (&pair[0], &pair[1]);
        if before.release.next() != after.release {
            return Some(format!(
                "has no record of release {}",
                before.release.next()
            ));
        }
        (after.parent != Some(before.manifest)).then(|| {
            format!(
                "release {} was not made upon release {}",
                after.release, before.release
            )
        })
    })
}
