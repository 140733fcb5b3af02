//! `convert`: changes the type of columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Changes the type of columns; what cannot be converted becomes null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Convert {
    pub columns: Vec<String>,
    #[serde(alias = "data_type")]
    pub data_type: ConvertType,
}

/// The type that a column is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConvertType {
    Integer,
    Float,
    Text,
    Date,
    Boolean,
}
