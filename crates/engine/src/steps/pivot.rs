//! `pivot`: turns the values of a column into columns.
//!
//! The rows are summarised by index and value first. These groups are few: they are looked at, which tells what columns
//! there are, and then spread over them, so that the rows themselves are read once. Rows and columns come sorted, null rows last; a null value makes no column.

use aracari_app::schema::ColumnType;
use aracari_app::steps::pivot::{Pivot, PivotFunction};
use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::{avg, count, max, min};
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, cast, lit};

use super::sets::each_once;
use crate::column_type::text_literal;
use crate::error::EngineError;
use crate::exact::sum;
use crate::functions;
use crate::steps::Datasets;
use crate::table::{Table, column};

/// More columns than this are a mistake.
const MAX_COLUMNS: usize = 1_000;

pub(super) fn compile(step: &Pivot, input: Table, datasets: &dyn Datasets) -> Result<Table, EngineError> {
    each_once("pivot", &step.index)?;
    let (pivoted, kind) = input.typed(&step.column_to_pivot)?;
    let summary = summary(step, &input)?;
    let index = step.index.iter().map(|name| input.column(name)).collect::<Result<Vec<_>, _>>()?;
    // An average of nothing is none, so it makes neither a row nor a column; a sum of nothing is 0.
    let counts = match step.agg_function {
        PivotFunction::Sum | PivotFunction::Count => pivoted.clone().is_not_null(),
        PivotFunction::Avg | PivotFunction::Min | PivotFunction::Max => {
            pivoted.clone().is_not_null().and(input.column(&step.value_column)?.is_not_null())
        }
    };
    let table = input.filter(counts)?;
    let [key, value] = std::array::from_fn(|_| table.names().next());
    let mut keys = index.clone();
    keys.push(pivoted.alias(&key));
    let groups =
        LogicalPlanBuilder::from(table.plan().clone()).aggregate(keys, vec![summary.alias(&value)])?.build()?;
    let groups = datasets.look(groups)?.scan(table.names())?;
    let names = columns(step, &groups, &key, kind, datasets)?;
    let mut cells: Vec<Expr> = index.clone();
    cells.push(functions::text_of(column(&key), kind).alias(&key));
    cells.push(column(&value));
    let raw: Vec<String> = names.iter().map(|_| table.names().next()).collect();
    let spread = names.iter().zip(&raw).map(|(name, raw)| {
        let cell = max(column(&value)).filter(column(&key).eq(text_literal(name))).build()?;
        Ok(cell.alias(raw))
    });
    let spread = spread.collect::<Result<Vec<Expr>, EngineError>>()?;
    let plan = LogicalPlanBuilder::from(groups).project(cells)?.aggregate(index, spread)?.build()?;

    let known = step.index.iter().chain(&raw).cloned().collect();
    let order = step.index.iter().map(|name| (column(name), true)).collect();
    let mut visible: Vec<(String, Expr)> = step.index.iter().map(|name| (name.clone(), column(name))).collect();
    visible.extend(names.into_iter().zip(&raw).map(|(name, raw)| (name, column(raw))));
    Table::from_parts(plan, known, Vec::new(), &table).ordered_anew(order, false)?.project(visible)
}

fn summary(step: &Pivot, table: &Table) -> Result<Expr, EngineError> {
    let (value, kind) = table.typed(&step.value_column)?;
    let number = || match kind {
        ColumnType::Integer | ColumnType::Float => Ok(value.clone()),
        ColumnType::Boolean => Ok(cast(value.clone(), DataType::Int64)),
        ColumnType::Unknown => Ok(cast(value.clone(), DataType::Float64)),
        ColumnType::Text | ColumnType::Date | ColumnType::Geometry => Err(EngineError::invalid(format!(
            "`pivot` can only `count` or compare `{}`, which holds no numbers; put a `convert` step before it",
            step.value_column
        ))),
    };
    Ok(match step.agg_function {
        PivotFunction::Sum => {
            let zero = if kind == ColumnType::Float { lit(0.0) } else { lit(0_i64) };
            coalesce(vec![sum(number()?), zero])
        }
        PivotFunction::Avg => avg(cast(number()?, DataType::Float64)),
        PivotFunction::Count => count(value),
        PivotFunction::Min => min(value),
        PivotFunction::Max => max(value),
    })
}

