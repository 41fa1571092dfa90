//! `[[source.table]]` and `[[source.indicator]]`: how tables become indicators.

use std::collections::BTreeMap;
use std::str::FromStr;

use botnia_model::{Polarity, RegionId, Sex, SourceIndicator, Status, Text, ValueKind};
use schemars::JsonSchema;
use serde::Deserialize;

use super::SourceKind;
use super::file::SourceFile;
use crate::document::Document;
use crate::mapping::{IndicatorMapping, Pattern, RegionCodes, TableMapping};
use crate::problem::{nearest, suggestion};

/// A table of the source, and what its dimensions are. What is not given is found by what
/// the source says of a dimension, or by its usual names. Patterns are written over codes
/// and names: `*` stands for any characters, `|` between alternatives, and capital and
/// small letters are the same, so that `"alue*"` finds `Alue` and `alue_23_20260101`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TableFile {
    /// What the indicators call it; must be given. Unique within the source.
    #[schemars(extend("examples" = ["11re"]))]
    pub(super) name: String,
    /// Where it is below `base_url`; must be given. `PxWeb`: folders and the file
    /// (`"vaerak/11re.px"`), where `*` in a name stands for the newest such folder or file
    /// (`"2*/kuntien_avainluvut_*_aikasarja.px"`); `PxWeb` 2: the table's id (`"TAB6471"`); JSON-stat: the rest of
    /// the address, with its question (`"data/demo_gind?geo=FI"`).
    #[schemars(extend("examples" = ["vaerak/11re.px"]))]
    pub(super) path: String,
    /// The dimension with regions.
    #[schemars(extend("examples" = ["alue*"]))]
    pub(super) region: Option<String>,
    /// The one region that the whole table is about, where it has no dimension with regions:
    /// `"SSS"` is Finland.
    pub(super) about: Option<String>,
    /// How the source codes regions.
    pub(super) region_codes: RegionCodes,
    /// Regions by the source's codes, before `region_codes`: `{ "00" = "NORDIC752" }`.
    pub(super) regions: BTreeMap<String, String>,
    /// The dimension with time.
    pub(super) time: Option<String>,
    /// The dimension with sexes.
    pub(super) sex: Option<String>,
    /// Sexes by the source's codes, where they are not the usual ones:
    /// `{ "1+2" = "total" }`.
    pub(super) sexes: BTreeMap<String, String>,
    /// The dimension with measures.
    pub(super) measure: Option<String>,
    /// Dimensions that become a breakdown, by the key under which it is published:
    /// `{ age = "ikä*|ika*" }`.
    pub(super) breakdown: BTreeMap<String, String>,
    /// Categories to take of a dimension, by patterns over their codes and names:
    /// `{ "ika*|ikä*" = ["SSS"] }`. All are taken of what is not named here.
    pub(super) select: BTreeMap<String, Vec<String>>,
    /// What symbols mean in this table, where it is not the usual: `{ "..." = "suppressed" }`.
    pub(super) symbols: BTreeMap<String, String>,
    /// Code lists to take instead of a dimension's own codes, where the source has some
    /// (`PxWeb` 2): `{ "region" = "vs_RegionLän07" }`.
    pub(super) code_lists: BTreeMap<String, String>,
}

