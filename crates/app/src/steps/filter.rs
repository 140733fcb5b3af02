//! `filter`: keeps the rows for which a condition holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::infer::{Columns, Context, Flow, Inferred, comparisons::condition};
use crate::schema::TableSchema;

/// Keeps the rows for which a condition holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filter {
    /// What has to hold for a row.
    pub condition: Condition,
}

impl Columns for Filter {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        condition(&input, &self.condition, &["condition"], context);
        Ok(input)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
