//! One dataset: dimensions, and a figure for every combination of their categories.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Cell, Cells, ReadShape, Statuses, read_cells, read_statuses};
use super::dimension::Dimension;
use super::document::{Reader, excerpt};
use super::member::{Members, each_element, each_member, text, texts, whole};
use super::rule::{Issue, Rule};

/// What a dimension is, where the answer says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Time.
    Time,
    /// Place.
    Geo,
    /// What is measured.
    Metric,
}

/// A dataset that was read whole: every figure belongs to one combination of categories.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    /// What it is called.
    pub label: Option<String>,
    /// Who made it, as it came.
    pub source: Option<String>,
    /// When it was last updated, as it came; see [`Dataset::updated_day`].
    pub updated: Option<String>,
    /// Where it lives.
    pub href: Option<String>,
    /// Its dimensions. The last one varies fastest.
    pub dimensions: Vec<Dimension>,
    /// Its figures.
    pub cells: Cells,
    /// What is said of its figures.
    pub statuses: Statuses,
    /// Notes on the whole, as they came.
    pub notes: Vec<String>,
    /// What `PxWeb` and its relatives add.
    pub px: PxDetails,
    /// Breaches of the format that were tolerated.
    pub issues: Vec<Issue>,
}

/// What `extension` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PxDetails {
    /// The id of the table.
    pub table_id: Option<String>,
    /// Decimals with which figures are shown, unless a unit says otherwise.
    pub decimals: Option<u8>,
    /// What symbols mean, in words: `missingValueDescriptions`, or Eurostat's
    /// `status.label`.
    pub symbols: BTreeMap<String, String>,
    /// What the table is about.
    pub contents: Option<String>,
}

impl Dataset {
    /// The number of cells: the product of the sizes of the dimensions.
    pub fn cell_count(&self) -> usize {
        self.cells.len()
    }

    /// The dimension with that id, and its place.
    pub fn dimension(&self, id: &str) -> Option<(usize, &Dimension)> {
        let mut dimensions = self.dimensions.iter().enumerate();
        dimensions.find(|(_, dimension)| dimension.id == id)
    }

    /// Every cell in row-major order: the positions of its categories, its value and what
    /// is said of it.
    pub fn rows(&self) -> Rows<'_> {
        Rows {
            dataset: self,
            position: 0,
            places: vec![0; self.dimensions.len()],
        }
    }

    /// The day of the last update, `YYYY-MM-DD`, from any of the forms that servers write:
    /// with and without a zone, with dots in the clock, milliseconds since 1970, Finnish
    /// day and month.
    pub fn updated_day(&self) -> Option<String> {
        day(self.updated.as_deref()?.trim())
    }
}

/// The cells of a dataset, one by one.
#[derive(Debug)]
pub struct Rows<'a> {
    dataset: &'a Dataset,
    position: usize,
    places: Vec<usize>,
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// The position of its category in each dimension.
    pub places: Vec<usize>,
    /// Its value.
    pub cell: Cell<'a>,
    /// What is said of it.
    pub status: Option<&'a str>,
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        if self.position >= self.dataset.cells.len() {
            return None;
        }
        let row = Row {
            places: self.places.clone(),
            cell: self.dataset.cells.get(self.position),
            status: self.dataset.statuses.get(self.position),
        };
        self.position += 1;
        for (place, dimension) in self.places.iter_mut().zip(&self.dataset.dimensions).rev() {
            *place += 1;
            if *place < dimension.categories.len() {
                break;
            }
            *place = 0;
        }
        Some(row)
    }
}

const DATASET_MEMBERS: [&str; 16] = [
    "class",
    "version",
    "href",
    "label",
    "note",
    "link",
    "updated",
    "source",
    "error",
    "extension",
    "id",
    "size",
    "role",
    "dimension",
    "value",
    "status",
];
const REQUIRED: [&str; 6] = ["version", "class", "value", "id", "size", "dimension"];

