//! Conditions of filters, as they are evaluated fast: the library compares texts with a list one by one, and after a
//! condition that few rows meet it copies those rows before it looks at the next.

mod every;
mod one_of;

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::error::Result;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, InListExpr, Literal};
use datafusion::physical_expr::{PhysicalExpr, conjunction, split_conjunction};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};

use every::Every;
use one_of::OneOf;

/// The rules with this one among them: tables have got their conditions by then and skip what they can, and what is known
/// of the rows after a filter is not yet relied on.
pub(crate) fn among(
    rules: impl Iterator<Item = Arc<dyn PhysicalOptimizerRule + Send + Sync>>,
) -> impl Iterator<Item = Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    rules.flat_map(|rule| {
        let follows = rule.name() == "FilterPushdown";
        std::iter::once(rule).chain(follows.then(|| Arc::new(FastFilters) as _))
    })
}

#[derive(Debug)]
struct FastFilters;

impl PhysicalOptimizerRule for FastFilters {
    fn name(&self) -> &'static str {
        "fast_filters"
    }

    fn schema_check(&self) -> bool {
        true
    }

    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let fast = plan.transform_up(|node| {
            let Some(filter) = node.downcast_ref::<FilterExec>() else { return Ok(Transformed::no(node)) };
            let predicate = fast(filter.predicate())?;
            if !predicate.transformed {
                return Ok(Transformed::no(node));
            }
            let filter = FilterExecBuilder::from(filter).with_predicate(predicate.data).build()?;
            Ok(Transformed::yes(Arc::new(filter) as _))
        })?;
        Ok(fast.data)
    }
}

fn fast(predicate: &Arc<dyn PhysicalExpr>) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
    let listed = Arc::clone(predicate).transform_up(|part| {
        Ok(match part.downcast_ref::<InListExpr>().and_then(OneOf::new) {
            Some(one_of) => Transformed::yes(Arc::new(one_of) as _),
            None => Transformed::no(part),
        })
    })?;
    let (quick, others): (Vec<_>, Vec<_>) = split_conjunction(&listed.data).into_iter().cloned().partition(is_quick);
    if quick.len() < 2 {
        return Ok(listed);
    }
    let every = Arc::new(Every::new(quick)) as _;
    Ok(Transformed::yes(conjunction(std::iter::once(every).chain(others))))
}

/// True of what is evaluated for all rows in less time than for some. Equalities are left alone: the planner reads from
/// them which columns are constant.
fn is_quick(condition: &Arc<dyn PhysicalExpr>) -> bool {
    if let Some(one_of) = condition.downcast_ref::<OneOf>() {
        return one_of.is_of_column();
    }
    condition.downcast_ref::<BinaryExpr>().is_some_and(|comparison| {
        matches!(comparison.op(), Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq | Operator::NotEq)
            && comparison.left().is::<Column>()
            && comparison.right().is::<Literal>()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::steps::testing::{run, table};

    fn kept(condition: Value) -> Value {
        let input = table(json!({
            "n": [1, 2, 3, 4, 5, 6, null],
            "t": ["a", null, "a text of some length", "b", "", "c", "a"]
        }));
        run(input, json!([{"name": "filter", "condition": condition}]))["n"].clone()
    }

    fn list(operator: &str, texts: Value) -> Value {
        json!({"column": "t", "operator": operator, "value": texts})
    }

    #[test]
    fn texts_of_a_list_are_kept_or_dropped() {
        let texts = json!(["a", "b", "", "a text of some length", "d"]);
        assert_eq!(kept(list("in", texts.clone())), json!([1, 3, 4, 5, null]));
        assert_eq!(kept(list("nin", texts)), json!([2, 6]));
        assert_eq!(kept(list("in", json!(["a", "b", "d", null, 7]))), json!([1, 4, null]));
    }

    #[test]
    fn rows_meet_every_condition() {
        let at_least = |least: i64| json!({"column": "n", "operator": "ge", "value": least});
        let texts = list("in", json!(["a", "b", "", "a text of some length"]));
        assert_eq!(kept(json!({"and": [texts, at_least(2)]})), json!([3, 4, 5]));
        assert_eq!(
            kept(json!({"and": [at_least(2), texts, {"column": "n", "operator": "lt", "value": 5}]})),
            json!([3, 4])
        );
        assert_eq!(kept(json!({"and": [texts, at_least(2), {"column": "t", "value": "b"}]})), json!([4]));
        assert_eq!(kept(json!({"and": [at_least(9), texts]})), json!([]));
    }
}
