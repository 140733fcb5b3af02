//! `totals`: adds rows with the totals of chosen dimensions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aggregate::Aggregation;
use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Adds rows with the totals of chosen dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Totals {
    #[serde(alias = "total_dimensions")]
    pub total_dimensions: Vec<TotalDimension>,
    pub aggregations: Vec<Aggregation>,
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A dimension to total over, and what its total rows are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TotalDimension {
    #[serde(alias = "total_column")]
    pub total_column: String,
    #[serde(alias = "total_rows_label")]
    pub total_rows_label: String,
}

impl Columns for Totals {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.groups)
    }
}
