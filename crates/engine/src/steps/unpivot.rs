//! `unpivot`: turns columns into rows of name and value; the rows of one input row stand together.

use aracari_app::schema::ColumnType;
use aracari_app::steps::unpivot::Unpivot;
use datafusion::common::ScalarValue;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Case, Expr, cast, lit};
use indexmap::IndexSet;

use super::sets::{list, numbers, unnested};
use crate::column_type::{TEXT, canonical_type, unite};
use crate::error::EngineError;
use crate::expression::as_type;
use crate::table::{OrderKey, Table, column};

pub(super) fn compile(step: &Unpivot, table: Table) -> Result<Table, EngineError> {
    if step.unpivot.is_empty() {
        return Err(EngineError::invalid("`unpivot` needs at least one column in `unpivot`"));
    }
    let keep: IndexSet<&String> = step.keep.iter().collect();
    for name in &keep {
        table.column(name)?;
    }
    let sources = step.unpivot.iter().map(|name| table.typed(name)).collect::<Result<Vec<_>, _>>()?;
    let kind = sources.iter().fold(ColumnType::Unknown, |kind, (_, own)| unite(kind, *own));
    let values = sources.into_iter().map(|(value, own)| as_type(value, own, kind)).collect::<Vec<_>>();

    let hidden = || table.names().next();
    let (name, value, number) = (hidden(), hidden(), hidden());
    let mut order = table.order().to_vec();
    let mut kept: Vec<Expr> = order.iter().map(|key| column(&key.column)).collect();
    kept.extend(keep.iter().filter(|name| order.iter().all(|key| key.column != ***name)).map(|name| column(name)));
    let names: Vec<_> = step.unpivot.iter().map(|name| ScalarValue::Utf8View(Some(name.clone()))).collect();
    let mut lists = vec![(list(&names, &TEXT), name.clone())];
    // A list forgets that its values are shapes.
    let is_shape = kind == ColumnType::Geometry;
    if !is_shape {
        let kind = canonical_type(kind);
        lists.push((make_array(values.iter().map(|value| cast(value.clone(), kind.clone())).collect()), value.clone()));
    }
    // Rows that stream in order go on doing so, number by number.
    let streams = table.streams_in_order();
    if is_shape || !streams {
        lists.push((numbers(step.unpivot.len()), number.clone()));
    }
    if is_shape {
        kept.extend(step.unpivot.iter().filter(|name| !keep.contains(name)).map(|name| column(name)));
    }
    if !streams {
        order.push(OrderKey { column: number.clone(), ascending: true });
    }
    let loose = !order.is_empty() && streams;
    let plan = unnested(table.plan().clone(), kept, lists)?;
    let columns = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    let repeated = Table::from_parts(plan, columns, order, &table);
    let repeated = if loose { repeated.loosely_ordered() } else { repeated };
    let mut visible: Vec<(String, Expr)> = keep.into_iter().map(|name| (name.clone(), column(name))).collect();
    visible.push((step.unpivot_column_name.clone(), column(&name)));
    let value = if is_shape { nth(&number, values) } else { column(&value) };
    visible.push((step.value_column_name.clone(), value));
    let unpivoted = repeated.project(visible)?;
    if step.dropna {
        return unpivoted.filter(column(&step.value_column_name).is_not_null());
    }
    Ok(unpivoted)
}

/// The expression with the number that a column holds.
fn nth(number: &str, expressions: Vec<Expr>) -> Expr {
    let numbered = (0_i64..).zip(expressions).map(|(position, value)| (Box::new(lit(position)), Box::new(value)));
    Expr::Case(Case::new(Some(Box::new(column(number))), numbered.collect(), None))
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::{Value, json};

    fn unpivot(keep: Value, columns: Value, dropna: bool) -> Value {
        json!([{"name": "unpivot", "keep": keep, "unpivot": columns, "unpivotColumnName": "what",
                "value_column_name": "much", "dropna": dropna}])
    }

    #[test]
    fn rows_made_of_a_group_stay_in_order_and_are_groups_of_their_own() {
        let input = table(json!({"id": ["a", "b", "a"], "x": [1, 2, 3], "y": [9, 8, 7]}));
        let sums = json!({"name": "aggregate", "on": ["id"], "aggregations": [{"aggfunction": "sum", "columns": ["x", "y"], "newcolumns": ["x", "y"]}]});
        let mut steps = unpivot(json!(["id"]), json!(["y", "x"]), false).as_array().unwrap().clone();
        steps.insert(0, sums);
        let expected = json!({"id": ["a", "a", "b", "b"], "what": ["y", "x", "y", "x"], "much": [16, 4, 8, 2]});
        assert_eq!(run(input.clone(), json!(steps)), expected);
        steps.push(json!({"name": "aggregate", "on": ["id", "what"], "aggregations": [{"aggfunction": "max", "columns": ["much"], "newcolumns": ["much"]}]}));
        let expected = json!({"id": ["a", "a", "b", "b"], "what": ["x", "y", "x", "y"], "much": [4, 16, 2, 8]});
        assert_eq!(run(input, json!(steps)), expected);
    }

    #[test]
    fn each_row_becomes_one_for_each_column() {
        let input = table(json!({"id": ["a", "b"], "x": [1, null], "y": [0.5, 2.5], "z": ["left", "out"]}));
        let expected = json!({
            "id": ["a", "a", "b", "b"], "what": ["x", "y", "x", "y"], "much": [1.0, 0.5, null, 2.5]});
        assert_eq!(run(input.clone(), unpivot(json!(["id"]), json!(["x", "y"]), false)), expected);
        let without = run(input, unpivot(json!(["id"]), json!(["x", "y"]), true));
        assert_eq!(without, json!({"id": ["a", "a", "b"], "what": ["x", "y", "y"], "much": [1.0, 0.5, 2.5]}));
    }

    #[test]
    fn columns_of_different_types_become_texts() {
        let input = table(json!({"n": [1], "t": ["one"], "d": ["2024-05-01T00:00:00Z"], "b": [true]}));
        let answer = run(input, unpivot(json!([]), json!(["n", "t", "d", "b"]), false));
        assert_eq!(answer["much"], json!(["1", "one", "2024-05-01", "true"]));
    }

    #[test]
    fn a_sort_before_it_still_orders_the_rows() {
        let input = table(json!({"id": [2, 1], "x": [20, 10], "y": [21, 11]}));
        let mut steps = unpivot(json!(["id"]), json!(["y", "x"]), false);
        steps.as_array_mut().unwrap().insert(0, json!({"name": "sort", "columns": [{"column": "id"}]}));
        assert_eq!(run(input, steps)["much"], json!([11, 10, 21, 20]));
    }

    #[test]
    fn the_names_may_replace_columns_that_are_not_kept() {
        let input = table(json!({"what": [1], "much": [2]}));
        let answer = run(input, unpivot(json!([]), json!(["much", "what"]), false));
        assert_eq!(answer, json!({"what": ["much", "what"], "much": [2, 1]}));
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let input = table(json!({"id": [1], "what": [2], "x": [3]}));
        assert!(failure(input.clone(), unpivot(json!(["id"]), json!([]), true)).contains("at least one column"));
        assert!(failure(input.clone(), unpivot(json!(["od"]), json!(["x"]), true)).contains("no column `od`"));
        let clash = failure(input, unpivot(json!(["what"]), json!(["x"]), true));
        assert!(clash.contains("two columns would be called `what`"));
    }
}
