//! `customsql`: one read-only SQL query over the rows so far.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// One read-only SQL query over the rows so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Customsql {
    pub query: String,
    #[serde(default)]
    pub columns: Option<Vec<String>>,
}

impl Columns for Customsql {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