/// Where a dataset stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// By itself, or in a collection: 2.0 in full.
    Alone,
    /// In a bundle or in `dataset`.
    Wrapped,
}

impl Reader {
    /// Reads a dataset; `None` where its cells cannot be told apart.
    pub(super) fn dataset(&mut self, members: &Members<'_>, standing: Standing) -> Option<Dataset> {
        let earlier = std::mem::take(&mut self.confused);
        let first_issue = self.issues.len();
        let dataset = self.parts(members, standing);
        let confused = std::mem::replace(&mut self.confused, earlier);
        if confused {
            self.confused = true;
            return None;
        }
        let issues = self.issues.get(first_issue..).unwrap_or_default().to_vec();
        Some(Dataset { issues, ..dataset? })
    }

    fn parts(&mut self, members: &Members<'_>, standing: Standing) -> Option<Dataset> {
        if standing == Standing::Alone {
            self.only_known(members, &DATASET_MEMBERS);
            for name in REQUIRED.into_iter().filter(|name| !members.has(name)) {
                self.report(Rule::StructuralViolation, name, "it is missing");
            }
            if let Some(version) = members.get("version")
                && text(version).as_deref() != Some("2.0")
            {
                self.report(Rule::StructuralViolation, "version", "it is not \"2.0\"");
            }
        }
        let Some(dimensions) = members.get("dimension").and_then(Members::of) else {
            self.refuse(Rule::StructuralViolation, "dimension", "it is no object");
            return None;
        };
        // Before 2.0, ids, sizes and roles stood among the dimensions.
        let outside = members.get("id").is_some();
        let layout = if outside { members } else { &dimensions };
        let ids = self.ids(layout)?;
        let sizes = self.sizes(layout)?;
        let roles = self.roles(layout, &ids);
        if ids.len() != sizes.len() {
            let detail = format!("{} ids and {} sizes", ids.len(), sizes.len());
            self.refuse(Rule::IdSizeLenMismatch, "size", &detail);
        }
        let dimensions = self.dimensions(&dimensions, outside, &ids, &sizes, &roles);
        let count = self.count(&sizes);
        let (cells, statuses) = self.figures(members, count);
        Some(Dataset {
            label: self.optional_text(members, "label"),
            source: self.optional_text(members, "source"),
            updated: members
                .get("updated")
                .map(|raw| text(raw).unwrap_or_else(|| raw.get().to_owned())),
            href: self.optional_text(members, "href"),
            dimensions,
            cells: cells.with_count(count.and_then(|count| count.try_into().ok()).unwrap_or(0)),
            statuses,
            notes: self.notes(members, "note"),
            px: details(members),
            issues: Vec::new(),
        })
    }

    fn ids(&mut self, layout: &Members<'_>) -> Option<Vec<String>> {
        let Some(ids) = layout.get("id").and_then(texts) else {
            self.refuse(Rule::StructuralViolation, "id", "it is no list of texts");
            return None;
        };
        let distinct: BTreeSet<_> = ids.iter().collect();
        if distinct.len() < ids.len() {
            self.refuse(
                Rule::StructuralViolation,
                "id",
                "a dimension is there twice",
            );
        }
        Some(ids)
    }

    fn sizes(&mut self, layout: &Members<'_>) -> Option<Vec<u64>> {
        let mut sizes = Vec::new();
        let mut quoted = false;
        let mut unfit = false;
        let is_list = layout.get("size").is_some_and(|raw| {
            each_element(raw, |element| {
                // The UN's and Ireland's servers write sizes as texts.
                let size = whole(element).or_else(|| {
                    quoted = true;
                    text(element).and_then(|text| text.trim().parse().ok())
                });
                unfit |= size.is_none();
                sizes.extend(size);
            })
        });
        if quoted && !unfit {
            self.report(Rule::StructuralViolation, "size", "sizes are texts");
        }
        if !is_list || unfit {
            let detail = "it is no list of whole numbers";
            self.refuse(Rule::StructuralViolation, "size", detail);
            return None;
        }
        Some(sizes)
    }

