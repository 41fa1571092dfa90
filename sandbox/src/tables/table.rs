//! A table: its dimensions, and a figure for every combination of their codes.

use super::TableNaming;

#[derive(Debug)]
pub(super) struct Table {
    /// `11re`
    pub(super) id: String,
    /// `vaerak`; empty where it lies in the database itself.
    pub(super) folder: String,
    pub(super) title: String,
    pub(super) source: String,
    pub(super) updated: String,
    pub(super) dimensions: Vec<Dimension>,
    pub(super) figures: Box<dyn Figures>,
}

/// Where a table's figures come from.
pub(super) trait Figures: Send + Sync + std::fmt::Debug {
    /// The figure at a position in each dimension, and the symbol beside or instead of it.
    fn at(&self, places: &[usize]) -> (Option<f64>, Option<String>);
}

#[derive(Clone, Debug, Default)]
pub(super) struct Dimension {
    /// `alue_23_20260101`
    pub(super) code: String,
    /// `Alue`: the code until June 2026, and the name ever since.
    pub(super) label: String,
    pub(super) role: Option<Role>,
    /// Code, code until June 2026, name.
    pub(super) values: Vec<Value>,
    /// The code that stands for all, where one does.
    pub(super) elimination: Option<String>,
    /// The unit of the figures, for measures.
    pub(super) unit: Option<(String, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Time,
    Geo,
    Metric,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    pub(super) code: String,
    /// What it was called until June 2026, where that was something else.
    pub(super) earlier: Option<String>,
    pub(super) label: String,
}

impl Table {
    /// Whether a name in an address is this table's: with or without its ending.
    pub(super) fn is_called(&self, name: &str) -> bool {
        name.strip_suffix(".px").unwrap_or(name) == self.id
    }

    /// The name of its file.
    pub(super) fn file(&self, naming: TableNaming) -> String {
        match naming {
            TableNaming::Until2026 => format!("statfin_{}_pxt_{}.px", self.folder, self.id),
            TableNaming::Since2026 | TableNaming::Renamed => format!("{}.px", self.id),
        }
    }

    /// All positions of every dimension.
    pub(super) fn everything(&self, _naming: TableNaming) -> Vec<Vec<usize>> {
        let dimensions = self.dimensions.iter();
        dimensions
            .map(|dimension| (0..dimension.values.len()).collect())
            .collect()
    }
}

impl Dimension {
    pub(super) fn code(&self, naming: TableNaming) -> &str {
        match naming {
            TableNaming::Until2026 => &self.label,
            TableNaming::Renamed if self.role == Some(Role::Geo) => "paikkakunta_1_20270101",
            TableNaming::Since2026 | TableNaming::Renamed => &self.code,
        }
    }

    /// What it is called.
    pub(super) fn name(&self, naming: TableNaming) -> &str {
        match naming {
            TableNaming::Renamed if self.role == Some(Role::Geo) => "Paikkakunta",
            _ => &self.label,
        }
    }
}

impl Value {
    pub(super) fn code(&self, naming: TableNaming) -> &str {
        match (naming, &self.earlier) {
            (TableNaming::Until2026, Some(earlier)) => earlier,
            _ => &self.code,
        }
    }
}
