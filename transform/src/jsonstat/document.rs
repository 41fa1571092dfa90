//! A whole answer: what class of document it is, and the reader that goes through it.

use serde_json::value::RawValue;

use super::Budget;
use super::dataset::{Dataset, Standing};
use super::dimension::Dimension;
use super::member::{Members, each_element, text, texts};
use super::rule::{Issue, Rule, Severity, Verdict};

/// What an answer holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// One dataset of 2.0.
    Dataset(Box<Dataset>),
    /// The datasets of a bundle, by their names; a single one in `dataset` too.
    Bundle(Vec<(String, Dataset)>),
    /// A collection.
    Collection(Collection),
    /// A dimension by itself.
    Dimension(Dimension),
}

/// A list of documents elsewhere, some of which may be here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collection {
    /// What it is called.
    pub label: Option<String>,
    /// When it was last updated, as it came.
    pub updated: Option<String>,
    /// What it lists.
    pub items: Vec<CollectionItem>,
}

/// One item of a collection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CollectionItem {
    /// `dataset`, `collection` or `dimension`.
    pub class: Option<String>,
    /// Where it lives.
    pub href: Option<String>,
    /// What it is called.
    pub label: Option<String>,
    /// The dataset, where it is embedded.
    pub dataset: Option<Box<Dataset>>,
    /// The collection, where it is embedded.
    pub collection: Option<Box<Collection>>,
}

/// Goes through a document, and notes what is wrong.
pub(super) struct Reader {
    pub(super) budget: Budget,
    pub(super) issues: Vec<Issue>,
    /// Issues beyond the budget.
    unsaid: usize,
    /// Whether one of those that are kept is an error: the first one always is.
    is_invalid: bool,
    path: Vec<String>,
    /// Whether cells of the present dataset cannot be told apart.
    pub(super) confused: bool,
    /// The first reason for that.
    refusal: Option<Issue>,
}

impl Reader {
    pub(super) fn new(budget: Budget) -> Self {
        Self {
            budget,
            issues: Vec::new(),
            unsaid: 0,
            is_invalid: false,
            path: Vec::new(),
            confused: false,
            refusal: None,
        }
    }

    /// Reads the document; `None` where nothing can be made of it.
    pub(super) fn document(&mut self, text: &str) -> Option<Document> {
        let Some(root) = Members::read(text) else {
            self.refuse(Rule::StructuralViolation, "", "the document is no object");
            return None;
        };
        match root.get("class").and_then(super::member::text).as_deref() {
            Some("collection") => {
                let collection = self.collection(&root, 0);
                (!self.confused).then_some(Document::Collection(collection))
            }
            Some("dimension") => {
                let dimension = self.dimension_of("", &root, None, None);
                (!self.confused).then_some(Document::Dimension(dimension))
            }
            Some("dataset") => self.alone(&root),
            Some(other) => {
                let detail = format!("`{}` is no class of document", excerpt(other));
                self.refuse(Rule::StructuralViolation, "class", &detail);
                None
            }
            None if root.get("dimension").is_some() => self.alone(&root),
            None => self.bundle(&root),
        }
    }

    fn alone(&mut self, root: &Members<'_>) -> Option<Document> {
        let dataset = self.dataset(root, Standing::Alone)?;
        Some(Document::Dataset(Box::new(dataset)))
    }

    fn bundle(&mut self, root: &Members<'_>) -> Option<Document> {
        let mut datasets = Vec::new();
        for (name, raw) in root.iter() {
            let Some(members) = Members::of(raw) else {
                continue;
            };
            if members.get("dimension").is_none() {
                continue;
            }
            if datasets.is_empty() {
                let detail = "a dataset stands under a name";
                self.report(Rule::BundleDeprecated, name, detail);
            }
            self.enter(name);
            let dataset = self.dataset(&members, Standing::Wrapped);
            self.leave();
            datasets.push((name.to_owned(), dataset?));
        }
        if !datasets.is_empty() {
            return Some(Document::Bundle(datasets));
        }
        let detail = match root.get("error") {
            Some(error) => format!("it is an error message: {}", excerpt(error.get())),
            None => "it has no dataset".to_owned(),
        };
        self.refuse(Rule::StructuralViolation, "", &detail);
        None
    }

