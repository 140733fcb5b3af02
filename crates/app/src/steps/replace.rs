//! `replace`: replaces values of a column by others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, column, holding, shape};
use crate::schema::TableSchema;
use crate::value::Value;

/// Replaces values of a column by others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Replace {
    /// The column whose values are replaced.
    #[serde(alias = "search_column")]
    pub search_column: String,
    /// Pairs of an old and a new value.
    #[serde(alias = "to_replace")]
    pub to_replace: Vec<(Value, Value)>,
}

impl Columns for Replace {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        let kind = column(&input, &self.search_column)?;
        let mut united = kind;
        for (_, new) in &self.to_replace {
            united = holding(&self.search_column, united, &new.fitted(kind), context)?;
        }
        Ok(shape::with(input, &self.search_column, united))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.search_column)
    }
}
