//! `absolutevalue`: puts the absolute value of a column into a new one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, numbers, shape};
use crate::schema::TableSchema;

/// Puts the absolute value of a column into a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Absolutevalue {
    /// The column of numbers.
    pub column: String,
    /// What the new column is called; a column of this name is replaced.
    #[serde(alias = "new_column")]
    pub new_column: String,
}

impl Columns for Absolutevalue {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        let kind = numbers(&input, &self.column, "an absolute value")?;
        Ok(shape::with(input, &self.new_column, kind))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column).write(&self.new_column)
    }
}