    fn collection(&mut self, root: &Members<'_>, depth: usize) -> Collection {
        let mut collection = Collection {
            label: self.optional_text(root, "label"),
            updated: self.optional_text(root, "updated"),
            items: Vec::new(),
        };
        let link = root.get("link").and_then(Members::of);
        let Some(items) = link.as_ref().and_then(|link| link.get("item")) else {
            self.report(Rule::StructuralViolation, "link.item", "it is missing");
            return collection;
        };
        let mut listed: Vec<&RawValue> = Vec::new();
        if !each_element(items, |item| listed.push(item)) {
            self.report(Rule::StructuralViolation, "link.item", "it is no list");
        }
        for (at, raw) in listed.into_iter().enumerate() {
            self.enter(&format!("link.item[{at}]"));
            let item = self.item(raw, depth);
            self.leave();
            collection.items.extend(item);
        }
        collection
    }

    fn item(&mut self, raw: &RawValue, depth: usize) -> Option<CollectionItem> {
        let Some(members) = Members::of(raw) else {
            self.report(Rule::StructuralViolation, "", "it is no object");
            return None;
        };
        let mut item = CollectionItem {
            class: self.optional_text(&members, "class"),
            href: self.optional_text(&members, "href"),
            label: self.optional_text(&members, "label"),
            ..CollectionItem::default()
        };
        if members.get("dimension").is_some() {
            // Within a collection the version is that of the collection.
            item.dataset = self.dataset(&members, Standing::Wrapped).map(Box::new);
        } else if members.get("link").is_some() && item.class.as_deref() == Some("collection") {
            if depth + 1 >= self.budget.depth {
                let detail = format!("nested deeper than {}", self.budget.depth);
                self.report(Rule::RecursionLimit, "link", &detail);
            } else {
                item.collection = Some(Box::new(self.collection(&members, depth + 1)));
            }
        }
        Some(item)
    }

    /// Notes a breach that leaves every cell where it belongs.
    pub(super) fn report(&mut self, rule: Rule, member: &str, detail: &str) {
        let is_grave = rule.severity() == Severity::Error;
        if self.issues.len() >= self.budget.issues && (self.is_invalid || !is_grave) {
            self.unsaid += 1;
            return;
        }
        self.is_invalid |= is_grave;
        let issue = self.issue(rule, member, detail);
        self.issues.push(issue);
    }

    /// Notes a breach after which cells cannot be told apart.
    pub(super) fn refuse(&mut self, rule: Rule, member: &str, detail: &str) {
        self.confused = true;
        if self.refusal.is_none() {
            self.refusal = Some(self.issue(rule, member, detail));
        }
        self.report(rule, member, detail);
    }

    fn issue(&self, rule: Rule, member: &str, detail: &str) -> Issue {
        let mut place = self.path.join(".");
        if !member.is_empty() {
            if !place.is_empty() {
                place.push('.');
            }
            place.push_str(member);
        }
        Issue {
            rule,
            place,
            detail: detail.to_owned(),
        }
    }

    pub(super) fn enter(&mut self, name: &str) {
        self.path.push(excerpt(name));
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    /// Notes members that the schema does not have.
    pub(super) fn only_known(&mut self, members: &Members<'_>, known: &[&str]) {
        let unknown = members.iter().find(|(name, _)| !known.contains(name));
        if let Some((name, _)) = unknown {
            let name = excerpt(name);
            self.report(
                Rule::StructuralViolation,
                &name,
                "the schema has no such member",
            );
        }
    }

    /// A text that may be missing.
    pub(super) fn optional_text(&mut self, members: &Members<'_>, name: &str) -> Option<String> {
        let Some(raw) = members.get(name) else {
            if members.has(name) {
                self.report(Rule::StructuralViolation, name, "it is null");
            }
            return None;
        };
        let read = text(raw);
        if read.is_none() {
            self.report(Rule::StructuralViolation, name, "it is no text");
        }
        read
    }

    /// Notes: a list of texts, or one text.
    pub(super) fn notes(&mut self, members: &Members<'_>, name: &str) -> Vec<String> {
        let Some(raw) = members.get(name) else {
            return Vec::new();
        };
        if let Some(notes) = texts(raw) {
            return notes;
        }
        self.report(Rule::StructuralViolation, name, "it is no list of texts");
        text(raw).into_iter().collect()
    }

    /// Why nothing could be made of the document.
    pub(super) fn refusal(&self) -> String {
        match &self.refusal {
            Some(issue) => format!("it breaks a rule of JSON-stat: {issue}"),
            None => "it is not JSON-stat".to_owned(),
        }
    }

    pub(super) fn into_verdict(mut self) -> Verdict {
        if self.unsaid > 0 {
            self.issues.push(Issue {
                rule: Rule::BudgetExceeded,
                place: String::new(),
                detail: format!("{} more issues", self.unsaid),
            });
        }
        Verdict::new(self.issues)
    }
}

/// The beginning of a text from outside, for a message.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
