//! How many cores a plan may use: all of them where its answer is the same in whatever order its tables stream.

use std::collections::{BTreeSet, HashSet};

use datafusion::catalog::TableProvider;
use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::{Aggregate, Distinct, Expr, LogicalPlan, SortExpr, Union, Window};

use crate::counted::Counted;
use crate::fences::Fence;
use crate::operators::{TopGroups, WholeTable};
use crate::table::column;

/// A plan over fewer rows is done before other cores have heard of it.
const WORTH_SHARING: usize = 200_000;

/// Aggregates whose result is the same in whatever order their rows come, float rounding apart.
const ANY_ORDER: [&str; 20] = [
    "sum",
    "count",
    "avg",
    "min",
    "max",
    "median",
    "var",
    "var_pop",
    "variance",
    "deviation",
    "var_samp",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "percentile_cont",
    "quantile_cont",
    "bool_and",
    "bool_or",
    "approx_distinct",
    "corr",
];

/// Window functions by which rows with equal keys are equal.
const TIES_ALIKE: [&str; 4] = ["rank", "dense_rank", "percent_rank", "cume_dist"];

/// What is made of the order in which the rows of a plan come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowOrder {
    Kept,
    /// Nothing, but that a plan that sorts them gives them sorted.
    Ignored,
}

/// How many partitions a plan is run in when `cores` are free.
pub(crate) fn partitions(plan: &LogicalPlan, order: RowOrder, cores: usize) -> usize {
    let order = match order {
        RowOrder::Kept => Order::AsStreamed,
        RowOrder::Ignored => Order::Ignored,
    };
    let is_worth_it = cores > 1 && rows(plan) >= WORTH_SHARING;
    if is_worth_it && is_free(plan, &order) && !tells_values_apart(plan) { cores } else { 1 }
}

/// True where different values are kept of each group, other than as groups of their own: cores would hand them to each
/// other as lists, which take many times their memory.
fn tells_values_apart(plan: &LogicalPlan) -> bool {
    let is_distinct = |part: &Expr| Ok(matches!(part, Expr::AggregateFunction(call) if call.params.distinct));
    let found = plan.exists(|node| match node {
        LogicalPlan::Aggregate(aggregate) => {
            aggregate.aggr_expr.iter().try_fold(false, |found, part| Ok(found || part.exists(is_distinct)?))
        }
        _ => Ok(false),
    });
    found.unwrap_or(true)
}

/// The rows of all scans of a plan, as far as the tables know.
fn rows(plan: &LogicalPlan) -> usize {
    let mut rows = 0_usize;
    let counted = plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            rows = rows.saturating_add(table_rows(source_as_provider(&scan.source)?.as_ref()));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    counted.map_or(0, |_| rows)
}

fn table_rows(table: &dyn TableProvider) -> usize {
    table.statistics().and_then(|known| known.num_rows.get_value().copied()).unwrap_or(0)
}

/// What is made of the order of a node's rows above it.
#[derive(Clone, PartialEq, Eq)]
enum Order {
    /// It is passed on.
    AsStreamed,
    /// The rows are sorted by these columns; only ties are as they streamed.
    Sorted(BTreeSet<String>),
    Ignored,
}

impl Order {
    fn sorted(keys: &[SortExpr]) -> Self {
        Self::Sorted(keys.iter().filter_map(|key| column_name(&key.expr)).collect())
    }

    /// The same for the input of a projection.
    fn below(&self, expressions: &[Expr]) -> Self {
        let Self::Sorted(keys) = self else { return self.clone() };
        let sources = expressions.iter().filter(|made| keys.contains(&made.qualified_name().1)).filter_map(column_name);
        Self::Sorted(sources.collect())
    }

    /// True where rows that differ in these columns never tie.
    fn tells_apart(&self, columns: &[Expr]) -> bool {
        match self {
            Self::AsStreamed => columns.is_empty(), // one row at most
            Self::Sorted(keys) => {
                columns.iter().all(|column| column_name(column).is_some_and(|name| keys.contains(&name)))
            }
            Self::Ignored => true,
        }
    }
}

/// The column that an expression is, under whatever name.
fn column_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Column(column) => Some(column.name.clone()),
        Expr::Alias(alias) => column_name(&alias.expr),
        _ => None,
    }
}

