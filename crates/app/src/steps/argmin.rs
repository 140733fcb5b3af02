//! `argmin`: keeps the rows with the smallest value of a column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Keeps the rows with the smallest value of a column, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Argmin {
    pub column: String,
    #[serde(default)]
    pub groups: Vec<String>,
}

impl Columns for Argmin {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column).read_all(&self.groups)
    }
}
