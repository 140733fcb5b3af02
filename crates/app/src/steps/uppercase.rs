//! `uppercase`: turns a text column to upper case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, shape, texts};
use crate::schema::{ColumnType, TableSchema};

/// Turns a text column to upper case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Uppercase {
    /// The column of texts.
    pub column: String,
}

impl Columns for Uppercase {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        texts(&input, &self.column)?;
        Ok(shape::with(input, &self.column, ColumnType::Text))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column)
    }
}
