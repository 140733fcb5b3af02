//! `rank`: ranks rows by a column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sort::Order;
use crate::infer::{Columns, Context, Flow, Inferred, column, ordered, shape};
use crate::schema::{ColumnType, TableSchema};

/// Ranks rows by a column, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rank {
    /// The column to rank by.
    #[serde(alias = "value_col")]
    pub value_col: String,
    /// Whether the least or the greatest value comes first.
    pub order: Order,
    /// How places are counted after equal values.
    pub method: RankMethod,
    /// The columns whose values form the groups; without any, all rows are one.
    #[serde(default)]
    pub groupby: Vec<String>,
    /// What the new column is called; by default the value's name with `_RANK`.
    #[serde(default, alias = "new_column_name")]
    pub new_column_name: Option<String>,
}

/// What follows rows of equal rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RankMethod {
    /// 1, 2, 2, 4.
    Standard,
    /// 1, 2, 2, 3.
    Dense,
}

impl Rank {
    /// The name of the rank.
    #[must_use]
    pub fn new_name(&self) -> String {
        self.new_column_name.clone().unwrap_or_else(|| format!("{}_RANK", self.value_col))
    }
}

impl Columns for Rank {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        ordered(&input, "rank", &self.value_col)?;
        for group in &self.groupby {
            column(&input, group)?;
        }
        Ok(shape::with(input, &self.new_name(), ColumnType::Integer))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.value_col).read_all(&self.groupby).write(self.new_name())
    }
}
