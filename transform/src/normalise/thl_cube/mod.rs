//! THL's database cubes (`sampo.thl.fi/pivot`, server THLfi/tiku).
//!
//! An indicator is one measure of one cube: `subject/hydra/fact_cube/measure`. Its
//! description is the cube's dimensions; its figures are those dimensions again, and one
//! answer for each level of regions. Categories are surrogate ids that mean something only
//! beside the dimensions of the same version, so each answer is read with those that came
//! with it: by stage, code and label.
//!
//! Every dimension but regions, time and measure is at its root, the total. Nodes of a
//! stage that is no level of regions or no year are subtotals, and are left out by that.

mod regions;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use botnia_config::SetIndicator;
use botnia_model::{
    FindingKind, Findings, Indicator, IndicatorId, Observation, Origin, Period, Polarity, Producer,
    RegionLevel, Sex, Status, Text,
};

use self::tree::{Dimension, Node};
use super::{Description, Input, Normalised, TitleCheck};
use crate::TransformError;
use crate::jsonstat::{self, Budget, Cell};
use crate::text::clean_title;

/// The dimension of the measures.
const MEASURE: &str = "measure";

/// The dimension of the regions: the first that has a stage of municipalities or another
/// level below the country.
fn area(dimensions: &[Dimension]) -> Option<&Dimension> {
    dimensions.iter().find(|dimension| {
        let levels = dimension
            .nodes
            .iter()
            .filter_map(|node| regions::level(&node.stage));
        levels
            .into_iter()
            .any(|level| level != RegionLevel::Country)
    })
}

/// The dimension of time: the first that has years.
fn time(dimensions: &[Dimension]) -> Option<&Dimension> {
    dimensions
        .iter()
        .find(|dimension| dimension.nodes.iter().any(|node| year(node).is_some()))
}

fn year(node: &Node) -> Option<i32> {
    if !matches!(node.stage.as_str(), "year" | "vuosi") {
        return None;
    }
    let of = |text: &str| {
        let year = text.trim().parse::<i32>().ok()?;
        (1900..=2100).contains(&year).then_some(year)
    };
    node.code
        .as_deref()
        .and_then(of)
        .or_else(|| of(&node.label))
}

/// The measure that an indicator names: by code, or by label where it has none.
fn measure<'a>(dimensions: &'a [Dimension], indicator: &IndicatorId) -> Option<&'a Node> {
    let name = indicator
        .source_indicator()
        .as_str()
        .splitn(4, '/')
        .nth(3)?;
    let dimension = dimensions
        .iter()
        .find(|dimension| dimension.id == MEASURE)?;
    let mut nodes = dimension.nodes.iter();
    nodes
        .find(|node| node.code.as_deref() == Some(name))
        .or_else(|| dimension.nodes.iter().find(|node| node.label == name))
}

