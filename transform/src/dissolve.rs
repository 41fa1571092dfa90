//! Counts of one division of municipalities on the borders of a later one.
//!
//! Sotkanet publishes its whole history on the division of the day, so figures that were
//! fetched in different years stand on different borders. Sums over mergers make them
//! comparable; this is what geographic information systems call a dissolve.
//!
//! What is deliberately absent: anything but sums. A rate of a merged municipality is not
//! the sum or the mean of its parts' rates, nothing says how a figure of a municipality
//! that was split divides, and transfers of single villages are not known in figures.

use std::collections::BTreeMap;

use botnia_config::{Date, RegionTables, Succession};
use botnia_model::{
    Breakdown, Observation, Origin, Period, RegionCode, RegionKey, RegionLevel, Sex, Status,
    ValueKind,
};

/// Figures on another division.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dissolved {
    /// Municipalities alone, sorted by [`Observation::key`]. What became of more than one
    /// municipality, or of one with another code, has the origin `computed`.
    pub observations: Vec<Observation>,
    /// What has no figure on the other division though one of its parts has, in the same
    /// order.
    pub blocked: Vec<Undissolved>,
}

/// A figure that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undissolved {
    /// The municipality of the later division; of the earlier where nothing of the later is
    /// known to follow it.
    pub region: RegionKey,
    /// When.
    pub period: Period,
    /// Of whom.
    pub sex: Sex,
    /// Any further dimension.
    pub breakdown: Option<Breakdown>,
    /// Why.
    pub reason: UndissolvedReason,
}

/// Why a figure cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UndissolvedReason {
    /// A part of a municipality that was divided belongs to it.
    #[error("{} was divided between several municipalities, and no figure says how", .municipality.id())]
    Split {
        /// The municipality that was divided.
        municipality: RegionKey,
    },
    /// One of its parts has no figure.
    #[error("{} is part of it and has no figure", .municipality.id())]
    MemberMissing {
        /// The first part without a figure.
        municipality: RegionKey,
    },
    /// It is none of the municipalities of the earlier day.
    #[error("it was no municipality on the day of the figures")]
    NotOfTheDivision,
}

/// Why nothing at all can be dissolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DissolveError {
    /// Figures of this kind do not add up.
    #[error(
        "figures of the kind `{kind}` do not add up over municipalities; only counts and amounts of money do"
    )]
    NotAdditive {
        /// The kind.
        kind: ValueKind,
    },
    /// Nobody says of which kind they are.
    #[error("no indicator set says what kind of figures they are")]
    UnknownKind,
    /// The wanted division is the earlier one, and sums cannot be taken apart.
    #[error("figures on the division of {from} cannot be brought to the earlier one of {to}")]
    Backwards {
        /// The day of the figures' division.
        from: Date,
        /// The day of the wanted division.
        to: Date,
    },
}

/// What stands behind a municipality of the later division.
#[derive(Debug, Default)]
struct Parts {
    /// Municipalities of the earlier division, by code.
    whole: Vec<RegionKey>,
    /// One of which only a part, unknown in figures, belongs to it.
    split: Option<RegionKey>,
}

