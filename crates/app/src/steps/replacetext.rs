//! `replacetext`: replaces a piece of text wherever it stands in a column.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, shape, texts};
use crate::schema::{ColumnType, TableSchema};

/// Replaces a piece of text wherever it stands in a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Replacetext {
    /// The column of texts.
    #[serde(alias = "search_column")]
    pub search_column: String,
    /// The text to look for, wherever it stands.
    #[serde(alias = "old_str")]
    pub old_str: String,
    /// What stands in its place.
    #[serde(default, alias = "new_str")]
    pub new_str: String,
}

impl Columns for Replacetext {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        texts(&input, &self.search_column)?;
        Ok(shape::with(input, &self.search_column, ColumnType::Text))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.search_column)
    }
}
