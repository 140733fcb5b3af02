//! `uniquegroups`: keeps one row for each distinct combination of columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, shape};
use crate::schema::TableSchema;

/// Keeps one row for each distinct combination of columns, and of the columns only these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Uniquegroups {
    /// The columns whose combinations are kept once each.
    pub on: Vec<String>,
}

impl Columns for Uniquegroups {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        Ok(shape::select(&self.on, &input, context))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
