//! `rank`: ranks rows by a column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sort::Order;
use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

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

impl Columns for Rank {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.value_col).read_all(&self.groupby)
    }
}
