//! Pushdown: the parts of a plan that the database of their rows computes, with the same answer as here.
//!
//! A part begins at the scan of one database's table and takes in the nodes above it as long as each is in the allow-list
//! of [`Select`] and each of its expressions in that of [`expression`]. It becomes one statement; what is above runs here.
//! Rows of a table have their stored order; a statement asks for it wherever something above depends on it.

mod expression;
mod select;

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::logical_expr::{Expr, Filter, LogicalPlan, SortExpr, TableScan};

use crate::sql::{SqlRows, SqlTable, Statement};
use select::Select;

/// The plan with statements in place of what databases compute; the plan must be optimised.
pub(crate) fn push_down(plan: LogicalPlan) -> Result<LogicalPlan> {
    visit(plan, true)?.finish(true)
}

/// The statements of a plan, each with the id of its source.
pub(crate) fn statements(plan: &LogicalPlan) -> Result<Vec<(String, Statement)>> {
    let mut found = Vec::new();
    plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Ok(provider) = source_as_provider(&scan.source)
            && let Some(rows) = provider.downcast_ref::<SqlRows>()
        {
            found.push((rows.source.id().to_owned(), rows.statement.clone()));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

/// True when nothing but one statement is left of the plan.
pub(crate) fn is_one_statement(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Projection(projection) => {
            let plain = |expression: &Expr| matches!(expression.clone().unalias(), Expr::Column(_));
            projection.expr.iter().all(plain) && is_one_statement(&projection.input)
        }
        LogicalPlan::TableScan(scan) => {
            source_as_provider(&scan.source).is_ok_and(|provider| provider.downcast_ref::<SqlRows>().is_some())
        }
        _ => false,
    }
}

/// The rows of a whole table in stored order.
pub(crate) fn plain(table: &SqlTable, projection: Option<&Vec<usize>>) -> Result<SqlRows> {
    let all = (0..table.expressions.len()).collect();
    let select = Select::scan(table, projection.unwrap_or(&all), None)?;
    Ok(select.rows(true))
}

/// What a part of a plan became.
enum Part {
    /// A statement so far, to which more may be added.
    There(Box<Select>),
    Here(LogicalPlan),
}

impl Part {
    fn finish(self, ordered: bool) -> Result<LogicalPlan> {
        match self {
            Self::There(select) => select.plan(ordered),
            Self::Here(plan) => Ok(plan),
        }
    }
}

/// Pushes down what is below and, where it can be, the node itself. `ordered`: something above depends on the rows' order.
fn visit(plan: LogicalPlan, ordered: bool) -> Result<Part> {
    if let LogicalPlan::TableScan(scan) = &plan {
        return Ok(table(scan)?.map_or_else(|| Part::Here(plan.clone()), |select| Part::There(Box::new(select))));
    }
    let ordered_below = depends_on_order(&plan, ordered);
    let inputs = plan.inputs();
    let [input] = inputs.as_slice() else {
        let inside =
            plan.map_children(|child| Ok(Transformed::yes(visit(child, ordered_below)?.finish(ordered_below)?)));
        return Ok(Part::Here(inside?.data));
    };
    match visit((*input).clone(), ordered_below)? {
        Part::Here(input) => Ok(Part::Here(above(plan, input)?)),
        Part::There(select) => {
            if let LogicalPlan::Filter(filter) = &plan {
                return filtered(filter, *select, ordered);
            }
            match select.clone().with(&plan) {
                Some(wider) => Ok(Part::There(Box::new(wider))),
                None => Ok(Part::Here(above(plan, select.plan(ordered_below)?)?)),
            }
        }
    }
}

fn above(plan: LogicalPlan, input: LogicalPlan) -> Result<LogicalPlan> {
    let mut input = Some(input);
    Ok(plan.map_children(|child| Ok(Transformed::yes(input.take().unwrap_or(child))))?.data)
}

/// The conditions that the database can check are checked there, the others here.
fn filtered(filter: &Filter, select: Select, ordered: bool) -> Result<Part> {
    let mut there = select;
    let mut here: Option<Expr> = None;
    for condition in datafusion::logical_expr::utils::split_conjunction(&filter.predicate) {
        match there.clone().filter(condition) {
            Some(narrower) => there = narrower,
            None => {
                let condition = condition.clone();
                here = Some(here.map_or(condition.clone(), |others| others.and(condition)));
            }
        }
    }
    let Some(predicate) = here else { return Ok(Part::There(Box::new(there))) };
    let rest = Filter::try_new(predicate, Arc::new(there.plan(ordered)?))?;
    Ok(Part::Here(LogicalPlan::Filter(rest)))
}

fn table(scan: &TableScan) -> Result<Option<Select>> {
    let Ok(provider) = source_as_provider(&scan.source) else { return Ok(None) };
    let Some(table) = provider.downcast_ref::<SqlTable>() else { return Ok(None) };
    if !scan.filters.is_empty() {
        return Ok(None);
    }
    let all = (0..table.expressions.len()).collect();
    Select::scan(table, scan.projection.as_ref().unwrap_or(&all), Some(Arc::clone(&scan.projected_schema))).map(Some)
}

/// True when what comes out of a node (and matters, if `ordered`) depends on the order of the rows that go in.
fn depends_on_order(plan: &LogicalPlan, ordered: bool) -> bool {
    match plan {
        LogicalPlan::Projection(_) | LogicalPlan::Filter(_) | LogicalPlan::SubqueryAlias(_) => ordered,
        LogicalPlan::Aggregate(aggregate) => {
            let has_groups = !aggregate.group_expr.is_empty();
            (ordered && has_groups) || !aggregate.aggr_expr.iter().all(expression::is_independent_of_order)
        }
        LogicalPlan::Sort(sort) => !tells_rows_apart(&sort.expr, &sort.input),
        _ => true,
    }
}

/// True when no two rows are equal in these keys, so that sorting by them leaves nothing to the order before.
fn tells_rows_apart(keys: &[SortExpr], input: &LogicalPlan) -> bool {
    let Some(unique) = unique_columns(input) else { return false };
    let sorted: BTreeSet<usize> = keys
        .iter()
        .filter_map(|key| match &key.expr {
            Expr::Column(column) => input.schema().maybe_index_of_column(column),
            _ => None,
        })
        .collect();
    unique.is_subset(&sorted)
}

/// Columns by which no two rows are equal, where the plan says so.
fn unique_columns(plan: &LogicalPlan) -> Option<BTreeSet<usize>> {
    match plan {
        LogicalPlan::Aggregate(aggregate) => {
            let is_plain = !aggregate.group_expr.iter().any(|key| matches!(key, Expr::GroupingSet(_)));
            is_plain.then(|| (0..aggregate.group_expr.len()).collect())
        }
        LogicalPlan::Filter(filter) => unique_columns(&filter.input),
        LogicalPlan::Limit(limit) => unique_columns(&limit.input),
        LogicalPlan::Sort(sort) => unique_columns(&sort.input),
        LogicalPlan::SubqueryAlias(alias) => unique_columns(&alias.input),
        LogicalPlan::Projection(projection) => {
            let below = unique_columns(&projection.input)?;
            let schema = projection.input.schema();
            let place = |wanted: usize| {
                projection.expr.iter().position(|expression| match expression.clone().unalias() {
                    Expr::Column(column) => schema.maybe_index_of_column(&column) == Some(wanted),
                    _ => false,
                })
            };
            below.into_iter().map(place).collect()
        }
        _ => None,
    }
}

fn scan_of(rows: SqlRows) -> Result<LogicalPlan> {
    let source = provider_as_source(Arc::new(rows));
    datafusion::logical_expr::LogicalPlanBuilder::scan("source", source, None)?.build()
}
