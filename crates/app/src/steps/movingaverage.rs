//! `movingaverage`: averages a column over a window of rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, numbers, order_column, shape};
use crate::schema::{ColumnType, TableSchema};

/// Averages a column over a window of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Movingaverage {
    /// The column of numbers.
    #[serde(default, alias = "value_column")]
    pub value_column: Option<String>,
    /// The column that gives the order.
    #[serde(alias = "column_to_sort")]
    pub column_to_sort: String,
    /// How many rows are averaged, the row itself included; rows before that many get null.
    #[serde(alias = "moving_window")]
    pub moving_window: u64,
    /// The columns whose values form the groups; without any, all rows are one.
    #[serde(default)]
    pub groups: Vec<String>,
    /// What the new column is called; by default the value's name with `_MOVING_AVG`.
    #[serde(default, alias = "new_column_name")]
    pub new_column_name: Option<String>,
}

impl Movingaverage {
    /// The column to average.
    pub fn value(&self) -> Result<&str, &'static str> {
        if self.moving_window == 0 {
            return Err("`movingWindow` is at least 1: how many rows make an average");
        }
        self.value_column.as_deref().ok_or("`valueColumn` is missing: the column to average")
    }

    /// The name of the average.
    #[must_use]
    pub fn new_name(&self) -> String {
        let value = self.value_column.as_deref().unwrap_or_default();
        self.new_column_name.clone().unwrap_or_else(|| format!("{value}_MOVING_AVG"))
    }
}

impl Columns for Movingaverage {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        numbers(&input, self.value().map_err(Problem::new)?, "`movingaverage`")?;
        order_column(&input, &self.column_to_sort, context)?;
        for group in &self.groups {
            column(&input, group)?;
        }
        Ok(shape::with(input, &self.new_name(), ColumnType::Float))
    }

    fn flow(&self) -> Flow<'_> {
        let read = Flow::default().read(&self.column_to_sort).read_all(&self.groups).read_all(&self.value_column);
        read.write(self.new_name())
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::told;
    use crate::schema::ColumnType;
    use serde_json::json;

    #[test]
    fn an_order_of_texts_is_doubtful() {
        let columns = [("day", ColumnType::Date), ("written", ColumnType::Text), ("amount", ColumnType::Float)];
        for (key, mut step) in [
            ("columnToSort", json!({"name": "movingaverage", "valueColumn": "amount", "movingWindow": 2})),
            ("referenceColumn", json!({"name": "cumsum", "toCumSum": [["amount", "sum"]]})),
        ] {
            step[key] = json!("day");
            assert_eq!(told(step.clone(), columns), "");
            step[key] = json!("written");
            let found = told(step, columns);
            let expected = "doubt: `written` holds texts: the rows stand in the order of their letters, 10/01/2024 before 9/01/2023; put a step before: { name: todate, column: written,";
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
