//! What a verification finds that is not as it was.

use botnia_ingest::ArchiveError;
use botnia_model::{ContentHash, IndicatorId, ReleaseNumber, Snapshot};
use botnia_publish::FileFault;

/// Indicators that a disagreement names; of more it tells how many.
const NAMED: usize = 8;

/// Something that is not as it was when the release was made. The text says what; where it
/// is needed, it ends with a hint.
#[derive(Debug, thiserror::Error)]
pub enum Disagreement {
    /// A published file is not what its manifest says.
    #[error("`{path}` {fault}")]
    Published {
        /// The file within the release.
        path: String,
        /// What is wrong.
        fault: FileFault,
    },
    /// An answer in the archive is gone or not whole.
    #[error("{hash}, {}, which {} made from: {error}", asked(record.as_deref()), needed(needed_by))]
    Answer {
        /// The hash of the answer.
        hash: ContentHash,
        /// How it came, where the index tells.
        record: Option<Box<Snapshot>>,
        /// The indicators that need it.
        needed_by: Vec<IndicatorId>,
        /// What is wrong.
        error: ArchiveError,
    },
    /// Something in the archive is not as it was written, whoever needs it.
    #[error("{}: {error}", asked(record.as_deref()))]
    Archive {
        /// How the answer came, where the index tells.
        record: Option<Box<Snapshot>>,
        /// What is wrong.
        error: ArchiveError,
    },
    /// The archived answers of an indicator cannot be read.
    #[error("`{indicator}`: its archived answers cannot be read: {reason}")]
    Unread {
        /// The indicator.
        indicator: IndicatorId,
        /// Why.
        reason: String,
    },
    /// The archived answers of an indicator give other figures.
    #[error(
        "`{indicator}`: its archived answers give the figures {found}, the manifest says {expected}"
    )]
    Figures {
        /// The indicator.
        indicator: IndicatorId,
        /// According to the manifest.
        expected: ContentHash,
        /// According to the answers.
        found: ContentHash,
    },
    /// The archived answers of an indicator give the same figures, counted otherwise.
    #[error("`{indicator}`: its rows or findings are not those that the manifest counts")]
    Account {
        /// The indicator.
        indicator: IndicatorId,
    },
    /// A file is made with other content.
    #[error("`{path}` is made otherwise now{}", of(indicators))]
    Content {
        /// The file within the release.
        path: String,
        /// The indicators that it tells otherwise, for a table that tells indicators.
        indicators: Vec<IndicatorId>,
    },
    /// A table is made with the same rows and other bytes.
    #[error("`{path}` is made with the same rows now, but with other bytes")]
    Encoding {
        /// The file within the release.
        path: String,
    },
    /// A file is not made any more.
    #[error("`{path}` is not made now, but the manifest lists it")]
    NotMade {
        /// The file within the release.
        path: String,
    },
    /// A file is made that the release does not have.
    #[error("`{path}` is made now, but the manifest does not list it")]
    NotListed {
        /// The file within the release.
        path: String,
    },
    /// The manifest is made otherwise.
    #[error(
        "the manifest is made otherwise now: its hash is {found}, the commit record says \
         {expected}; what differs: {}", fields.join(", ")
    )]
    Manifest {
        /// According to the commit record.
        expected: ContentHash,
        /// As it is made now.
        found: ContentHash,
        /// What is not the same in it.
        fields: Vec<&'static str>,
    },
    /// The recipe and the commit record tell different moments.
    #[error("the recipe says that it was made at {recipe}, the commit record {record}")]
    Moment {
        /// According to the recipe.
        recipe: jiff::Timestamp,
        /// According to the commit record.
        record: jiff::Timestamp,
    },
    /// The release before is not what it was.
    #[error("release {release}, upon which it was made: {reason}")]
    Before {
        /// The release before.
        release: ReleaseNumber,
        /// What is wrong.
        reason: String,
    },
    /// It cannot be made again.
    #[error("it could not be made again: {reason}")]
    NotRebuilt {
        /// Why.
        reason: String,
    },
}

fn asked(record: Option<&Snapshot>) -> String {
    let Some(record) = record else {
        return "of which no record tells how it came".to_owned();
    };
    let subject = match &record.source_indicator {
        Some(indicator) => format!(" of `{}:{indicator}`", record.source),
        None => format!(" of `{}`", record.source),
    };
    format!(
        "the answer ({}{subject}) to {} {} at {}",
        record.role, record.method, record.url, record.fetched_at
    )
}

fn needed(indicators: &[IndicatorId]) -> String {
    match indicators.len() {
        0 => "the regions are".to_owned(),
        1 => format!("{} is", named(indicators)),
        _ => format!("{} are", named(indicators)),
    }
}

fn of(indicators: &[IndicatorId]) -> String {
    if indicators.is_empty() {
        String::new()
    } else {
        format!(": {}", named(indicators))
    }
}

fn named(indicators: &[IndicatorId]) -> String {
    let mut names: Vec<_> = indicators
        .iter()
        .take(NAMED)
        .map(|indicator| format!("`{indicator}`"))
        .collect();
    if indicators.len() > NAMED {
        names.push(format!("{} more", indicators.len() - NAMED));
    }
    names.join(", ")
}
