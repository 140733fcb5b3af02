//! `text`: adds a column that holds the same value in every row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, shape, single};
use crate::schema::TableSchema;
use crate::value::Value;

/// Adds a column that holds the same value in every row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextStep {
    /// The value of every row.
    pub text: Value,
    /// What the new column is called; a column of this name is replaced.
    #[serde(alias = "new_column")]
    pub new_column: String,
}

impl Columns for TextStep {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        Ok(shape::with(input, &self.new_column, single(&self.text)?))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
