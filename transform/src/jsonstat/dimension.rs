//! Dimensions and their categories.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;

use super::dataset::Role;
use super::document::{Reader, excerpt};
use super::member::{Members, each_element, each_member, text, texts, whole};
use super::rule::Rule;

/// One dimension of a dataset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dimension {
    /// Its id, as it came.
    pub id: String,
    /// What it is called.
    pub label: Option<String>,
    /// What the dataset says it is.
    pub role: Option<Role>,
    /// Its categories, in the order of their positions.
    pub categories: Vec<Category>,
    /// Notes on the whole dimension, as they came.
    pub notes: Vec<String>,
    /// The category that stands for all, where the answer names one (`PxWeb`'s
    /// `eliminationValueCode`).
    pub elimination_value: Option<String>,
}

/// One category of a dimension.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Category {
    /// Its id: a code, with its zeros.
    pub id: String,
    /// What it is called.
    pub label: Option<String>,
    /// The unit of its figures.
    pub unit: Option<Unit>,
    /// Notes on it, as they came.
    pub notes: Vec<String>,
    /// Longitude and latitude.
    pub coordinates: Option<(f64, f64)>,
    /// The positions of the categories below it.
    pub children: Vec<usize>,
}

/// A unit of measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unit {
    /// Its name; `PxWeb` writes it as `base`.
    pub label: Option<String>,
    /// Its sign.
    pub symbol: Option<String>,
    /// Decimals with which figures are shown.
    pub decimals: Option<u8>,
}

impl Dimension {
    /// The position of a category.
    pub fn position(&self, category: &str) -> Option<usize> {
        self.categories
            .iter()
            .position(|known| known.id == category)
    }
}

/// The members of `category` that are looked at.
const CATEGORY_MEMBERS: [&str; 6] = ["index", "label", "note", "unit", "coordinates", "child"];
const DIMENSION_MEMBERS: [&str; 6] = ["href", "label", "note", "link", "extension", "category"];

impl Reader {
    /// Reads a dimension; `size` is what the dataset says of it.
    pub(super) fn dimension(
        &mut self,
        id: &str,
        raw: &RawValue,
        size: Option<u64>,
        role: Option<Role>,
    ) -> Dimension {
        let Some(members) = Members::of(raw) else {
            self.refuse(Rule::StructuralViolation, "", "a dimension is an object");
            return Dimension::default();
        };
        self.only_known(&members, &DIMENSION_MEMBERS);
        self.dimension_of(id, &members, size, role)
    }

    pub(super) fn dimension_of(
        &mut self,
        id: &str,
        members: &Members<'_>,
        size: Option<u64>,
        role: Option<Role>,
    ) -> Dimension {
        let mut dimension = Dimension {
            id: id.to_owned(),
            label: self.optional_text(members, "label"),
            role,
            notes: self.notes(members, "note"),
            elimination_value: members
                .get("extension")
                .and_then(Members::of)
                .and_then(|extension| extension.get("eliminationValueCode").and_then(text)),
            categories: Vec::new(),
        };
        let Some(category) = members.get("category").and_then(Members::of) else {
            self.refuse(Rule::StructuralViolation, "category", "it is missing");
            return dimension;
        };
        self.enter("category");
        self.only_known(&category, &CATEGORY_MEMBERS);
        dimension.categories = self.categories(&category, size);
        self.details(&category, &mut dimension);
        self.leave();
        dimension
    }

    /// The categories in their order, without what is said of them.
    fn categories(&mut self, category: &Members<'_>, size: Option<u64>) -> Vec<Category> {
        let ids = match category.get("index") {
            Some(index) => match index.get().as_bytes().first() {
                Some(b'[') => self.index_array(index, size),
                _ => self.index_object(index, size),
            },
            None => self.index_of_labels(category, size),
        };
        let mut seen = HashMap::with_capacity(ids.len());
        for (position, id) in ids.iter().enumerate() {
            if let Some(first) = seen.insert(id.as_str(), position) {
                let detail = format!("`{}` is at {first} and {position}", excerpt(id));
                self.refuse(Rule::IndexPositionsInvalid, "index", &detail);
                break;
            }
        }
        ids.into_iter()
            .map(|id| Category {
                id,
                ..Category::default()
            })
            .collect()
    }

