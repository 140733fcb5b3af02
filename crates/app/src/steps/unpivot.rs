//! `unpivot`: turns columns into rows of name and value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, shape, unite};
use crate::schema::{ColumnType, TableSchema};

/// Turns columns into rows of name and value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unpivot {
    /// The columns that stay as they are.
    pub keep: Vec<String>,
    /// The columns that become rows.
    pub unpivot: Vec<String>,
    /// What the column of the former names is called.
    #[serde(alias = "unpivot_column_name")]
    pub unpivot_column_name: String,
    /// What the column of the values is called.
    #[serde(alias = "value_column_name")]
    pub value_column_name: String,
    /// Whether rows without a value are left out.
    pub dropna: bool,
}

impl Columns for Unpivot {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        let kinds = self.unpivot.iter().map(|name| column(&input, name)).collect::<Inferred<Vec<_>>>()?;
        let Some(kind) = kinds.into_iter().reduce(unite) else {
            return Err(Problem::new("there is no column in `unpivot`").hint("name the columns to turn into rows"));
        };
        let kept = shape::select(&self.keep, &input, context);
        let new = [(&self.unpivot_column_name, ColumnType::Text), (&self.value_column_name, kind)];
        shape::distinct(kept.columns.into_iter().chain(new.map(|(name, kind)| (name.clone(), kind))))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.unpivot).keep_only(&self.keep)
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake};
    use serde_json::json;

    #[test]
    fn the_value_has_a_type_that_holds_all() {
        let step = |keep: serde_json::Value, unpivot: serde_json::Value| json!({"name": "unpivot", "keep": keep, "unpivot": unpivot, "unpivotColumnName": "what", "valueColumnName": "much", "dropna": true});
        assert_eq!(columns(step(json!(["date"]), json!(["integer", "float"]))), "date date, what text, much float");
        assert_eq!(columns(step(json!([]), json!(["integer", "text"]))), "what text, much text");
        assert!(mistake(step(json!([]), json!([]))).contains("`unpivot`"));
        assert!(mistake(step(json!(["dat"]), json!(["text"]))).contains("did you mean `date`"));
    }
}
