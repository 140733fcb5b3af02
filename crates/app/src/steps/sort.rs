//! `sort`: orders the rows by one or several columns, nulls last.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, column};
use crate::schema::TableSchema;

/// Orders the rows by one or several columns, nulls last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sort {
    /// The columns to sort by, the most important first.
    pub columns: Vec<SortColumn>,
}

/// One column to sort by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SortColumn {
    /// The column.
    pub column: String,
    /// Which way.
    #[serde(default)]
    pub order: Order,
}

/// Ascending or descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    #[default]
    Asc,
    Desc,
}

impl Columns for Sort {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        for key in &self.columns {
            let found = column(&input, &key.column).map(drop).map_err(|problem| match key.column.strip_prefix('-') {
                Some(name) if input.get(name).is_some() => {
                    problem.hint(format!("write `{{ column: {name}, order: desc }}`"))
                }
                _ => problem,
            });
            context.or(found, ());
        }
        Ok(input)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
