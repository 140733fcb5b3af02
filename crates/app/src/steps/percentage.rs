//! `percentage`: divides a column by its total, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Divides a column by its total, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Percentage {
    pub column: String,
    #[serde(default)]
    pub group: Vec<String>,
    #[serde(default)]
    #[serde(alias = "new_column_name")]
    pub new_column_name: Option<String>,
}
