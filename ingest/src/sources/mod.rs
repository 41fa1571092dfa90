//! One folder per source. A new one adds its line here and in [`open`](crate::open).
//! `tables` is what sources with tables share.

pub(crate) mod jsonstat;
pub(crate) mod pxweb1;
pub(crate) mod pxweb2;
pub(crate) mod sotkanet;
pub(crate) mod survey;
mod tables;
pub(crate) mod thl_cube;
