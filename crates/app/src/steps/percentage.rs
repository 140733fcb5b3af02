//! `percentage`: divides a column by its total, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, column, numbers, shape};
use crate::schema::{ColumnType, TableSchema};

/// Divides a column by its total, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Percentage {
    /// The column of numbers.
    pub column: String,
    /// The columns whose values form the groups; without any, all rows are one.
    #[serde(default)]
    pub group: Vec<String>,
    /// What the new column is called; by default the column's name with `_PCT`.
    #[serde(default)]
    #[serde(alias = "new_column_name")]
    pub new_column_name: Option<String>,
}

impl Columns for Percentage {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        context.or(numbers(&input, &self.column, "a percentage").map(drop), ());
        for group in &self.group {
            context.or(column(&input, group).map(drop), ());
        }
        Ok(shape::with(input, &self.new_name(), ColumnType::Float))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column).read_all(&self.group).write(self.new_name())
    }
}

impl Percentage {
    /// The name of the new column: the given one, else the column's with `_PCT`.
    #[must_use]
    pub fn new_name(&self) -> String {
        self.new_column_name.clone().unwrap_or_else(|| format!("{}_PCT", self.column))
    }
}
