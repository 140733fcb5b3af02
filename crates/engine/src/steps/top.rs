//! `top`: keeps the first rows by a column, over all rows or per group.

use aracari_app::steps::sort::Order;
use aracari_app::steps::top::Top;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlanBuilder, lit};

use crate::column_type::canonical_type;
use crate::error::EngineError;
use crate::functions::one_zero;
use crate::operators::TopGroups;
use crate::table::{OrderKey, Table, column};

pub(super) fn compile(step: &Top, table: Table) -> Result<Table, EngineError> {
    let ranked = (table.column(&step.rank_on)?, step.sort == Order::Asc);
    table.check_choice(&ranked.0)?;
    let mut groups = Vec::with_capacity(step.groups.len());
    for group in &step.groups {
        let (key, kind) = table.typed(group)?;
        groups.push(one_zero(key, kind));
    }
    if groups.is_empty() {
        let limit = usize::try_from(step.limit.min(i64::MAX as u64)).unwrap_or(usize::MAX);
        let ordered = table.ordered_by(vec![ranked])?;
        let keys = ordered.sort_expressions();
        return ordered.replace(|plan| Ok(plan.sort(keys)?.limit(0, Some(limit))?));
    }

    // A group without a name is no group: rows with a null key are dropped.
    let keys = groups.iter().cloned().map(|group| (group, true)).chain([ranked.clone()]).collect();
    let table = table.with_values(&groups)?;
    if table.order().is_empty() && TopGroups::ranks(&canonical_type(table.type_of(&ranked.0)?)) {
        return first_in_one_pass(table, groups, ranked, step.limit)?.ordered_by(keys);
    }
    let stable = table.with_explicit_order()?;
    let kind = stable.type_of(&ranked.0)?;
    let mut by = vec![one_zero(ranked.0, kind).sort(ranked.1, false)];
    by.extend(stable.sort_expressions());
    let rank = stable.names().next();
    let window = row_number().partition_by(groups).order_by(by).build()?.alias(&rank);
    let limit = lit(step.limit);
    let limited =
        stable.replace(|plan: LogicalPlanBuilder| Ok(plan.window([window])?.filter(column(&rank).lt_eq(limit))?))?;
    let columns = limited.all();
    limited.project(columns)?.ordered_by(keys)
}

/// Rows that have no order but that in which they stream need no numbers to be told apart.
fn first_in_one_pass(table: Table, groups: Vec<Expr>, ranked: (Expr, bool), limit: u64) -> Result<Table, EngineError> {
    let position = table.names().next();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let plan = TopGroups::over(table.plan().clone(), groups, ranked, limit, position.clone())?;
    let order = vec![OrderKey { column: position, ascending: true }];
    Ok(Table::from_parts(plan, table.columns().to_vec(), order, &table))
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use arrow::array::RecordBatch;
    use arrow::compute::cast;
    use arrow::datatypes::DataType;
    use serde_json::json;

    #[test]
    fn there_is_one_zero_in_a_group() {
        let input = table(json!({"g": [0.0, -0.0, -0.0, 2.5], "v": [3, 1, 2, 9]}));
        let top = json!({"name": "top", "rankOn": "v", "sort": "asc", "limit": 2, "groups": ["g"]});
        let position = json!({"name": "sort", "columns": [{"column": "v", "order": "desc"}]});
        assert_eq!(run(input.clone(), json!([top]))["v"], json!([1, 2, 9]));
        assert_eq!(run(input, json!([position, top]))["v"], json!([1, 2, 9]));
    }

    #[test]
    fn the_first_rows_come_in_order_and_ties_keep_theirs() {
        let input = table(json!({"v": [3, 1, null, 3, 2], "n": [0, 1, 2, 3, 4]}));
        let top = |order: &str, limit: u64| {
            run(input.clone(), json!([{"name": "top", "rankOn": "v", "sort": order, "limit": limit}]))["n"].clone()
        };
        assert_eq!(top("desc", 2), json!([0, 3]));
        assert_eq!(top("asc", 3), json!([1, 4, 0]));
        assert_eq!(top("asc", 9), json!([1, 4, 0, 3, 2]));
    }

    #[test]
    fn each_group_has_its_own_first_rows() {
        let input =
            table(json!({"g": ["b", "a", "b", null, "a", "b"], "v": [1, 2, 3, 9, 4, 3], "n": [0, 1, 2, 3, 4, 5]}));
        let steps = json!([{"name": "top", "groups": ["g"], "rankOn": "v", "sort": "desc", "limit": 2}]);
        assert_eq!(run(input, steps), json!({"g": ["a", "a", "b", "b"], "v": [4, 2, 3, 3], "n": [4, 1, 2, 5]}));
    }

    #[test]
    fn steps_after_a_top_see_only_its_rows() {
        let input = table(json!({"v": [3, 1, 2]}));
        let steps = json!([{"name": "top", "rankOn": "v", "sort": "asc", "limit": 2},
            {"name": "aggregate", "on": [], "aggregations": [{"aggfunction": "sum", "columns": ["v"], "newcolumns": ["v"]}]}]);
        assert_eq!(run(input, steps), json!({"v": [3]}));
    }

    #[test]
    fn a_group_that_a_filter_makes_constant_is_still_a_group() {
        let rows = table(json!({
            "r": ["N", "N", "S", "S"], "p": ["a", "b", "a", "b"], "q": [1, 2, 3, 4],
            "d": ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2025-01-01T00:00:00Z"]}));
        // Texts as files have them: they are brought to the engine's own when they are read.
        let texts = ["r", "p"].map(|name| (name, cast(rows.column_by_name(name).unwrap(), &DataType::Utf8).unwrap()));
        let others = ["q", "d"].map(|name| (name, rows.column_by_name(name).unwrap().clone()));
        let rows = RecordBatch::try_from_iter(texts.into_iter().chain(others)).unwrap();
        let steps = json!([
            {"name": "filter", "condition": {"column": "d", "operator": "from", "value": "2026-01-01"}},
            {"name": "filter", "condition": {"column": "r", "operator": "eq", "value": "N"}},
            {"name": "aggregate", "on": ["r", "p"],
             "aggregations": [{"aggfunction": "sum", "columns": ["q"], "newcolumns": ["q"]}]},
            {"name": "top", "groups": ["r"], "rankOn": "q", "sort": "desc", "limit": 1}]);
        assert_eq!(run(rows, steps), json!({"r": ["N"], "p": ["b"], "q": [2]}));
    }

    #[test]
    fn many_keys_group_as_few_do() {
        let mut columns = json!({"g": ["b", "a", null, "b", "a"], "h": [1, 1, 1, null, 1], "v": [1, 2, 9, 8, 3]});
        let mut groups = vec!["g".to_owned(), "h".to_owned()];
        for number in 0..1_000 {
            let name = format!("k{number}");
            columns[&name] = json!(vec![number; 5]);
            groups.push(name);
        }
        let top = |groups: &[String]| {
            let step = json!({"name": "top", "groups": groups, "rankOn": "v", "sort": "desc", "limit": 1});
            run(table(columns.clone()), json!([step]))["v"].clone()
        };
        assert_eq!(top(&groups), json!([3, 1]));
        assert_eq!(top(&groups[..2]), json!([3, 1]));
    }
}
