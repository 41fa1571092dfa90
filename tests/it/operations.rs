//! What an operator does when something went wrong, or the disk fills up.

mod backfill;
mod doctor;
mod gc;
mod jobs;
mod lost_ledger;
