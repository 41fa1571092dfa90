//! What is read of THL's answers while fetching: the version of a cube, and the surrogate
//! ids by which measures, years and levels are asked for.

use std::collections::BTreeSet;

use botnia_config::problem::nearest;
use botnia_model::DataVersion;
use serde::Deserialize;
use serde_json::Value;

use crate::error::Cause;

/// `/api/latest`.
#[derive(Debug, Deserialize)]
struct Latest {
    runid: Value,
}

/// The latest version of a cube: 17 digits, as a text or as a number.
pub(super) fn latest(body: &[u8]) -> Result<DataVersion, Cause> {
    let latest: Latest = serde_json::from_slice(body)?;
    let version = match latest.runid {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(version.parse()?)
}

#[derive(Debug, Deserialize)]
pub(super) struct Dimension {
    id: String,
    #[serde(default)]
    label: Option<String>,
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
    fn label(&self) -> &str {
        self.label.as_deref().unwrap_or_default().trim()
    }

    fn stage(&self) -> String {
        self.stage.as_deref().unwrap_or_default().to_lowercase()
    }

    fn year(&self) -> Option<i32> {
        if !YEARS.contains(&self.stage().as_str()) {
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

/// The dimension of the measures.
const MEASURE: &str = "measure";
/// The stages that are years.
const YEARS: [&str; 2] = ["year", "vuosi"];
/// The stages that are the whole country, with which no dimension is one of regions yet.
const WHOLE: [&str; 3] = ["root", "country", "maa"];
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

/// What is asked for: ids of this version of the cube.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// The dimension of regions, and a node of each of its levels.
    pub(super) area: &'a str,
    pub(super) stages: Vec<u64>,
    /// The dimension of time, and a node of its years.
    pub(super) time: &'a str,
    pub(super) year: u64,
    pub(super) measure: u64,
}

/// Finds measure, years and regions among the dimensions. Where one is not there: what was
/// looked for, and what the cube has.
pub(super) fn asked<'a>(dimensions: &'a [Dimension], measure: &str) -> Result<Asked<'a>, String> {
    let measure = self::measure(dimensions, measure)?;
    let hint = "hint: the cube's stages were renamed, or it is not of regions and years; choose \
                another cube, or wait until the source has mended it";
    let (time, year) = years(dimensions).ok_or_else(|| {
        format!(
            "the cube does not fit: no dimension has years, which are looked for in the stages \
             {}; {hint}; the cube has {}",
            quoted(&YEARS),
            shown(dimensions)
        )
    })?;
    let (area, stages) = stages(dimensions).ok_or_else(|| {
        let levels: Vec<&str> = STAGES
            .into_iter()
            .filter(|stage| !WHOLE.contains(stage))
            .collect();
        format!(
            "the cube does not fit: no dimension has regions, which are looked for in the stages \
             {}; {hint}; the cube has {}",
            quoted(&levels),
            shown(dimensions)
        )
    })?;
    Ok(Asked {
        area,
        stages,
        time,
        year,
        measure,
    })
}

fn quoted(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// Every dimension with its stages.
fn shown(dimensions: &[Dimension]) -> String {
    let dimensions = dimensions.iter().map(|dimension| {
        let mut stages: Vec<String> = Vec::new();
        for node in dimension.nodes() {
            let stage = node.stage();
            if !stages.contains(&stage) {
                stages.push(stage);
            }
        }
        let label = dimension.label.as_deref().unwrap_or_default();
        format!("`{}` ({label}) with {}", dimension.id, stages.join(", "))
    });
    dimensions.collect::<Vec<_>>().join(", ")
}

/// The surrogate id of a measure, by its code or else its label.
fn measure(dimensions: &[Dimension], name: &str) -> Result<u64, String> {
    let Some(dimension) = dimensions.iter().find(|dimension| dimension.id == MEASURE) else {
        return Err(format!(
            "the cube does not fit: it has no dimension `{MEASURE}`, but {}",
            shown(dimensions)
        ));
    };
    let nodes = dimension.nodes();
    let by_code = nodes.iter().find(|node| node.code.as_deref() == Some(name));
    let found = by_code.or_else(|| {
        let mut nodes = nodes.iter();
        nodes.find(|node| node.label() == name)
    });
    if let Some(node) = found {
        return Ok(node.sid);
    }
    let names: Vec<&str> = nodes
        .iter()
        .flat_map(|node| node.code.as_deref().into_iter().chain([node.label()]))
        .collect();
    let meant = nearest(name, names).map(|meant| format!("did you mean `{meant}`? "));
    let known = nodes.iter().map(|node| match node.code.as_deref() {
        Some(code) => format!("`{code}` ({})", node.label()),
        None => format!("`{}`", node.label()),
    });
    Err(format!(
        "the cube has no measure `{name}`; hint: {}it has {}",
        meant.unwrap_or_default(),
        known.collect::<Vec<_>>().join(", ")
    ))
}

/// The dimension of time, and a node of its years.
fn years(dimensions: &[Dimension]) -> Option<(&str, u64)> {
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
fn stages(dimensions: &[Dimension]) -> Option<(&str, Vec<u64>)> {
    dimensions.iter().find_map(|dimension| {
        let nodes = dimension.nodes();
        let is_level = |node: &&Node| STAGES.contains(&node.stage().as_str());
        let has_regions = nodes
            .iter()
            .any(|node| is_level(node) && !WHOLE.contains(&node.stage().as_str()));
        if !has_regions {
            return None;
        }
        let mut seen = BTreeSet::new();
        let first = nodes.into_iter().filter(is_level);
        let first = first.filter(|node| seen.insert(node.stage()));
        Some((dimension.id.as_str(), first.map(|node| node.sid).collect()))
    })
}
