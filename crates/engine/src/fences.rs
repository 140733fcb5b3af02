//! Keeps the optimisation of a plan small and right.
//!
//! The optimizer writes a column out in full wherever a filter above it reads it, so columns made of themselves again
//! and again would grow beyond all bounds; and it takes a projection that equals the one below it for the same, which
//! is wrong where it reads what it writes; and it takes rows that are made of one for that one; and it moves what can
//! fail below what a permission has to leave out before. A fence keeps two parts of a plan apart.

mod fence;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{
    Expr, Extension, FetchType, Filter, Limit, LogicalPlan, LogicalPlanBuilder, Projection, SkipType, Union,
    UserDefinedLogicalNode,
};

use crate::error::EngineError;
use crate::guards::can_fail;
use crate::weight::weight;

pub(crate) use fence::Fence;

/// Parts of a plan, whatever is read more than once counted as often.
pub(crate) const MAX_PARTS: usize = 20_000;
/// How large an expression may become when the columns that it reads are written out in full.
const MAX_WRITTEN_OUT: usize = 200;

/// The same of conditions that may become one.
const MAX_CONDITIONS: usize = 2_000;

/// The plan with fences where its optimisation needs them.
pub(crate) fn put_up(plan: &LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    check_size(plan)?;
    Ok(walk(plan)?.plan)
}

/// The optimised plan without the fences that its running does not need.
pub(crate) fn take_down(plan: LogicalPlan) -> Result<LogicalPlan> {
    let inside = plan.transform_up_with_subqueries(|plan| match known(&plan) {
        Some(fence) if !fence.stays => Ok(Transformed::yes(fence.input.clone())),
        _ => match plan {
            LogicalPlan::Limit(limit) if is_idle(&limit)? => Ok(Transformed::yes(limit.input.as_ref().clone())),
            other => Ok(Transformed::no(other)),
        },
    })?;
    Ok(inside.data)
}

/// A fence that stays.
pub(crate) fn fence(input: LogicalPlan) -> Result<LogicalPlan> {
    fenced(input, BTreeSet::new(), true)
}

fn known(plan: &LogicalPlan) -> Option<&Fence> {
    let LogicalPlan::Extension(extension) = plan else { return None };
    extension.node.as_any().downcast_ref::<Fence>()
}

fn fenced(input: LogicalPlan, columns: BTreeSet<String>, stays: bool) -> Result<LogicalPlan> {
    let node: Arc<dyn UserDefinedLogicalNode> = Arc::new(Fence::new(input, columns, stays)?);
    Ok(LogicalPlan::Extension(Extension { node }))
}

/// Refuses plans that nobody could optimise in time: a part that stands in several places is optimised in each.
fn check_size(plan: &LogicalPlan) -> std::result::Result<(), EngineError> {
    if parts(plan, &mut HashMap::new())? <= MAX_PARTS { Ok(()) } else { Err(too_many_parts()) }
}

pub(crate) fn too_many_parts() -> EngineError {
    let message = format!("the pipeline has more than {MAX_PARTS} parts, with those of the datasets that it names");
    EngineError::invalid(message)
}

fn parts(plan: &LogicalPlan, known: &mut HashMap<*const LogicalPlan, usize>) -> Result<usize> {
    if let Some(parts) = known.get(&std::ptr::from_ref(plan)) {
        return Ok(*parts);
    }
    let mut sum = 1_usize;
    for input in plan.inputs() {
        sum = sum.saturating_add(parts(input, known)?);
    }
    plan.apply_expressions(|expression| {
        expression.apply(|inner| {
            let subquery = match inner {
                Expr::ScalarSubquery(subquery) => subquery,
                Expr::Exists(exists) => &exists.subquery,
                Expr::InSubquery(within) => &within.subquery,
                _ => return Ok(TreeNodeRecursion::Continue),
            };
            sum = sum.saturating_add(parts(&subquery.subquery, known)?);
            Ok(TreeNodeRecursion::Continue)
        })
    })?;
    known.insert(std::ptr::from_ref(plan), sum);
    Ok(sum)
}

/// A part of the plan with its fences.
struct Walked {
    plan: LogicalPlan,
    /// How large columns are when they are written out in full; those that are not here are as they were read.
    sizes: HashMap<String, usize>,
    /// How large the conditions here are together, which may become one.
    conditions: usize,
    /// Columns that a projection here writes after reading them.
    rewritten: BTreeSet<String>,
}

