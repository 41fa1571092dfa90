//! Sotkanet's answers, as its REST API 1.1 gives them.
//!
//! What is deliberately absent: any selection of region levels. A description does not
//! name all the levels for which there are rows, so the levels are those of the rows.

mod description;
mod licence;
mod regions;
mod rows;

#[cfg(test)]
pub(crate) mod recordings;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use botnia_model::Text;

pub(super) use self::description::describe;
pub(super) use self::regions::read_regions;
pub(super) use self::rows::{normalise, number};

/// A text in three languages, any of which may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireText {
    fi: Option<String>,
    sv: Option<String>,
    en: Option<String>,
}

impl From<WireText> for Text {
    fn from(wire: WireText) -> Self {
        Self {
            fi: wire.fi.unwrap_or_default(),
            sv: wire.sv.unwrap_or_default(),
            en: wire.en.unwrap_or_default(),
        }
    }
}

/// The body without a byte order mark, which some answers have been seen to carry.
pub(super) fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// The beginning of a row or entry, as an example for a finding. What a finding quotes is
/// bounded, whatever the answer holds; the bytes themselves are in the archive.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 240;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
