//! `fromdate`: writes a date as a text, by a pattern.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pattern;
use crate::infer::{Columns, Context, Flow, Inferred, Problem, date_column, shape};
use crate::schema::{ColumnType, TableSchema};

/// Writes a date as a text, by a pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fromdate {
    /// The column of dates, which becomes text.
    pub column: String,
    /// How dates are written, in the signs of strftime such as `%d/%m/%Y`.
    pub format: String,
}

impl Columns for Fromdate {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        date_column(&input, &self.column)?;
        if let Some(mistake) = pattern::mistake(&self.format) {
            return Err(Problem::new(mistake));
        }
        Ok(shape::with(input, &self.column, ColumnType::Text))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column)
    }
}
