//! `aggregate`: groups rows and summarises columns; groups come sorted by key, nulls last.

use aracari_app::schema::ColumnType;
use aracari_app::steps::aggregate::{Aggregate, AggregateFunction};
use arrow::datatypes::DataType;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::{avg, count, count_distinct, first_value, last_value, max, min};
use datafusion::logical_expr::expr::NullTreatment;
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlanBuilder, cast, lit, when};
use indexmap::IndexSet;

use super::join::{Kept, attach};
use crate::error::EngineError;
use crate::exact::sum;
use crate::functions::one_zero;
use crate::table::{Table, column};

pub(super) fn compile(step: &Aggregate, table: Table) -> Result<Table, EngineError> {
    let keep = step.keep_original_granularity.unwrap_or(false);
    // A key that is named again groups no further.
    let on: Vec<String> = step.on.iter().collect::<IndexSet<_>>().into_iter().cloned().collect();
    let aggregated = group(step, &on, table.clone())?;
    if !keep {
        return Ok(aggregated);
    }
    let computed: Vec<String> = aggregated.columns().iter().filter(|name| !on.contains(name)).cloned().collect();
    let pairs: Vec<_> = on.into_iter().map(|key| (key.clone(), key)).collect();
    let clashing = table.all().into_iter().filter(|(name, _)| !computed.contains(name)).collect();
    let added = computed.iter().map(|name| (name.clone(), name.clone())).collect();
    // Each row meets one group at most: in which order they are does not matter.
    attach(table.project(clashing)?, aggregated.unordered(), &pairs, added, Kept::Left)
}

fn group(step: &Aggregate, on: &[String], input: Table) -> Result<Table, EngineError> {
    let by_order = |function| matches!(function, AggregateFunction::First | AggregateFunction::Last);
    let ordered = step.aggregations.iter().any(|aggregation| by_order(aggregation.aggfunction));
    let table = if ordered && !input.order().is_empty() { input.with_explicit_order()? } else { input };
    let mut keys = Vec::new();
    for name in on {
        keys.push(table.column(name)?);
    }
    let mut computed: Vec<(String, Expr)> = Vec::new();
    for aggregation in &step.aggregations {
        for (source, name) in aggregation.columns.iter().zip(&aggregation.newcolumns) {
            let expression = summary(aggregation.aggfunction, source, step.count_nulls, &table)?;
            match computed.iter_mut().find(|(known, _)| known == name) {
                Some(known) => known.1 = expression,
                None => computed.push((name.clone(), expression)),
            }
        }
    }
    if keys.is_empty() && computed.is_empty() {
        return Err(EngineError::invalid("an aggregation needs columns to group on, or something to compute"));
    }
    let hidden: Vec<String> = computed.iter().map(|_| table.names().next()).collect();
    let expressions: Vec<Expr> =
        computed.iter().zip(&hidden).map(|((_, expression), name)| expression.clone().alias(name)).collect();
    let plan = LogicalPlanBuilder::from(table.plan().clone()).aggregate(keys, expressions)?.build()?;

    let raw_columns: Vec<String> = on.iter().cloned().chain(hidden.iter().cloned()).collect();
    let grouped = Table::from_parts(plan, raw_columns, Vec::new(), &table);
    let sort_keys = on.iter().map(|name| (column(name), true)).collect();
    let mut visible: Vec<(String, Expr)> = Vec::new();
    for name in on {
        if !computed.iter().any(|(known, _)| known == name) {
            visible.push((name.clone(), column(name)));
        }
    }
    visible.extend(computed.iter().zip(&hidden).map(|((name, _), raw)| (name.clone(), column(raw))));
    grouped.ordered_anew(sort_keys, false)?.project(visible)
}

