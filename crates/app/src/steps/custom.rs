//! `custom`: a native query of a MongoDB source, as it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// A native query of a MongoDB source, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Custom {
    pub query: String,
}

impl Columns for Custom {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
