//! `select`: keeps only the named columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps only the named columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Select {
    pub columns: Vec<String>,
}