pub(super) fn describe(
    indicator_id: &IndicatorId,
    bytes: &[u8],
    expected: Option<&SetIndicator>,
    themes: &[String],
) -> Result<Description, TransformError> {
    let object = format!("the description of `{indicator_id}`");
    let dimensions = tree::read(&object, bytes)?;
    let Some(measure) = measure(&dimensions, indicator_id) else {
        let reason = "the cube has no such measure; hint: its code or its Finnish label is the \
                      last part of the indicator's id";
        return Err(TransformError::contract(object, reason));
    };
    let Some(area) = area(&dimensions) else {
        return Err(TransformError::contract(
            object,
            "no dimension of the cube has regions",
        ));
    };
    if time(&dimensions).is_none() {
        return Err(TransformError::contract(
            object,
            "no dimension of the cube has years",
        ));
    }
    let levels = RegionLevel::ALL.iter().copied().filter(|level| {
        let mut nodes = area.nodes.iter();
        nodes.any(|node| regions::level(&node.stage) == Some(*level))
    });
    let original_title = Text {
        fi: measure.label.clone(),
        ..Text::default()
    };
    let mut title = original_title.map(clean_title);
    let title_check = match expected {
        Some(expected) => TitleCheck::compare(&expected.title.fi, &title.fi),
        None => TitleCheck::NotExpected,
    };
    // Dimensions are asked for in Finnish alone: a set that has this very title has it in the
    // other languages.
    if let (Some(expected), TitleCheck::Same) = (expected, &title_check) {
        title.sv = clean_title(&expected.title.sv);
        title.en = clean_title(&expected.title.en);
    }
    let mut themes = themes.to_vec();
    themes.extend(expected.map(|expected| expected.theme.clone()));
    themes.sort_unstable();
    themes.dedup();
    let cube: Vec<_> = indicator_id
        .source_indicator()
        .as_str()
        .split('/')
        .collect();
    Ok(Description {
        indicator: Indicator {
            indicator_id: indicator_id.clone(),
            title,
            original_title,
            description: Text::default(),
            interpretation: Text::default(),
            limits: Text::default(),
            legislation: Text::default(),
            notices: Text::default(),
            unit: Text::default(),
            source_value_type: None,
            value_kind: expected.map(|expected| expected.value_kind),
            decimals: measure.decimals,
            polarity: expected.map_or(Polarity::None, |expected| expected.polarity),
            producer: Some(Producer {
                id: "thl".to_owned(),
                name: Text {
                    fi: "Terveyden ja hyvinvoinnin laitos (THL)".to_owned(),
                    sv: "Institutet för hälsa och välfärd (THL)".to_owned(),
                    en: "Finnish Institute for Health and Welfare (THL)".to_owned(),
                },
            }),
            // What the server's own notes say of all open cubes.
            licence: "CC-BY-4.0".to_owned(),
            redistributable: true,
            data_updated: None,
            themes,
            source_url: cube
                .get(..3)
                .map(|cube| format!("https://sampo.thl.fi/pivot/prod/fi/{}", cube.join("/"))),
        },
        title_check,
        declared_sexes: Vec::new(),
        declared_levels: levels.collect(),
        mapping: None,
        findings: Findings::default(),
    })
}

pub(super) fn normalise(input: &Input<'_>) -> Result<Normalised, TransformError> {
    let object = format!("the figures of `{}`", input.indicator_id);
    let contract = |reason: String| TransformError::contract(object.clone(), reason);
    let Some((dimensions, figures)) = input.data.split_first() else {
        return Ok(Normalised::default());
    };
    let dimensions = tree::read(&object, dimensions)?;
    let area = area(&dimensions).ok_or_else(|| contract("no dimension has regions".to_owned()))?;
    let time = time(&dimensions).ok_or_else(|| contract("no dimension has years".to_owned()))?;
    let measure = measure(&dimensions, input.indicator_id)
        .ok_or_else(|| contract("the cube has no such measure".to_owned()))?;
    let mut reader = Reader {
        input,
        places: regions::Places::new(input.regions),
        found: BTreeMap::new(),
        normalised: Normalised::default(),
    };
    for body in figures {
        let dataset = jsonstat::read_dataset(&object, body, Budget::default())?;
        let mut axes = Vec::new();
        for dimension in &dataset.dimensions {
            let known = dimensions.iter().find(|known| known.id == dimension.id);
            let known = known.ok_or_else(|| {
                contract(format!("`{}` is no dimension of the cube", dimension.id))
            })?;
            let nodes: Vec<Option<&Node>> = dimension
                .categories
                .iter()
                .map(|category| known.node(&category.id))
                .collect();
            // Another version of the cube has other ids.
            if nodes.iter().any(Option::is_none) {
                let reason = "an answer has categories that the cube's dimensions lack: it is \
                              of another version of the cube";
                return Err(contract(reason.to_owned()));
            }
            axes.push((known, nodes.into_iter().flatten().collect::<Vec<_>>()));
        }
        // The server passes over an id that it does not know, and picks a measure itself.
        let is_of_measure = axes.iter().any(|(dimension, nodes)| {
            dimension.id == MEASURE && nodes.iter().any(|node| node.sid == measure.sid)
        });
        if !is_of_measure {
            let reason = format!("an answer is not about the measure `{}`", measure.label);
            return Err(contract(reason));
        }
        for row in dataset.rows() {
            let mut place = None;
            let mut when = None;
            let mut is_wanted = true;
            for ((dimension, nodes), at) in axes.iter().zip(&row.places) {
                let Some(node) = nodes.get(*at) else {
                    is_wanted = false;
                    continue;
                };
                if dimension.id == area.id {
                    place = Some(*node);
                } else if dimension.id == time.id {
                    when = year(node);
                } else if dimension.id == MEASURE {
                    is_wanted &= node.sid == measure.sid;
                } else {
                    is_wanted &= node.is_root;
                }
            }
            let level = place.and_then(|node| regions::level(&node.stage));
            if let (true, Some(place), Some(level), Some(year)) = (is_wanted, place, level, when) {
                reader.take(place, level, year, row.cell);
            }
        }
    }
    let Reader {
        found,
        mut normalised,
        ..
    } = reader;
    normalised.observations = found.into_values().flatten().collect();
    Ok(normalised)
}

