//! `movingaverage`: averages a column over a window of rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Averages a column over a window of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Movingaverage {
    #[serde(default, alias = "value_column")]
    pub value_column: Option<String>,
    #[serde(alias = "column_to_sort")]
    pub column_to_sort: String,
    #[serde(alias = "moving_window")]
    pub moving_window: u64,
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(default, alias = "new_column_name")]
    pub new_column_name: Option<String>,
}

impl Columns for Movingaverage {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column_to_sort).read_all(&self.groups)
    }
}