/// Brings an indicator's figures from the division of the day `from` to that of the later
/// day `to`: each municipality of `to` has the sum of those that became part of it, if all
/// of them have a figure. `observations` are sorted by [`Observation::key`]; those of other
/// levels are left out.
///
/// # Errors
/// A kind of figures that does not add up or is not known, and an earlier day.
pub fn dissolve(
    kind: Option<ValueKind>,
    observations: &[Observation],
    tables: &RegionTables,
    from: Date,
    to: Date,
) -> Result<Dissolved, DissolveError> {
    match kind {
        Some(ValueKind::Count | ValueKind::Euro) => {}
        Some(kind) => return Err(DissolveError::NotAdditive { kind }),
        None => return Err(DissolveError::UnknownKind),
    }
    if to < from {
        return Err(DissolveError::Backwards { from, to });
    }
    let mut parts = BTreeMap::<RegionKey, Parts>::new();
    let mut successors = BTreeMap::<RegionKey, Vec<RegionKey>>::new();
    for municipality in tables.municipalities_on(from) {
        let earlier = municipality.key();
        let later = match tables.successors(&municipality.code, from, to) {
            Succession::Same => vec![earlier.clone()],
            Succession::Merged(code) => vec![key(code)],
            Succession::Split(codes) => codes.into_iter().map(key).collect(),
            Succession::Unknown => Vec::new(),
        };
        for region in &later {
            let parts = parts.entry(region.clone()).or_default();
            if later.len() == 1 {
                parts.whole.push(earlier.clone());
            } else {
                parts.split = Some(earlier.clone());
            }
        }
        successors.insert(earlier, later);
    }

    let municipal = observations
        .iter()
        .filter(|observation| observation.region.level == RegionLevel::Municipality);
    let mut sums = BTreeMap::<Key<'_>, BTreeMap<&RegionKey, &Observation>>::new();
    let mut dissolved = Dissolved::default();
    for observation in municipal {
        match successors.get(&observation.region).map(Vec::as_slice) {
            None | Some([]) => dissolved.blocked.push(blocked(
                (&observation.region, observation),
                UndissolvedReason::NotOfTheDivision,
            )),
            Some(later) => {
                for region in later {
                    let sum = sums.entry(key_in(region, observation)).or_default();
                    sum.insert(&observation.region, observation);
                }
            }
        }
    }
    for (key, figures) in sums {
        let Some((region, parts)) = parts.get_key_value(key.0) else {
            continue;
        };
        let Some(example) = figures.values().next() else {
            continue;
        };
        match sum(region, parts, &figures) {
            Ok(observation) => dissolved.observations.push(observation),
            Err(reason) => dissolved.blocked.push(blocked((region, example), reason)),
        }
    }
    dissolved.blocked.sort_by(|one, other| {
        let order = |one: &Undissolved| (one.region.clone(), one.sex.as_str());
        (order(one), &one.breakdown, &one.period).cmp(&(
            order(other),
            &other.breakdown,
            &other.period,
        ))
    });
    Ok(dissolved)
}

/// As [`Observation::key`], in another region.
type Key<'a> = (
    &'a RegionKey,
    &'static str,
    Option<&'a Breakdown>,
    &'a Period,
);

fn key_in<'a>(region: &'a RegionKey, observation: &'a Observation) -> Key<'a> {
    let (_, sex, breakdown, period) = observation.key();
    (region, sex, breakdown, period)
}

fn key(code: RegionCode) -> RegionKey {
    RegionKey::new(RegionLevel::Municipality, code)
}

fn blocked((region, figure): (&RegionKey, &Observation), reason: UndissolvedReason) -> Undissolved {
    Undissolved {
        region: region.clone(),
        period: figure.period.clone(),
        sex: figure.sex,
        breakdown: figure.breakdown.clone(),
        reason,
    }
}

/// The figure of `region` from those of its parts. One that was and is a municipality by
/// itself keeps its own, whatever its status.
fn sum(
    region: &RegionKey,
    parts: &Parts,
    figures: &BTreeMap<&RegionKey, &Observation>,
) -> Result<Observation, UndissolvedReason> {
    if let Some(municipality) = &parts.split {
        let municipality = municipality.clone();
        return Err(UndissolvedReason::Split { municipality });
    }
    let mut members = Vec::new();
    for municipality in &parts.whole {
        match figures.get(municipality) {
            Some(figure) if parts.whole.len() == 1 && municipality == region => {
                return Ok((*figure).clone());
            }
            Some(figure) if figure.value.is_some() => members.push(*figure),
            _ => {
                let municipality = municipality.clone();
                return Err(UndissolvedReason::MemberMissing { municipality });
            }
        }
    }
    let total = |of: fn(&Observation) -> Option<f64>| {
        members
            .iter()
            .try_fold(0.0, |sum, member| Some(sum + of(member)?))
    };
    let first = members[0];
    let statuses: Vec<Status> = members.iter().map(|member| member.status).collect();
    Ok(Observation {
        region: region.clone(),
        period: first.period.clone(),
        sex: first.sex,
        breakdown: first.breakdown.clone(),
        value: total(|member| member.value),
        absolute_value: total(|member| member.absolute_value),
        status: status(&statuses),
        origin: Origin::Computed,
    })
}

/// A sum is as uncertain as the most uncertain of its parts; nothing and something is
/// something.
fn status(of_members: &[Status]) -> Status {
    for uncertain in [Status::Projection, Status::Provisional, Status::Break] {
        if of_members.contains(&uncertain) {
            return uncertain;
        }
    }
    if of_members.iter().all(|member| *member == Status::Nil) {
        Status::Nil
    } else {
        Status::Normal
    }
}

#[cfg(test)]
mod tests;
