//! Cubes as THL's server answers them, made up, with its ways: dimensions as JSONP, figures by
//! surrogate ids that every version gives out anew, values as texts, `..` for what is hidden
//! and no key where there is nothing, 403 without a word for what it does not understand, the
//! first measure where none is named, and an id that it does not know passed over.

mod made_up;

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use self::made_up::{Cube, Dimension, LANGUAGES};
use super::{TableAnswer, TableRequest};

/// How cubes are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CubeOptions {
    /// The latest version, from 1: its number is in the `run_id`, and the surrogate ids of
    /// each are others. The figures stay.
    pub version: u32,
    /// Whether each question for the latest version finds one more.
    pub moves: bool,
    /// Which figures, from 1: every next one has others for 2024.
    pub figures: u32,
    /// How stages are called.
    pub naming: CubeNaming,
}

impl Default for CubeOptions {
    fn default() -> Self {
        Self {
            version: 1,
            moves: false,
            figures: 1,
            naming: CubeNaming::Usual,
        }
    }
}

/// How stages are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CubeNaming {
    /// `municipality`, `year` and so on.
    Usual,
    /// Years are `kalenterivuosi`, which nobody foresaw.
    OtherYears,
    /// Municipalities are `asuinkunta`, which nobody foresaw either.
    OtherMunicipalities,
}

/// The cubes, and how often their versions moved by themselves.
#[derive(Debug)]
pub(super) struct CubeServer {
    cubes: Vec<Cube>,
    moved: AtomicU32,
}

/// What a question selects of a dimension: its nodes, in order.
struct Axis<'c> {
    dimension: &'c Dimension,
    nodes: Vec<usize>,
}

const SCRIPT: &str = "text/javascript;charset=utf-8";
/// Longer than this, the text before the last dot of a selector is taken for a packed list.
const LONGEST_UNPACKED: usize = 6;

impl CubeServer {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            cubes: made_up::cubes(seed),
            moved: AtomicU32::new(0),
        }
    }

    pub(super) fn answer(
        &self,
        options: CubeOptions,
        path: &[&str],
        request: &TableRequest,
    ) -> TableAnswer {
        let parameters: Vec<(String, String)> = form_urlencoded::parse(request.query.as_bytes())
            .into_owned()
            .collect();
        let latest = options.version + self.moved.load(Ordering::SeqCst);
        match path {
            ["api", "latest"] => {
                let moved = u32::from(options.moves);
                let latest = options.version + self.moved.fetch_add(moved, Ordering::SeqCst);
                self.latest(&parameters, latest)
            }
            ["api", file] => match file.strip_suffix(".json") {
                Some(subject) => self.listing(subject, None),
                None => nothing(StatusCode::NOT_FOUND),
            },
            ["api", subject, file] => match file.strip_suffix(".json") {
                Some(hydra) => self.listing(subject, Some(hydra)),
                None => nothing(StatusCode::NOT_FOUND),
            },
            [language, subject, hydra, file] => {
                let language = LANGUAGES.iter().position(|known| known == language);
                let of = |ending: &str| {
                    let fact = file.strip_suffix(ending)?;
                    let mut cubes = self.cubes.iter();
                    cubes.find(|cube| {
                        cube.subject == *subject && cube.hydra == *hydra && cube.fact == fact
                    })
                };
                // An unknown language is Finnish.
                let language = language.unwrap_or(0);
                let version = version(&parameters, latest);
                if let Some(cube) = of(".dimensions.json") {
                    match version {
                        Some(version) => dimensions(cube, version, options.naming, language),
                        None => nothing(StatusCode::NOT_FOUND),
                    }
                } else if file.ends_with(".dimensions.json") {
                    nothing(StatusCode::NOT_FOUND)
                } else if let (Some(cube), Some(version)) = (of(".json"), version) {
                    figures(cube, version, options, language, &parameters)
                        .unwrap_or_else(|| nothing(StatusCode::FORBIDDEN))
                } else {
                    nothing(StatusCode::INTERNAL_SERVER_ERROR)
                }
            }
            _ => nothing(StatusCode::NOT_FOUND),
        }
    }

    fn latest(&self, parameters: &[(String, String)], version: u32) -> TableAnswer {
        let given = |name: &str| value_of(parameters, name);
        let found = self.cubes.iter().find(|cube| {
            given("subject") == Some(cube.subject)
                && given("hydra") == Some(cube.hydra)
                && given("fact") == Some(cube.fact)
        });
        match found {
            Some(cube) => TableAnswer::json(
                StatusCode::OK,
                // Half a day is missing from the clock: that is how the server writes it.
                json!({"subject": cube.subject, "hydra": cube.hydra, "fact": cube.fact,
                    "runid": run_id(version), "added": "2026-01-01 05:00:00"})
                .to_string(),
            ),
            None => TableAnswer::json(StatusCode::NOT_FOUND, r#"{"error":"Not found"}"#),
        }
    }

    /// The open cubes of a subject or a hydra, each in every language. What there is not is
    /// listed as nothing.
    fn listing(&self, subject: &str, hydra: Option<&str>) -> TableAnswer {
        let mut cubes = self.cubes.iter().filter(|cube| {
            cube.subject == subject && hydra.is_none_or(|hydra| cube.hydra == hydra)
        });
        let mut items = Vec::new();
        for cube in &mut cubes {
            for (language, title) in LANGUAGES.iter().zip(cube.title) {
                let href = format!(
                    "https://sampo.thl.fi/pivot/prod/{language}/{}/{}/{}.json",
                    cube.subject, cube.hydra, cube.fact
                );
                items.push(json!({"class": "dataset", "href": href, "label": title}));
            }
        }
        let collection = json!({
            "version": "2.0", "class": "collection", "label": hydra.unwrap_or(subject),
            "updated": "2026-01-01", "link": {"item": items}
        });
        TableAnswer::json(StatusCode::OK, collection.to_string())
    }
}

