//! Whole releases of a small world: two provinces, four municipalities, some indicators.

mod files;
mod history;
mod memberships;
mod past;
mod reasons;
mod recorded;
mod reporting;
mod world;
