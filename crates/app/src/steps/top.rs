//! `top`: keeps the first rows by a column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sort::Order;

/// Keeps the first rows by a column, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Top {
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(alias = "rank_on")]
    pub rank_on: String,
    pub sort: Order,
    pub limit: u64,
}
