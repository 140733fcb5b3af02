//! `pivot`: turns the values of a column into columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, column, numbers, shape};
use crate::schema::{ColumnType, TableSchema};

/// Turns the values of a column into columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pivot {
    /// The columns that stay, one row for each of their combinations that has a cell.
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
    /// The names of the new columns are known only when it runs; all of them are of one type.
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        let index = shape::select(&self.index, &input, context);
        column(&input, &self.column_to_pivot)?;
        let cell = match self.agg_function {
            PivotFunction::Sum => numbers(&input, &self.value_column, "`sum`")?,
            PivotFunction::Avg => numbers(&input, &self.value_column, "`avg`").map(|_| ColumnType::Float)?,
            PivotFunction::Count => column(&input, &self.value_column).map(|_| ColumnType::Integer)?,
            PivotFunction::Min | PivotFunction::Max => column(&input, &self.value_column)?,
        };
        Ok(TableSchema { open: Some(cell), ..index })
    }

    fn flow(&self) -> Flow<'_> {
        let flow = Flow::default().read_all(&self.index).read(&self.column_to_pivot).read(&self.value_column);
        flow.keep_only(&self.index)
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake};
    use crate::infer::{infer, infer_all};
    use crate::schema::{ColumnType, TableSchema};
    use crate::steps::Step;
    use serde_json::json;

    #[test]
    fn a_column_that_may_be_gone_is_not_taken_for_a_new_one() {
        let told = |next: serde_json::Value| {
            let pivot = json!({"name": "pivot", "index": ["day"], "columnToPivot": "shop", "valueColumn": "amount", "aggFunction": "sum"});
            let steps: Vec<Step> = serde_json::from_value(json!([pivot, next])).unwrap();
            let columns = [("day", ColumnType::Date), ("shop", ColumnType::Text), ("amount", ColumnType::Float)];
            let input = TableSchema::new(columns.map(|(name, kind)| (name.to_owned(), kind)));
            let mistake = infer(&steps, input, &|_| None).unwrap_err();
            format!("{}; {}", mistake.message, mistake.hint.unwrap_or_default())
        };
        assert_eq!(
            told(json!({"name": "filter", "condition": {"column": "shop", "value": "Lyon"}})),
            "`shop` is no column here, unless a `pivot` makes one of the rows; then `shop` holds numbers, and this is the text \"Lyon\"; the columns here are `day`; else write a number, without quotes"
        );
        let found = told(json!({"name": "dategranularity", "column": "shop", "granularity": "month"}));
        assert!(found.starts_with("`shop` is no column here, unless a `pivot`"), "{found}");
        let found = told(json!({"name": "formula", "newColumn": "x", "formula": "'Lyon' * day"}));
        assert!(found.starts_with("arithmetic needs numbers"), "{found}");
        let found = told(json!({"name": "filter", "condition": {"column": "day", "value": "soon"}}));
        assert!(found.starts_with("`day` holds dates, and this is"), "{found}");
    }

    #[test]
    fn a_column_that_is_gone_is_doubtful_where_it_is_read() {
        let columns = [
            ("day", ColumnType::Date),
            ("shop", ColumnType::Text),
            ("amount", ColumnType::Float),
            ("pieces", ColumnType::Float),
        ];
        let input = || TableSchema::new(columns.map(|(name, kind)| (name.to_owned(), kind)));
        let doubts = |next: serde_json::Value| {
            let pivot = json!({"name": "pivot", "index": ["day"], "columnToPivot": "shop", "valueColumn": "amount", "aggFunction": "sum"});
            let mut steps = vec![pivot];
            steps.extend(next.as_array().unwrap().iter().cloned());
            let steps: Vec<Step> = serde_json::from_value(steps.into()).unwrap();
            let found = infer_all(&steps, input(), &|_| Some(input()));
            assert_eq!(found.mistakes, []);
            found.doubts
        };
        let filter =
            json!({"name": "filter", "condition": {"and": [{"column": "pieces", "operator": "gt", "value": 1}]}});
        let rename = json!({"name": "rename", "toRename": [["day", "date"]]});
        let join = json!({"name": "join", "type": "left", "rightPipeline": "other", "on": [["amount", "amount"]]});
        for (steps, step, path, message) in [
            (
                json!([{"name": "select", "columns": ["day", "amount"]}]),
                1,
                vec![],
                "`amount` is gone after the `pivot`",
            ),
            (
                json!([{"name": "trim", "columns": []}, filter]),
                2,
                vec!["condition", "and", "0", "column"],
                "`pieces` is gone",
            ),
            (
                json!([{"name": "formula", "newColumn": "x", "formula": "Lyon / shop"}]),
                1,
                vec!["formula"],
                "`shop` is gone",
            ),
            (
                json!([rename, {"name": "sort", "columns": [{"column": "day", "order": "asc"}]}]),
                2,
                vec![],
                "`day` is gone",
            ),
            (json!([join]), 1, vec![], "`amount` is gone"),
        ] {
            let found = doubts(steps.clone());
            assert_eq!(found.len(), 1, "{steps}: {found:?}");
            assert!(found[0].message.starts_with(message), "{steps}: {found:?}");
            assert_eq!(
                (found[0].step_index, &found[0].path[..]),
                (step, &path.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>()[..])
            );
        }
        for steps in [
            json!([{"name": "select", "columns": ["day", "Lyon"]}]),
            json!([{"name": "formula", "newColumn": "amount", "formula": "Lyon * 2"}, {"name": "select", "columns": ["amount"]}]),
            json!([{"name": "select", "columns": ["day", "Lyon"]}, {"name": "text", "newColumn": "shop", "text": "a"}]),
        ] {
            assert_eq!(doubts(steps.clone()), [], "{steps}");
        }
    }

    #[test]
    fn only_the_index_is_known_beforehand() {
        let step = |value: &str, function: &str| json!({"name": "pivot", "index": ["text", "date"], "column_to_pivot": "flag", "value_column": value, "agg_function": function});
        assert_eq!(columns(step("float", "sum")), "text text, date date, … float");
        assert_eq!(columns(step("other", "max")), "text text, date date, … text");
        assert!(mistake(step("other", "avg")).contains("`avg` needs numbers, and `other` holds texts"));
        assert!(mistake(step("flaot", "avg")).contains("did you mean `float`"));
    }
}
