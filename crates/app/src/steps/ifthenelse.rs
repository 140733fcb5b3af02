//! `ifthenelse`: computes a column by cases.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FormulaText;
use crate::condition::Condition;

/// Computes a column by cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ifthenelse {
    #[serde(alias = "new_column")]
    pub new_column: String,
    #[serde(rename = "if", alias = "condition")]
    pub condition: Condition,
    /// A formula: `'text'` is a text, `text` a column.
    pub then: FormulaText,
    #[serde(rename = "else", alias = "else_value")]
    pub otherwise: Otherwise,
}

/// What holds when the condition does not: a formula or a further case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Otherwise {
    Case(Box<Case>),
    Formula(FormulaText),
}

/// A further case of an if-then-else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    #[serde(rename = "if", alias = "condition")]
    pub condition: Condition,
    pub then: FormulaText,
    #[serde(rename = "else", alias = "else_value")]
    pub otherwise: Otherwise,
}