/// True where an optimised plan gives the same rows, in the same order as far as it counts, however the rows of its tables
/// are mixed.
fn is_free(plan: &LogicalPlan, order: &Order) -> bool {
    if has_subqueries(plan) {
        return false;
    }
    match plan {
        LogicalPlan::EmptyRelation(_) => true,
        LogicalPlan::TableScan(scan) => *order == Order::Ignored && scan.fetch.is_none(),
        LogicalPlan::Projection(projection) => is_free(&projection.input, &order.below(&projection.expr)),
        LogicalPlan::Filter(filter) => is_free(&filter.input, order),
        LogicalPlan::SubqueryAlias(alias) => is_free(&alias.input, order),
        LogicalPlan::Union(union) => is_free_union(union, order),
        LogicalPlan::Join(join) => {
            *order == Order::Ignored && is_free(&join.left, order) && is_free(&join.right, order)
        }
        // Which rows are left is a matter of their order, whoever asks for them.
        LogicalPlan::Limit(limit) => is_free(&limit.input, &Order::AsStreamed),
        LogicalPlan::Sort(sort) if *order == Order::Ignored && sort.fetch.is_none() => is_free(&sort.input, order),
        LogicalPlan::Sort(sort) => is_free(&sort.input, &Order::sorted(&sort.expr)),
        LogicalPlan::Aggregate(aggregate) => is_free_aggregate(aggregate, order),
        LogicalPlan::Window(window) => is_free_window(window, order),
        LogicalPlan::Unnest(unnest) => *order == Order::Ignored && is_free(&unnest.input, order),
        LogicalPlan::Distinct(Distinct::All(input)) => {
            let columns: Vec<Expr> = input.schema().columns().into_iter().map(Expr::Column).collect();
            *order != Order::AsStreamed && order.tells_apart(&columns) && is_free(input, &Order::Ignored)
        }
        LogicalPlan::Extension(extension) if extension.node.as_any().is::<Fence>() => {
            extension.node.inputs().into_iter().all(|input| is_free(input, order))
        }
        LogicalPlan::Extension(extension) => {
            let node = extension.node.as_any();
            let in_order = extension.node.inputs().into_iter().all(is_spread_in_order);
            if let Some(top) = node.downcast_ref::<TopGroups>() {
                return in_order && order.tells_apart(&[column(top.position())]);
            }
            let Some(whole) = node.downcast_ref::<WholeTable>() else { return false };
            let sorted = Order::Sorted(whole.sorted_by().iter().map(|key| key.column.clone()).collect());
            let is_sorted = !whole.sorted_by().is_empty();
            in_order || is_sorted && extension.node.inputs().into_iter().all(|input| is_free(input, &sorted))
        }
        _ => false,
    }
}

/// True where the partitions of a plan follow one another as its rows do.
fn is_spread_in_order(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Projection(projection) => is_spread_in_order(&projection.input),
        LogicalPlan::Filter(filter) => is_spread_in_order(&filter.input) && !has_subqueries(plan),
        LogicalPlan::SubqueryAlias(alias) => is_spread_in_order(&alias.input),
        LogicalPlan::Extension(extension) if extension.node.as_any().is::<Fence>() => {
            extension.node.inputs().into_iter().all(is_spread_in_order)
        }
        LogicalPlan::TableScan(scan) => {
            let Ok(table) = source_as_provider(&scan.source) else { return false };
            scan.fetch.is_none() && table.downcast_ref::<Counted>().is_some_and(Counted::is_spread_in_order)
        }
        _ => false,
    }
}

fn is_free_aggregate(aggregate: &Aggregate, order: &Order) -> bool {
    let Some(keys) = order_read(&aggregate.aggr_expr) else { return false };
    order.tells_apart(&aggregate.group_expr) && keys.iter().all(|read| is_free(&aggregate.input, read))
}

fn is_free_window(window: &Window, order: &Order) -> bool {
    let Some(keys) = order_read(&window.window_expr) else { return false };
    let numbered = |keys: &BTreeSet<String>| {
        window
            .window_expr
            .iter()
            .any(|expression| is_row_number(expression) && keys.contains(&expression.qualified_name().1))
    };
    let passed_on = match order {
        Order::Sorted(keys) if numbered(keys) => Order::Ignored,
        other => other.clone(),
    };
    keys.iter().chain([&passed_on]).all(|read| is_free(&window.input, read))
}

