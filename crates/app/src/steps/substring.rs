//! `substring`: takes a part of a text column, by positions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, shape, texts};
use crate::schema::{ColumnType, TableSchema};

/// Takes a part of a text column, by positions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Substring {
    /// The column of texts.
    pub column: String,
    /// What the new column is called; by default the column's name with `_SUBSTR`.
    #[serde(default, alias = "new_column_name")]
    pub new_column_name: Option<String>,
    /// The first character, counted from 1, as which 0 counts too; negative numbers count from the end.
    #[serde(alias = "start_index")]
    pub start_index: i64,
    /// The last character, included; negative numbers count from the end. Before the first, the text is empty.
    #[serde(alias = "end_index")]
    pub end_index: i64,
}

impl Columns for Substring {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        texts(&input, &self.column)?;
        Ok(shape::with(input, &self.new_name(), ColumnType::Text))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column).write(self.new_name())
    }
}

impl Substring {
    /// The name of the new column: the given one, else the column's with `_SUBSTR`.
    #[must_use]
    pub fn new_name(&self) -> String {
        self.new_column_name.clone().unwrap_or_else(|| format!("{}_SUBSTR", self.column))
    }
}
