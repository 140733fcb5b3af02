//! `append`: adds the rows of other pipelines below, matching columns by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PipelineReference;

/// Adds the rows of other pipelines below, matching columns by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Append {
    pub pipelines: Vec<PipelineReference>,
}
