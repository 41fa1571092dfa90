//! Botnia: fetches public wellbeing indicators, keeps the bytes, and publishes atomic,
//! citable releases.
//!
//! This crate is the program: the engine that runs the stages, and the commands. It holds
//! no domain logic; that lives in the stages it calls.

pub mod cli;
pub mod engine;
mod error_code;
pub mod server;
