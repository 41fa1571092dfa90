//! The integration tests: the real program against the sandbox on loopback.

mod architecture;
mod crash;
mod demo;
mod faults;
mod ledger;
mod python;
mod replay;
mod review;
mod settings;
mod support;
