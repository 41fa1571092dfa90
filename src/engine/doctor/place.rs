//! The data folder, the space left, its lock, and who may read the secrets.

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use botnia_config::{LedgerAddress, Settings};

use super::super::ledger::Ledger;
use super::super::storage::Storage;
use super::super::sweep::chain;
use super::Diagnosis;

/// Below this, a disk is nearly full whatever the releases need: 5 GB.
const SCARCE: u64 = 5_000_000_000;

/// So many times the newest release should fit: the next one, its scratch folder, and the
/// one after.
const RELEASES_TO_FIT: u64 = 3;

/// Whether somebody else can read a settings file that holds a secret.
pub(super) fn secrets(file: &Path) -> Option<Diagnosis> {
    const LOOKED_AT: &str = "secrets";
    // The file alone: what comes from the environment is not in it.
    let written = Settings::load(file, std::iter::empty()).ok()?;
    if written.server.token.is_none() && written.state.redacted() == *written.state {
        return None;
    }
    let mode = std::fs::metadata(file).ok()?.permissions().mode();
    if mode.trailing_zeros() >= 6 {
        let found = format!("only the owner reads `{}`", file.display());
        return Some(Diagnosis::good(LOOKED_AT, found));
    }
    Some(Diagnosis::doubtful(
        LOOKED_AT,
        format!(
            "`{}` holds a token or a password, and others may read it (mode {:o})",
            file.display(),
            mode & 0o777
        ),
        format!("`chmod 600 {}`", file.display()),
    ))
}

/// Whether the data folder is there and can be written, or can be made.
pub(super) fn data_folder(data: &str, found: &mut Vec<Diagnosis>) -> Option<Storage> {
    const LOOKED_AT: &str = "data folder";
    let storage = match Storage::open_to_read(data) {
        Ok(storage) => storage,
        Err(error) => {
            let remedy = "name a folder in `data`, and let this user use it";
            found.push(Diagnosis::bad(LOOKED_AT, chain(&error), remedy));
            return None;
        }
    };
    // Of an object store the probe of its releases tells.
    if storage
        .as_ref()
        .is_some_and(|storage| storage.root.is_none())
    {
        return storage;
    }
    let folder = Path::new(data);
    // The next folder up that is there decides whether this one can be made.
    let nearest = folder
        .ancestors()
        .map(|folder| {
            if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            }
        })
        .find(|folder| folder.exists())
        .unwrap_or(folder);
    found.push(match write_probe(nearest) {
        Ok(()) if storage.is_some() => {
            Diagnosis::good(LOOKED_AT, format!("`{data}` can be written"))
        }
        Ok(()) => Diagnosis::good(
            LOOKED_AT,
            format!("`{data}` is not there yet; the first run makes it"),
        ),
        Err(error) => Diagnosis::bad(
            LOOKED_AT,
            format!("`{}` cannot be written: {error}", nearest.display()),
            "let this user write there, or set `data` to another folder",
        ),
    });
    storage
}

/// Writes a file, and removes it.
fn write_probe(folder: &Path) -> std::io::Result<()> {
    let mut probe = tempfile::Builder::new()
        .prefix(".botnia-probe-")
        .tempfile_in(folder)?;
    probe.write_all(b"probe")?;
    probe.as_file().sync_all()?;
    probe.close()
}

/// Whether the disk has room for the next releases. `newest` is the size of the newest one
/// in bytes.
pub(super) fn free_space(folder: &Path, newest: Option<u64>) -> Diagnosis {
    match rustix::fs::statvfs(folder) {
        Ok(disk) => space(disk.f_bavail.saturating_mul(disk.f_frsize), newest),
        Err(error) => Diagnosis::doubtful(
            "free space",
            format!("the disk of `{}` does not say: {error}", folder.display()),
            "look at it yourself: `df`",
        ),
    }
}

fn space(free: u64, newest: Option<u64>) -> Diagnosis {
    const LOOKED_AT: &str = "free space";
    let needed = newest.unwrap_or_default().saturating_mul(RELEASES_TO_FIT);
    let found = format!("{} are free", gigabytes(free));
    if free < SCARCE.max(needed) {
        let found = match newest {
            Some(newest) => format!("{found}; the newest release has {}", gigabytes(newest)),
            None => found,
        };
        let remedy = "remove old releases with `botnia gc --keep-releases N`, or move the data \
                      folder to a larger disk";
        return Diagnosis::doubtful(LOOKED_AT, found, remedy);
    }
    Diagnosis::good(LOOKED_AT, found)
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

/// Whether another botnia is at work here. One is no fault; with a shared ledger there may
/// be several, and the lock does not tell.
pub(super) fn lock(root: &Path, state: &LedgerAddress) -> Option<Diagnosis> {
    if Ledger::shares(state).unwrap_or(true) {
        return None;
    }
    let lock = File::open(root.join("lock")).ok()?;
    let found = match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => "another botnia works here now, which is fine",
        Ok(()) => "nobody works here now",
        Err(TryLockError::Error(_)) => return None,
    };
    Some(Diagnosis::good("lock", found))
}

#[cfg(test)]
mod tests {
    use super::super::Condition;
    use super::*;

    #[test]
    fn space_is_scarce_below_five_gigabytes_or_three_releases() {
        let condition = |free, newest| space(free, newest).condition;
        assert_eq!(condition(5_000_000_000, None), Condition::Good);
        assert_eq!(condition(4_999_999_999, None), Condition::Doubtful);
        assert_eq!(
            condition(9_000_000_000, Some(3_000_000_000)),
            Condition::Good
        );
        let scarce = space(8_999_999_999, Some(3_000_000_000));
        assert_eq!(scarce.condition, Condition::Doubtful);
        assert_eq!(
            scarce.found,
            "9.0 GB are free; the newest release has 3.0 GB"
        );
        assert!(scarce.remedy.is_some());
    }

    #[test]
    fn a_probe_leaves_nothing_behind_and_fails_where_nothing_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        write_probe(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(write_probe(&folder.path().join("missing")).is_err());
    }
}
