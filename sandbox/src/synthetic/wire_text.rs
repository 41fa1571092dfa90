//! Text in three languages as it goes over the wire.

use botnia_model::{Language, Text};
use serde::Serialize;

/// `{"fi":…,"en":…,"sv":…}`
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct WireText {
    pub(crate) fi: String,
    pub(crate) en: String,
    pub(crate) sv: String,
}

impl WireText {
    pub(crate) fn new(fi: &str, en: &str, sv: &str) -> Self {
        Self {
            fi: fi.to_owned(),
            en: en.to_owned(),
            sv: sv.to_owned(),
        }
    }

    /// The source's names and titles are never empty in any language.
    pub(crate) fn with_finnish_for_missing(text: &Text) -> Self {
        Self::new(
            &text.fi,
            text.or_finnish(Language::En),
            text.or_finnish(Language::Sv),
        )
    }
}
