//! Columns and their types, as far as an app needs to know them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The type of a column, the same whatever the source calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    Boolean,
    Integer,
    Float,
    Text,
    Date,
    Geometry,
    /// Known only when the query runs.
    Unknown,
}

/// The columns of a table in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableSchema {
    pub columns: IndexMap<String, ColumnType>,
    /// The type of other columns that may come too: their names depend on the data, as after a pivot.
    pub open: Option<ColumnType>,
    /// Columns that were here before such a step: one of these is here again only where the data makes it.
    pub lost: Vec<String>,
    /// True while it is looked at as if the data made none of those again.
    pub(crate) is_without_lost: bool,
}

impl TableSchema {
    /// What is known of a column; one that may come is of the type of those that may.
    pub fn get(&self, column: &str) -> Option<ColumnType> {
        let is_gone = || self.is_without_lost && self.lost.iter().any(|lost| lost == column);
        self.columns.get(column).copied().or_else(|| self.open.filter(|_| !is_gone()))
    }

    /// These columns and no others.
    pub fn new(columns: impl IntoIterator<Item = (String, ColumnType)>) -> Self {
        Self { columns: columns.into_iter().collect(), ..Self::default() }
    }
}
