//! The figures that botnia computes itself, because the source has none.
//!
//! * A province or a wellbeing services county gets one where the source publishes no
//!   row at all of that level for the indicator and period. If it publishes others of the
//!   level, a gap is the source's decision: filling it could show what it hides.
//! * A group of the settings gets one wherever its members allow.
//! * Only a kind of number that was reviewed, in an indicator set, is aggregated: the
//!   source's own type does not tell a share from a survey's.
//! * The operation is tried first on the wholes that the source does publish. Where one is
//!   not what its parts come to, or where an abolished municipality still has a figure,
//!   nothing is computed of the same parts in that period.
//! * The rest of a province is computed of the other municipalities under the same
//!   conditions, and never as the province less one of them.

use std::collections::{HashMap, HashSet};

use botnia_config::{CustomGroup, IndicatorSet};
use botnia_model::{
    IndicatorId, Observation, Origin, Period, RegionKey, RegionLevel, Sex, ValueKind,
};

use super::credits::Catalogue;
use super::places::{POPULATION_INDICATOR, Places};
use super::{Inputs, series_id};
use crate::TransformError;
use crate::aggregation::{
    Aggregates, BlockReason, Blocked, Method, Populations, SumCheck, Whole, aggregate, wholes_of,
};

/// The levels below the country that are computed where the source does not have them.
const COMPUTED_LEVELS: [RegionLevel; 2] = [RegionLevel::Province, RegionLevel::WellbeingCounty];

/// Completes the observations of one indicator after the other.
pub(super) struct Aggregator {
    methods: HashMap<IndicatorId, Method>,
    /// Every region of today's division with its parts.
    wholes: Vec<Whole>,
    groups: Vec<Whole>,
    /// Every municipality with the others of its province, where there are any.
    rests: Vec<Whole>,
    populations: Populations,
}

impl Aggregator {
    /// Reads the populations first, if anything is weighted by them.
    pub(super) fn new(
        catalogue: Catalogue<'_>,
        sets: &[IndicatorSet],
        groups: &[CustomGroup],
        places: &Places,
        inputs: &mut dyn Inputs,
    ) -> Result<Self, TransformError> {
        let kinds: HashMap<IndicatorId, ValueKind> = sets
            .iter()
            .flat_map(|set| set.indicators.iter().map(move |one| (set, one)))
            .map(|(set, one)| (series_id(set, one), one.value_kind))
            .collect();
        let methods: HashMap<IndicatorId, Method> = catalogue
            .indicators()
            .filter_map(|indicator| {
                let id = &indicator.indicator_id;
                let kind = if id.to_string() == POPULATION_INDICATOR {
                    Some(ValueKind::Count)
                } else {
                    kinds.get(id).copied()
                };
                Some((id.clone(), Method::of_indicator(indicator, kind?)?))
            })
            .collect();
        let is_weighted = (methods.values()).any(|one| *one == Method::PopulationWeightedMean);
        let population = catalogue
            .indicators()
            .map(|indicator| &indicator.indicator_id)
            .find(|id| is_weighted && id.to_string() == POPULATION_INDICATOR);
        let populations = match population {
            Some(id) => Populations::of(&inputs.observations(id)?),
            None => Populations::default(),
        };
        // Wellbeing services counties are known of every municipality, but there were none
        // on a division from before 2023.
        let existing: HashSet<&RegionKey> = places.valid().map(|region| &region.key).collect();
        let mut wholes = wholes_of(places.valid());
        wholes.retain(|whole| {
            !COMPUTED_LEVELS.contains(&whole.region.level) || existing.contains(&whole.region)
        });
        Ok(Self {
            methods,
            rests: rests_of(&wholes),
            wholes,
            groups: groups
                .iter()
                .map(|group| Whole {
                    region: group.key(),
                    members: group.members.clone(),
                })
                .collect(),
            populations,
        })
    }

    /// Whether figures of an indicator can be computed at all.
    pub(super) fn applies_to(&self, id: &IndicatorId) -> bool {
        self.methods.contains_key(id)
    }

    /// Adds what can be computed to the observations of an indicator, which are sorted by
    /// their keys and stay so, and returns what could not.
    pub(super) fn complete(
        &self,
        id: &IndicatorId,
        observations: &mut Vec<Observation>,
        places: &Places,
    ) -> Vec<Blocked> {
        let Some(method) = self.methods.get(id).copied() else {
            return Vec::new();
        };
        let published: HashSet<(RegionLevel, Period)> = observations
            .iter()
            .map(|row| (row.region.level, row.period.clone()))
            .collect();
        let is_absent = |level, period: &Period| !published.contains(&(level, period.clone()));
        let anything_is_absent = published.iter().any(|(level, period)| {
            *level == RegionLevel::Municipality
                && COMPUTED_LEVELS
                    .into_iter()
                    .any(|computed| is_absent(computed, period))
        });
        if self.groups.is_empty() && !anything_is_absent {
            return Vec::new();
        }

        let unsound = self.unsound(observations, method, places);
        let mut blocked = Vec::new();
        let mut take = |aggregates: Aggregates, observations: &mut Vec<Observation>| {
            blocked.extend(aggregates.blocked);
            for figure in aggregates.figures {
                match self.reason_against(&figure, &unsound) {
                    None => observations.push(figure),
                    Some(reason) => blocked.push(Blocked {
                        region: figure.region,
                        period: figure.period,
                        sex: figure.sex,
                        breakdown: figure.breakdown,
                        reason,
                    }),
                }
            }
            observations.sort_by(|one, other| one.key().cmp(&other.key()));
        };
        let wanted = |region: &RegionKey, period: &Period| {
            COMPUTED_LEVELS.contains(&region.level) && is_absent(region.level, period)
        };
        let levels = aggregate(
            &self.wholes,
            observations,
            method,
            &self.populations,
            wanted,
        );
        take(levels, observations);
        // After the levels: a member of a group may be a province that was just computed.
        let groups = aggregate(
            &self.groups,
            observations,
            method,
            &self.populations,
            |_, _| true,
        );
        take(groups, observations);
        blocked
    }

