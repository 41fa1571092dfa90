//! `botnia explain`: the page of an error code.

use super::output::data;
use super::{Exit, UsageError};
use crate::error_code::ErrorCode;

/// What an error code means, what still serves, and what to do.
#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// The code, as it stands in `error[CODE]`; without one, all codes are listed.
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(&self) -> anyhow::Result<Exit> {
        match &self.code {
            None => {
                for code in ErrorCode::ALL {
                    data(format_args!("{code}\t{}", code.title()));
                }
            }
            Some(name) => match ErrorCode::named(name) {
                Some(code) => data(code.markdown().trim_end()),
                None => return Err(UsageError(format!(
                    "there is no error code `{name}`\nhint: `botnia explain` lists them; why \
                     figures are held is in docs/operator.md, and with the figures in `botnia held ID`"
                ))
                .into()),
            },
        }
        Ok(Exit::Done)
    }
}
