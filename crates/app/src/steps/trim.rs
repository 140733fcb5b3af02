//! `trim`: removes the spaces around texts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, shape, texts};
use crate::schema::{ColumnType, TableSchema};

/// Removes the spaces around texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trim {
    /// The columns of texts.
    pub columns: Vec<String>,
}

impl Columns for Trim {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        self.columns.iter().try_fold(input, |schema, name| {
            texts(&schema, name)?;
            Ok(shape::with(schema, name, ColumnType::Text))
        })
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.columns)
    }
}
