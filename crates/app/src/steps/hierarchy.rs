//! `hierarchy`: unites shapes upwards along a hierarchy of columns, each level added as rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Unites shapes upwards along a hierarchy of columns, each level added as rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hierarchy {
    #[serde(default = "default_hierarchy_level_column", alias = "hierarchy_level_column")]
    pub hierarchy_level_column: String,
    pub hierarchy: Vec<String>,
    #[serde(default, alias = "include_nulls")]
    pub include_nulls: bool,
}

fn default_hierarchy_level_column() -> String {
    "hierarchy_level".to_owned()
}

impl Columns for Hierarchy {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.hierarchy).write(&self.hierarchy_level_column)
    }
}
