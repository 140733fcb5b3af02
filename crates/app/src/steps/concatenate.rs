//! `concatenate`: joins the text of several columns into one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Joins the text of several columns into one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Concatenate {
    pub columns: Vec<String>,
    pub separator: String,
    #[serde(alias = "new_column_name")]
    pub new_column_name: String,
}
