//! `dissolve`: unites the shapes of each group into one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aggregate::Aggregation;
use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Unites the shapes of each group into one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dissolve {
    pub groups: Vec<String>,
    #[serde(default)]
    pub aggregations: Vec<Aggregation>,
    #[serde(default, alias = "include_nulls")]
    pub include_nulls: bool,
}

impl Columns for Dissolve {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.groups)
    }
}
