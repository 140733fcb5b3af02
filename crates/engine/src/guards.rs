//! Keeps what can fail away from rows that a filter drops.
//!
//! The optimizer joins the conditions of a permission and of the steps above it, and computes columns before rows are
//! dropped where that makes fewer. A function that fails over a value would then fail over a row that the reader may not
//! see, and say so.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Filter, LogicalPlan, Operator, Projection};

use crate::column_type::TEXT;
use crate::exact::is_exact;
use crate::fences;
use crate::functions;

/// The optimised plan, computing what can fail only over rows that passed all that cannot.
pub(crate) fn put_up(plan: LogicalPlan) -> Result<LogicalPlan> {
    let guarded = plan.transform_up_with_subqueries(|plan| match plan {
        LogicalPlan::Filter(filter) => match filter.input.as_ref() {
            LogicalPlan::Projection(made) if made.expr.iter().any(|made_of| can_fail(made_of, made.input.schema())) => {
                before_projection(filter.predicate, made)
            }
            _ => in_two(filter),
        },
        LogicalPlan::Projection(projection) => after_filter(projection),
        other => Ok(Transformed::no(other)),
    })?;
    Ok(guarded.data)
}

/// Conditions that cannot fail first.
fn in_two(filter: Filter) -> Result<Transformed<LogicalPlan>> {
    let schema = Arc::clone(filter.input.schema());
    if !can_fail(&filter.predicate, &schema) {
        return Ok(Transformed::no(LogicalPlan::Filter(filter)));
    }
    let (unsure, sure): (Vec<_>, Vec<_>) =
        split_conjunction_owned(filter.predicate).into_iter().partition(|condition| can_fail(condition, &schema));
    let mut plan = filter.input;
    if let Some(sure) = conjunction(sure) {
        plan = Arc::new(LogicalPlan::Filter(Filter::try_new(sure, plan)?));
    }
    let Some(unsure) = conjunction(unsure) else { return Ok(Transformed::yes(Arc::unwrap_or_clone(plan))) };
    let fenced = Arc::new(fences::fence(Arc::unwrap_or_clone(plan))?);
    Ok(Transformed::yes(LogicalPlan::Filter(Filter::try_new(unsure, fenced)?)))
}

/// The filter first, then the columns that it has read: what its condition names twice stands below it as a column.
fn before_projection(predicate: Expr, made: &Projection) -> Result<Transformed<LogicalPlan>> {
    let columns: HashMap<Column, &Expr> = made.schema.columns().into_iter().zip(&made.expr).collect();
    let written_out = predicate.transform(|inner| match &inner {
        Expr::Column(column) if columns.contains_key(column) => {
            Ok(Transformed::yes(columns[column].clone().unalias_nested().data))
        }
        _ => Ok(Transformed::no(inner)),
    })?;
    let filtered = in_two(Filter::try_new(written_out.data, Arc::clone(&made.input))?)?.data;
    let schema = Arc::clone(&made.schema);
    after_filter(Projection::try_new_with_schema(made.expr.clone(), Arc::new(filtered), schema)?)
}

/// Columns that can fail after the filter.
fn after_filter(projection: Projection) -> Result<Transformed<LogicalPlan>> {
    let schema = projection.input.schema();
    if !is_filtered(&projection.input) || !projection.expr.iter().any(|made| can_fail(made, schema)) {
        return Ok(Transformed::no(LogicalPlan::Projection(projection)));
    }
    // The filter hands on no more than what is read.
    let read: BTreeSet<&Column> = projection.expr.iter().flat_map(Expr::column_refs).collect();
    let kept: Vec<Expr> =
        schema.columns().into_iter().filter(|column| read.contains(column)).map(Expr::Column).collect();
    let input = if kept.len() < schema.fields().len() && !kept.is_empty() {
        LogicalPlan::Projection(Projection::try_new(kept, Arc::clone(&projection.input))?)
    } else {
        projection.input.as_ref().clone()
    };
    let plan = Projection::try_new_with_schema(projection.expr, Arc::new(fences::fence(input)?), projection.schema)?;
    Ok(Transformed::yes(LogicalPlan::Projection(plan)))
}

fn is_filtered(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Filter(_) => true,
        LogicalPlan::Projection(projection) => is_filtered(&projection.input),
        LogicalPlan::SubqueryAlias(alias) => is_filtered(&alias.input),
        _ => false,
    }
}

/// True unless it has a value for every row. Conditions of permissions have: comparisons of columns with literals.
pub(crate) fn can_fail(expression: &Expr, schema: &DFSchema) -> bool {
    let mut sure = true;
    let looked = expression.apply(|inner| {
        sure = never_fails(inner, schema);
        Ok(if sure { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    });
    looked.is_err() || !sure
}

/// The same of one expression whose parts have their values.
fn never_fails(expression: &Expr, schema: &DFSchema) -> bool {
    match expression {
        Expr::Column(_)
        | Expr::Literal(..)
        | Expr::Alias(_)
        | Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::Between(_)
        | Expr::InList(_)
        | Expr::Case(_)
        | Expr::TryCast(_) => true,
        Expr::Like(like) => matches!(*like.pattern, Expr::Literal(..)),
        Expr::BinaryExpr(binary) => computes(binary, schema),
        Expr::Cast(cast) => cast.expr.get_type(schema).is_ok_and(|from| widens(&from, cast.field.data_type())),
        Expr::ScalarFunction(call) => is_exact(&call.func) || functions::never_fails(&call.func),
        _ => false,
    }
}

fn computes(binary: &BinaryExpr, schema: &DFSchema) -> bool {
    use Operator::{
        And, Divide, Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, Minus, Modulo, Multiply, NotEq, Or,
        Plus, RegexIMatch, RegexMatch, RegexNotIMatch, RegexNotMatch,
    };
    let numbers = || {
        let kind = |side: &Expr| side.get_type(schema).ok();
        [&binary.left, &binary.right].into_iter().filter_map(|side| kind(side)).collect::<Vec<_>>()
    };
    match binary.op {
        And | Or | Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom => true,
        Plus | Minus | Multiply => numbers().iter().all(|kind| matches!(kind, DataType::Int64 | DataType::Float64)),
        Divide | Modulo => numbers().iter().all(|kind| *kind == DataType::Float64),
        RegexMatch | RegexNotMatch | RegexIMatch | RegexNotIMatch => matches!(*binary.right, Expr::Literal(..)),
        _ => false,
    }
}

/// True where every value of one type has one in the other.
fn widens(from: &DataType, to: &DataType) -> bool {
    use DataType::{Boolean, Dictionary, Float32, Float64, Int64, LargeUtf8, Null, Utf8, Utf8View};
    match (from, to) {
        (Dictionary(_, values), to) => widens(values, to),
        (Null, _) => true,
        (Utf8 | LargeUtf8 | Utf8View | Boolean, text) if *text == TEXT => true,
        (from, Utf8View | Float64) if from.is_integer() || from.is_floating() => true,
        (from, Int64) => from.is_integer() && *from != DataType::UInt64,
        (Boolean, Float32) => true,
        (from, to) => from == to,
    }
}
