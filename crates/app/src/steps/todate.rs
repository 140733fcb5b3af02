//! `todate`: reads a text or number column as dates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pattern;
use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, describe, shape};
use crate::schema::{ColumnType, TableSchema};

/// Reads a text or number column as dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Todate {
    /// The column of texts or numbers, which becomes dates.
    pub column: String,
    /// A strptime pattern such as `%Y-%m-%d`; guessed when absent.
    #[serde(default)]
    pub format: Option<String>,
}

impl Columns for Todate {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        let kind = column(&input, &self.column)?;
        if matches!(kind, ColumnType::Boolean | ColumnType::Geometry) {
            return Err(Problem::new(format!("`{}` holds {}, which are no dates", self.column, describe(kind))));
        }
        if let Some(mistake) = self.format.as_deref().and_then(pattern::mistake) {
            return Err(Problem::new(mistake));
        }
        Ok(shape::with(input, &self.column, ColumnType::Date))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column)
    }
}
