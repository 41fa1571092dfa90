//! A TOML file checked against a JSON Schema, with every complaint at its line.
//!
//! Deserialisation alone stops at the first mistake. Here the schema of the structure that
//! the file is to become is walked first; what does not fit is reported and left out, so
//! that the rest can still be read and judged in the same run.

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Problem, suggestion};

/// A file that was read, and what is wrong with it so far.
pub(crate) struct Document<'a> {
    file: &'a str,
    text: &'a str,
    places: BTreeMap<String, usize>,
    problems: Vec<Problem>,
}

impl<'a> Document<'a> {
    /// Reads `text` as a `T`. Where parts do not fit, `T` is made of the others; it is
    /// `None` where too little remains.
    pub(crate) fn read<T: DeserializeOwned + JsonSchema>(
        file: &'a str,
        text: &'a str,
    ) -> (Self, Option<T>) {
        let mut document = Self {
            file,
            text,
            places: BTreeMap::new(),
            problems: Vec::new(),
        };
        let (mut table, syntax_errors) = DeTable::parse_recoverable(text);
        for error in &syntax_errors {
            document.syntax(error);
        }
        if !syntax_errors.is_empty() {
            return (document, None);
        }
        let schema = schemars::schema_for!(T);
        document.table(schema.as_value(), schema.as_value(), table.get_mut(), "", 0);
        match T::deserialize(toml::Deserializer::from(table)) {
            Ok(value) => (document, Some(value)),
            Err(error) => {
                // What the schema found already explains why the rest does not fit.
                if document.problems.is_empty() {
                    document.syntax(&error);
                }
                (document, None)
            }
        }
    }

    /// Reports that the value at `key` is wrong.
    pub(crate) fn report(&mut self, key: &str, what: impl Into<String>, hint: Option<String>) {
        let place = self.places.get(key).copied();
        self.push(key, place, what.into(), hint);
    }

    /// Whether the file has something at `key`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// Whether something was reported of `key` or what is below it.
    pub(crate) fn is_reported(&self, key: &str) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.key.starts_with(key))
    }

    /// Reports something that stands elsewhere than in this file.
    pub(crate) fn report_elsewhere(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// What is wrong, in reading order.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.place);
        self.problems
    }

    fn push(&mut self, key: &str, offset: Option<usize>, what: String, hint: Option<String>) {
        self.problems.push(Problem {
            file: self.file.to_owned(),
            place: offset.map(|offset| line_and_column(self.text, offset)),
            key: key.to_owned(),
            what,
            hint,
        });
    }

    fn syntax(&mut self, error: &toml::de::Error) {
        let offset = error.span().map(|Range { start, .. }| start);
        self.push("", offset, error.message().trim().to_owned(), None);
    }

    /// Checks a table and takes out what does not fit.
    fn table(
        &mut self,
        root: &Value,
        schema: &Value,
        table: &mut DeTable<'_>,
        path: &str,
        start: usize,
    ) {
        let properties = schema["properties"].as_object();
        let known: Vec<&str> = properties
            .into_iter()
            .flat_map(|properties| properties.keys().map(String::as_str))
            .collect();
        let mut unfit = Vec::new();
        for (key, value) in table.iter_mut() {
            let name = key.get_ref().as_ref();
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            let expected = properties
                .and_then(|properties| properties.get(name))
                .or_else(|| {
                    schema["additionalProperties"]
                        .as_object()
                        .map(|_| &schema["additionalProperties"])
                });
            let fits = if let Some(expected) = expected {
                self.value(root, expected, value, &path)
            } else {
                let offset = Some(key.span().start);
                self.push(
                    &path,
                    offset,
                    "unknown key".to_owned(),
                    Some(suggestion(name, &known)),
                );
                false
            };
            if !fits {
                unfit.push(name.to_owned());
            }
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            if !table.contains_key(name) {
                self.push(
                    path,
                    Some(start),
                    format!("the key `{name}` is missing"),
                    example(root, schema, name),
                );
            }
        }
        for name in unfit {
            table.remove(name.as_str());
        }
    }

    /// Checks a value; `false` if it must be left out.
    fn value(
        &mut self,
        root: &Value,
        schema: &Value,
        value: &mut Spanned<DeValue<'_>>,
        path: &str,
    ) -> bool {
        let schema = resolve(root, schema);
        let start = value.span().start;
        self.places.insert(path.to_owned(), start);
        let before = self.problems.len();
        let kinds = kinds(schema);
        let fits = match value.get_mut() {
            DeValue::String(text) if kinds.contains(&"string") => {
                let words = words(schema);
                if !words.is_empty() && !words.contains(&text.as_ref()) {
                    let what = format!("unknown word `{text}`");
                    self.push(path, Some(start), what, Some(suggestion(text, &words)));
                }
                true
            }
            DeValue::Boolean(_) => kinds.contains(&"boolean"),
            DeValue::Integer(number) if kinds.contains(&"integer") || kinds.contains(&"number") => {
                let read = i64::from_str_radix(number.as_str(), number.radix()).ok();
                self.range(schema, read.map(|number| number as f64), path, start);
                true
            }
            DeValue::Float(number) if kinds.contains(&"number") => {
                self.range(
                    schema,
                    number.as_str().replace('_', "").parse().ok(),
                    path,
                    start,
                );
                true
            }
            DeValue::Array(items) if kinds.contains(&"array") => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.value(
                        root,
                        &schema["items"],
                        item,
                        &format!("{path}[{}]", index + 1),
                    );
                }
                // A wrong table was mended by leaving out its wrong keys; any other wrong
                // item spoils the list.
                return items.iter().all(|item| item.get_ref().is_table())
                    || self.problems.len() == before;
            }
            DeValue::Table(table) if kinds.contains(&"object") => {
                self.table(root, schema, table, path, start);
                return true;
            }
            _ => false,
        };
        if !fits {
            let what = format!(
                "expected {}, found {}",
                kinds
                    .iter()
                    .map(|kind| in_words(kind))
                    .collect::<Vec<_>>()
                    .join(" or "),
                found(value.get_ref())
            );
            // The correction repeats the value, which must not be seen where it is secret.
            let hint = (schema["writeOnly"] != true)
                .then(|| correction(&kinds, value.get_ref()))
                .flatten();
            self.push(path, Some(start), what, hint);
        }
        self.problems.len() == before
    }

    fn range(&mut self, schema: &Value, number: Option<f64>, path: &str, start: usize) {
        let bound = |name: &str| schema[name].as_f64();
        let (minimum, above, maximum) = (
            bound("minimum"),
            bound("exclusiveMinimum"),
            bound("maximum"),
        );
        let fits = number.is_some_and(|number| {
            minimum.is_none_or(|minimum| number >= minimum)
                && above.is_none_or(|above| number > above)
                && maximum.is_none_or(|maximum| number <= maximum)
        });
        if fits {
            return;
        }
        let mut limits = Vec::new();
        limits.extend(minimum.map(|minimum| format!("at least {minimum}")));
        limits.extend(above.map(|above| format!("more than {above}")));
        limits.extend(maximum.map(|maximum| format!("at most {maximum}")));
        self.push(
            path,
            Some(start),
            format!("must be {}", limits.join(" and ")),
            None,
        );
    }
}

