//! `join`: brings in the columns of another pipeline; null keys match null keys.

use std::collections::BTreeSet;

use aracari_app::steps::join::{Join, JoinType};
use datafusion::common::{Column, NullEquality};
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::{Expr, JoinType as PlanJoinType, LogicalPlanBuilder, lit};

use crate::column_type::unite;
use crate::error::EngineError;
use crate::expression::as_type;
use crate::table::{OrderKey, Table, column};

/// Which rows a join keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Every left row.
    Left,
    /// Rows that match.
    Matching,
    /// Every row of both sides.
    All,
}

pub(super) fn compile(step: &Join, left: Table, right: Table) -> Result<Table, EngineError> {
    if step.on.is_empty() {
        return Err(EngineError::invalid("a join needs at least one pair of columns in `on`"));
    }
    let added =
        step.added_columns(left.columns().iter().map(String::as_str), right.columns().iter().map(String::as_str));
    let kept = match step.kind {
        JoinType::Left => Kept::Left,
        JoinType::Inner => Kept::Matching,
        JoinType::LeftOuter => Kept::All,
    };
    attach(left, right, &step.on, added, kept)
}

/// Joins two tables; `added` are the right columns to bring in, each with its new name.
///
/// The right table is the one that is built into a hash table and the left one streams past it, so the left rows keep
/// their order, and the matches of one left row come in the order of the right table.
pub(super) fn attach(
    left: Table,
    right: Table,
    on: &[(String, String)],
    added: Vec<(String, String)>,
    kept: Kept,
) -> Result<Table, EngineError> {
    // A right row without a match has no left order: a missing key must not stand for one of a left row.
    let left = if kept == Kept::All { left.with_position()? } else { left };
    let streams = kept != Kept::All && right.order().is_empty() && left.streams_in_order();
    let loose = streams && (kept == Kept::Left || !left.order().is_empty());
    let (left, right) = match (streams, kept) {
        (false, _) => (left.with_explicit_order()?, right.with_explicit_order()?),
        // A join keeps rows without a match in their place only where it knows that the rows are numbered.
        (true, Kept::Left) if left.order().is_empty() => (left.with_explicit_order()?, right),
        (true, _) => (left, right),
    };
    let denied: BTreeSet<String> = right.denied().iter().filter(|name| !left.has(name)).cloned().collect();
    let names = left.names().clone();

    let mut left_expressions: Vec<Expr> = left.columns().iter().map(|name| column(name)).collect();
    left_expressions.extend(left.order().iter().map(|key| column(&key.column)));
    let mut right_expressions: Vec<Expr> = Vec::new();
    let (mut left_keys, mut right_keys) = (Vec::new(), Vec::new());
    for (left_name, right_name) in on {
        let (left_expression, left_type) = left.typed(left_name)?;
        let (right_expression, right_type) = right.typed(right_name)?;
        let common = unite(left_type, right_type);
        let (left_key, right_key) = (names.next(), names.next());
        left_expressions.push(as_type(left_expression, left_type, common).alias(&left_key));
        right_expressions.push(as_type(right_expression, right_type, common).alias(&right_key));
        left_keys.push(Column::from_name(left_key));
        right_keys.push(Column::from_name(right_key));
    }
    if on.is_empty() {
        // Every row meets every row.
        let (left_key, right_key) = (names.next(), names.next());
        left_expressions.push(lit(true).alias(&left_key));
        right_expressions.push(lit(true).alias(&right_key));
        left_keys.push(Column::from_name(left_key));
        right_keys.push(Column::from_name(right_key));
    }
    let mut visible: Vec<(String, Expr)> = left.all();
    for (source, name) in added {
        let raw = names.next();
        right_expressions.push(right.column(&source)?.alias(&raw));
        visible.push((name, column(&raw)));
    }
    let mut order: Vec<OrderKey> = left.order().to_vec();
    for key in right.order() {
        let raw = names.next();
        right_expressions.push(column(&key.column).alias(&raw));
        order.push(OrderKey { column: raw, ascending: key.ascending });
    }
    if kept == Kept::All {
        // Keys of one name become one column, of the type that holds both.
        for ((left_name, right_name), (left_key, right_key)) in on.iter().zip(left_keys.iter().zip(&right_keys)) {
            if left_name != right_name {
                continue;
            }
            if let Some(place) = visible.iter_mut().find(|(name, _)| name == left_name) {
                place.1 = coalesce(vec![Expr::Column(left_key.clone()), Expr::Column(right_key.clone())]);
            }
        }
    }

    let join_type = match kept {
        Kept::Left => PlanJoinType::Right,
        Kept::Matching => PlanJoinType::Inner,
        Kept::All => PlanJoinType::Full,
    };
    let probe = LogicalPlanBuilder::from(left.plan().clone()).project(left_expressions)?.build()?;
    let plan = LogicalPlanBuilder::from(right.plan().clone())
        .project(right_expressions)?
        .join_detailed(probe, join_type, (right_keys, left_keys), None, NullEquality::NullEqualsNull)?
        .build()?;
    let raw_columns: Vec<String> = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    let joined = Table::from_parts(plan, raw_columns, order, &left).with_denied(&denied).project(visible)?;
    Ok(if loose { joined.loosely_ordered() } else { joined })
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, run_with, table};
    use serde_json::{Value, json};

    fn joined(kind: &str) -> Value {
        let left = table(json!({"k": ["b", "a", null, "c", "b"], "v": [1, 2, 3, 4, 5]}));
        let right = table(json!({"k": ["a", "b", null, "d", "b"], "v": ["A", "B1", "N", "D", "B2"]}));
        let steps = json!([{"name": "join", "type": kind, "rightPipeline": "other", "on": [["k", "k"]]}]);
        run_with(left, vec![("other", right)], steps)
    }

    #[test]
    fn null_keys_match_and_left_rows_keep_their_order() {
        let expected = json!({
            "k": ["b", "b", "a", null, "c", "b", "b"],
            "v": [1, 1, 2, 3, 4, 5, 5],
            "v_JOIN": ["B1", "B2", "A", "N", null, "B1", "B2"]
        });
        assert_eq!(joined("left"), expected);
    }

    #[test]
    fn rows_without_a_match_stay_in_their_place_for_what_follows() {
        let left = table(json!({"k": [9, 1, 8, 1], "v": [1, 2, 3, 4], "t": [0, 0, 0, 0]}));
        let right = table(json!({"k": [1, 1], "w": ["x", "y"]}));
        let steps = json!([{"name": "join", "type": "left", "rightPipeline": "other", "on": [["k", "k"]]},
            {"name": "movingaverage", "valueColumn": "v", "columnToSort": "t", "movingWindow": 2}]);
        assert_eq!(run_with(left, vec![("other", right)], steps)["v"], json!([1, 2, 2, 3, 4, 4]));
    }

    #[test]
    fn an_inner_join_keeps_matches_only_and_an_outer_one_everything() {
        assert_eq!(joined("inner")["v"], json!([1, 1, 2, 3, 5, 5]));
        let outer = joined("left outer");
        assert_eq!(outer["k"], json!(["b", "b", "a", null, "c", "b", "b", "d"]));
        assert_eq!(outer["v_JOIN"], json!(["B1", "B2", "A", "N", null, "B1", "B2", "D"]));
    }

    #[test]
    fn unmatched_right_rows_come_last_even_behind_a_row_whose_order_is_missing() {
        let left = table(json!({"k": ["x", null]}));
        let right = table(json!({"r": ["y", "z"]}));
        let steps = json!([{"name": "uniquegroups", "on": ["k"]},
            {"name": "text", "text": "none", "newColumn": "key"},
            {"name": "join", "type": "left outer", "rightPipeline": "other", "on": [["key", "r"]]}]);
        let expected =
            json!({"k": ["x", null, null, null], "key": ["none", "none", null, null], "r": [null, null, "y", "z"]});
        assert_eq!(run_with(left, vec![("other", right)], steps), expected);
    }

    #[test]
    fn joins_in_a_row_keep_the_order_for_first_and_sort() {
        let left = table(json!({"k": ["b", "z", "a"], "n": [1, 2, 3]}));
        let right = table(json!({"k": ["b", "a", "b"], "w": [9, 7, 8]}));
        let join = json!({"name": "join", "type": "left", "rightPipeline": "other", "on": [["k", "k"]]});
        let answer = run_with(left.clone(), vec![("other", right.clone())], json!([join, join]));
        assert_eq!(answer["n"], json!([1, 1, 1, 1, 2, 3]));
        assert_eq!(answer["w_JOIN"], json!([9, 8, 9, 8, null, 7]));
        let sorted = json!([join, {"name": "text", "text": 1, "newColumn": "one"}, {"name": "sort", "columns": [{"column": "one"}]}]);
        assert_eq!(run_with(left.clone(), vec![("other", right.clone())], sorted)["w"], json!([9, 8, null, 7]));
        let first = json!([join, {"name": "aggregate", "on": ["n"], "aggregations": [
            {"aggfunction": "last", "columns": ["w"], "newcolumns": ["w"]}]}]);
        assert_eq!(run_with(left, vec![("other", right)], first)["w"], json!([8, null, 7]));
    }

    #[test]
    fn a_sort_on_either_side_survives_the_join() {
        let left = table(json!({"k": ["x", "y", "x"], "v": [3, 2, 1]}));
        let right = table(json!({"r": ["x", "x", "y"], "w": [7, 9, 8]}));
        let steps = json!([
            {"name": "sort", "columns": [{"column": "v"}]},
            {"name": "join", "type": "inner", "on": [["k", "r"]], "rightPipeline": [
                {"name": "domain", "domain": "other"}, {"name": "sort", "columns": [{"column": "w", "order": "desc"}]}]},
            {"name": "delete", "columns": ["k"]}]);
        let answer = run_with(left, vec![("other", right)], steps);
        assert_eq!(answer, json!({"v": [1, 1, 2, 3, 3], "r": ["x", "x", "y", "x", "x"], "w": [9, 7, 8, 9, 7]}));
    }

    #[test]
    fn keys_of_different_types_meet() {
        let left = table(json!({"k": [1, 2]}));
        let right = table(json!({"k": ["2", "x"], "w": ["two", "none"]}));
        let steps = json!([{"name": "join", "type": "left", "rightPipeline": "other", "on": [["k", "k"]]}]);
        assert_eq!(run_with(left, vec![("other", right)], steps)["w"], json!([null, "two"]));
    }

    #[test]
    fn what_is_not_there_cannot_be_joined() {
        let left = table(json!({"k": [1]}));
        let steps = json!([{"name": "join", "type": "left", "rightPipeline": "nobody", "on": [["k", "k"]]}]);
        assert!(failure(left.clone(), steps).contains("no dataset `nobody`"));
        let without = json!([{"name": "join", "type": "left", "rightPipeline": "nobody", "on": []}]);
        assert!(failure(left, without).contains("nobody"));
        assert_eq!(run(table(json!({"k": [1]})), json!([])), json!({"k": [1]}));
    }

    #[test]
    fn shared_keys_of_two_types_take_the_type_that_holds_both() {
        let left = table(json!({"k": [1, null]}));
        let right = table(json!({"k": ["1", "two"], "v": ["A", "B"]}));
        let steps = json!([{"name": "join", "type": "left outer", "rightPipeline": "other", "on": [["k", "k"]]}]);
        let expected = json!({"k": ["1", null, "two"], "v": ["A", null, "B"]});
        assert_eq!(run_with(left, vec![("other", right)], steps), expected);
    }
}
