//! How large expressions become while they are planned: the optimizer writes out parts of some of them twice or more, and
//! the library looks at what is inside a cast twice, so that a few dozen inside one another would never end.

use std::collections::HashMap;

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::Expr;

use crate::error::EngineError;

/// The most parts that become of an expression, unless it has many of its own.
const MAX_WEIGHT: usize = 20_000;
/// The most that become of each part of a large one.
const MAX_COPIES: usize = 64;

/// Functions that the library writes as a case, which names each but the last of their values twice.
const CASES: [&str; 2] = ["coalesce", "nvl"];

/// The parts of an expression, as often as they are written out; columns count for what they are made of.
pub(crate) fn weight(expression: &Expr, columns: &HashMap<String, usize>) -> usize {
    let each = |part: &Expr, times: usize| weight(part, columns).saturating_mul(times);
    let sum = |parts: &mut dyn Iterator<Item = usize>| parts.fold(1_usize, usize::saturating_add);
    match expression {
        Expr::Column(column) => columns.get(&column.name).copied().unwrap_or(1),
        Expr::Cast(cast) => match each(&cast.expr, 1) {
            1 => 2,
            inner => inner.saturating_mul(2).saturating_add(1),
        },
        Expr::Between(between) => {
            sum(&mut [each(&between.expr, 2), each(&between.low, 1), each(&between.high, 1)].into_iter())
        }
        Expr::Case(case) if case.expr.is_none() => {
            let cases = case.when_then_expr.iter().flat_map(|(when, then)| [each(when, 3), each(then, 1)]);
            sum(&mut cases.chain(case.else_expr.iter().map(|otherwise| each(otherwise, 1))))
        }
        Expr::ScalarFunction(call) if CASES.contains(&call.name()) => {
            let last = call.args.len().saturating_sub(1);
            sum(&mut call.args.iter().enumerate().map(|(at, value)| each(value, if at < last { 2 } else { 1 })))
        }
        other => {
            let mut size = 1_usize;
            let counted = other.apply_children(|part| {
                size = size.saturating_add(each(part, 1));
                Ok(TreeNodeRecursion::Continue)
            });
            if counted.is_ok() { size } else { usize::MAX }
        }
    }
}

/// Refuses an expression of which too much would become.
pub(crate) fn check(expression: &Expr) -> Result<(), EngineError> {
    let weight = weight(expression, &HashMap::new());
    if weight <= MAX_WEIGHT || weight / MAX_COPIES <= size(expression) {
        return Ok(());
    }
    Err(EngineError::invalid(
        "the parts of an expression would be written out too often: each `coalesce`, `CASE`, `BETWEEN`, cast, and comparison of \
         different types doubles what is inside it; compute the inner parts in a step before",
    ))
}

