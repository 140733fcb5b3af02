//! `rollup`: aggregates along a hierarchy of columns, each level as rows of its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aggregate::Aggregation;
use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Aggregates along a hierarchy of columns, each level as rows of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rollup {
    pub hierarchy: Vec<String>,
    pub aggregations: Vec<Aggregation>,
    #[serde(default)]
    pub groupby: Option<Vec<String>>,
    #[serde(default, alias = "label_col")]
    pub label_col: Option<String>,
    #[serde(default, alias = "level_col")]
    pub level_col: Option<String>,
    #[serde(default, alias = "child_level_col")]
    pub child_level_col: Option<String>,
    #[serde(default, alias = "parent_label_col")]
    pub parent_label_col: Option<String>,
}

impl Columns for Rollup {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.hierarchy)
    }
}
