//! `waterfall`: explains the way from one milestone to another by the changes of its parts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sort::Order;
use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;
use crate::value::Value;

/// Explains the way from one milestone to another by the changes of its parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Waterfall {
    #[serde(alias = "value_column")]
    pub value_column: String,
    #[serde(alias = "milestones_column")]
    pub milestones_column: String,
    pub start: Value,
    pub end: Value,
    #[serde(alias = "labels_column")]
    pub labels_column: String,
    #[serde(alias = "sort_by")]
    pub sort_by: WaterfallSort,
    pub order: Order,
    #[serde(default, alias = "parents_column")]
    pub parents_column: Option<String>,
    #[serde(default)]
    pub groupby: Vec<String>,
    #[serde(default = "default_backfill")]
    pub backfill: bool,
}

fn default_backfill() -> bool {
    true
}

/// What the rows between start and end are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WaterfallSort {
    Value,
    Label,
}

impl Columns for Waterfall {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
            .read(&self.value_column)
            .read(&self.milestones_column)
            .read(&self.labels_column)
            .read_all(&self.groupby)
    }
}
