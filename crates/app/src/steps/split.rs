//! `split`: cuts a text column at a delimiter, each part into a new column.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, shape, texts};
use crate::schema::{ColumnType, TableSchema};

/// More columns than this are a mistake.
const MAX_PARTS: u64 = 1_000;

/// Cuts a text column at a delimiter, each part into a new column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Split {
    /// The column of texts.
    pub column: String,
    /// The text at which to cut.
    pub delimiter: String,
    /// How many parts are kept, in columns named after the first with `_1`, `_2` and so on.
    #[serde(alias = "number_cols_to_keep")]
    pub number_cols_to_keep: u64,
}

impl Columns for Split {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        texts(&input, &self.column)?;
        if let Some(mistake) = self.mistake() {
            return Err(Problem::new(mistake));
        }
        Ok(self.new_names().fold(input, |schema, name| shape::with(schema, &name, ColumnType::Text)))
    }

    fn flow(&self) -> Flow<'_> {
        self.new_names().fold(Flow::default().read(&self.column), Flow::write)
    }
}

impl Split {
    /// What is wrong with the parameters themselves.
    #[must_use]
    pub fn mistake(&self) -> Option<String> {
        if self.delimiter.is_empty() {
            return Some("`delimiter` is empty; say where to cut, as in `delimiter: \",\"`".into());
        }
        (self.number_cols_to_keep > MAX_PARTS).then(|| format!("`numberColsToKeep` is at most {MAX_PARTS}"))
    }

    /// The names of the new columns: the column's and a number from 1.
    pub fn new_names(&self) -> impl Iterator<Item = String> {
        (1..=self.number_cols_to_keep.min(MAX_PARTS)).map(|number| format!("{}_{number}", self.column))
    }
}
