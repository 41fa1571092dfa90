//! Which error has which code.

use std::error::Error;
use std::io;

use botnia_config::SettingsError;
use botnia_ingest::{ArchiveError, SourceError};
use botnia_publish::PublishError;
use botnia_publish::error::is_disk_full;
use botnia_transform::TransformError;

use super::ErrorCode;
use crate::engine::EngineError;
use crate::engine::ledger::LedgerError;
use crate::engine::release::recipe::RecipeError;
use crate::engine::review::ReviewError;
use crate::engine::storage::StorageError;
use crate::engine::survey::ImportError;

impl ErrorCode {
    /// The code of an error, by the first of its causes that says what to do about it.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        if is_disk_full(error) {
            return Self::DiskFull;
        }
        let mut chain = std::iter::successors(Some(error), |error| (*error).source());
        chain
            .find_map(known)
            .or_else(|| of_io(error))
            .unwrap_or(Self::ProgramFault)
    }
}

/// The code of this error alone.
fn known(error: &(dyn Error + 'static)) -> Option<ErrorCode> {
    None.or_else(|| error.downcast_ref().map(of_engine))
        .or_else(|| error.downcast_ref().map(of_ledger))
        .or_else(|| error.downcast_ref().map(of_publish))
        .or_else(|| error.downcast_ref().map(of_storage))
        .or_else(|| error.downcast_ref().map(of_archive))
        .or_else(|| error.downcast_ref().map(of_source))
        .or_else(|| error.downcast_ref().map(of_transform))
        .or_else(|| error.downcast_ref().map(of_recipe))
        .or_else(|| error.downcast_ref().map(of_review))
        .or_else(|| error.downcast_ref().map(of_import))
        .or_else(|| {
            let settings = error.downcast_ref::<SettingsError>();
            settings.map(|_| ErrorCode::Settings)
        })
}

/// What the system itself says, where nobody above has said what was done.
fn of_io(error: &(dyn Error + 'static)) -> Option<ErrorCode> {
    let mut chain = std::iter::successors(Some(error), |error| (*error).source());
    let error = chain.find_map(|error| error.downcast_ref::<io::Error>())?;
    Some(match error.kind() {
        io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable => ErrorCode::AddressUnusable,
        _ => ErrorCode::FileUnusable,
    })
}

fn of_import(error: &ImportError) -> ErrorCode {
    match error {
        ImportError::NoSource { .. } | ImportError::Refused(_) => ErrorCode::Usage,
        ImportError::File(_) => ErrorCode::FileUnusable,
        ImportError::Document { .. } => ErrorCode::Malformed,
        ImportError::Store { .. } => ErrorCode::StoreFailed,
    }
}

fn of_engine(error: &EngineError) -> ErrorCode {
    match error {
        EngineError::Storage(error) => of_storage(error),
        EngineError::Ledger(error) => of_ledger(error),
        EngineError::Client(error) => of_source(error),
        EngineError::Archive(error) => of_archive(error),
        EngineError::Transform(error) => of_transform(error),
        EngineError::Publish(error) => of_publish(error),
        EngineError::Recipe(error) => of_recipe(error),
        EngineError::Object { .. } => ErrorCode::StoreFailed,
        EngineError::Lost { .. } => ErrorCode::FiguresLost,
        EngineError::Report { .. } | EngineError::Announcement { .. } => ErrorCode::ReportDamaged,
        EngineError::ReleaseUnderWay { .. } => ErrorCode::ReleaseUnderWay,
        EngineError::ManifestLost { .. } => ErrorCode::ManifestLost,
        EngineError::SourceGone { .. }
        | EngineError::UnknownSource { .. }
        | EngineError::NotSelected { .. } => ErrorCode::Usage,
        EngineError::NotDissolved { .. } => ErrorCode::NotDissolved,
        EngineError::Aborted { .. } => ErrorCode::ProgramFault,
    }
}

fn of_storage(error: &StorageError) -> ErrorCode {
    match error {
        StorageError::Unknown { .. } => ErrorCode::Settings,
        StorageError::ObjectStore { .. }
        | StorageError::Open { .. }
        | StorageError::Store { .. } => ErrorCode::DataUnusable,
        StorageError::Locked { .. } => ErrorCode::DataLocked,
    }
}

fn of_ledger(error: &LedgerError) -> ErrorCode {
    match error {
        LedgerError::Unknown { .. } => ErrorCode::Settings,
        LedgerError::Open { .. } | LedgerError::Statement { .. } => ErrorCode::LedgerUnreachable,
        LedgerError::Newer { .. } => ErrorCode::LedgerNewer,
        LedgerError::Content { .. } => ErrorCode::LedgerDamaged,
        LedgerError::LeaseLost { .. } => ErrorCode::LeaseLost,
        LedgerError::NoSuchJob { .. } => ErrorCode::NothingToDecide,
        LedgerError::JobsWithoutRun { .. } => ErrorCode::ProgramFault,
    }
}

fn of_source(error: &SourceError) -> ErrorCode {
    match error {
        SourceError::Unavailable { .. } => ErrorCode::Unavailable,
        SourceError::Throttled { .. } => ErrorCode::Throttled,
        SourceError::NotFound { .. } => ErrorCode::NotFound,
        SourceError::Refused { .. } => ErrorCode::Refused,
        SourceError::Malformed { .. } => ErrorCode::Malformed,
        SourceError::Contract { .. } => ErrorCode::Contract,
    }
}

fn of_archive(error: &ArchiveError) -> ErrorCode {
    match error {
        ArchiveError::Write { .. } | ArchiveError::Read { .. } => ErrorCode::StoreFailed,
        ArchiveError::Missing { .. }
        | ArchiveError::Damaged { .. }
        | ArchiveError::Undecodable { .. }
        | ArchiveError::Unreadable { .. } => ErrorCode::Archive,
        ArchiveError::TooLarge { .. } => ErrorCode::Contract,
        ArchiveError::Mislabelled { .. }
        | ArchiveError::Compress { .. }
        | ArchiveError::Record { .. }
        | ArchiveError::Interrupted { .. }
        | ArchiveError::SweepId { .. } => ErrorCode::ProgramFault,
    }
}

fn of_transform(error: &TransformError) -> ErrorCode {
    match error {
        TransformError::Malformed { .. } => ErrorCode::Malformed,
        TransformError::Contract { .. } => ErrorCode::Contract,
        TransformError::WriteParquet { .. } | TransformError::ReadParquet { .. } => {
            ErrorCode::TableUnreadable
        }
        TransformError::WriteFile { .. } | TransformError::Scratch { .. } => ErrorCode::StoreFailed,
    }
}

fn of_publish(error: &PublishError) -> ErrorCode {
    match error {
        PublishError::PublishedFileDamaged { .. }
        | PublishError::ReadRecord { .. }
        | PublishError::ReadManifest { .. }
        | PublishError::ManifestDiffers { .. }
        | PublishError::EndsEarly { .. }
        | PublishError::LogDamaged { .. } => ErrorCode::ReleaseDamaged,
        PublishError::Fenced { .. }
        | PublishError::ReleaseExists { .. }
        | PublishError::NumberClaimed { .. }
        | PublishError::ParentMoved { .. } => ErrorCode::ReleaseContended,
        PublishError::Store { .. } | PublishError::File { .. } => ErrorCode::StoreFailed,
        PublishError::DiskFull { .. } => ErrorCode::DiskFull,
        PublishError::NoSuchRelease { .. } | PublishError::Removed { .. } => {
            ErrorCode::NoSuchRelease
        }
        PublishError::NotCommitted { source, .. } => of_publish(source),
        PublishError::CommitUnknown { .. } => ErrorCode::ReleaseUncertain,
        PublishError::LatestNotMoved { .. } => ErrorCode::LatestNotMoved,
        PublishError::Incomplete { .. }
        | PublishError::FileChanged { .. }
        | PublishError::NothingToCarry { .. } => ErrorCode::ReleaseInterrupted,
        PublishError::CreateOnlyNotHeld { .. } => ErrorCode::CreateOnlyNotHeld,
        PublishError::ReadTable { .. }
        | PublishError::ReadRows { .. }
        | PublishError::WriteCsv { .. } => ErrorCode::TableUnreadable,
        PublishError::UndescribedColumn { .. }
        | PublishError::BrokenOff { .. }
        | PublishError::InvalidPath { .. }
        | PublishError::TableContract { .. }
        | PublishError::WritePage { .. }
        | PublishError::WriteWorkbook { .. }
        | PublishError::DrawPicture { .. }
        | PublishError::WriteJson { .. } => ErrorCode::ProgramFault,
    }
}

fn of_recipe(error: &RecipeError) -> ErrorCode {
    match error {
        RecipeError::None { .. }
        | RecipeError::Changed { .. }
        | RecipeError::Form { .. }
        | RecipeError::Read { .. }
        | RecipeError::SourceMissing { .. } => ErrorCode::RecipeUnusable,
        RecipeError::Write { .. } => ErrorCode::ProgramFault,
    }
}

fn of_review(error: &ReviewError) -> ErrorCode {
    match error {
        ReviewError::Unknown { .. }
        | ReviewError::NothingHeld { .. }
        | ReviewError::OtherFigures { .. } => ErrorCode::NothingToDecide,
        ReviewError::NoReason => ErrorCode::Usage,
        ReviewError::Ledger(error) => of_ledger(error),
    }
}

#[cfg(test)]
mod tests {
    use botnia_ingest::error::Failure;
    use botnia_model::ReleaseNumber;

    use super::*;

    #[test]
    fn a_full_disk_is_named_wherever_it_lies() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let store = object_store::Error::Generic {
            store: "LocalFileSystem",
            source: Box::new(full()),
        };
        let object = EngineError::Object {
            operation: "write",
            object: "a".to_owned(),
            source: store,
        };
        let archive = EngineError::Archive(ArchiveError::Write {
            path: "a".to_owned(),
            source: object_store::Error::Generic {
                store: "LocalFileSystem",
                source: Box::new(full()),
            },
        });
        for error in [object, archive] {
            assert_eq!(ErrorCode::of(&error), ErrorCode::DiskFull, "{error:?}");
        }
        assert_eq!(ErrorCode::of(&full()), ErrorCode::DiskFull);
    }

    #[test]
    fn a_commit_that_failed_has_the_code_of_its_reason() {
        let error = EngineError::Publish(PublishError::NotCommitted {
            release: ReleaseNumber::FIRST,
            serving: None,
            source: Box::new(PublishError::ReleaseExists {
                release: ReleaseNumber::FIRST,
            }),
        });
        assert_eq!(ErrorCode::of(&error), ErrorCode::ReleaseContended);
    }

    /// The words that are kept with failures are codes that have a page.
    #[test]
    fn a_remedy_of_a_source_is_a_code() {
        let failure = || Failure {
            operation: "fetch".to_owned(),
            problem: "nothing came".to_owned(),
            rejected: None,
        };
        let errors = [
            SourceError::Unavailable {
                failure: failure(),
                cause: None,
                retry_after: None,
            },
            SourceError::Throttled {
                failure: failure(),
                retry_after: None,
            },
            SourceError::NotFound { failure: failure() },
            SourceError::Refused { failure: failure() },
            SourceError::Malformed {
                failure: failure(),
                cause: None,
            },
            SourceError::Contract {
                failure: failure(),
                cause: None,
            },
        ];
        for error in &errors {
            assert_eq!(ErrorCode::of(error).as_str(), error.remedy());
            assert_eq!(ErrorCode::named(error.remedy()), Some(ErrorCode::of(error)));
        }
        for remedy in ["archive", "engine"] {
            assert!(ErrorCode::named(remedy).is_some(), "{remedy}");
        }
    }

    #[test]
    fn an_address_that_is_taken_is_no_file() {
        let taken = io::Error::from(io::ErrorKind::AddrInUse);
        assert_eq!(ErrorCode::of(&taken), ErrorCode::AddressUnusable);
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(ErrorCode::of(&denied), ErrorCode::FileUnusable);
        assert_eq!(ErrorCode::of(&std::fmt::Error), ErrorCode::ProgramFault);
    }
}