fn size(expression: &Expr) -> usize {
    let mut size = 0_usize;
    let counted = expression.apply(|_| {
        size = size.saturating_add(1);
        Ok(TreeNodeRecursion::Continue)
    });
    if counted.is_ok() { size } else { usize::MAX }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::{Value, json};

    use crate::run::STACK_BYTES;
    use crate::steps::testing::{table, try_run};

    fn nested(template: &str, inner: &str, times: usize) -> String {
        (0..times).fold(inner.to_owned(), |inner, _| template.replace('@', &inner))
    }

    /// Runs, or is refused; both soon.
    fn soon(steps: &Value) -> Option<String> {
        let input = table(json!({"i": [1, 2], "x": [1.5, 2.5], "t": ["a", "b"], "u": ["c", "d"], "b": [true, false]}));
        let begun = Instant::now();
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let failed = std::thread::scope(|scope| {
            let run = || try_run(&input, Vec::new(), steps.clone()).err().map(|error| error.to_string());
            thread.spawn_scoped(scope, run).unwrap().join().unwrap()
        });
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}: {steps}", begun.elapsed());
        failed
    }

    #[test]
    fn what_is_inside_is_computed_or_refused_soon() {
        for (template, inner) in [
            ("coalesce(@, i)", "i"),
            ("nvl(@, i)", "i"),
            ("ifnull(@, 1)", "x"),
            ("length(@)", "t"),
            ("(@ BETWEEN false AND b)", "b"),
            ("(@ NOT BETWEEN false AND b)", "b"),
            ("CASE WHEN @ THEN b ELSE NOT b END", "b"),
            ("CASE WHEN @ = t THEN t ELSE u END", "t"),
            ("CASE WHEN @ BETWEEN 'a' AND 'z' THEN t ELSE u END", "t"),
            ("cast(@ AS bigint) + 0.5", "i"),
            ("cast(length(@) AS text)", "t"),
            ("(cast(@ AS int) % 3 = 1)", "i"),
        ] {
            let most = if template.contains("CASE") || template.contains("cast") { 17 } else { 40 };
            for times in [4, 7, 9, 13, most] {
                let query = format!("SELECT {} AS r FROM input", nested(template, inner, times));
                let failed = soon(&json!([{"name": "customsql", "query": query}]));
                assert!(failed.as_ref().is_none_or(|told| told.contains("in a step before")), "{query}: {failed:?}");
                assert!(times > 4 || failed.is_none(), "{query}: {failed:?}");
            }
        }
        for template in ["(@ != t)", "(t == @)", "(@ == i)"] {
            for times in [10, 14, 40] {
                let formula = nested(template, "t", times);
                let failed = soon(&json!([{"name": "formula", "newColumn": "r", "formula": formula}]));
                assert!(failed.as_ref().is_none_or(|told| told.contains("in a step before")), "{formula}: {failed:?}");
                assert!(times > 10 || failed.is_none(), "{formula}: {failed:?}");
            }
        }
    }

    #[test]
    fn steps_one_after_another_are_computed_soon() {
        let sql = |query: &str| json!({"name": "customsql", "query": query});
        let compared = json!({"name": "formula", "newColumn": "t", "formula": "t != u"});
        let filter = |column: &str, value: Value| json!({"name": "filter", "condition": {"column": column, "operator": "ne", "value": value}});
        for (step, last) in [
            (sql("SELECT b BETWEEN false AND true AS b, i FROM input"), filter("b", json!(false))),
            (sql("SELECT coalesce(x, i) AS x, i FROM input"), filter("x", json!(5))),
            (compared, filter("u", json!("x"))),
        ] {
            for times in [5, 30, 60] {
                let mut steps = vec![step.clone(); times];
                steps.push(last.clone());
                assert_eq!(soon(&json!(steps)), None, "{step}");
            }
        }
    }

    #[test]
    fn conditions_over_columns_that_change_are_planned_in_little_room() {
        let conditions: Vec<Value> =
            (0..50).map(|n| json!({"column": "i", "operator": "gt", "value": n - 100})).collect();
        let steps: Vec<Value> = (0..120)
            .flat_map(|_| {
                [
                    json!({"name": "formula", "newColumn": "i", "formula": "i + 1"}),
                    json!({"name": "filter", "condition": {"or": conditions}}),
                ]
            })
            .collect();
        assert_eq!(soon(&json!(steps)), None);
    }

    #[test]
    fn steps_that_read_their_rows_twice_are_refused_soon() {
        let sum = json!([{"aggfunction": "sum", "columns": ["i"], "newcolumns": ["i"]}]);
        let kept = json!({"name": "aggregate", "on": ["t"], "aggregations": sum, "keepOriginalGranularity": true});
        let totals = json!({"name": "totals", "aggregations": sum,
            "totalDimensions": [{"totalColumn": "t", "totalRowsLabel": "all"}]});
        for step in [kept, totals] {
            let failed = soon(&json!(vec![step.clone(); 60]));
            assert!(failed.as_ref().is_some_and(|told| told.contains("20000 parts")), "{step}: {failed:?}");
        }
    }

    #[test]
    fn long_conditions_are_no_copies() {
        let many: Vec<Value> = (0..4000).map(|n| json!({"column": "i", "operator": "ne", "value": n})).collect();
        let step = json!({"name": "ifthenelse", "newColumn": "r", "if": {"and": many}, "then": "1", "else": "2"});
        assert_eq!(soon(&json!([step])), None);
    }
}
