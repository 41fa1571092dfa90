//! Whole releases of a small world: two provinces, four municipalities, some indicators.

mod aggregates;
mod files;
mod history;
mod judgements;
mod licences;
mod memberships;
mod past;
mod peers;
mod reasons;
mod recorded;
mod reporting;
mod world;
