//! The dimensions of a cube: trees of nodes, sent as JSONP.

use serde::Deserialize;

use crate::TransformError;

/// Nodes of all dimensions together. The largest open cubes have some thousands.
const MOST_NODES: usize = 200_000;

#[derive(Deserialize)]
struct WireDimension {
    id: String,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    children: Vec<WireNode>,
}

#[derive(Deserialize)]
struct WireNode {
    sid: u64,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    stage: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    decimals: Option<u8>,
    #[serde(default)]
    children: Vec<WireNode>,
}

/// One dimension.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dimension {
    pub(super) id: String,
    pub(super) label: String,
    /// Parents before their children.
    pub(super) nodes: Vec<Node>,
}

/// One node. Its `sid` is a surrogate that changes with every version of a cube: only
/// stage, code and label say what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) sid: String,
    pub(super) label: String,
    pub(super) stage: String,
    pub(super) code: Option<String>,
    pub(super) decimals: Option<u8>,
    /// Whether it is the total of its dimension.
    pub(super) is_root: bool,
}

impl Dimension {
    pub(super) fn node(&self, sid: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.sid == sid)
    }
}

/// Reads `thl.pivot.loadDimensions([…]);`.
pub(super) fn read(object: &str, bytes: &[u8]) -> Result<Vec<Dimension>, TransformError> {
    let malformed = |source| TransformError::Malformed {
        object: object.to_owned(),
        source,
    };
    let text = String::from_utf8_lossy(bytes);
    // The server does not escape control characters; between and within texts a space
    // does as well.
    let text: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let begin = text.find('(').map_or(0, |place| place + 1);
    let end = text
        .rfind(')')
        .filter(|end| *end >= begin)
        .unwrap_or(text.len());
    let wire: Vec<WireDimension> = serde_json::from_str(&text[begin..end]).map_err(malformed)?;
    let mut dimensions = Vec::new();
    let mut count = 0;
    for dimension in wire {
        let mut nodes = Vec::new();
        for node in dimension.children {
            flatten(node, true, &mut nodes);
        }
        count += nodes.len();
        if count > MOST_NODES {
            let reason = format!("it has more than {MOST_NODES} nodes");
            return Err(TransformError::contract(object, reason));
        }
        dimensions.push(Dimension {
            label: dimension.label.unwrap_or_else(|| dimension.id.clone()),
            id: dimension.id,
            nodes,
        });
    }
    Ok(dimensions)
}

/// As deep as JSON may be read, which is bounded.
fn flatten(node: WireNode, is_root: bool, nodes: &mut Vec<Node>) {
    nodes.push(Node {
        sid: node.sid.to_string(),
        label: node.label.unwrap_or_default().trim().to_owned(),
        stage: node.stage.unwrap_or_default().to_lowercase(),
        code: node.code.filter(|code| !code.is_empty()),
        decimals: node.decimals,
        is_root,
    });
    for child in node.children {
        flatten(child, false, nodes);
    }
}
