//! `substring`: takes a part of a text column, by positions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Takes a part of a text column, by positions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Substring {
    pub column: String,
    #[serde(default, alias = "new_column_name")]
    pub new_column_name: Option<String>,
    #[serde(alias = "start_index")]
    pub start_index: i64,
    #[serde(alias = "end_index")]
    pub end_index: i64,
}

impl Columns for Substring {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column)
    }
}