    fn roles(&mut self, layout: &Members<'_>, ids: &[String]) -> BTreeMap<String, Role> {
        let mut roles = BTreeMap::new();
        let Some(raw) = layout.get("role") else {
            return roles;
        };
        let Some(members) = Members::of(raw) else {
            self.report(Rule::StructuralViolation, "role", "it is no object");
            return roles;
        };
        self.enter("role");
        self.only_known(&members, &["time", "geo", "metric"]);
        for (name, role) in [
            ("time", Role::Time),
            ("geo", Role::Geo),
            ("metric", Role::Metric),
        ] {
            let Some(raw) = members.get(name) else {
                if members.has(name) {
                    self.report(Rule::StructuralViolation, name, "it is null");
                }
                continue;
            };
            let Some(named) = texts(raw) else {
                self.report(Rule::StructuralViolation, name, "it is no list of texts");
                continue;
            };
            for id in named {
                if ids.contains(&id) {
                    roles.entry(id).or_insert(role);
                } else {
                    let detail = format!("`{}` is no dimension", excerpt(&id));
                    self.report(Rule::RoleIdUnknown, name, &detail);
                }
            }
        }
        self.leave();
        roles
    }

    fn dimensions(
        &mut self,
        listed: &Members<'_>,
        outside: bool,
        ids: &[String],
        sizes: &[u64],
        roles: &BTreeMap<String, Role>,
    ) -> Vec<Dimension> {
        self.enter("dimension");
        let unlisted = listed.iter().map(|(name, _)| name).find(|name| {
            let is_layout = !outside && matches!(*name, "id" | "size" | "role");
            !is_layout && !ids.iter().any(|id| id == name)
        });
        let missing = ids.iter().find(|id| listed.get(id).is_none());
        if let Some(missing) = missing {
            let detail = format!("`{}` is in `id` alone", excerpt(missing));
            self.refuse(Rule::DimKeyIdMismatch, "", &detail);
        } else if let Some(unlisted) = unlisted {
            let detail = format!("`{}` is not in `id`", excerpt(unlisted));
            self.report(Rule::DimKeyIdMismatch, "", &detail);
        }
        let mut dimensions = Vec::with_capacity(ids.len());
        for (at, id) in ids.iter().enumerate() {
            let Some(raw) = listed.get(id) else { continue };
            self.enter(id);
            let role = roles.get(id).copied();
            dimensions.push(self.dimension(id, raw, sizes.get(at).copied(), role));
            self.leave();
        }
        self.leave();
        dimensions
    }

    /// The number of cells; `None` where no number holds it.
    fn count(&mut self, sizes: &[u64]) -> Option<u64> {
        let count = sizes
            .iter()
            .try_fold(1_u64, |product, size| product.checked_mul(*size))
            .filter(|count| usize::try_from(*count).is_ok());
        if count.is_none() {
            let detail = "the product of the sizes is beyond every number";
            self.refuse(Rule::CubeSizeOverflow, "size", detail);
        }
        count
    }