fn walk(plan: &LogicalPlan) -> Result<Walked> {
    let mut inputs = plan.inputs().into_iter().map(walk).collect::<Result<Vec<_>>>()?;
    if let LogicalPlan::Projection(projection) = plan
        && let Some(input) = inputs.pop()
    {
        return projected(projection, input);
    }
    let rewritten = inputs.iter().flat_map(|input| input.rewritten.iter().cloned()).collect();
    let mut conditions = inputs.iter().map(|input| input.conditions).fold(0, usize::saturating_add);
    let mut sizes = match plan {
        LogicalPlan::Aggregate(aggregate) => {
            let read = largest(&inputs);
            let fields = aggregate.schema.fields().iter().map(|field| field.name().clone());
            fields.zip(&aggregate.group_expr).map(|(name, key)| (name, weight(key, &read))).collect()
        }
        LogicalPlan::Union(union) => by_position(union, &inputs),
        _ => largest(&inputs),
    };
    // The library believes that what decides a row decides each of the rows that are made of it.
    let multiplies = matches!(plan, LogicalPlan::Unnest(_));
    let inputs = inputs
        .into_iter()
        .map(|input| if multiplies { fenced(input.plan, BTreeSet::new(), false) } else { Ok(input.plan) });
    let mut inputs = inputs.collect::<Result<Vec<_>>>()?;
    if let LogicalPlan::Filter(filter) = plan {
        let (own, whole) = (weight(&filter.predicate, &HashMap::new()), weight(&filter.predicate, &sizes));
        conditions = conditions.saturating_add(whole);
        if conditions > MAX_CONDITIONS && whole > own {
            let read: BTreeSet<String> =
                filter.predicate.column_refs().into_iter().map(|column| column.name.clone()).collect();
            sizes.retain(|name, _| !read.contains(name));
            conditions = own;
            inputs = inputs.into_iter().map(|input| fenced(input, read.clone(), true)).collect::<Result<_>>()?;
        }
        inputs = inputs.into_iter().map(|input| below(filter, input)).collect::<Result<_>>()?;
    }
    let walked = plan.with_new_exprs(plan.expressions(), inputs)?;
    let plan = if makes_one_row(&walked) { one_row_of(walked)? } else { walked };
    Ok(Walked { plan, sizes, conditions, rewritten })
}

/// What is below a filter; a condition that can fail is not moved into it, to rows that another filter there leaves out.
fn below(filter: &Filter, input: LogicalPlan) -> Result<LogicalPlan> {
    let read: BTreeSet<String> = split_conjunction(&filter.predicate)
        .into_iter()
        .filter(|condition| can_fail(condition, input.schema()))
        .flat_map(Expr::column_refs)
        .map(|column| column.name.clone())
        .collect();
    if read.is_empty() { Ok(input) } else { fenced(input, read, false) }
}

fn projected(projection: &Projection, mut input: Walked) -> Result<Walked> {
    let names: Vec<&String> = projection.schema.fields().iter().map(|field| field.name()).collect();
    let read: BTreeSet<&String> =
        projection.expr.iter().flat_map(Expr::column_refs).map(|column| &column.name).collect();
    let written: BTreeSet<String> = names
        .iter()
        .zip(&projection.expr)
        .filter(|(name, expression)| read.contains(*name) && !keeps(expression, name))
        .map(|(name, _)| (*name).clone())
        .collect();
    let again: BTreeSet<String> = written.intersection(&input.rewritten).cloned().collect();
    if !again.is_empty() {
        input.plan = fenced(input.plan, again, false)?;
        input.rewritten.clear();
    }

    let mut sizes: HashMap<String, usize> = names
        .iter()
        .zip(&projection.expr)
        .map(|(name, expression)| ((*name).clone(), weight(expression, &input.sizes)))
        .collect();
    let failing: BTreeSet<String> = names
        .iter()
        .zip(&projection.expr)
        .filter(|(_, made)| can_fail(made, input.plan.schema()))
        .map(|(name, _)| (*name).clone())
        .collect();
    let mut plan = LogicalPlan::Projection(Projection::try_new(projection.expr.clone(), Arc::new(input.plan))?);
    if !failing.is_empty() {
        plan = fenced(plan, failing, false)?;
    }
    let large: BTreeSet<String> =
        sizes.iter().filter(|(_, size)| **size > MAX_WRITTEN_OUT).map(|(name, _)| name.clone()).collect();
    let mut rewritten = input.rewritten;
    rewritten.extend(written);
    if !large.is_empty() {
        sizes.retain(|name, _| !large.contains(name));
        rewritten.clear();
        plan = fenced(plan, large, true)?;
    }
    Ok(Walked { plan, sizes, rewritten, conditions: input.conditions })
}

/// A summary of all rows gives a row even of none. A filter that reads no column, because those that it named are
/// constant, would be moved below it, and keep that row; it stays above a limit.
fn one_row_of(summary: LogicalPlan) -> Result<LogicalPlan> {
    LogicalPlanBuilder::from(summary).limit(0, Some(1))?.build()
}

/// True for the limit of [`one_row_of`], which only the optimizer needs.
fn is_idle(limit: &Limit) -> Result<bool> {
    let keeps_a_row = matches!(limit.get_skip_type()?, SkipType::Literal(0))
        && matches!(limit.get_fetch_type()?, FetchType::Literal(Some(1..)));
    Ok(keeps_a_row && makes_one_row(&limit.input))
}

fn makes_one_row(plan: &LogicalPlan) -> bool {
    matches!(plan, LogicalPlan::Aggregate(aggregate) if aggregate.group_expr.is_empty())
}