    fn index_array(&mut self, index: &RawValue, size: Option<u64>) -> Vec<String> {
        let ids = texts(index).unwrap_or_else(|| {
            // Codes as numbers have been seen nowhere, but lose nothing as text.
            let mut ids = Vec::new();
            each_element(index, |element| {
                ids.push(text(element).unwrap_or_else(|| element.get().to_owned()));
            });
            self.report(Rule::StructuralViolation, "index", "ids are texts");
            ids
        });
        if let Some(size) = size
            && ids.len() as u64 != size
        {
            let detail = format!("{} categories, and the size is {size}", ids.len());
            self.refuse(Rule::IndexCountMismatch, "index", &detail);
        }
        ids
    }

    fn index_object(&mut self, index: &RawValue, size: Option<u64>) -> Vec<String> {
        let mut placed: Vec<(u64, String)> = Vec::new();
        let mut wrong: Option<String> = None;
        let is_object = each_member(index, |id, place| match whole(place) {
            Some(place) => placed.push((place, id.to_owned())),
            None => {
                wrong.get_or_insert_with(|| format!("`{}` has no position", excerpt(id)));
            }
        });
        if !is_object {
            let detail = "it is neither a list nor an object";
            self.refuse(Rule::StructuralViolation, "index", detail);
            return Vec::new();
        }
        placed.sort();
        let expected = size.unwrap_or(placed.len() as u64);
        if wrong.is_none() && placed.len() as u64 != expected {
            let count = placed.len();
            wrong = Some(format!("{count} categories, and the size is {expected}"));
        }
        let out_of_place = placed
            .iter()
            .enumerate()
            .find(|(position, (place, _))| *position as u64 != *place);
        if let (None, Some((position, (place, id)))) = (&wrong, out_of_place) {
            let id = excerpt(id);
            wrong = Some(format!(
                "`{id}` is at {place}, and nothing is at {position}"
            ));
        }
        if let Some(detail) = wrong {
            self.refuse(Rule::IndexPositionsInvalid, "index", &detail);
        }
        placed.into_iter().map(|(_, id)| id).collect()
    }

    /// A dimension of one category may leave out its index.
    fn index_of_labels(&mut self, category: &Members<'_>, size: Option<u64>) -> Vec<String> {
        let mut ids = Vec::new();
        if let Some(labels) = category.get("label") {
            each_member(labels, |id, _| ids.push(id.to_owned()));
        }
        if size.unwrap_or(1) != ids.len() as u64 {
            let detail = format!(
                "there is no index, {} labels, and the size is {}",
                ids.len(),
                size.unwrap_or(1)
            );
            self.refuse(Rule::IndexCountMismatch, "index", &detail);
        }
        ids
    }

    /// Labels, units, notes, coordinates and children.
    fn details(&mut self, category: &Members<'_>, dimension: &mut Dimension) {
        let places: HashMap<String, usize> = dimension
            .categories
            .iter()
            .enumerate()
            .map(|(position, category)| (category.id.clone(), position))
            .collect();
        let categories = &mut dimension.categories;

        let mut unlabelled = categories.len();
        let known = self.each_of(
            category,
            "label",
            Rule::LabelKeyUnknown,
            &places,
            |at, raw| {
                categories[at].label = text(raw);
                unlabelled = unlabelled.saturating_sub(1);
                categories[at].label.is_some()
            },
        );
        if known && unlabelled > 0 {
            let detail = format!("{unlabelled} categories have no label");
            self.report(Rule::LabelKeyIncomplete, "label", &detail);
        }
        let mut units = 0_usize;
        self.each_of(
            category,
            "unit",
            Rule::UnitKeyUnknown,
            &places,
            |at, raw| {
                categories[at].unit = unit(raw);
                units += 1;
                categories[at].unit.is_some()
            },
        );
        let has_units = category
            .get("unit")
            .and_then(Members::of)
            .is_some_and(|units| units.len() > 0);
        if dimension.role == Some(Role::Metric) && !has_units {
            self.report(Rule::MetricUnitMissing, "unit", "metrics have no units");
        }
        self.each_of(
            category,
            "note",
            Rule::NoteKeyUnknown,
            &places,
            |at, raw| {
                categories[at].notes = match (texts(raw), text(raw)) {
                    (Some(notes), _) => notes,
                    (None, Some(note)) => vec![note],
                    (None, None) => return false,
                };
                true
            },
        );
        let rule = Rule::CoordKeyUnknown;
        self.each_of(category, "coordinates", rule, &places, |at, raw| {
            let pair: Option<(f64, f64)> = serde_json::from_str(raw.get()).ok();
            categories[at].coordinates = pair;
            pair.is_some()
        });
        self.children(category, &places, categories);
    }