/// An indicator of a source with tables: one measure of one table.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IndicatorFile {
    /// Its id within the source, unique: the part after the colon of its published id.
    #[schemars(extend("examples" = ["vaesto"]))]
    pub(super) id: String,
    /// The `name` of its table.
    #[schemars(extend("examples" = ["11re"]))]
    pub(super) table: String,
    /// The measure, by a pattern over the codes of the measures; what stands after the last
    /// hyphen of a code is enough (`"vaesto"` finds `vaerak-vaesto`). Where no code is like
    /// it, over their names (`"työllisyysaste*"`). Not given: the table has one measure.
    #[serde(default)]
    pub(super) measure: Option<String>,
    /// What the source has to call the measure, as a pattern. Another name holds the
    /// indicator: its figures may be of something else now.
    #[serde(default)]
    pub(super) expected_label: Option<String>,
    /// Categories to take of a dimension, before those of the table.
    #[serde(default)]
    pub(super) select: BTreeMap<String, Vec<String>>,
    /// Its title.
    pub(super) title: TextFile,
    /// What it measures.
    #[serde(default)]
    pub(super) description: TextFile,
    /// What has to be known before it is compared with other figures.
    #[serde(default)]
    pub(super) comparability: TextFile,
    /// Its unit in words.
    #[serde(default)]
    pub(super) unit: TextFile,
    /// What kind of number it is. It decides what may be computed of it; not given: nothing.
    #[serde(default)]
    #[schemars(extend("enum" = words(ValueKind::ALL)))]
    pub(super) value_kind: Option<String>,
    /// Which direction is good.
    #[serde(default)]
    #[schemars(extend("enum" = words(Polarity::ALL)))]
    pub(super) polarity: Option<String>,
    /// Decimals with which it is shown. Not given: as the source says.
    #[serde(default)]
    #[schemars(range(max = 10))]
    pub(super) decimals: Option<u8>,
    /// Who makes the figures. Not given: the source's `producer`.
    #[serde(default)]
    pub(super) producer: Option<TextFile>,
    /// The licence of the figures: its SPDX id or name. Not given: the source's `licence`.
    #[serde(default)]
    pub(super) licence: Option<String>,
    /// Where a person can read about it.
    #[serde(default)]
    pub(super) source_url: Option<String>,
}

/// A text in the three languages: `{ fi = "…", sv = "…", en = "…" }`. A language that is
/// left out has the first of the others.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TextFile {
    /// Finnish.
    pub(super) fi: String,
    /// Swedish.
    pub(super) sv: String,
    /// English.
    pub(super) en: String,
}

impl TextFile {
    /// The text, with what is missing filled from the other languages.
    pub(super) fn filled(&self) -> Text {
        let [fi, sv, en] = [&self.fi, &self.sv, &self.en].map(|text| text.trim());
        let first_of = |languages: [&str; 3]| {
            let given = languages.into_iter().find(|text| !text.is_empty());
            given.unwrap_or_default().to_owned()
        };
        Text {
            fi: first_of([fi, sv, en]),
            sv: first_of([sv, en, fi]),
            en: first_of([en, sv, fi]),
        }
    }

    fn is_empty(&self) -> bool {
        [&self.fi, &self.sv, &self.en]
            .iter()
            .all(|text| text.trim().is_empty())
    }
}

fn words<T: std::fmt::Display>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// The indicators of a source with tables, and the word `all` in `indicators` in full.
pub(super) fn mappings(
    document: &mut Document<'_>,
    path: &str,
    file: &SourceFile,
) -> Vec<IndicatorMapping> {
    let mut reader = MappingReader { document, path };
    if !file.kind.has_tables() {
        for (key, count) in [
            ("table", file.table.len()),
            ("indicator", file.indicator.len()),
        ] {
            if count > 0 {
                let what = format!("a source of kind `{}` has no tables", file.kind.as_str());
                let hint = "write its indicators into `indicators`".to_owned();
                reader.report(&format!("{key}[1]"), &what, Some(hint));
            }
        }
        return Vec::new();
    }
    let tables = reader.tables(&file.table);
    reader.indicators(file, &tables)
}

struct MappingReader<'d, 't, 'p> {
    document: &'d mut Document<'t>,
    path: &'p str,
}

