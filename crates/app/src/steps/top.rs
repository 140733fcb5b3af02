//! `top`: keeps the first rows by a column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sort::Order;
use crate::infer::{Columns, Context, Flow, Inferred, column};
use crate::schema::TableSchema;

/// Keeps the first rows by a column, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Top {
    /// The columns whose values form the groups; rows where one is null are left out. Without any, all rows are one group.
    #[serde(default)]
    pub groups: Vec<String>,
    /// The column to rank by.
    #[serde(alias = "rank_on")]
    pub rank_on: String,
    /// Whether the least or the greatest come first.
    pub sort: Order,
    /// How many rows are kept, of each group.
    pub limit: u64,
}

impl Columns for Top {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        for name in self.groups.iter().chain([&self.rank_on]) {
            context.or(column(&input, name).map(drop), ());
        }
        Ok(input)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
