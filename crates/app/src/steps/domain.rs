//! `domain`: starts a pipeline from a dataset or a table.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PipelineReference;
use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Starts a pipeline from a dataset or a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Domain {
    /// The name of the dataset or table.
    #[schemars(with = "crate::written::WrittenDomain")]
    pub domain: String,
}

impl Columns for Domain {
    fn infer(&self, _input: TableSchema, context: &Context<'_>) -> Inferred {
        context.pipeline(&PipelineReference::Dataset(self.domain.clone()), &["domain"])
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