/// Numbers all rows, each once.
fn is_row_number(expression: &Expr) -> bool {
    match expression {
        Expr::Alias(alias) => is_row_number(&alias.expr),
        Expr::WindowFunction(window) => window.fun.name() == "row_number" && window.params.partition_by.is_empty(),
        _ => false,
    }
}

/// The parts of a union come one after the other where each is numbered by a literal.
fn is_free_union(union: &Union, order: &Order) -> bool {
    let Order::Sorted(keys) = order else {
        return *order == Order::Ignored && union.inputs.iter().all(|input| is_free(input, order));
    };
    let numbers = |key: &String| {
        let index = union.schema.index_of_column_by_name(None, key)?;
        let literals: Option<Vec<_>> = union.inputs.iter().map(|input| literal_at(input, index)).collect();
        literals.map(|literals| literals.into_iter().collect::<HashSet<_>>())
    };
    let parted = keys.iter().filter_map(numbers).any(|numbers| numbers.len() == union.inputs.len());
    parted && union.inputs.iter().all(|input| is_free(input, &renamed(order, union, input)))
}

fn literal_at(input: &LogicalPlan, index: usize) -> Option<ScalarValue> {
    let LogicalPlan::Projection(projection) = input else { return None };
    let mut expression = projection.expr.get(index)?;
    while let Expr::Alias(alias) = expression {
        expression = &alias.expr;
    }
    if let Expr::Literal(value, _) = expression { Some(value.clone()) } else { None }
}

/// The columns of a union are those of its parts by position.
fn renamed(order: &Order, union: &Union, input: &LogicalPlan) -> Order {
    let Order::Sorted(keys) = order else { return order.clone() };
    let names = union.schema.fields().iter().zip(input.schema().fields());
    Order::Sorted(names.filter(|(above, _)| keys.contains(above.name())).map(|(_, own)| own.name().clone()).collect())
}

fn has_subqueries(plan: &LogicalPlan) -> bool {
    let mut found = false;
    let looked = plan.apply_subqueries(|_| {
        found = true;
        Ok(TreeNodeRecursion::Stop)
    });
    found || looked.is_err()
}

