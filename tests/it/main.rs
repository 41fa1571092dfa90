//! The integration tests: the real program against the sandbox on loopback.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests say what they leave out, and write their own files"
)]

mod architecture;
mod conformance;
mod crash;
mod demo;
mod faults;
mod ledger;
mod python;
mod replay;
mod review;
mod serve;
mod server;
mod settings;
mod support;
