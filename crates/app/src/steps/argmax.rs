//! `argmax`: keeps the rows with the largest value of a column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, column, ordered};
use crate::schema::TableSchema;

/// Keeps the rows with the largest value of a column, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Argmax {
    /// The column whose greatest value counts.
    pub column: String,
    /// The columns whose values form the groups; without any, all rows are one.
    #[serde(default)]
    pub groups: Vec<String>,
}

impl Columns for Argmax {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        ordered(&input, "argmax", &self.column)?;
        for group in &self.groups {
            column(&input, group)?;
        }
        Ok(input)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column).read_all(&self.groups)
    }
}
