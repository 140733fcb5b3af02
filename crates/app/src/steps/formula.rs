//! `formula`: computes a column from others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FormulaText;

/// Computes a column from others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Formula {
    #[serde(alias = "new_column")]
    pub new_column: String,
    /// An expression over columns: `+ - * / %`, comparisons, parentheses, `[column with spaces]`, `'text'`.
    pub formula: FormulaText,
}
