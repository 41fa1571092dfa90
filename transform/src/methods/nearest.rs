//! Regions of like structure.
//!
//! As Kolada's reference groups (Rådet för främjande av kommunala analyser): the nearest
//! by a weighted Euclidean distance of standardised figures. Each figure is brought to
//! mean 0 and standard deviation 1 over all regions; the distance of two regions is the
//! square root of the weighted mean of the squared differences, so that 1 means: one
//! standard deviation apart on average.

/// One figure of every region.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// How much it counts.
    pub weight: f64,
    /// By region, at fixed positions; none where it is not known.
    pub values: Vec<Option<f64>>,
}

/// A region and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Its position.
    pub region: usize,
    /// Its distance.
    pub distance: f64,
}

/// Standardised figures of every region.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    components: Vec<Component>,
}

impl Structure {
    /// Standardises the components. One in which the regions do not differ is left out.
    pub fn new(components: impl IntoIterator<Item = Component>) -> Self {
        Self {
            components: components.into_iter().filter_map(standardised).collect(),
        }
    }

    /// The regions that are nearest to the one at `own`, the nearest first and, at the same
    /// distance, by position; at most `most` of those that `is_candidate` accepts. Regions
    /// without one of the figures are near to none.
    pub fn nearest(
        &self,
        own: usize,
        most: usize,
        is_candidate: impl Fn(usize) -> bool,
    ) -> Vec<Neighbour> {
        let weights: f64 = self.components.iter().map(|one| one.weight).sum();
        let distance = |region: usize| {
            let mut squares = 0.0;
            for component in &self.components {
                let difference = component.values[region]? - component.values[own]?;
                squares += component.weight * difference * difference;
            }
            Some((squares / weights).sqrt())
        };
        let regions = self.components.first().map_or(0, |one| one.values.len());
        let mut neighbours: Vec<Neighbour> = (0..regions)
            .filter(|region| *region != own && is_candidate(*region))
            .filter_map(|region| {
                Some(Neighbour {
                    region,
                    distance: distance(region)?,
                })
            })
            .collect();
        neighbours.sort_by(|one, other| {
            one.distance
                .total_cmp(&other.distance)
                .then(one.region.cmp(&other.region))
        });
        neighbours.truncate(most);
        neighbours
    }
}

fn standardised(component: Component) -> Option<Component> {
    let known: Vec<f64> = component.values.iter().copied().flatten().collect();
    #[expect(clippy::cast_precision_loss, reason = "some hundred regions")]
    let number = known.len() as f64;
    let mean = known.iter().sum::<f64>() / number;
    let squares: f64 = known.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (squares / number).sqrt();
    // Equal figures leave an error of rounding.
    if known.len() < 2 || deviation <= 1e-12 * mean.abs().max(1.0) {
        return None;
    }
    let values = component.values.into_iter();
    Some(Component {
        weight: component.weight,
        values: values
            .map(|value| value.map(|value| (value - mean) / deviation))
            .collect(),
    })
}
