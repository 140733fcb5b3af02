//! `concatenate`: joins the text of several columns into one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, shape, texts};
use crate::schema::{ColumnType, TableSchema};

/// Joins the text of several columns into one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Concatenate {
    /// The columns to join, in this order.
    pub columns: Vec<String>,
    /// What stands between two values.
    pub separator: String,
    /// What the new column is called; a column of this name is replaced.
    #[serde(alias = "new_column_name")]
    pub new_column_name: String,
}

impl Columns for Concatenate {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        if self.columns.is_empty() {
            return Err(Problem::new("a concatenation needs columns"));
        }
        self.columns.iter().try_for_each(|name| texts(&input, name))?;
        Ok(shape::with(input, &self.new_column_name, ColumnType::Text))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.columns).write(&self.new_column_name)
    }
}