    /// Calls `take` with each member of `name` whose key is a category, and reports the
    /// others. Whether there is such a member.
    fn each_of(
        &mut self,
        category: &Members<'_>,
        name: &str,
        rule: Rule,
        places: &HashMap<String, usize>,
        mut take: impl FnMut(usize, &RawValue) -> bool,
    ) -> bool {
        let Some(raw) = category.get(name) else {
            return false;
        };
        let mut unknown = Vec::new();
        let mut unfit = 0_usize;
        let is_object = each_member(raw, |id, value| match places.get(id) {
            Some(place) => unfit += usize::from(!take(*place, value)),
            None => unknown.push(id.to_owned()),
        });
        if !is_object {
            self.report(Rule::StructuralViolation, name, "it is no object");
        }
        if unfit > 0 {
            let detail = format!("{unfit} members are of another type");
            self.report(Rule::StructuralViolation, name, &detail);
        }
        if let Some(first) = unknown.first() {
            let detail = format!("`{}` is no category", excerpt(first));
            self.report(rule, name, &detail);
        }
        true
    }

    fn children(
        &mut self,
        category: &Members<'_>,
        places: &HashMap<String, usize>,
        categories: &mut [Category],
    ) {
        let Some(raw) = category.get("child") else {
            return;
        };
        let mut listed: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
        if !each_member(raw, |parent, below| {
            listed.insert(parent.to_owned(), texts(below));
        }) {
            self.report(Rule::StructuralViolation, "child", "it is no object");
        }
        let mut unknown = None;
        for (parent, below) in &listed {
            let Some(below) = below else {
                let detail = format!("what is below `{}` is no list", excerpt(parent));
                self.report(Rule::StructuralViolation, "child", &detail);
                continue;
            };
            for child in below {
                match (places.get(parent), places.get(child)) {
                    (Some(parent), Some(child)) => categories[*parent].children.push(*child),
                    (None, _) => unknown = Some(parent),
                    (_, None) => unknown = Some(child),
                }
            }
        }
        if let Some(unknown) = unknown {
            let detail = format!("`{}` is no category", excerpt(unknown));
            self.report(Rule::ChildIdUnknown, "child", &detail);
        }
        if let Some(at) = cycle(categories) {
            let detail = format!("`{}` is below itself", excerpt(&categories[at].id));
            self.report(Rule::ChildCycle, "child", &detail);
            for category in categories {
                category.children.clear();
            }
        }
    }
}

fn unit(raw: &RawValue) -> Option<Unit> {
    let members = Members::of(raw)?;
    let named = |name: &str| {
        let text = members.get(name).and_then(text);
        text.filter(|text| !text.trim().is_empty())
    };
    Some(Unit {
        label: named("label").or_else(|| named("base")),
        symbol: named("symbol"),
        decimals: members
            .get("decimals")
            .and_then(whole)
            .and_then(|decimals| u8::try_from(decimals).ok()),
    })
}

/// A category that is below itself. Without recursion: chains are as long as answers.
fn cycle(categories: &[Category]) -> Option<usize> {
    let mut parents = vec![0_usize; categories.len()];
    for child in categories.iter().flat_map(|category| &category.children) {
        parents[*child] += 1;
    }
    // Takes away what has no parent, again and again; a cycle remains.
    let mut free: Vec<usize> = (0..categories.len())
        .filter(|at| parents[*at] == 0)
        .collect();
    while let Some(at) = free.pop() {
        for child in &categories[at].children {
            parents[*child] -= 1;
            if parents[*child] == 0 {
                free.push(*child);
            }
        }
    }
    parents.iter().position(|left| *left > 0)
}
