//! One folder per source. A new one adds its line here and in [`open`](crate::open).

pub(crate) mod sotkanet;
pub(crate) mod survey;
pub(crate) mod thl_cube;
