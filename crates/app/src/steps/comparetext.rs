//! `comparetext`: whether two text columns hold the same text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, shape, texts};
use crate::schema::{ColumnType, TableSchema};

/// Whether two text columns hold the same text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Comparetext {
    /// What the new column is called; a column of this name is replaced.
    #[serde(alias = "new_column_name")]
    pub new_column_name: String,
    /// The first column.
    #[serde(rename = "strCol1", alias = "str_col_1", alias = "str_col1")]
    pub str_col_1: String,
    /// The column to compare it with.
    #[serde(rename = "strCol2", alias = "str_col_2", alias = "str_col2")]
    pub str_col_2: String,
}

impl Columns for Comparetext {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        texts(&input, &self.str_col_1)?;
        texts(&input, &self.str_col_2)?;
        Ok(shape::with(input, &self.new_column_name, ColumnType::Boolean))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.str_col_1).read(&self.str_col_2).write(&self.new_column_name)
    }
}