/// 17 digits.
fn run_id(version: u32) -> String {
    format!("202601010000{version:05}")
}

fn value_of<'p>(parameters: &'p [(String, String)], name: &str) -> Option<&'p str> {
    let mut parameters = parameters.iter();
    parameters
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// The version that is asked for: those before the latest are kept.
fn version(parameters: &[(String, String)], latest: u32) -> Option<u32> {
    match value_of(parameters, "run_id") {
        None => Some(latest),
        Some(asked) => (1..=latest).find(|version| run_id(*version) == asked),
    }
}

fn nothing(status: StatusCode) -> TableAnswer {
    TableAnswer::json(status, Bytes::new())
}

/// The surrogate id of a node in a version. The same number is another node in another
/// version.
fn surrogate(node: usize, version: u32) -> usize {
    /// A prime above the number of nodes of any cube.
    const MANY: usize = 10_007;
    let version = usize::try_from(version).unwrap_or_default();
    1_000_000 + (node * 37 + version * 13) % MANY
}

fn dimensions(cube: &Cube, version: u32, naming: CubeNaming, language: usize) -> TableAnswer {
    let written: Vec<Value> = cube
        .dimensions
        .iter()
        .map(|dimension| {
            let children = tree(dimension, dimension.root, version, naming, language);
            json!({"id": dimension.id, "label": dimension.label[language],
                "children": [children]})
        })
        .collect();
    // Quotes are escaped, and nothing else.
    let json = Value::Array(written).to_string().replace("\\t", "\t");
    let mut body = String::new();
    let _ = writeln!(body, "thl.pivot.loadDimensions(\n{json}\n);");
    let mut answer = TableAnswer::json(StatusCode::OK, body);
    answer.content_type = SCRIPT;
    answer
}

fn tree(
    dimension: &Dimension,
    at: usize,
    version: u32,
    naming: CubeNaming,
    language: usize,
) -> Value {
    let node = &dimension.nodes[at];
    let children: Vec<Value> = node
        .children
        .iter()
        .map(|child| tree(dimension, *child, version, naming, language))
        .collect();
    let mut written = Map::new();
    written.insert("id".to_owned(), json!(node.id.to_string()));
    written.insert("sid".to_owned(), json!(surrogate(node.id, version)));
    written.insert("label".to_owned(), json!(node.label[language]));
    written.insert("stage".to_owned(), json!(stage(node.stage, naming)));
    if let Some(code) = &node.code {
        written.insert("code".to_owned(), json!(code));
    }
    written.insert("sort".to_owned(), json!(node.id));
    if let Some(decimals) = node.decimals {
        written.insert("decimals".to_owned(), json!(decimals));
    }
    written.insert("children".to_owned(), Value::Array(children));
    Value::Object(written)
}