impl MappingReader<'_, '_, '_> {
    fn report(&mut self, key: &str, what: &str, hint: Option<String>) {
        self.document
            .report(&format!("{}.{key}", self.path), what, hint);
    }

    fn tables(&mut self, files: &[TableFile]) -> Vec<TableMapping> {
        let mut tables: Vec<TableMapping> = Vec::new();
        for (index, file) in files.iter().enumerate() {
            let at = |key: &str| format!("table[{}].{key}", index + 1);
            if file.name.trim().is_empty() {
                let key = format!("table[{}]", index + 1);
                let hint = "write name = \"11re\"".to_owned();
                self.report(&key, "the key `name` is missing", Some(hint));
            } else if tables.iter().any(|table| table.name == file.name) {
                let what = format!("another table has the name `{}`", file.name);
                self.report(&at("name"), &what, None);
            }
            if file.path.trim().trim_matches('/').is_empty() {
                let key = format!("table[{}]", index + 1);
                let hint = "write path = \"vaerak/11re.px\"".to_owned();
                self.report(&key, "the key `path` is missing", Some(hint));
            } else if file.path.contains("://") || file.path.split('/').any(|part| part == "..") {
                let what = format!("`{}` does not stay below `base_url`", file.path);
                let hint = "write the part after `base_url`".to_owned();
                self.report(&at("path"), &what, Some(hint));
            }
            let mut regions = BTreeMap::new();
            for (code, id) in &file.regions {
                if let Some(id) = self.region(&at(&format!("regions.{code}")), id) {
                    regions.insert(code.clone(), id);
                }
            }
            let about = match &file.about {
                Some(id) => self.region(&at("about"), id),
                None => None,
            };
            let mut breakdown = BTreeMap::new();
            for (key, pattern) in &file.breakdown {
                let is_key = !key.is_empty()
                    && key
                        .bytes()
                        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
                if !is_key {
                    let what = format!("`{key}` is no key of a breakdown");
                    let hint = "write small letters, digits and underscores: age".to_owned();
                    self.report(&at(&format!("breakdown.{key}")), &what, Some(hint));
                }
                breakdown.insert(key.clone(), Pattern::new(pattern));
            }
            tables.push(TableMapping {
                name: file.name.clone(),
                path: file.path.trim().trim_matches('/').to_owned(),
                region: file.region.as_ref().map(Pattern::new),
                about,
                region_codes: file.region_codes,
                regions,
                time: file.time.as_ref().map(Pattern::new),
                sex: file.sex.as_ref().map(Pattern::new),
                sexes: self.words(&at("sexes"), &file.sexes, &words(Sex::ALL)),
                measure: file.measure.as_ref().map(Pattern::new),
                breakdown,
                select: patterns(&file.select),
                code_lists: file
                    .code_lists
                    .iter()
                    .map(|(dimension, list)| (Pattern::new(dimension), list.clone()))
                    .collect(),
                symbols: self.words(&at("symbols"), &file.symbols, &words(Status::ALL)),
            });
        }
        tables
    }

    fn region(&mut self, key: &str, text: &str) -> Option<RegionId> {
        match text.parse::<RegionId>() {
            Ok(id) => Some(id),
            Err(error) => {
                let hint = "write an id: \"SSS\", \"KU743\", \"NORDIC752\"".to_owned();
                self.report(key, &error.to_string(), Some(hint));
                None
            }
        }
    }

    fn words<T: FromStr>(
        &mut self,
        key: &str,
        given: &BTreeMap<String, String>,
        known: &[String],
    ) -> BTreeMap<String, T> {
        let mut read = BTreeMap::new();
        for (code, word) in given {
            if let Ok(word) = word.parse() {
                read.insert(code.clone(), word);
            } else {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let hint = suggestion(word, &known);
                let what = format!("unknown word `{word}`");
                self.report(&format!("{key}.{code}"), &what, Some(hint));
            }
        }
        read
    }

    fn indicators(
        &mut self,
        source: &SourceFile,
        tables: &[TableMapping],
    ) -> Vec<IndicatorMapping> {
        let mut indicators: Vec<IndicatorMapping> = Vec::new();
        if source.indicator.is_empty() {
            let hint = "write an `[[source.indicator]]` table with id, table and title".to_owned();
            self.document
                .report(self.path, "it has no indicator", Some(hint));
        }
        for (index, file) in source.indicator.iter().enumerate() {
            let at = |key: &str| format!("indicator[{}].{key}", index + 1);
            let id = match SourceIndicator::from_str(&file.id) {
                Ok(id) => id,
                Err(error) => {
                    self.report(&at("id"), &error.to_string(), None);
                    continue;
                }
            };
            if indicators.iter().any(|indicator| indicator.id == id) {
                let what = format!("another indicator of this source has the id `{id}`");
                self.report(&at("id"), &what, None);
            }
            let Some(table) = tables.iter().find(|table| table.name == file.table) else {
                let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
                let hint = match nearest(&file.table, names.iter().copied()) {
                    Some(name) => format!("did you mean \"{name}\"?"),
                    None if names.is_empty() => {
                        "write a `[[source.table]]` with that name".to_owned()
                    }
                    None => format!("tables here: {}", names.join(", ")),
                };
                let what = format!("there is no table `{}`", file.table);
                self.report(&at("table"), &what, Some(hint));
                continue;
            };
            if file.title.is_empty() {
                let hint = "write title = { fi = \"…\", sv = \"…\", en = \"…\" }".to_owned();
                self.report(&at("title"), "must not be empty", Some(hint));
            }
            let licence = file.licence.clone().or_else(|| source.licence.clone());
            let licence = licence.unwrap_or_else(|| THIRD_PARTY.to_owned());
            indicators.push(IndicatorMapping {
                id,
                table: table.clone(),
                measure: file.measure.as_ref().map(Pattern::new),
                expected_label: file.expected_label.as_ref().map(Pattern::new),
                select: patterns(&file.select),
                title: file.title.filled(),
                description: file.description.filled(),
                comparability: file.comparability.filled(),
                unit: file.unit.filled(),
                // Their words are checked by the schema.
                value_kind: file
                    .value_kind
                    .as_deref()
                    .and_then(|word| word.parse().ok()),
                polarity: file
                    .polarity
                    .as_deref()
                    .and_then(|word| word.parse().ok())
                    .unwrap_or(Polarity::None),
                decimals: file.decimals,
                producer: file.producer.as_ref().unwrap_or(&source.producer).filled(),
                redistributable: licence != THIRD_PARTY,
                licence,
                attribution: source.attribution.filled(),
                source_url: file.source_url.clone().or_else(|| source.home_page.clone()),
            });
        }
        indicators
    }
}

