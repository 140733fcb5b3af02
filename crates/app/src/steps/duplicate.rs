//! `duplicate`: copies a column under another name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, column, shape};
use crate::schema::TableSchema;

/// Copies a column under another name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Duplicate {
    /// The column to copy.
    pub column: String,
    /// What the new column is called; a column of this name is replaced.
    #[serde(alias = "new_column_name")]
    pub new_column_name: String,
}

impl Columns for Duplicate {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        let kind = column(&input, &self.column)?;
        Ok(shape::with(input, &self.new_column_name, kind))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column).write(&self.new_column_name)
    }
}
