//! `pivot`: turns the values of a column into columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, describe, shape};
use crate::schema::{ColumnType, TableSchema};

/// Turns the values of a column into columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pivot {
    /// The columns that stay, one row for each of their combinations.
    pub index: Vec<String>,
    /// The column whose values become columns.
    #[serde(alias = "column_to_pivot")]
    pub column_to_pivot: String,
    /// The column whose values fill the cells.
    #[serde(alias = "value_column")]
    pub value_column: String,
    /// How values that meet in one cell become one.
    #[serde(alias = "agg_function")]
    pub agg_function: PivotFunction,
}

/// How values that meet in one cell become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PivotFunction {
    Sum,
    Avg,
    Count,
    Min,
    Max,
}

impl Columns for Pivot {
    /// The new columns are known only when it runs.
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        let index = shape::select(&self.index, &input)?;
        column(&input, &self.column_to_pivot)?;
        let kind = column(&input, &self.value_column)?;
        let adds = matches!(self.agg_function, PivotFunction::Sum | PivotFunction::Avg);
        if adds && matches!(kind, ColumnType::Text | ColumnType::Date | ColumnType::Geometry) {
            let message =
                format!("`{}` needs numbers, and `{}` holds {}", self.agg_function, self.value_column, describe(kind));
            return Err(Problem::new(message));
        }
        Ok(TableSchema { open: true, ..index })
    }

    fn flow(&self) -> Flow<'_> {
        let flow = Flow::default().read_all(&self.index).read(&self.column_to_pivot).read(&self.value_column);
        flow.keep_only(&self.index)
    }
}

impl std::fmt::Display for PivotFunction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Count => "count",
            Self::Min => "min",
            Self::Max => "max",
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake};
    use serde_json::json;

    #[test]
    fn only_the_index_is_known_beforehand() {
        let step = |value: &str, function: &str| json!({"name": "pivot", "index": ["text", "date"], "column_to_pivot": "flag", "value_column": value, "agg_function": function});
        assert_eq!(columns(step("float", "sum")), "text text, date date, …");
        assert_eq!(columns(step("other", "max")), "text text, date date, …");
        assert!(mistake(step("other", "avg")).contains("`avg` needs numbers, and `other` holds texts"));
        assert!(mistake(step("flaot", "avg")).contains("did you mean `float`"));
    }
}
