//! `pivot`: turns the values of a column into columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Turns the values of a column into columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pivot {
    pub index: Vec<String>,
    #[serde(alias = "column_to_pivot")]
    pub column_to_pivot: String,
    #[serde(alias = "value_column")]
    pub value_column: String,
    #[serde(alias = "agg_function")]
    pub agg_function: PivotFunction,
}

/// How values that meet in one cell become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PivotFunction {
    Sum,
    Avg,
    Count,
    Min,
    Max,
}

impl Columns for Pivot {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.index).read(&self.column_to_pivot).read(&self.value_column)
    }
}
