//! Where municipalities belonged and what they were, from day to day.
//!
//! Two tables: in the one a row leads from one region to another and is there to be joined
//! on, in the other it leads to a word.

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use botnia_config::{CustomGroup, Date, RegionTables};
use botnia_model::{RegionCode, RegionKey, RegionLevel};

use super::table::Columns;

/// A row of `region_memberships.parquet`.
struct Row<'a> {
    region: String,
    level: &'a str,
    member_of: String,
    days: (Option<Date>, Option<Date>),
}

/// `region_memberships.parquet`, by region, level and day. The members of the groups of the
/// settings are among them, without days: the operator chose them.
pub(super) fn memberships_table(
    tables: &RegionTables,
    groups: &[CustomGroup],
) -> Result<RecordBatch, ArrowError> {
    let of_municipalities = tables.memberships.iter().map(|membership| Row {
        region: municipality_id(&membership.municipality),
        level: membership.region.level.as_str(),
        member_of: membership.region.id().to_string(),
        days: (membership.validity.first, membership.validity.last),
    });
    let of_groups = groups.iter().flat_map(|group| {
        group.members.iter().map(|member| Row {
            region: member.id().to_string(),
            level: RegionLevel::Custom.as_str(),
            member_of: group.key().id().to_string(),
            days: (None, None),
        })
    });
    let mut rows: Vec<Row<'_>> = of_municipalities.chain(of_groups).collect();
    rows.sort_by(|one, other| {
        (&one.region, one.level, one.days, &one.member_of).cmp(&(
            &other.region,
            other.level,
            other.days,
            &other.member_of,
        ))
    });
    Columns::default()
        .words("region_id", rows.iter().map(|row| &row.region))
        .words("level", rows.iter().map(|row| row.level))
        .words("member_of", rows.iter().map(|row| &row.member_of))
        .text("valid_from", rows.iter().map(|row| text(row.days.0)))
        .text("valid_to", rows.iter().map(|row| text(row.days.1)))
        .finish()
}

/// `region_classes.parquet`, by municipality, classification and day.
pub(super) fn classes_table(tables: &RegionTables) -> Result<RecordBatch, ArrowError> {
    let classes = || tables.classes.iter();
    Columns::default()
        .words(
            "region_id",
            classes().map(|one| municipality_id(&one.municipality)),
        )
        .words(
            "classification",
            classes().map(|one| one.classification.as_str()),
        )
        .words("class", classes().map(|one| &one.class))
        .text("valid_from", classes().map(|one| text(one.validity.first)))
        .text("valid_to", classes().map(|one| text(one.validity.last)))
        .finish()
}

fn municipality_id(code: &RegionCode) -> String {
    RegionKey::new(RegionLevel::Municipality, code.clone())
        .id()
        .to_string()
}

fn text(day: Option<Date>) -> Option<String> {
    day.map(|day| day.to_string())
}
