//! `uniquegroups`: keeps one row for each distinct combination of columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps one row for each distinct combination of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Uniquegroups {
    pub on: Vec<String>,
}
