//! `join`: brings in the columns of another pipeline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PipelineReference;

/// Brings in the columns of another pipeline where keys are equal, null keys included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Join {
    #[serde(rename = "type")]
    pub kind: JoinType,
    /// Pairs of left and right column.
    pub on: Vec<(String, String)>,
    #[serde(alias = "right_pipeline")]
    pub right_pipeline: PipelineReference,
}

/// Which rows a join keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum JoinType {
    #[serde(rename = "left")]
    Left,
    #[serde(rename = "inner")]
    Inner,
    /// Every row of both sides.
    #[serde(rename = "left outer")]
    LeftOuter,
}
