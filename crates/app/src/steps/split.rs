//! `split`: cuts a text column at a delimiter, each part into a new column.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Cuts a text column at a delimiter, each part into a new column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Split {
    pub column: String,
    pub delimiter: String,
    #[serde(alias = "number_cols_to_keep")]
    pub number_cols_to_keep: u64,
}

impl Columns for Split {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column)
    }
}