/// The orders in which functions read their rows; none where they read them as they stream.
fn order_read(expressions: &[Expr]) -> Option<Vec<Order>> {
    let mut orders = vec![Order::Ignored];
    for expression in expressions {
        let streamed = expression.exists(|part| {
            let (name, order_by, ties_alike) = match part {
                Expr::AggregateFunction(call) => (call.func.name(), &call.params.order_by, false),
                Expr::WindowFunction(call) => {
                    (call.fun.name(), &call.params.order_by, TIES_ALIKE.contains(&call.fun.name()))
                }
                _ => return Ok(false),
            };
            if !order_by.is_empty() && !ties_alike {
                orders.push(Order::sorted(order_by));
            }
            Ok(order_by.is_empty() && !ANY_ORDER.contains(&name))
        });
        if streamed.unwrap_or(true) {
            return None;
        }
    }
    Some(orders)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aracari_app::template::parse_steps;
    use arrow::array::{Int64Array, RecordBatch, StringViewArray, TimestampMicrosecondArray};
    use arrow::compute::concat_batches;
    use arrow::datatypes::SchemaRef;
    use datafusion::datasource::MemTable;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::standalone::Standalone;

    type Row = (Option<u8>, u8, Option<i64>);

    /// 28 February of 2023, 28 and 29 February of 2024, 28 February of 2025: one has two days a year before.
    const DAYS: [i64; 4] = [1_677_542_400_000_000, 1_709_078_400_000_000, 1_709_164_800_000_000, 1_740_700_800_000_000];

    fn batch(rows: &[Row]) -> RecordBatch {
        let group: StringViewArray = rows.iter().map(|row| row.0.map(|group| format!("group {group}"))).collect();
        let kind: StringViewArray = rows.iter().map(|row| Some(format!("kind {}", row.1))).collect();
        let value: Int64Array = rows.iter().map(|row| row.2).collect();
        let day: TimestampMicrosecondArray = rows.iter().map(|row| Some(DAYS[usize::from(row.1)])).collect();
        let position = Int64Array::from_iter_values(0..i64::try_from(rows.len()).unwrap());
        RecordBatch::try_from_iter_with_nullable([
            ("g", Arc::new(group) as Arc<dyn arrow::array::Array>, true),
            ("k", Arc::new(kind), true),
            ("v", Arc::new(value), true),
            ("n", Arc::new(position), true),
            ("d", Arc::new(day.with_timezone("UTC")), true),
        ])
        .unwrap()
    }

    /// The rows in this many partitions, one after the other.
    fn table(rows: &[Row], partitions: usize) -> Arc<dyn TableProvider> {
        let whole = batch(rows);
        let size = rows.len().div_ceil(partitions).max(1);
        let parts = (0..partitions).map(|part| {
            let start = (part * size).min(rows.len());
            let part = whole.slice(start, size.min(rows.len() - start));
            (0..part.num_rows()).step_by(3).map(|from| part.slice(from, 3.min(part.num_rows() - from))).collect()
        });
        let memory = MemTable::try_new(whole.schema(), parts.collect()).unwrap();
        Arc::new(Counted::new(Arc::new(memory), rows.len()).spread_in_order())
    }

    fn with(rows: &[Row], partitions: usize) -> Standalone {
        let mut standalone = Standalone::new(64 << 20).unwrap();
        standalone.add_table("input", table(rows, partitions));
        standalone.add_table("kinds", table(&[(Some(1), 1, Some(7)), (Some(2), 2, None), (Some(2), 2, Some(1))], 1));
        standalone
    }

    async fn plan(standalone: &Standalone, steps: &Value) -> LogicalPlan {
        let mut written = vec![json!({"name": "domain", "domain": "input"})];
        written.extend(steps.as_array().unwrap().iter().cloned());
        standalone.executor().prepare(&standalone.plan(&parse_steps(written).unwrap()).await.unwrap()).unwrap()
    }

    async fn answer(rows: &[Row], steps: &Value, partitions: usize) -> (SchemaRef, RecordBatch) {
        let standalone = with(rows, partitions);
        let plan = plan(&standalone, steps).await;
        let schema: SchemaRef = Arc::new(plan.schema().as_arrow().clone());
        let batches = standalone.executor().collect_in(&plan, partitions).await.unwrap();
        (Arc::clone(&schema), concat_batches(&schema, &batches).unwrap())
    }

    fn sums(on: &Value, function: &str) -> Value {
        json!({"name": "aggregate", "on": on, "aggregations": [
            {"aggfunction": function, "columns": ["v"], "newcolumns": ["v"]}]})
    }

    /// Pipelines that all cores may share.
    fn shared() -> Vec<Value> {
        let by_group = sums(&json!(["g"]), "sum");
        let both = sums(&json!(["g", "k"]), "max");
        let join = |kind: &str| json!({"name": "join", "type": kind, "rightPipeline": "kinds", "on": [["k", "k"]]});
        vec![
            json!([by_group]),
            json!([{"name": "filter", "condition": {"column": "v", "operator": "gt", "value": 2}}, both]),
            json!([both, {"name": "sort", "columns": [{"column": "v", "order": "desc"}]}]),
            json!([both, {"name": "percentage", "column": "v", "group": ["g"]}]),
            json!([{"name": "percentage", "column": "v"}]),
            json!([{"name": "percentage", "column": "v", "group": ["k", "g"]}]),
            json!([both, {"name": "top", "rankOn": "v", "sort": "desc", "limit": 2}]),
            json!([both, {"name": "aggregate", "on": ["k"], "aggregations": [
                {"aggfunction": "first", "columns": ["v"], "newcolumns": ["v"]}]}]),
            json!([join("left"), by_group]),
            json!([join("inner"), by_group]),
            json!([sums(&json!([]), "count distinct")]),
            json!([{"name": "uniquegroups", "on": ["k", "g"]}]),
            json!([{"name": "top", "groups": ["k"], "rankOn": "v", "sort": "asc", "limit": 2}]),
            json!([{"name": "filter", "condition": {"column": "v", "operator": "notnull"}},
                {"name": "top", "groups": ["g", "k"], "rankOn": "v", "sort": "desc", "limit": 1}]),
            json!([{"name": "top", "groups": ["k"], "rankOn": "v", "sort": "desc", "limit": 3}, by_group]),
            json!([{"name": "cumsum", "toCumSum": [["v", "sum"]], "referenceColumn": "k", "groupby": ["g"]}]),
            json!([{"name": "rank", "valueCol": "v", "order": "desc", "method": "dense", "groupby": ["k"]}]),
            json!([sums(&json!(["d", "g"]), "sum"), {"name": "evolution", "dateCol": "d", "valueCol": "v",
                "evolutionType": "vsLastYear", "evolutionFormat": "abs", "indexColumns": ["g"]}]),
            json!([{"name": "filter", "condition": {"column": "v", "operator": "notnull"}},
                {"name": "movingaverage", "valueColumn": "v", "columnToSort": "k", "movingWindow": 2}, by_group]),
            json!([{"name": "pivot", "index": ["g"], "columnToPivot": "k", "valueColumn": "v", "aggFunction": "sum"}]),
            json!([{"name": "rollup", "hierarchy": ["g", "k"], "aggregations": [
                {"aggfunction": "sum", "columns": ["v"], "newcolumns": ["v"]}]}]),
            json!([{"name": "waterfall", "valueColumn": "v", "milestonesColumn": "k", "start": "kind 0", "end": "kind 1",
                "labelsColumn": "g", "sortBy": "value", "order": "desc"}]),
        ]
    }

    #[tokio::test]
    async fn what_reads_the_order_of_the_rows_stays_in_one_partition() {
        let standalone = with(&[(Some(1), 1, Some(1))], 1);
        let first = sums(&json!(["g"]), "first");
        for steps in [
            json!([]),
            json!([{"name": "select", "columns": ["v"]}]),
            json!([{"name": "sort", "columns": [{"column": "v"}]}]),
            json!([{"name": "top", "rankOn": "v", "sort": "asc", "limit": 2}]),
            json!([first]),
            json!([{"name": "sort", "columns": [{"column": "v"}]}, first]),
            json!([{"name": "join", "type": "left", "rightPipeline": "kinds", "on": [["k", "k"]]}]),
            json!([{"name": "append", "pipelines": ["kinds"]}]),
            json!([sums(&json!(["g"]), "sum"),
                {"name": "join", "type": "left", "rightPipeline": "kinds", "on": [["g", "g"]]}]),
        ] {
            assert!(!is_free(&plan(&standalone, &steps).await, &Order::AsStreamed), "{steps}");
        }
        for steps in shared() {
            assert!(is_free(&plan(&standalone, &steps).await, &Order::AsStreamed), "{steps}");
        }
    }

    #[tokio::test]
    async fn few_rows_are_not_worth_sharing() {
        let steps = json!([sums(&json!(["g"]), "sum")]);
        let mut standalone = with(&[(Some(1), 1, Some(1))], 1);
        assert_eq!(partitions(&plan(&standalone, &steps).await, RowOrder::Kept, 4), 1);
        let many = Counted::new(table(&[(Some(1), 1, Some(1))], 1), WORTH_SHARING);
        standalone.add_table("input", Arc::new(many));
        assert_eq!(partitions(&plan(&standalone, &steps).await, RowOrder::Kept, 4), 4);
        assert_eq!(partitions(&plan(&standalone, &steps).await, RowOrder::Kept, 1), 1);
        let all = plan(&standalone, &json!([])).await;
        assert_eq!([RowOrder::Kept, RowOrder::Ignored].map(|order| partitions(&all, order, 4)), [1, 4]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn four_partitions_find_what_one_does(
            rows in prop::collection::vec(
                (prop::option::weighted(0.9, 0..3_u8), 0..4_u8, prop::option::weighted(0.9, 0..6_i64)), 1..60),
        ) {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2).thread_stack_size(8 << 20).enable_all().build().unwrap();
            for steps in shared() {
                let rows = rows.clone();
                let name = steps.to_string();
                let (one, four) = runtime.block_on(runtime.spawn(async move {
                    (answer(&rows, &steps, 1).await, answer(&rows, &steps, 4).await)
                })).unwrap();
                prop_assert_eq!(one, four, "{}", name);
            }
        }
    }
}
