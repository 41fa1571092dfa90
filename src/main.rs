//! The program's entry: the only place that reads the clock.

use std::process::ExitCode;
use std::sync::Arc;

use botnia_model::Clock;
use jiff::Timestamp;

/// The machine's clock.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the clock enters")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

fn main() -> ExitCode {
    botnia::cli::main(Arc::new(SystemClock))
}
