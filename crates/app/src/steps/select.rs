//! `select`: keeps only the named columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, shape};
use crate::schema::TableSchema;

/// Keeps only the named columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Select {
    /// The columns to keep, in this order.
    pub columns: Vec<String>,
}

impl Columns for Select {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        Ok(shape::select(&self.columns, &input, context))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
