//! Tables with named dimensions, as `PxWeb` and JSON-stat give them: a mapping of the
//! settings says what each dimension is.
//!
//! Every cell becomes an observation or a counted finding. What stands for all categories of
//! a dimension (`SSS`, `1+2`, the value that a server sums to) is told from the others and
//! never added up: a region that is a total has its own level, the sex `total` is a sex, and
//! a breakdown leaves out the keys whose category is the total.

mod categories;
mod description;
mod rows;
mod symbols;

#[cfg(test)]
mod tests;

pub(super) use self::description::describe;
pub(super) use self::rows::normalise;

use botnia_config::mapping::{Variable, VariableRole};

use crate::jsonstat::{Dataset, Role};

/// A dataset as the mapping looks at it.
fn view(dataset: &Dataset) -> Vec<Variable<'_>> {
    dataset
        .dimensions
        .iter()
        .map(|dimension| Variable {
            code: &dimension.id,
            label: dimension.label.as_deref().unwrap_or_default(),
            values: dimension
                .categories
                .iter()
                .map(|category| category.id.as_str())
                .collect(),
            labels: dimension
                .categories
                .iter()
                .map(|category| category.label.as_deref().unwrap_or_default())
                .collect(),
            role: dimension.role.map(|role| match role {
                Role::Time => VariableRole::Time,
                Role::Geo => VariableRole::Geo,
                Role::Metric => VariableRole::Metric,
            }),
        })
        .collect()
}
