//! `unpivot`: turns columns into rows of name and value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Turns columns into rows of name and value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unpivot {
    pub keep: Vec<String>,
    pub unpivot: Vec<String>,
    #[serde(alias = "unpivot_column_name")]
    pub unpivot_column_name: String,
    #[serde(alias = "value_column_name")]
    pub value_column_name: String,
    pub dropna: bool,
}

impl Columns for Unpivot {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
            .read_all(&self.keep)
            .read_all(&self.unpivot)
            .write(&self.unpivot_column_name)
            .write(&self.value_column_name)
    }
}
