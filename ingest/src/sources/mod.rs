//! One folder per source. A new one adds its line here and in [`open`](crate::open).
//! `upstream` is what all behind an address share, `tables` what sources with tables do.

pub(crate) mod jsonstat;
pub(crate) mod pxweb1;
pub(crate) mod pxweb2;
pub(crate) mod sotkanet;
pub(crate) mod survey;
mod tables;
pub(crate) mod thl_cube;
mod upstream;
