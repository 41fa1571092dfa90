//! Whose borders moved between the divisions of two releases.
//!
//! The rule, between the day of the one division (not included) and the day of the other:
//!
//! * A municipality's border moved if it took part in a merger, a split or a partial
//!   transfer that took effect in between, on whichever side.
//! * The border of a region of another level moved if such a change crossed it, that is,
//!   if the two municipalities lay in different regions of that level; if a municipality
//!   that exists on both days changed from one region of that level to another; or if
//!   the region itself was merged.
//!
//! So a province in which two municipalities became one has the border that it had, and
//! so has a municipality that moved to another province. Where the tables do not know a
//! membership, no border is said to have moved.

use std::collections::BTreeSet;

use botnia_config::{RegionChange, RegionTables};
use botnia_model::{RegionCode, RegionKey, RegionLevel};

/// What changes the area of a municipality.
const CHANGES_OF_AREA: [&str; 3] = ["merger", "split", "partial_transfer"];

/// The regions whose borders moved.
#[derive(Debug, Default)]
pub(super) struct Boundaries(BTreeSet<RegionKey>);

impl Boundaries {
    /// Between two days, `YYYY-MM-DD`. None moved where the second is not the later one.
    pub(super) fn between(tables: &RegionTables, first: &str, second: &str) -> Self {
        let mut moved = Self::default();
        if first >= second {
            return moved;
        }
        for change in &tables.changes {
            let took_effect = first < change.effective.as_str() && *change.effective <= *second;
            if took_effect && CHANGES_OF_AREA.contains(&change.kind.as_str()) {
                moved.0.insert(change.from.clone());
                moved.0.insert(change.to.clone());
                moved.crossed(tables, change, (first, second));
            }
        }
        for municipality in &tables.municipalities {
            let code = &municipality.code;
            moved.parted((tables, code, first), (tables, code, second));
        }
        moved
    }

    /// Whether a region's border moved.
    pub(super) fn moved(&self, region: &RegionKey) -> bool {
        self.0.contains(region)
    }

    /// The regions between which a municipality, or a part of one, went over.
    fn crossed(&mut self, tables: &RegionTables, change: &RegionChange, days: (&str, &str)) {
        let (from, to) = (&change.from, &change.to);
        if from.level == RegionLevel::Municipality && to.level == RegionLevel::Municipality {
            self.parted((tables, &from.code, days.0), (tables, &to.code, days.1));
        }
    }

    /// The regions of each level in which the one municipality lay on the one day and the
    /// other on the other, where they differ.
    fn parted(
        &mut self,
        one: (&RegionTables, &RegionCode, &str),
        other: (&RegionTables, &RegionCode, &str),
    ) {
        for level in RegionLevel::ALL {
            let (one, other) = (member_on(one, *level), member_on(other, *level));
            if let (Some(one), Some(other)) = (one, other)
                && one != other
            {
                self.0.insert(RegionKey::new(*level, one.clone()));
                self.0.insert(RegionKey::new(*level, other.clone()));
            }
        }
    }
}

/// The region of `level` in which a municipality lies on a day; none before it exists and
/// after it was abolished.
fn member_on<'t>(
    (tables, code, day): (&'t RegionTables, &RegionCode, &str),
    level: RegionLevel,
) -> Option<&'t RegionCode> {
    tables.member_on(code, level, day.parse().ok()?)
}
