//! `cumsum`: adds up columns along a reference column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Adds up columns along a reference column, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cumsum {
    #[serde(rename = "toCumSum", alias = "to_cumsum")]
    pub to_cum_sum: Vec<(String, Option<String>)>,
    #[serde(alias = "reference_column")]
    pub reference_column: String,
    #[serde(default)]
    pub groupby: Option<Vec<String>>,
}

impl Columns for Cumsum {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.reference_column)
    }
}
