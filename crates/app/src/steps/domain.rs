//! `domain`: starts a pipeline from a dataset or a table.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Starts a pipeline from a dataset or a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Domain {
    /// The name of the dataset or table.
    pub domain: String,
}
