//! `append`: adds the rows of other pipelines below, matching columns by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PipelineReference;
use crate::infer::{Columns, Context, Flow, Inferred, open_beside, unite};
use crate::schema::TableSchema;

/// Adds the rows of other pipelines below, matching columns by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Append {
    /// Each the name of a dataset, or steps that begin with `domain`.
    #[schemars(with = "Vec<crate::written::WrittenPipeline>")]
    pub pipelines: Vec<PipelineReference>,
}

impl Columns for Append {
    fn infer(&self, mut input: TableSchema, context: &Context<'_>) -> Inferred {
        for (index, reference) in self.pipelines.iter().enumerate() {
            let other = context.pipeline(reference, &["pipelines", &index.to_string()])?;
            input.open = open_beside(input.open, other.open);
            for (name, kind) in other.columns {
                let united = input.columns.get(&name).map_or(kind, |known| unite(*known, kind));
                input.columns.insert(name, united);
            }
        }
        Ok(input)
    }

    /// The engine follows restricted columns through the other pipelines itself.
    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
