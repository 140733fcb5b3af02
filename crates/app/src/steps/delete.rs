//! `delete`: removes the named columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem};
use crate::schema::TableSchema;

/// Removes the named columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delete {
    /// The columns to remove; one that is not there is no mistake.
    pub columns: Vec<String>,
}

impl Columns for Delete {
    /// Names that do not exist are no mistake: the column is gone either way.
    fn infer(&self, mut input: TableSchema, _context: &Context<'_>) -> Inferred {
        input.columns.retain(|name, _| !self.columns.contains(name));
        if input.columns.is_empty() && input.open.is_none() {
            return Err(Problem::new("this deletes every column"));
        }
        Ok(input)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
