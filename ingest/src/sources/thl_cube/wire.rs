//! What is read of THL's answers while fetching: the version of a cube, and the surrogate
//! ids by which measures, years and levels are asked for.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// `/api/latest`.
#[derive(Debug, Deserialize)]
pub(super) struct Latest {
    runid: Value,
}

impl Latest {
    /// 17 digits, as a text or as a number.
    pub(super) fn run_id(&self) -> String {
        match &self.runid {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Dimension {
    id: String,
    #[serde(default)]
    children: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    sid: u64,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    stage: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    children: Vec<Node>,
}

impl Dimension {
    fn nodes(&self) -> Vec<&Node> {
        fn take<'a>(node: &'a Node, nodes: &mut Vec<&'a Node>) {
            nodes.push(node);
            node.children.iter().for_each(|child| take(child, nodes));
        }
        let mut nodes = Vec::new();
        self.children
            .iter()
            .for_each(|child| take(child, &mut nodes));
        nodes
    }
}

impl Node {
    fn stage(&self) -> String {
        self.stage.as_deref().unwrap_or_default().to_lowercase()
    }

    fn year(&self) -> Option<i32> {
        if !matches!(self.stage().as_str(), "year" | "vuosi") {
            return None;
        }
        let texts = [self.code.as_deref(), self.label.as_deref()];
        texts
            .into_iter()
            .flatten()
            .filter_map(|text| text.trim().parse().ok())
            .find(|year| (1900..=2100).contains(year))
    }
}

/// The stages that are levels of regions; the root, which is the whole country, with them.
const STAGES: [&str; 20] = [
    "municipality",
    "kunta",
    "region",
    "maakunta",
    "province",
    "hva",
    "hyvinvointialue",
    "wellbeingservicescounty",
    "hcd",
    "shp",
    "healthcaredistrict",
    "sairaanhoitopiiri",
    "avi",
    "aluehallintovirasto",
    "yta",
    "subregion",
    "seutukunta",
    "root",
    "country",
    "maa",
];

/// The argument of `thl.pivot.loadDimensions(…);`.
pub(super) fn dimensions(body: &[u8]) -> Result<Vec<Dimension>, serde_json::Error> {
    // Control characters are not escaped by the server; a space does as well.
    let text: String = String::from_utf8_lossy(body)
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let begin = text.find('(').map_or(0, |place| place + 1);
    let end = text
        .rfind(')')
        .filter(|end| *end >= begin)
        .unwrap_or(text.len());
    serde_json::from_str(&text[begin..end])
}

/// The surrogate id of a measure, by its code or else its label.
pub(super) fn measure(dimensions: &[Dimension], name: &str) -> Option<u64> {
    let dimension = dimensions
        .iter()
        .find(|dimension| dimension.id == "measure")?;
    let nodes = dimension.nodes();
    let by_code = nodes.iter().find(|node| node.code.as_deref() == Some(name));
    let found = by_code.or_else(|| {
        let mut nodes = nodes.iter();
        nodes.find(|node| node.label.as_deref().map(str::trim) == Some(name))
    });
    found.map(|node| node.sid)
}

/// The dimension of time, and a node of its years.
pub(super) fn years(dimensions: &[Dimension]) -> Option<(&str, u64)> {
    dimensions.iter().find_map(|dimension| {
        let nodes = dimension.nodes();
        let node = nodes.iter().find(|node| node.year().is_some())?;
        Some((dimension.id.as_str(), node.sid))
    })
}

/// All years that there are.
pub(super) fn all_years(dimensions: &[Dimension]) -> Vec<i32> {
    let nodes = dimensions.iter().flat_map(Dimension::nodes);
    nodes.filter_map(Node::year).collect()
}

/// The dimension of regions, and a node of each of its levels.
pub(super) fn stages(dimensions: &[Dimension]) -> Option<(&str, Vec<u64>)> {
    dimensions.iter().find_map(|dimension| {
        let nodes = dimension.nodes();
        let is_level = |node: &&Node| STAGES.contains(&node.stage().as_str());
        let has_regions = nodes.iter().any(|node| {
            is_level(node) && !matches!(node.stage().as_str(), "root" | "country" | "maa")
        });
        if !has_regions {
            return None;
        }
        let mut seen = BTreeSet::new();
        let first = nodes.into_iter().filter(is_level);
        let first = first.filter(|node| seen.insert(node.stage()));
        Some((dimension.id.as_str(), first.map(|node| node.sid).collect()))
    })
}