fn stage(stage: &'static str, naming: CubeNaming) -> &'static str {
    match (naming, stage) {
        (CubeNaming::OtherYears, "year") => "kalenterivuosi",
        (CubeNaming::OtherMunicipalities, "municipality") => "asuinkunta",
        _ => stage,
    }
}

/// None: a question that is not understood.
fn figures(
    cube: &Cube,
    version: u32,
    options: CubeOptions,
    language: usize,
    parameters: &[(String, String)],
) -> Option<TableAnswer> {
    let mut axes: Vec<Axis<'_>> = Vec::new();
    let mut fixed: Vec<Axis<'_>> = Vec::new();
    for place in ["row", "column", "filter", "measure"] {
        let given = parameters.iter().filter(|(key, _)| key == place);
        for selector in given.flat_map(|(_, value)| value.split(',')) {
            let axis = selected(cube, version, selector)?;
            let into = if matches!(place, "row" | "column") {
                &mut axes
            } else {
                &mut fixed
            };
            // Twice on an axis is a total beside itself at best, and an endless loop at worst.
            if into
                .iter()
                .any(|known| known.dimension.id == axis.dimension.id)
            {
                return None;
            }
            into.push(axis);
        }
    }
    if axes.is_empty() {
        return None;
    }
    let mut place: Vec<usize> = cube
        .dimensions
        .iter()
        .map(
            |dimension| match fixed.iter().find(|axis| axis.dimension.id == dimension.id) {
                Some(axis) => axis.nodes[0],
                // The first measure, without a word.
                None if dimension.id == made_up::MEASURE => {
                    dimension.nodes[dimension.root].children[0]
                }
                None => dimension.root,
            },
        )
        .collect();
    let positions: Vec<usize> = axes
        .iter()
        .filter_map(|axis| {
            let mut dimensions = cube.dimensions.iter();
            dimensions.position(|dimension| dimension.id == axis.dimension.id)
        })
        .collect();
    let count: usize = axes.iter().map(|axis| axis.nodes.len()).product();
    let mut values = Map::new();
    let mut at = vec![0; axes.len()];
    for position in 0..count {
        for ((axis, at), dimension) in axes.iter().zip(&at).zip(&positions) {
            place[*dimension] = axis.nodes[*at];
        }
        if let Some(text) = cube.figure(&place, options.figures) {
            values.insert(position.to_string(), json!(text));
        }
        for (at, axis) in at.iter_mut().zip(&axes).rev() {
            *at += 1;
            if *at < axis.nodes.len() {
                break;
            }
            *at = 0;
        }
    }
    let dataset = json!({
        "version": "2.0", "class": "dataset", "label": cube.title[language],
        "dimension": described(&axes, version, language),
        "value": if values.is_empty() { json!([]) } else { Value::Object(values) },
    });
    let body = json!({"dataset": dataset}).to_string().replace("\\t", "\t");
    Some(TableAnswer::json(StatusCode::OK, body))
}

/// `id` and `size` inside, as in JSON-stat 1, whatever the version says.
fn described(axes: &[Axis<'_>], version: u32, language: usize) -> Value {
    let mut written = Map::new();
    let ids: Vec<&str> = axes.iter().map(|axis| axis.dimension.id).collect();
    let sizes: Vec<usize> = axes.iter().map(|axis| axis.nodes.len()).collect();
    written.insert("id".to_owned(), json!(ids));
    written.insert("size".to_owned(), json!(sizes));
    for axis in axes {
        let mut index = Map::new();
        let mut labels = Map::new();
        for (at, node) in axis.nodes.iter().enumerate() {
            let node = &axis.dimension.nodes[*node];
            let id = surrogate(node.id, version).to_string();
            index.insert(id.clone(), json!(at));
            labels.insert(id, json!(node.label[language]));
        }
        written.insert(
            axis.dimension.id.to_owned(),
            json!({"category": {"index": index, "label": labels}}),
        );
    }
    Value::Object(written)
}

/// What a selector means: `area-1000123`, `area-1000123.`, `area-1.2.` or `area-1000123L`.
fn selected<'c>(cube: &'c Cube, version: u32, selector: &str) -> Option<Axis<'c>> {
    let (name, ids) = selector.rsplit_once('-')?;
    let mut dimensions = cube.dimensions.iter();
    let dimension = dimensions.find(|dimension| dimension.id == name)?;
    let by_id = |text: &str| {
        let id: usize = text.parse().ok()?;
        let mut nodes = dimension.nodes.iter();
        nodes.position(|node| surrogate(node.id, version) == id)
    };
    let nodes: Vec<usize> = if let Some(list) = ids.strip_suffix('.') {
        if !list.contains('.') && list.len() > LONGEST_UNPACKED {
            return None;
        }
        let mut nodes: Vec<usize> = list.split('.').filter_map(by_id).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    } else if let Some(id) = ids.strip_suffix('L') {
        let stage = dimension.nodes[by_id(id)?].stage;
        let all = dimension.nodes.iter().enumerate();
        all.filter(|(_, node)| node.stage == stage)
            .map(|(at, _)| at)
            .collect()
    } else {
        let at = by_id(ids)?;
        let children = dimension.nodes[at].children.iter().copied();
        children.chain([at]).collect()
    };
    (!nodes.is_empty()).then_some(Axis { dimension, nodes })
}
