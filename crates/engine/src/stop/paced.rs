//! Joins that stop in time and whose rows count: a join makes as many rows as it likes out of few.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, FieldRef, Schema};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{JoinType, Result, internal_err};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::lit;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::make_cooperative;
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec, NestedLoopJoinExecBuilder};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;

use super::Stop;
use crate::operators::{HandsOn, through};

/// A join under watch; whatever is no join as it is.
pub(super) fn join(plan: Arc<dyn ExecutionPlan>, stop: &Stop) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let join: Arc<dyn ExecutionPlan> = if let Some(hash) = plan.downcast_ref::<HashJoinExec>() {
        match watched(hash.filter(), *hash.join_type(), stop) {
            None => plan,
            filter => hash.builder().with_filter(filter).build_exec()?,
        }
    } else if let Some(nested) = plan.downcast_ref::<NestedLoopJoinExec>() {
        match watched(nested.filter(), *nested.join_type(), stop) {
            None => plan,
            filter => {
                let (left, right) = (Arc::clone(nested.left()), Arc::clone(nested.right()));
                let builder = NestedLoopJoinExecBuilder::new(left, right, *nested.join_type()).with_filter(filter);
                Arc::new(builder.with_projection_ref(nested.projection().clone()).build()?)
            }
        }
    } else if plan.is::<CrossJoinExec>() {
        plan
    } else {
        return Ok(Transformed::no(plan));
    };
    Ok(Transformed::yes(through(join, Paced { stop: stop.clone() })))
}

/// The filter of a join, looking up at each batch of pairs. A join that makes no pairs has one even where all pass,
/// because it could go through any number of them before it makes a row.
fn watched(filter: Option<&JoinFilter>, kind: JoinType, stop: &Stop) -> Option<JoinFilter> {
    let watched = |condition| Arc::new(Watched { condition, stop: stop.clone() }) as Arc<dyn PhysicalExpr>;
    match filter {
        Some(filter) => {
            let condition = watched(Arc::clone(filter.expression()));
            Some(JoinFilter::new(condition, filter.column_indices().to_vec(), Arc::clone(filter.schema())))
        }
        None if matches!(kind, JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full) => None,
        None => Some(JoinFilter::new(watched(lit(true)), Vec::new(), Arc::new(Schema::empty()))),
    }
}

/// A condition that looks up before it is evaluated.
#[derive(Debug, Clone)]
struct Watched {
    condition: Arc<dyn PhysicalExpr>,
    stop: Stop,
}

impl PartialEq for Watched {
    fn eq(&self, other: &Self) -> bool {
        self.condition.eq(&other.condition)
    }
}

impl Eq for Watched {}

impl Hash for Watched {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.condition.hash(state);
    }
}

impl fmt::Display for Watched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.condition.fmt(formatter)
    }
}

impl PhysicalExpr for Watched {
    fn data_type(&self, schema: &Schema) -> Result<DataType> {
        self.condition.data_type(schema)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.condition.nullable(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        self.stop.check()?;
        self.condition.evaluate(batch)
    }

    fn return_field(&self, schema: &Schema) -> Result<FieldRef> {
        self.condition.return_field(schema)
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.condition]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        let Some(condition) = children.pop() else { return internal_err!("a watched condition has an inner one") };
        Ok(Arc::new(Self { condition, stop: self.stop.clone() }))
    }

    fn fmt_sql(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.condition.fmt_sql(formatter)
    }
}

/// Hands on the rows of a join, counts the last batch against the pool, and lets others run between two.
#[derive(Debug, Clone)]
struct Paced {
    stop: Stop,
}

impl HandsOn for Paced {
    const NAME: &'static str = "PacedExec";

    fn hand_on(&self, rows: SendableRecordBatchStream, context: &TaskContext) -> SendableRecordBatchStream {
        let schema = rows.schema();
        let stop = self.stop.clone();
        let reservation = MemoryConsumer::new("rows of a join").register(context.memory_pool());
        let counted = rows.map(move |batch| {
            let batch = batch?;
            stop.check()?;
            reservation.try_resize(fresh_bytes(&batch))?;
            Ok(batch)
        });
        make_cooperative(Box::pin(RecordBatchStreamAdapter::new(schema, counted)))
    }
}

/// The bytes that a join wrote for its rows: texts are shared with what was joined.
fn fresh_bytes(batch: &RecordBatch) -> usize {
    let width = |column: &Arc<dyn Array>| match column.data_type() {
        DataType::Utf8View | DataType::BinaryView => 16 * column.len(),
        _ => column.to_data().get_slice_memory_size().unwrap_or(usize::MAX),
    };
    batch.columns().iter().map(width).fold(0, usize::saturating_add)
}