    fn figures(&mut self, members: &Members<'_>, count: Option<u64>) -> (Cells, Statuses) {
        let budget = self.budget.cells;
        let value = read_cells(members.get("value"), budget);
        let status = read_statuses(members.get("status"), budget);
        let Some(count) = count else {
            return (value.cells, status.statuses);
        };
        // Metadata describe tables of any size, and carry no value at all.
        let is_empty = matches!(value.shape, ReadShape::Missing | ReadShape::Array(0));
        if count > budget as u64 {
            let detail = format!("{count} cells, and the limit is {budget}");
            if is_empty {
                self.report(Rule::CubeSizeOverflow, "size", &detail);
            } else {
                self.refuse(Rule::CubeSizeOverflow, "size", &detail);
            }
        }
        match &value.shape {
            ReadShape::Array(len) if *len as u64 != count => {
                let detail = format!("{len} values for {count} cells");
                if is_empty {
                    self.report(Rule::ValueLenMismatch, "value", &detail);
                } else {
                    self.refuse(Rule::ValueLenMismatch, "value", &detail);
                }
            }
            ReadShape::Object { wrong_keys, last } => {
                if let Some(detail) = out_of_range(wrong_keys, *last, count) {
                    self.refuse(Rule::SparseKeyOutOfRange, "value", &detail);
                }
            }
            ReadShape::Unfit => {
                let detail = "it is neither a list nor an object";
                self.refuse(Rule::StructuralViolation, "value", detail);
            }
            ReadShape::Array(_) | ReadShape::Missing | ReadShape::Single => {}
        }
        if value.beyond_budget > 0 {
            let detail = format!("{} values were not looked at", value.beyond_budget);
            self.report(Rule::BudgetExceeded, "value", &detail);
        }
        if value.unfit > 0 {
            let detail = format!("{} are neither number, text nor null", value.unfit);
            self.report(Rule::StructuralViolation, "value", &detail);
        }
        match &status.shape {
            ReadShape::Array(len) if *len as u64 != count && *len > 1 => {
                let detail = format!("{len} for {count} cells");
                self.refuse(Rule::StatusLenMismatch, "status", &detail);
            }
            ReadShape::Object { wrong_keys, last } => {
                if let Some(detail) = out_of_range(wrong_keys, *last, count) {
                    self.refuse(Rule::StatusKeyOutOfRange, "status", &detail);
                }
            }
            ReadShape::Unfit => {
                let detail = "it is neither a text, a list nor an object";
                self.report(Rule::StructuralViolation, "status", detail);
            }
            ReadShape::Array(_) | ReadShape::Missing | ReadShape::Single => {}
        }
        if status.unfit > 0 {
            let detail = format!("{} are neither text nor null", status.unfit);
            self.report(Rule::StructuralViolation, "status", &detail);
        }
        (value.cells, status.statuses)
    }
}

fn out_of_range(wrong_keys: &[String], last: Option<usize>, count: u64) -> Option<String> {
    let wrong = wrong_keys.first().map(|key| excerpt(key));
    let beyond = last.filter(|last| *last as u64 >= count);
    let key = wrong.or_else(|| beyond.map(|last| last.to_string()))?;
    Some(format!("`{key}` is no position among {count} cells"))
}

/// What stands in `extension`.
fn details(members: &Members<'_>) -> PxDetails {
    let Some(extension) = members.get("extension").and_then(Members::of) else {
        return PxDetails::default();
    };
    let px = extension.get("px").and_then(Members::of);
    let named = |name: &str| px.as_ref().and_then(|px| px.get(name)).and_then(text);
    let mut symbols = BTreeMap::new();
    let described = extension.get("missingValueDescriptions").or_else(|| {
        let status = extension.get("status").and_then(Members::of)?;
        status.get("label")
    });
    if let Some(described) = described {
        each_member(described, |symbol, words| {
            if let Some(words) = text(words) {
                symbols.insert(symbol.to_owned(), words);
            }
        });
    }
    PxDetails {
        table_id: named("tableid"),
        decimals: px
            .as_ref()
            .and_then(|px| px.get("decimals"))
            .and_then(whole)
            .and_then(|decimals| u8::try_from(decimals).ok()),
        symbols,
        contents: named("contents"),
    }
}

/// The day in one of the forms of `updated`.
pub(super) fn day(text: &str) -> Option<String> {
    let number = |text: &str| {
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_digits.then(|| text.parse::<i64>().ok()).flatten()
    };
    // Milliseconds since 1970.
    if text.len() >= 11
        && let Some(milliseconds) = number(text)
    {
        return Some(civil_day(milliseconds.div_euclid(86_400_000)));
    }
    let date = text.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['-', '.']).collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let (year, month, day) = match (first.len(), third.len()) {
        (4, 1..=2) => (number(first)?, number(second)?, number(third)?),
        (1..=2, 4) => (number(third)?, number(second)?, number(first)?),
        _ => return None,
    };
    let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
    is_day.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// The date of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil_day(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
