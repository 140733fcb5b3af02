//! `fillna`: replaces missing values by a given one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::legacy::one_or_many;
use crate::infer::{Columns, Context, Flow, Inferred, column, holding, shape};
use crate::schema::TableSchema;
use crate::value::Value;

/// Replaces missing values by a given one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, try_from = "Written")]
pub struct Fillna {
    /// The columns to fill.
    pub columns: Vec<String>,
    /// What stands in place of what is missing.
    pub value: Value,
}

/// The step as it may be written.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "Fillna", deny_unknown_fields)]
struct Written {
    /// The columns to fill.
    columns: Option<Vec<String>>,
    /// The older spelling of `columns`, for one.
    column: Option<String>,
    /// What stands in place of what is missing.
    value: Value,
}

impl TryFrom<Written> for Fillna {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let columns = one_or_many(("columns", written.columns), ("column", written.column))?;
        Ok(Self { columns, value: written.value })
    }
}

impl Columns for Fillna {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        self.columns.iter().try_fold(input, |schema, name| {
            let kind = column(&schema, name)?;
            Ok(shape::with(schema, name, holding(name, kind, &self.value.fitted(kind), context)?))
        })
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.columns)
    }
}
