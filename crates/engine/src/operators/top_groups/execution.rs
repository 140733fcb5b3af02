//! The physical operator.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::kept::{Kept, comparable};

/// A partition's positions begin here, times its number: rows of a table are spread over partitions in their order.
const POSITIONS: usize = 1 << 40;

/// What the first rows of a group are.
#[derive(Debug, Clone)]
pub(super) struct By {
    pub(super) groups: Vec<Arc<dyn PhysicalExpr>>,
    pub(super) rank: Arc<dyn PhysicalExpr>,
    pub(super) ascending: bool,
    pub(super) limit: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// The first rows of a partition, with their positions in a new column.
    Own { position: String },
    /// The first rows of all partitions.
    All,
}

#[derive(Debug)]
pub(super) struct TopGroupsExec {
    input: Arc<dyn ExecutionPlan>,
    by: By,
    stage: Stage,
    properties: Arc<PlanProperties>,
}

impl TopGroupsExec {
    pub(super) fn new(input: Arc<dyn ExecutionPlan>, by: By, stage: Stage) -> Self {
        let schema = match &stage {
            Stage::All => input.schema(),
            Stage::Own { position } => {
                let known = input.schema();
                let added = Arc::new(Field::new(position, DataType::Int64, false));
                let fields: Vec<_> = known.fields().iter().cloned().chain([added]).collect();
                Arc::new(Schema::new_with_metadata(fields, known.metadata().clone()))
            }
        };
        let partitions = input.output_partitioning().partition_count();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Self { input, by, stage, properties: Arc::new(properties) }
    }
}

impl DisplayAs for TopGroupsExec {
    fn fmt_as(&self, _: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = if matches!(self.stage, Stage::All) { "all" } else { "own" };
        write!(formatter, "TopGroupsExec: {} by {}, {stage} rows", self.by.limit, self.by.rank)
    }
}

impl ExecutionPlan for TopGroupsExec {
    fn name(&self) -> &'static str {
        "TopGroupsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        match self.stage {
            Stage::Own { .. } => vec![Distribution::UnspecifiedDistribution],
            Stage::All => vec![Distribution::SinglePartition],
        }
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let mut next = TreeNodeRecursion::Continue;
        for expression in self.by.groups.iter().chain([&self.by.rank]) {
            next = next.visit_sibling(|| visit(expression))?;
        }
        Ok(next)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(input) = children.pop() else { return internal_err!("a top has an input") };
        Ok(Arc::new(Self::new(input, self.by.clone(), self.stage.clone())))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, Arc::clone(&context))?;
        let work = Work {
            groups: new_group_values(group_schema(&self.by, &input.schema())?, &GroupOrdering::None)?,
            kept: Kept::new(self.by.limit),
            reservation: MemoryConsumer::new("TopGroups").register(context.memory_pool()),
            by: self.by.clone(),
            next_position: matches!(self.stage, Stage::Own { .. }).then_some(partition * POSITIONS),
            schema: self.schema(),
        };
        let batch_rows = context.session_config().batch_size();
        let batches = stream::once(work.first_rows(input, batch_rows)).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches)))
    }
}

fn group_schema(by: &By, input: &SchemaRef) -> Result<SchemaRef> {
    let fields = by
        .groups
        .iter()
        .enumerate()
        .map(|(number, group)| Ok(Field::new(number.to_string(), group.data_type(input)?, true)));
    Ok(Arc::new(Schema::new(fields.collect::<Result<Vec<_>>>()?)))
}

/// One partition at work.
struct Work {
    groups: Box<dyn GroupValues>,
    kept: Kept,
    reservation: MemoryReservation,
    by: By,
    /// None where the rows have positions already.
    next_position: Option<usize>,
    schema: SchemaRef,
}

impl Work {
    async fn first_rows(
        mut self,
        mut input: SendableRecordBatchStream,
        batch_rows: usize,
    ) -> Result<impl futures::Stream<Item = Result<RecordBatch>>> {
        let mut numbers = Vec::new();
        while let Some(batch) = input.next().await {
            self.push(&batch?, &mut numbers)?;
        }
        let reservation = self.reservation;
        Ok(stream::iter(self.kept.finish(batch_rows)).map(move |batch| {
            let _held = &reservation;
            batch
        }))
    }

    fn push(&mut self, batch: &RecordBatch, numbers: &mut Vec<usize>) -> Result<()> {
        let rows = batch.num_rows();
        let value = |expression: &Arc<dyn PhysicalExpr>| expression.evaluate(batch)?.into_array(rows);
        let groups = self.by.groups.iter().map(value).collect::<Result<Vec<_>>>()?;
        let ranks = comparable(&value(&self.by.rank)?, self.by.ascending)?;
        self.groups.intern(&groups, numbers)?;
        match &mut self.next_position {
            None => self.kept.push(batch, numbers, &ranks)?,
            Some(next) => {
                let positions = (*next..*next + rows).map(|position| i64::try_from(position).unwrap_or(i64::MAX));
                let positions: ArrayRef = Arc::new(positions.collect::<Int64Array>());
                let columns = batch.columns().iter().cloned().chain([positions]).collect();
                *next += rows;
                self.kept.push(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?, numbers, &ranks)?;
            }
        }
        // A list of groups that grows is copied.
        self.reservation.try_resize(self.kept.bytes() + 2 * self.groups.size())
    }
}
