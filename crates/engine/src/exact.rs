//! Integers that stay exact: where a sum or a product is too large for an integer, the library begins again at the other end
//! of what an integer can be, and nobody is told.

mod arithmetic;
mod sums;

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::expr::{AggregateFunction, WindowFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, WindowFunctionDefinition};

use crate::error::EngineError;

/// The optimised plan with an error in place of an integer that began again.
///
/// What a table is asked stays as it is: it only leaves out rows.
pub(crate) fn put_up(plan: LogicalPlan) -> Result<LogicalPlan> {
    let exact = plan.transform_up_with_subqueries(|node| {
        if matches!(node, LogicalPlan::TableScan(_) | LogicalPlan::Extension(_)) {
            return Ok(Transformed::no(node));
        }
        let schema = merge_schema(&node.inputs());
        let names = NamePreserver::new(&node);
        node.map_expressions(|expression| {
            let name = names.save(&expression);
            let exact = expression.transform_up(|inner| Ok(in_place_of(inner, &schema)))?;
            Ok(exact.update_data(|exact| name.restore(exact)))
        })
    })?;
    Ok(exact.data)
}

fn in_place_of(expression: Expr, schema: &DFSchema) -> Transformed<Expr> {
    let integer = |argument: &Expr| is_integer(argument, schema);
    let of_integers = |arguments: &[Expr]| arguments.iter().all(integer);
    let replaced = match expression {
        Expr::BinaryExpr(binary) => match arithmetic::exact(binary.op) {
            Some(function) if integer(&binary.left) && integer(&binary.right) => {
                function.call(vec![*binary.left, *binary.right])
            }
            _ => return Transformed::no(Expr::BinaryExpr(binary)),
        },
        Expr::AggregateFunction(call) if sums::is_sum(&call.func) && of_integers(&call.params.args) => {
            let func = sums::exact(Arc::clone(&call.func));
            Expr::AggregateFunction(AggregateFunction { func, ..call })
        }
        Expr::WindowFunction(window) => match &window.fun {
            WindowFunctionDefinition::AggregateUDF(function)
                if sums::is_sum(function) && !window.params.distinct && of_integers(&window.params.args) =>
            {
                let fun = WindowFunctionDefinition::AggregateUDF(sums::exact(Arc::clone(function)));
                Expr::from(WindowFunction { fun, params: window.params })
            }
            _ => return Transformed::no(Expr::WindowFunction(window)),
        },
        other => return Transformed::no(other),
    };
    Transformed::yes(replaced)
}

/// Whether it is an integer, of an expression whose parts have been looked at: formulas nest deeply.
fn is_integer(expression: &Expr, schema: &DFSchema) -> bool {
    match expression {
        Expr::ScalarFunction(call) if arithmetic::is_exact(&call.func) => true,
        Expr::BinaryExpr(binary) if arithmetic::exact(binary.op).is_some() => false,
        other => other.get_type(schema).is_ok_and(|kind| kind == DataType::Int64),
    }
}

/// What is said of an integer that would have begun again.
pub(crate) fn too_large(what: &str) -> DataFusionError {
    let message = format!("{what} is too large for an integer; convert it to a float");
    DataFusionError::External(Box::new(EngineError::invalid(message)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::steps::testing::{failure, run, table};

    const LARGE: i64 = 1 << 62;

    fn large() -> arrow::array::RecordBatch {
        table(json!({"k": ["a", "a", "b", "b"], "v": [LARGE, LARGE, -LARGE, 3]}))
    }

    fn aggregate(on: Value) -> Value {
        json!({"name": "aggregate", "on": on, "aggregations":
            [{"columns": ["v"], "newcolumns": ["v"], "aggfunction": "sum"}]})
    }

    #[test]
    fn a_sum_that_fits_is_exact_on_whatever_way() {
        assert_eq!(run(large(), json!([aggregate(json!([]))])), json!({"v": [LARGE + 3]}));
        let smallest = table(json!({"k": ["a", "a", "b"], "v": [-LARGE, -LARGE, null]}));
        let sums = run(smallest, json!([aggregate(json!(["k"]))]));
        assert_eq!(sums, json!({"k": ["a", "b"], "v": [i64::MIN, 0]}));
    }

    #[test]
    fn integers_that_become_too_large_are_errors() {
        let formula = |text: &str| json!({"name": "formula", "newColumn": "x", "formula": text});
        for (step, what) in [
            (aggregate(json!(["k"])), "a sum"),
            (
                json!({"name": "totals", "totalDimensions": [{"totalColumn": "k", "totalRowsLabel": "all"}],
                "aggregations": [{"columns": ["v"], "newcolumns": ["v"], "aggfunction": "sum"}]}),
                "a sum",
            ),
            (formula("v + v"), "an integer of `+`"),
            (formula("v * 4"), "an integer of `*`"),
            (formula("0 - 2 - v - v"), "an integer of `-`"),
            (json!({"name": "customsql", "query": "SELECT sum(v) OVER (ORDER BY v DESC) AS s FROM input"}), "a sum"),
            (json!({"name": "customsql", "query": "SELECT v * 3 AS s FROM input"}), "an integer of `*`"),
        ] {
            let error = failure(large(), json!([step]));
            assert!(error.contains(&format!("{what} is too large for an integer")), "{step}: {error}");
        }
    }

    #[test]
    fn a_row_that_a_filter_drops_is_no_error() {
        let steps = json!([
            {"name": "formula", "newColumn": "x", "formula": "v * 4"},
            {"name": "filter", "condition": {"column": "v", "operator": "lt", "value": 10}},
            {"name": "filter", "condition": {"column": "v", "operator": "gt", "value": 0}},
        ]);
        assert_eq!(run(large(), steps)["x"], json!([12]));
    }
}