/// The column as it is, or in another type: doing that again changes nothing.
fn keeps(expression: &Expr, name: &str) -> bool {
    match expression {
        Expr::Alias(alias) => keeps(&alias.expr, name),
        Expr::Cast(cast) => keeps(&cast.expr, name),
        Expr::Column(column) => column.name == name,
        _ => false,
    }
}

/// The columns of all inputs; of two with one name the larger counts.
fn largest(inputs: &[Walked]) -> HashMap<String, usize> {
    let mut sizes = HashMap::new();
    for (name, size) in inputs.iter().flat_map(|input| &input.sizes) {
        let known = sizes.entry(name.clone()).or_insert(*size);
        *known = (*known).max(*size);
    }
    sizes
}

fn by_position(union: &Union, inputs: &[Walked]) -> HashMap<String, usize> {
    let size_at = |input: &Walked, position: usize| {
        let name = input.plan.schema().field(position).name();
        input.sizes.get(name).copied().unwrap_or(1)
    };
    let fields = union.schema.fields().iter().enumerate();
    fields
        .map(|(position, field)| {
            let size = inputs.iter().map(|input| size_at(input, position)).max().unwrap_or(1);
            (field.name().clone(), size)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::steps::testing::{run, table};

    fn numbers() -> arrow::array::RecordBatch {
        table(json!({"v": [1, 2], "w": [5, null], "t": ["a", "b"]}))
    }

    fn formula(text: &str) -> Json {
        json!({"name": "formula", "newColumn": "v", "formula": text})
    }

    #[test]
    fn a_step_that_stands_twice_works_twice() {
        let plus = formula("v + 1");
        assert_eq!(run(numbers(), json!([plus, plus]))["v"], json!([3, 4]));
        assert_eq!(run(numbers(), json!([plus, plus, plus]))["v"], json!([4, 5]));
        let kept = json!({"name": "select", "columns": ["v", "t"]});
        assert_eq!(run(numbers(), json!([plus, kept, plus]))["v"], json!([3, 4]));
        let double = json!({"name": "concatenate", "columns": ["t", "t"], "separator": "", "newColumnName": "t"});
        assert_eq!(run(numbers(), json!([double, double]))["t"], json!(["aaaa", "bbbb"]));
        let sql = json!({"name": "customsql", "query": "SELECT v + 1 AS v FROM (SELECT v + 1 AS v FROM input)"});
        assert_eq!(run(numbers(), json!([sql]))["v"], json!([3, 4]));
    }

    #[test]
    fn names_that_are_exchanged_twice_are_as_before() {
        let swap = json!({"name": "rename", "toRename": [["v", "w"], ["w", "v"]]});
        assert_eq!(run(numbers(), json!([swap]))["v"], json!([5, null]));
        assert_eq!(run(numbers(), json!([swap, swap]))["v"], json!([1, 2]));
    }

    #[test]
    fn a_filter_over_a_constant_takes_the_row_of_a_summary_of_all_rows() {
        let count = json!({"name": "aggregate", "on": [], "aggregations": [
            {"aggfunction": "count", "columns": ["v"], "newcolumns": ["n"]}]});
        let text = json!({"name": "text", "text": "x", "newColumn": "c"});
        let only =
            |value: &str| json!({"name": "filter", "condition": {"column": "c", "operator": "eq", "value": value}});
        assert_eq!(run(numbers(), json!([count, text, only("x")])), json!({"n": [2], "c": ["x"]}));
        assert_eq!(run(numbers(), json!([count, text, only("y")])), json!({"n": [], "c": []}));
    }

    #[test]
    fn what_can_fail_does_not_see_rows_that_were_left_out_before() {
        let input = table(json!({"v": [1, 2, 3], "t": ["secret", "20", "30"]}));
        let rank = json!({"name": "rank", "valueCol": "v", "order": "asc", "method": "standard"});
        let cumsum = json!({"name": "cumsum", "toCumSum": [["v", "v_RANK"]], "referenceColumn": "v"});
        let permitted = json!({"name": "filter", "condition": {"column": "v_RANK", "operator": "gt", "value": 1}});
        let sql = |query: &str| json!({"name": "customsql", "query": query});
        let filtered = sql("SELECT v, t FROM input WHERE cast(t AS bigint) > 20");
        let computed = sql("SELECT v, t FROM (SELECT v, t, cast(t AS bigint) AS n FROM input) AS made WHERE n > 20");
        for made in [rank, cumsum] {
            for asked in [&filtered, &computed] {
                let rows = run(input.clone(), json!([made, permitted, asked]));
                assert_eq!(rows, json!({"v": [3], "t": ["30"]}), "{made} {asked}");
            }
        }
    }

    #[test]
    fn columns_made_of_themselves_stay_small() {
        let begun = std::time::Instant::now();
        let mut steps: Vec<Json> = (0..60).map(|number| formula(&format!("v * v - v * v + v + {number}"))).collect();
        steps.push(json!({"name": "filter", "condition": {"column": "v", "operator": "ge", "value": 1772}}));
        assert_eq!(run(numbers(), json!(steps))["v"], json!([1772]));
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    }
}
