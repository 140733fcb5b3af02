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
    #[serde(alias = "value_col")]
    pub value_col: String,
    pub order: Order,
    pub method: RankMethod,
    #[serde(default)]
    pub groupby: Vec<String>,
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
