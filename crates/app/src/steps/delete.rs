//! `delete`: removes the named columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Removes the named columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delete {
    pub columns: Vec<String>,
}