/// The name under which figures stand whose licence nobody has stated: they are kept for
/// one's own use and not published onward.
const THIRD_PARTY: &str = "third-party";

fn patterns(given: &BTreeMap<String, Vec<String>>) -> BTreeMap<Pattern, Vec<Pattern>> {
    let pair = |(dimension, values): (&String, &Vec<String>)| {
        let values = values.iter().map(Pattern::new).collect();
        (Pattern::new(dimension), values)
    };
    given.iter().map(pair).collect()
}

impl SourceKind {
    /// Whether sources of this kind have tables, which the settings map to indicators.
    pub fn has_tables(self) -> bool {
        match self {
            Self::Sotkanet | Self::Survey | Self::ThlCube => false,
            Self::Pxweb | Self::Pxweb2 | Self::Jsonstat => true,
        }
    }

    /// Whether sources of this kind list their regions. The others speak of those of the
    /// region tables.
    pub fn has_region_list(self) -> bool {
        match self {
            Self::Sotkanet | Self::Survey => true,
            Self::ThlCube | Self::Pxweb | Self::Pxweb2 | Self::Jsonstat => false,
        }
    }

    /// The word in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sotkanet => "sotkanet",
            Self::Survey => "survey",
            Self::ThlCube => "thl-cube",
            Self::Pxweb => "pxweb",
            Self::Pxweb2 => "pxweb2",
            Self::Jsonstat => "jsonstat",
        }
    }
}
