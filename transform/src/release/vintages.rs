//! In which release a value first appeared, and what differs between two releases.

use std::cmp::Ordering;

use botnia_model::{Breakdown, Change, Observation, Period, RegionKey};

/// What identifies an observation within its indicator, in the published order.
pub(super) type Key = (RegionKey, &'static str, Option<Breakdown>, Period);

/// An observation as it was released.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Released {
    pub(super) observation: Observation,
    pub(super) first_release: i32,
}

impl Released {
    /// Its key.
    pub(super) fn key(&self) -> Key {
        let (region, sex, breakdown, period) = self.observation.key();
        (region.clone(), sex, breakdown.cloned(), period.clone())
    }
}

/// One observation before and after; one of them at least is there.
#[derive(Clone, Copy)]
pub(super) struct Difference<'a> {
    pub(super) old: Option<&'a Released>,
    pub(super) new: Option<&'a Observation>,
}

impl<'a> Difference<'a> {
    /// The observation that says what it is about.
    ///
    /// # Panics
    /// Never: one of the two is there.
    pub(super) fn subject(&self) -> &'a Observation {
        self.new
            .or(self.old.map(|old| &old.observation))
            .expect("one side of a difference is there")
    }

    /// What became of it.
    pub(super) fn change(&self) -> Change {
        match (self.old, self.new) {
            (None, _) => Change::Added,
            (Some(_), Some(_)) => Change::Changed,
            (Some(_), None) => Change::Removed,
        }
    }
}

/// The first releases of `new`, in its order, and all differences from `old`, in the
/// order of publication. Both are sorted by their keys, each once.
///
/// A value keeps its first release as long as value, absolute value, status and origin
/// stay.
pub(super) fn compare<'a>(
    old: &'a [Released],
    new: &'a [Observation],
    release: i32,
) -> (Vec<i32>, Vec<Difference<'a>>) {
    let mut first_releases = Vec::with_capacity(new.len());
    let mut differences = Vec::new();
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return (first_releases, differences),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.observation.key().cmp(&after.key()),
        };
        let before = old.next_if(|_| order != Ordering::Greater);
        let after = new.next_if(|_| order != Ordering::Less);
        let kept = before
            .zip(after)
            .filter(|(before, after)| before.observation == **after)
            .map(|(before, _)| before.first_release);
        if after.is_some() {
            first_releases.push(kept.unwrap_or(release));
        }
        if kept.is_none() {
            differences.push(Difference {
                old: before,
                new: after,
            });
        }
    }
}
