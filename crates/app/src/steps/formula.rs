//! `formula`: computes a column from others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FormulaText;
use crate::infer::{Columns, Context, Flow, Inferred, formulas, shape};
use crate::schema::TableSchema;

/// Computes a column from others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Formula {
    /// What the new column is called; a column of this name is replaced.
    #[serde(alias = "new_column")]
    pub new_column: String,
    /// An expression over columns: `+ - * / %`, comparisons, parentheses, `[column with spaces]`, `'text'`.
    pub formula: FormulaText,
}

impl Columns for Formula {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        let kind = formulas::of_text(&self.formula, &input, &["formula"], context);
        Ok(shape::with(input, &self.new_column, kind))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_formula(&self.formula).write(&self.new_column)
    }
}