type Key = (botnia_model::RegionKey, i32);

struct Reader<'a> {
    input: &'a Input<'a>,
    places: regions::Places<'a>,
    /// `None` where two rows contradict each other.
    found: BTreeMap<Key, Option<Observation>>,
    normalised: Normalised,
}

impl Reader<'_> {
    /// A cell that is there: what is absent was never published.
    fn take(&mut self, place: &Node, level: RegionLevel, year: i32, cell: Cell<'_>) {
        let (value, status) = match cell {
            Cell::Absent | Cell::Null => return,
            Cell::Number(number) => (Some(number), Status::Normal),
            Cell::Text("..") => (None, Status::Suppressed),
            Cell::Text(text) => (number(text), Status::Normal),
        };
        self.normalised.rows_in += 1;
        let shown = || format!("{} {} {year}", place.stage, place.label);
        let findings = &mut self.normalised.findings;
        if value.is_some_and(|value| !value.is_finite() || value.abs() > 9.0e15) {
            findings.add(FindingKind::ImpossibleValue, shown);
            return;
        }
        let Some(region) = self.places.find(level, place) else {
            findings.add(FindingKind::UnknownRegion, shown);
            return;
        };
        let is_projection = self
            .input
            .expected
            .is_some_and(|expected| expected.projection);
        let status = match (value, status) {
            (None, Status::Normal) => Status::NotPublished,
            (Some(_), _) if is_projection => Status::Projection,
            (_, status) => status,
        };
        let observation = Observation {
            region: region.clone(),
            period: Period::of_year(year),
            sex: Sex::Total,
            breakdown: None,
            value,
            absolute_value: None,
            status,
            origin: Origin::Published,
        };
        match self.found.get_mut(&(region.clone(), year)) {
            None => {
                if value.is_none() {
                    findings.add(FindingKind::RowWithoutValue, shown);
                }
                self.found.insert((region, year), Some(observation));
            }
            Some(Some(known)) if *known == observation => {
                findings.add(FindingKind::DuplicateRow, shown);
            }
            Some(known) => {
                // Both are withheld, the first one from now on.
                if known.take().is_some() {
                    findings.add(FindingKind::ContradictoryRow, shown);
                }
                findings.add(FindingKind::ContradictoryRow, shown);
            }
        }
    }
}

/// A number as the cube stores it, with a point or a comma.
fn number(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let is_number = !text.is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    // There is one zero: adding it to -0.0 gives 0.0.
    is_number
        .then(|| text.parse::<f64>().ok())
        .flatten()
        .map(|number| number + 0.0)
}