pub(super) fn summary(
    function: AggregateFunction,
    name: &str,
    count_nulls: bool,
    table: &Table,
) -> Result<Expr, EngineError> {
    let (source, kind) = table.typed(name)?;
    let number = |wanted: &str| match kind {
        ColumnType::Integer | ColumnType::Float => Ok(source.clone()),
        ColumnType::Boolean => Ok(cast(source.clone(), DataType::Int64)),
        ColumnType::Unknown => Ok(cast(source.clone(), DataType::Float64)),
        _ => Err(EngineError::invalid(format!("`{wanted}` needs numbers, and `{name}` holds none"))),
    };
    let zero = if kind == ColumnType::Float { lit(0.0) } else { lit(0_i64) };
    let ordered = |expression: Expr| {
        let builder = expression.null_treatment(NullTreatment::IgnoreNulls);
        if table.order().is_empty() { builder.build() } else { builder.order_by(table.sort_expressions()).build() }
    };
    Ok(match function {
        AggregateFunction::Avg => avg(cast(number("avg")?, DataType::Float64)),
        AggregateFunction::Sum => coalesce(vec![sum(number("sum")?), zero]),
        AggregateFunction::Min => min(source),
        AggregateFunction::Max => max(source),
        AggregateFunction::Count if count_nulls => count(lit(1_i64)),
        AggregateFunction::Count => count(source),
        AggregateFunction::CountDistinct if count_nulls => {
            let has_null = max(when(source.clone().is_null(), lit(1_i64)).otherwise(lit(0_i64))?);
            count_distinct(one_zero(source, kind)) + coalesce(vec![has_null, lit(0_i64)])
        }
        AggregateFunction::CountDistinct => count_distinct(one_zero(source, kind)),
        AggregateFunction::CountDistinctIncludingEmpty => count(lit(1_i64)),
        AggregateFunction::First => ordered(first_value(source, Vec::new()))?,
        AggregateFunction::Last => ordered(last_value(source, Vec::new()))?,
    })
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::{Value, json};

    fn aggregate(on: Value, function: &str, extra: Value) -> Value {
        let input = table(json!({
            "k": ["b", null, "a", "b", "a", null],
            "v": [1, 2, 3, null, 5, 2],
            "x": [0.5, null, null, 1.5, null, 3.0],
            "t": ["p", "q", null, "r", "s", "q"],
            "flag": [true, false, true, null, false, true]
        }));
        let mut step = json!({"name": "aggregate", "on": on, "aggregations": [
            {"aggfunction": function, "columns": ["v", "x", "t", "flag"], "newcolumns": ["v", "x", "t", "flag"]}]});
        if function == "sum" || function == "avg" {
            step["aggregations"][0]["columns"] = json!(["v", "x", "flag"]);
            step["aggregations"][0]["newcolumns"] = json!(["v", "x", "flag"]);
        }
        for (key, value) in extra.as_object().unwrap() {
            step[key] = value.clone();
        }
        run(input, json!([step]))
    }

    #[test]
    fn groups_are_sorted_with_the_null_group_last() {
        let sums = aggregate(json!(["k"]), "sum", json!({}));
        assert_eq!(sums, json!({"k": ["a", "b", null], "v": [8, 1, 4], "x": [0.0, 2.0, 3.0], "flag": [1, 1, 1]}));
    }

    #[test]
    fn a_key_that_is_named_twice_is_one() {
        for extra in [json!({}), json!({"keepOriginalGranularity": true})] {
            let twice = aggregate(json!(["k", "t", "k"]), "sum", extra.clone());
            assert_eq!(twice, aggregate(json!(["k", "t"]), "sum", extra));
        }
    }

    #[test]
    fn each_function_treats_nulls_as_agreed() {
        for (function, v, t) in [
            ("min", json!([3, 1, 2]), json!(["s", "p", "q"])),
            ("max", json!([5, 1, 2]), json!(["s", "r", "q"])),
            ("count", json!([2, 1, 2]), json!([1, 2, 2])),
            ("count distinct", json!([2, 1, 1]), json!([1, 2, 1])),
            ("count distinct including empty", json!([2, 2, 2]), json!([2, 2, 2])),
            ("first", json!([3, 1, 2]), json!(["s", "p", "q"])),
            ("last", json!([5, 1, 2]), json!(["s", "r", "q"])),
        ] {
            let answer = aggregate(json!(["k"]), function, json!({}));
            assert_eq!(answer["v"], v, "{function}");
            assert_eq!(answer["t"], t, "{function}");
        }
        let average = aggregate(json!([]), "avg", json!({}));
        assert_eq!(average, json!({"v": [2.6], "x": [5.0 / 3.0], "flag": [0.6]}));
        let with_nulls = aggregate(json!(["k"]), "count", json!({"countNulls": true}));
        assert_eq!(with_nulls["v"], json!([2, 2, 2]));
        let distinct_with_null = aggregate(json!(["k"]), "count distinct", json!({"countNulls": true}));
        assert_eq!(distinct_with_null["t"], json!([2, 2, 1]));
    }

    #[test]
    fn what_is_missing_in_every_row_is_no_value() {
        let missing = json!({"name": "text", "text": null, "newColumn": "n"});
        let count = |function: &str| {
            json!({"name": "aggregate", "on": [], "aggregations": [
                {"aggfunction": function, "columns": ["n"], "newcolumns": ["c"]}]})
        };
        for (function, expected) in [("count", 0), ("count distinct", 0), ("count distinct including empty", 2)] {
            let answer = run(table(json!({"v": [1, 2]})), json!([missing, count(function)]));
            assert_eq!(answer, json!({"c": [expected]}), "{function}");
        }
    }

    #[test]
    fn first_and_last_follow_the_order_that_a_sort_made() {
        let input = table(json!({"k": ["a", "a", "b", "a"], "v": [3, 1, 7, 2]}));
        let steps = json!([{"name": "sort", "columns": [{"column": "v"}]},
            {"name": "delete", "columns": ["nothing"]},
            {"name": "aggregate", "on": ["k"], "aggregations": [
                {"aggfunction": "first", "columns": ["v"], "newcolumns": ["f"]},
                {"aggfunction": "last", "columns": ["v"], "newcolumns": ["l"]}]}]);
        assert_eq!(run(input, steps), json!({"k": ["a", "b"], "f": [1, 7], "l": [3, 7]}));
    }

    #[test]
    fn the_original_rows_can_be_kept() {
        let input = table(json!({"k": ["b", null, "a", "b", null], "v": [1, 2, 3, 4, 5]}));
        let steps = json!([{"name": "aggregate", "on": ["k"], "keepOriginalGranularity": true, "aggregations": [
            {"aggfunction": "sum", "columns": ["v"], "newcolumns": ["total"]}]}]);
        let expected = json!({"k": ["b", null, "a", "b", null], "v": [1, 2, 3, 4, 5], "total": [5, 7, 3, 5, 7]});
        assert_eq!(run(input, steps), expected);
    }

    #[test]
    fn the_original_rows_can_be_kept_beside_a_total() {
        let steps = json!([{"name": "aggregate", "keepOriginalGranularity": true, "aggregations": [
            {"aggfunction": "sum", "columns": ["v"], "newcolumns": ["total"]}]}]);
        let input = table(json!({"v": [3, null, 4]}));
        assert_eq!(run(input, steps.clone()), json!({"v": [3, null, 4], "total": [7, 7, 7]}));
        let none = json!([{"name": "filter", "condition": {"column": "v", "value": 9}}, steps[0]]);
        assert_eq!(run(table(json!({"v": [3]})), none), json!({"v": [], "total": []}));
    }

    #[test]
    fn no_rows_sum_to_zero_and_have_no_average() {
        let input = table(json!({"v": [1]}));
        let steps = json!([{"name": "filter", "condition": {"column": "v", "value": 2}},
            {"name": "aggregate", "on": [], "aggregations": [
                {"aggfunction": "sum", "columns": ["v"], "newcolumns": ["s"]},
                {"aggfunction": "avg", "columns": ["v"], "newcolumns": ["a"]},
                {"aggfunction": "count", "columns": ["v"], "newcolumns": ["c"]}]}]);
        assert_eq!(run(input, steps), json!({"s": [0], "a": [null], "c": [0]}));
    }

    #[test]
    fn without_aggregations_the_keys_come_once() {
        let input = table(json!({"k": ["b", null, "a", "b", null]}));
        let steps = json!([{"name": "aggregate", "on": ["k"], "aggregations": []}]);
        assert_eq!(run(input, steps), json!({"k": ["a", "b", null]}));
    }

    #[test]
    fn one_column_has_an_older_spelling_and_a_name_given_twice_is_the_last() {
        let input = table(json!({"v": [1, 2, 3]}));
        let steps = json!([{"name": "aggregate", "aggregations": [
            {"aggfunction": "min", "columns": ["v"], "newcolumns": ["x"]},
            {"aggfunction": "max", "column": "v", "newcolumn": "x"}]}]);
        assert_eq!(run(input, steps), json!({"x": [3]}));
    }

    #[test]
    fn texts_cannot_be_added_up() {
        let input = table(json!({"t": ["a"]}));
        let steps = json!([{"name": "aggregate", "on": [], "aggregations": [
            {"aggfunction": "sum", "columns": ["t"], "newcolumns": ["t"]}]}]);
        assert!(failure(input, steps).contains("needs numbers"));
    }
}
