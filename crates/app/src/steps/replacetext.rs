//! `replacetext`: replaces a piece of text wherever it stands in a column.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Replaces a piece of text wherever it stands in a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Replacetext {
    #[serde(alias = "search_column")]
    pub search_column: String,
    #[serde(alias = "old_str")]
    pub old_str: String,
    #[serde(default, alias = "new_str")]
    pub new_str: String,
}

impl Columns for Replacetext {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.search_column)
    }
}
