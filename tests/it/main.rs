//! The integration tests: the real program against the sandbox on loopback.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests say what they leave out, and write their own files"
)]

mod architecture;
mod browser;
mod conformance;
mod crash;
mod crash_steps;
mod crash_store;
mod cubes;
mod demo;
mod deploy;
mod faults;
mod ledger;
mod left_out;
mod methods;
mod notes;
mod object_store;
mod object_store_server;
mod operations;
mod postgres;
mod python;
mod regions;
mod replay;
mod review;
mod serve;
mod server;
mod settings;
mod small_world;
mod support;
mod surveys;
mod tables;
mod verify;
mod vintages;
mod workbook;
mod workers;
