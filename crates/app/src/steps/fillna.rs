//! `fillna`: replaces missing values by a given one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::Value;

/// Replaces missing values by a given one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fillna {
    pub columns: Vec<String>,
    pub value: Value,
}