/// The names of the new columns, in the order of their values in the column `key`.
fn columns(
    step: &Pivot,
    groups: &LogicalPlan,
    key: &str,
    kind: ColumnType,
    datasets: &dyn Datasets,
) -> Result<Vec<String>, EngineError> {
    let pivoted = &step.column_to_pivot;
    let plan = LogicalPlanBuilder::from(groups.clone())
        .project([column(key)])?
        .distinct()?
        .sort([column(key).sort(true, false)])?
        .limit(0, Some(MAX_COLUMNS + 1))?
        .project([functions::text_of(column(key), kind).alias(pivoted)])?
        .build()?;
    let seen = datasets.look(plan)?;
    let values = seen.rows().column(0).as_string_view();
    if values.len() > MAX_COLUMNS {
        return Err(EngineError::invalid(format!(
            "`pivot` makes a column of each value of `{pivoted}`, which has more than {MAX_COLUMNS}; filter or group them first"
        )));
    }
    let names: Vec<String> = values.iter().flatten().map(str::to_owned).collect();
    if names.iter().any(String::is_empty) {
        return Err(EngineError::invalid(format!(
            "`pivot` cannot make a column of the empty text in `{pivoted}`; filter it out or `replace` it first"
        )));
    }
    if let Some(taken) = names.iter().find(|name| step.index.contains(name)) {
        return Err(EngineError::invalid(format!(
            "`pivot` finds the value `{taken}` in `{pivoted}`, and a column of the index is called so; `rename` that column first"
        )));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use arrow::array::RecordBatch;
    use serde_json::{Value, json};

    fn trips() -> RecordBatch {
        table(json!({
            "city": ["Pau", "Gap", "Pau", null, "Gap", "Pau", "Sète"],
            "mode": ["train", "bus", "bus", "bus", "bus", "train", null],
            "km": [10, 3, 4, 8, null, 5, 99],
            "text": ["a", "b", "c", "d", "e", "f", "g"],
            "year": [2020, 2021, 2021, 999, 2021, 2020, 2020]
        }))
    }

    fn pivot(index: Value, by: &str, value: &str, function: &str) -> Value {
        json!([{"name": "pivot", "index": index, "columnToPivot": by, "value_column": value, "aggFunction": function}])
    }

    #[test]
    fn values_become_columns_and_missing_cells_are_null() {
        let expected = json!({"city": ["Gap", "Pau", null], "bus": [3, 4, 8], "train": [null, 15, null]});
        assert_eq!(run(trips(), pivot(json!(["city"]), "mode", "km", "sum")), expected);
    }

    #[test]
    fn each_function_fills_the_cells() {
        for (function, value, bus) in [
            ("sum", "km", json!([3, 4, 8])),
            ("avg", "km", json!([3.0, 4.0, 8.0])),
            ("count", "km", json!([1, 1, 1])),
            ("count", "text", json!([2, 1, 1])),
            ("min", "text", json!(["b", "c", "d"])),
            ("max", "text", json!(["e", "c", "d"])),
        ] {
            let answer = run(trips(), pivot(json!(["city"]), "mode", value, function));
            assert_eq!(answer["bus"], bus, "{function} {value}");
        }
    }

    #[test]
    fn numbers_and_dates_are_columns_in_their_order() {
        let answer = run(trips(), pivot(json!([]), "year", "km", "max"));
        assert_eq!(answer, json!({"999": [8], "2020": [99], "2021": [4]}));
        let days = table(json!({"day": ["2024-03-01T00:00:00Z", "2024-02-01T12:00:00Z"], "v": [1, 2]}));
        let answer = run(days, pivot(json!([]), "day", "v", "sum"));
        assert_eq!(answer, json!({"2024-02-01 12:00:00": [2], "2024-03-01": [1]}));
    }

    #[test]
    fn there_is_one_zero() {
        let input = table(json!({"k": [-0.0, 1.5], "v": [1, 2]}));
        assert_eq!(run(input.clone(), pivot(json!([]), "k", "v", "sum")), json!({"0.0": [1], "1.5": [2]}));
        let text = json!([{"name": "convert", "columns": ["k"], "dataType": "text"}]);
        assert_eq!(run(input, text)["k"], json!(["0.0", "1.5"]));
        let both = table(json!({"k": [-0.0, 0.0], "v": [1, 2]}));
        assert_eq!(run(both, pivot(json!([]), "k", "v", "sum")), json!({"0.0": [3]}));
    }

    #[test]
    fn an_average_of_nothing_makes_no_column_and_a_sum_of_nothing_is_zero() {
        let input = table(json!({"k": ["a", "a"], "c": ["x", "y"], "v": [null, 2]}));
        assert_eq!(run(input.clone(), pivot(json!(["k"]), "c", "v", "avg")), json!({"k": ["a"], "y": [2.0]}));
        assert_eq!(run(input, pivot(json!(["k"]), "c", "v", "sum")), json!({"k": ["a"], "x": [0], "y": [2]}));
    }

    #[test]
    fn no_rows_make_no_columns() {
        let mut steps = pivot(json!(["city"]), "mode", "km", "sum");
        steps.as_array_mut().unwrap().insert(0, json!({"name": "filter", "condition": {"column": "km", "value": -1}}));
        assert_eq!(run(trips(), steps), json!({"city": []}));
    }

    #[test]
    fn two_pivots_in_a_row_look_twice() {
        let steps = json!([
            pivot(json!(["city", "year"]), "mode", "km", "sum")[0],
            pivot(json!(["city"]), "year", "bus", "sum")[0]
        ]);
        let expected = json!({"city": ["Gap", "Pau", null], "999": [null, null, 8], "2020": [null, 0, null], "2021": [3, 4, null]});
        assert_eq!(run(trips(), steps), expected);
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let many: Vec<i64> = (0..1_001).collect();
        let input = table(json!({"k": many, "v": many}));
        let message = failure(input, pivot(json!([]), "k", "v", "sum"));
        assert!(message.contains("`pivot`") && message.contains("more than 1000"), "{message}");
        let text = failure(trips(), pivot(json!(["city"]), "mode", "text", "sum"));
        assert!(text.contains("`text`") && text.contains("`convert`"), "{text}");
        let empty = table(json!({"k": ["", "a"], "v": [1, 2]}));
        assert!(failure(empty, pivot(json!([]), "k", "v", "sum")).contains("empty text"));
        let taken = table(json!({"k": ["v", "a"], "v": [1, 2]}));
        assert!(failure(taken, pivot(json!(["v"]), "k", "v", "sum")).contains("`rename`"));
        assert!(failure(trips(), pivot(json!(["city", "city"]), "mode", "km", "sum")).contains("`city` twice"));
        assert!(failure(trips(), pivot(json!(["citi"]), "mode", "km", "sum")).contains("no column `citi`"));
    }
}