    /// The figures of the rest of the province of every municipality, by municipality and
    /// period, as far as they can be computed, in these periods and of this sex.
    pub(super) fn rest_of_province(
        &self,
        id: &IndicatorId,
        observations: &[Observation],
        sex: Sex,
        periods: &HashSet<&Period>,
        places: &Places,
    ) -> HashMap<(RegionKey, Period), f64> {
        let Some(method) = self.methods.get(id).copied() else {
            return HashMap::new();
        };
        let observations: Vec<Observation> = observations
            .iter()
            .filter(|row| row.origin == Origin::Published)
            .filter(|row| row.sex == sex && row.breakdown.is_none())
            .filter(|row| periods.contains(&row.period))
            .cloned()
            .collect();
        let unsound = self.unsound(&observations, method, places);
        let is_sound = |rest: &Whole, period: &Period| {
            unsound.0.get(period).is_none_or(|regions| {
                let mut members = rest.members.iter();
                !members.any(|member| regions.contains_key(member))
            })
        };
        let rests: HashMap<&RegionKey, &Whole> =
            self.rests.iter().map(|rest| (&rest.region, rest)).collect();
        let wanted = |region: &RegionKey, period: &Period| {
            rests.get(region).is_some_and(|rest| is_sound(rest, period))
        };
        let rests = aggregate(
            &self.rests,
            &observations,
            method,
            &self.populations,
            wanted,
        );
        let figures = rests.figures.into_iter();
        figures
            .filter_map(|figure| Some(((figure.region, figure.period), figure.value?)))
            .collect()
    }

    /// Of which regions nothing may be computed, by period.
    fn unsound(&self, observations: &[Observation], method: Method, places: &Places) -> Unsound {
        let mut unsound = Unsound::default();
        let check = SumCheck::of(&self.wholes, observations, method, &self.populations);
        for one in check.disagreements {
            let parts = self.parts_of(|whole| *whole == one.region);
            unsound.add(&one.period, parts, BlockReason::PartsDisagree);
        }
        for run in observations.chunk_by(|one, other| one.region == other.region) {
            let Some(abolished) = places.abolished_municipality(&run[0].region) else {
                continue;
            };
            let parents = [
                (RegionLevel::Province, &abolished.province),
                (RegionLevel::WellbeingCounty, &abolished.wellbeing_county),
            ];
            let parents: Vec<RegionKey> = parents
                .into_iter()
                .filter_map(|(level, code)| Some(RegionKey::new(level, code.clone()?)))
                .collect();
            // One that was split between regions may stand behind any of them.
            let around = |whole: &RegionKey| parents.is_empty() || parents.contains(whole);
            for row in run.iter().filter(|row| row.value.is_some()) {
                let parts = self.parts_of(around);
                unsound.add(&row.period, parts, BlockReason::AnotherDivision);
            }
        }
        unsound
    }

    /// The wholes that are `wanted`, and everything that they consist of.
    fn parts_of(&self, wanted: impl Fn(&RegionKey) -> bool) -> impl Iterator<Item = &RegionKey> {
        let wholes = self
            .wholes
            .iter()
            .filter(move |whole| wanted(&whole.region));
        wholes.flat_map(|whole| whole.members.iter().chain([&whole.region]))
    }

    /// Why a figure cannot stand, although all its members have one.
    fn reason_against(&self, figure: &Observation, unsound: &Unsound) -> Option<BlockReason> {
        let regions = unsound.0.get(&figure.period)?;
        let wholes = self.wholes.iter().chain(&self.groups);
        wholes
            .filter(|whole| whole.region == figure.region)
            .flat_map(|whole| &whole.members)
            .find_map(|member| regions.get(member).copied())
    }
}

/// Every municipality of a province, with the others as what its rest consists of.
fn rests_of(wholes: &[Whole]) -> Vec<Whole> {
    let provinces = wholes.iter();
    provinces
        .filter(|whole| whole.region.level == RegionLevel::Province && whole.members.len() > 1)
        .flat_map(|province| {
            province.members.iter().map(|own| Whole {
                region: own.clone(),
                members: province
                    .members
                    .iter()
                    .filter(|other| *other != own)
                    .cloned()
                    .collect(),
            })
        })
        .collect()
}

/// The regions of which nothing may be computed, with the reason, by period.
#[derive(Default)]
struct Unsound(HashMap<Period, HashMap<RegionKey, BlockReason>>);

impl Unsound {
    fn add<'r>(
        &mut self,
        period: &Period,
        regions: impl Iterator<Item = &'r RegionKey>,
        reason: BlockReason,
    ) {
        let of_period = self.0.entry(period.clone()).or_default();
        of_period.extend(regions.map(|region| (region.clone(), reason)));
    }
}
