//! `text`: adds a column that holds the same value in every row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::Value;

/// Adds a column that holds the same value in every row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextStep {
    pub text: Value,
    #[serde(alias = "new_column")]
    pub new_column: String,
}
