//! Turns archived bytes into observations and tables: pure, without network, clock or async.
//!
//! The way through: [`normalise::read_regions`] and [`normalise::describe`] read what a
//! source says of its regions and of one indicator, [`normalise::normalise`] turns its
//! rows into observations, [`checks::check`] compares them with what was released before,
//! [`aggregation`] makes figures of wholes from those of their parts, [`methods`] says how
//! sure a figure is, how it compares and which way it goes,
//! [`observation_table`] writes and reads them as Parquet, and [`release`] builds the
//! tables of a release from them, where [`sentence`] tells each figure. [`dissolve`]
//! brings counts to the borders of a later day, [`region_lists`] compares the region tables
//! with lists of regions, [`disclosure`] decides which counts of a survey must be hidden,
//! [`boundaries`] reads the borders of municipalities for maps, and [`notes`] reads what people say beside the figures.
//!
//! What is deliberately absent: any fetching and any delivering. Wrong upstream data is
//! a counted finding, not a panic and not a lost table; an error is returned only where
//! nothing at all can be made of the bytes.

pub mod aggregation;
pub mod boundaries;
pub mod checks;
pub mod disclosure;
pub mod dissolve;
pub mod error;
pub mod jsonstat;
pub mod methods;
pub mod normalise;
pub mod notes;
pub mod observation_table;
pub mod region_lists;
pub mod release;
pub mod sentence;
pub mod survey;
pub mod text;

pub use error::TransformError;
