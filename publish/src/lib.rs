//! Releases and their commit; the packages in them; the documents about them.
//!
//! A release exists when its numbered record has been *created* in the log: files first,
//! record last, `latest` after that. Readers see release N or N+1, never a mix, and a
//! stop before the record means that nothing happened.
//!
//! What is deliberately absent: statistics. This crate writes what it is given; every
//! figure, also a change or a count of revisions, was computed before it came here.

pub mod announcement;
pub mod csv;
pub mod documents;
pub mod error;
pub mod manifest;
pub mod package;
pub mod releases;
pub mod report;
pub mod site;
pub mod table_csv;
pub mod workbook;
pub mod workshop;

mod clean;
mod commit;
mod latest;
mod notes_csv;
mod removal;
mod table;
mod upload;
mod verification;

pub use announcement::{AnnouncedRelease, Announcement, release_committed};
pub use csv::{IndicatorTitles, RegionNames, write_observations_csv};
pub use documents::{
    ChangedNotes, ColumnFact, HeldFact, IndicatorChange, IndicatorFact, ReleaseFacts,
    RevisedFigure, SourceFact, TableFact, data_dictionary,
};
pub use error::PublishError;
pub use package::{Assembly, ReleasedTable, assemble};
pub use releases::{Releases, Staged};
pub use removal::Abandoned;
pub use site::{BoundaryShapes, SiteInput};
pub use table_csv::write_table_csv;
pub use verification::FileFault;

#[cfg(test)]
mod faulty_store;