/// The schema that a reference, or a choice between one schema and nothing, stands for.
fn resolve<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix("#/$defs/"))
    {
        return resolve(root, &root["$defs"][name]);
    }
    match schema["anyOf"].as_array() {
        Some(choices) => choices
            .iter()
            .find(|choice| choice["type"] != "null")
            .map_or(schema, |choice| resolve(root, choice)),
        None => schema,
    }
}

/// The JSON types that a schema allows, `null` left out: TOML has none.
fn kinds(schema: &Value) -> Vec<&str> {
    // An enumeration whose words are described one by one.
    let mut choices = schema["oneOf"].as_array().into_iter().flatten();
    if let Some(kind) = choices.find_map(|choice| choice["type"].as_str()) {
        return vec![kind];
    }
    match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .collect(),
        _ => Vec::new(),
    }
}

fn words(schema: &Value) -> Vec<&str> {
    let described = schema["oneOf"].as_array().into_iter().flatten();
    let bare = schema["enum"].as_array().into_iter().flatten();
    described
        .map(|choice| &choice["const"])
        .chain(bare)
        .filter_map(Value::as_str)
        .collect()
}

fn in_words(kind: &str) -> &'static str {
    match kind {
        "string" => "text in quotes",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        _ => "a table",
    }
}

fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text in quotes",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// How the same value is written in the kind that is expected.
fn correction(kinds: &[&str], value: &DeValue<'_>) -> Option<String> {
    let text = match value {
        DeValue::String(text) => format!("\"{text}\""),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(boolean) => boolean.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => return None,
    };
    if kinds.contains(&"string") {
        Some(format!("write \"{text}\""))
    } else if kinds.contains(&"array") {
        Some(format!("write [{text}]"))
    } else if matches!(value, DeValue::String(_)) && !kinds.contains(&"object") {
        Some(format!("write {} without quotes", text.trim_matches('"')))
    } else {
        None
    }
}

/// The example that a key's schema carries, as a line to write.
fn example(root: &Value, schema: &Value, name: &str) -> Option<String> {
    let example = resolve(root, &schema["properties"][name])["examples"][0]
        .as_str()
        .or_else(|| schema["properties"][name]["examples"][0].as_str())?;
    Some(format!("write {name} = \"{example}\""))
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |line| line.chars().count())
        + 1;
    (line, column)
}
