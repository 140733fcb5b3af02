//! Subqueries that read columns of the query around them: the optimizer makes joins of them, as far as it can.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, LogicalPlan, Subquery};
use datafusion::optimizer::{Optimizer, OptimizerContext};

use crate::error::{EngineError, TOO_CORRELATED};
use crate::stop;

/// Refuses those of which no join can be made: nothing could run them.
pub(super) fn check(plan: &LogicalPlan) -> Result<()> {
    if !has(plan, |part| matches!(part, Part::Subquery(subquery) if !subquery.outer_ref_columns.is_empty()))? {
        return Ok(());
    }
    let joined = Optimizer::with_rules(stop::logical(Optimizer::new().rules)).optimize(
        plan.clone(),
        &OptimizerContext::new(),
        |_, _| {},
    );
    let refused = match joined {
        Ok(joined) => has(&joined, |part| match part {
            Part::Subquery(subquery) => !subquery.outer_ref_columns.is_empty(),
            Part::Outer => true,
        })?,
        Err(DataFusionError::External(own)) => return Err(DataFusionError::External(own)),
        Err(_) => true,
    };
    if !refused {
        return Ok(());
    }
    Err(DataFusionError::External(Box::new(EngineError::invalid(TOO_CORRELATED))))
}

enum Part<'a> {
    Subquery(&'a Subquery),
    /// A column of the query around.
    Outer,
}

fn has(plan: &LogicalPlan, is_wanted: impl Fn(Part<'_>) -> bool) -> Result<bool> {
    let mut found = false;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Subquery(lateral) = node {
            found |= is_wanted(Part::Subquery(lateral));
        }
        node.apply_expressions(|whole| {
            whole.apply(|part| {
                found |= match part {
                    Expr::ScalarSubquery(subquery) => is_wanted(Part::Subquery(subquery)),
                    Expr::Exists(exists) => is_wanted(Part::Subquery(&exists.subquery)),
                    Expr::InSubquery(listed) => is_wanted(Part::Subquery(&listed.subquery)),
                    Expr::OuterReferenceColumn(..) => is_wanted(Part::Outer),
                    _ => false,
                };
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(found)
}
