//! The operator for steps that need to see every row before the first one comes out: it reads its input once, holds it
//! in columns, lets an [`Operation`] say which rows come out in which order, and computes the added columns as they leave.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, UInt32Array, new_empty_array};
use arrow::buffer::Buffer;
use arrow::compute::{SortOptions, concat, take};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::utils::memory::RecordBatchMemoryCounter;
use datafusion::common::{DFSchema, DFSchemaRef, internal_datafusion_err, resources_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{EquivalenceProperties, LexOrdering, OrderingRequirements, PhysicalSortExpr};
use datafusion::physical_plan::coop::cooperative;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, SchedulingType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties,
    InputDistributionRequirements, Partitioning, PhysicalExpr, PlanProperties, ReplaceChildrenOptions,
};
use futures::{Stream, StreamExt, TryStreamExt};

use crate::error::EngineError;
use crate::table::{OrderKey, Table, column};

/// A row that an operation adds: it holds nothing but nulls.
pub(super) const NEW_ROW: u32 = u32::MAX;

/// While rows are arranged, sorting may hold for each of them two words twice, its place, its rank and a copy of its key.
const ARRANGING_BYTES_A_ROW: usize = 52;

/// What a list takes, with the room that it has left.
pub(super) fn bytes_of<T>(items: &Vec<T>) -> usize {
    items.capacity() * size_of::<T>()
}

/// What a list takes that has room for so many items more, where this one has none.
pub(super) fn growth_of<T>(items: &Vec<T>, more: usize) -> usize {
    let needed = items.len() + more;
    if needed <= items.capacity() { 0 } else { needed.max(2 * items.capacity()) * size_of::<T>() }
}

/// What is done with all rows of a table.
pub(crate) trait Operation: fmt::Debug + Send + Sync {
    /// As plans show it.
    fn name(&self) -> &'static str;

    /// The columns that it looks at.
    fn reads(&self) -> Vec<&str>;

    /// The columns that tell groups of rows apart; no group has an influence on another.
    fn groups(&self) -> &[String];

    /// The columns that it adds.
    fn adds(&self) -> Vec<Field>;

    /// Starts on a table with these columns.
    fn start(&self, input: &Schema) -> Result<Box<dyn Work>>;
}

/// An operation under way.
pub(crate) trait Work: Send {
    /// Looks at the next rows and answers those of them that have to be held.
    fn read(&mut self, batch: RecordBatch) -> Result<RecordBatch>;

    /// Every row has been read: which of those that are held come out, and in which order.
    fn arrange(&mut self, memory: &MemoryReservation) -> Result<Rows>;

    /// The added columns of the next rows that come out; `batch` has their other columns.
    fn compute(&mut self, rows: &[u32], batch: &RecordBatch) -> Result<Vec<ArrayRef>>;

    /// Bytes held now, the rows themselves left out.
    fn bytes(&self) -> usize;

    /// Bytes of the lists that have no room for so many rows more: they are copied into longer ones.
    fn growth(&self, rows: usize) -> usize;
}

/// The rows that come out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// All that are held, as they came.
    All,
    /// These of those that are held, by number; [`NEW_ROW`] is a row of nulls.
    These(Vec<u32>),
}

impl From<Option<Vec<u32>>> for Rows {
    fn from(order: Option<Vec<u32>>) -> Self {
        order.map_or(Self::All, Self::These)
    }
}

/// The column of this name.
pub(super) fn named<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| internal_datafusion_err!("an operation misses a column of its input"))
}

/// Whether the rows come out in the order in which they went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeepsOrder {
    Yes,
    /// They do, and they go in in the order of the table, so that it is the same in whatever order they stream.
    Sorted,
    No,
}

/// The table after an operation: its columns, and hidden ones that the operation adds.
///
/// An operation that makes an order of its own is told the present one, which it reads even where the rows stream in it:
/// a join keeps rows without a match in their place only where somebody reads the numbers of its rows.
pub(crate) fn apply<O: Operation + 'static>(
    table: Table,
    order: KeepsOrder,
    operation: impl FnOnce(Vec<OrderKey>) -> O,
) -> Result<Table, EngineError> {
    let mut kept = table.columns().to_vec();
    match order {
        KeepsOrder::Yes | KeepsOrder::Sorted => {
            kept.extend(table.order().iter().map(|key| key.column.clone()));
            let sorted = order == KeepsOrder::Sorted && !table.streams_in_order();
            let sorted_by = if sorted { table.order().to_vec() } else { Vec::new() };
            let operation = Arc::new(operation(Vec::new()));
            table.replace(|plan| Ok(WholeTable::plan(plan.build()?, kept, sorted_by, operation)?.into()))
        }
        KeepsOrder::No => {
            let operation = Arc::new(operation(table.order().to_vec()));
            let plan = WholeTable::plan(table.plan().clone(), kept, Vec::new(), operation)?;
            Ok(Table::from_parts(plan, table.columns().to_vec(), Vec::new(), &table))
        }
    }
}

/// The operator in a logical plan.
#[derive(Debug, Clone)]
pub(crate) struct WholeTable {
    input: LogicalPlan,
    /// The columns of the input that come out.
    kept: Vec<String>,
    /// How the rows are sorted when they go in; they come out so.
    sorted_by: Vec<OrderKey>,
    operation: Arc<dyn Operation>,
    schema: DFSchemaRef,
}

impl WholeTable {
    fn plan(
        input: LogicalPlan,
        kept: Vec<String>,
        sorted_by: Vec<OrderKey>,
        operation: Arc<dyn Operation>,
    ) -> Result<LogicalPlan> {
        Ok(LogicalPlan::Extension(Extension { node: Arc::new(Self::new(input, kept, sorted_by, operation)?) }))
    }

    fn new(
        input: LogicalPlan,
        kept: Vec<String>,
        sorted_by: Vec<OrderKey>,
        operation: Arc<dyn Operation>,
    ) -> Result<Self> {
        let columns = input.schema();
        let kept: Vec<String> =
            kept.into_iter().filter(|name| columns.index_of_column_by_name(None, name).is_some()).collect();
        let mut fields = Vec::with_capacity(kept.len() + 1);
        for name in &kept {
            let (qualifier, field) = columns.qualified_field_with_unqualified_name(name)?;
            fields.push((qualifier.cloned(), Arc::new(field.as_ref().clone().with_nullable(true))));
        }
        fields.extend(operation.adds().into_iter().map(|field| (None, Arc::new(field))));
        let schema = Arc::new(DFSchema::new_with_metadata(fields, columns.metadata().clone())?);
        Ok(Self { input, kept, sorted_by, operation, schema })
    }

    pub(super) fn execution(&self, input: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = Arc::clone(self.schema.inner());
        let columns = self.kept.iter().map(|name| input.schema().index_of(name));
        let kept = columns.collect::<Result<Vec<_>, _>>()?;
        Ok(Arc::new(WholeTableExec::new(input, kept, self.sorted_by.clone(), Arc::clone(&self.operation), schema)?))
    }

    /// How the rows are sorted when they go in; they go in as they stream where there are no keys.
    pub(crate) fn sorted_by(&self) -> &[OrderKey] {
        &self.sorted_by
    }

    fn reads(&self) -> impl Iterator<Item = &str> {
        self.operation.reads().into_iter().chain(self.sorted_by.iter().map(|key| key.column.as_str()))
    }
}

impl PartialEq for WholeTable {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.operation, &other.operation)
            && self.kept == other.kept
            && self.sorted_by == other.sorted_by
            && self.input == other.input
    }
}

impl Eq for WholeTable {}

impl Hash for WholeTable {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.operation.name().hash(state);
        self.kept.hash(state);
        self.input.hash(state);
    }
}

impl PartialOrd for WholeTable {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other { Some(Ordering::Equal) } else { None }
    }
}

impl UserDefinedLogicalNodeCore for WholeTable {
    fn name(&self) -> &str {
        self.operation.name()
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        self.reads().map(column).collect()
    }

    /// A condition on the groups keeps or drops whole groups, so it may come before.
    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        let names = self.schema.fields().iter().map(|field| field.name());
        names.filter(|name| !self.operation.groups().contains(name)).cloned().collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.operation.name(), self.operation.reads().join(", "))
    }

    /// The expressions are columns, found by their names.
    fn with_exprs_and_inputs(&self, _: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = inputs.pop().ok_or_else(|| internal_datafusion_err!("an operation needs its input"))?;
        Self::new(input, self.kept.clone(), self.sorted_by.clone(), Arc::clone(&self.operation))
    }

    fn necessary_children_exprs(&self, output: &[usize]) -> Option<Vec<Vec<usize>>> {
        let columns = self.input.schema();
        let position = |name: &str| columns.index_of_column_by_name(None, name);
        let kept = output.iter().filter_map(|index| position(self.kept.get(*index)?));
        let mut needed: Vec<usize> = kept.chain(self.reads().filter_map(position)).collect();
        needed.sort_unstable();
        needed.dedup();
        Some(vec![needed])
    }
}

/// The operator at work.
#[derive(Debug)]
struct WholeTableExec {
    input: Arc<dyn ExecutionPlan>,
    kept: Vec<usize>,
    sorted_by: Vec<OrderKey>,
    operation: Arc<dyn Operation>,
    properties: Arc<PlanProperties>,
}

impl WholeTableExec {
    fn new(
        input: Arc<dyn ExecutionPlan>,
        kept: Vec<usize>,
        sorted_by: Vec<OrderKey>,
        operation: Arc<dyn Operation>,
        schema: SchemaRef,
    ) -> Result<Self> {
        let properties = PlanProperties::new(
            EquivalenceProperties::new_with_orderings(Arc::clone(&schema), sorting(&sorted_by, &schema)?),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        let properties = Arc::new(properties.with_scheduling_type(SchedulingType::Cooperative));
        Ok(Self { input, kept, sorted_by, operation, properties })
    }
}

/// The order of these keys; `None` without any.
fn sorting(keys: &[OrderKey], schema: &Schema) -> Result<Option<LexOrdering>> {
    let sorts = keys.iter().map(|key| {
        let column = Column::new_with_schema(&key.column, schema)?;
        let options = SortOptions { descending: !key.ascending, nulls_first: false };
        Ok(PhysicalSortExpr::new(Arc::new(column), options))
    });
    Ok(LexOrdering::new(sorts.collect::<Result<Vec<_>>>()?))
}

impl DisplayAs for WholeTableExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.operation.name(), self.operation.reads().join(", "))
    }
}

impl ExecutionPlan for WholeTableExec {
    fn name(&self) -> &'static str {
        "WholeTableExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        let streams = self.sorted_by.is_empty();
        let all = if streams { Distribution::UnspecifiedDistribution } else { Distribution::SinglePartition };
        InputDistributionRequirements::new(vec![all])
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        let sorting = sorting(&self.sorted_by, &self.input.schema()).ok().flatten();
        vec![sorting.map(OrderingRequirements::from)]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().ok_or_else(|| internal_datafusion_err!("an operation needs its input"))?;
        let (kept, sorted_by) = (self.kept.clone(), self.sorted_by.clone());
        Ok(Arc::new(Self::new(input, kept, sorted_by, Arc::clone(&self.operation), self.schema())?))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, _: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let options = context.session_config();
        let (batch_rows, tasks) = (options.batch_size(), options.target_partitions());
        let reservation = MemoryConsumer::new(self.operation.name()).register(context.memory_pool());
        let work = self.operation.start(&self.input.schema())?;
        let partitions = self.input.output_partitioning().partition_count();
        let inputs = (0..partitions).map(|partition| self.input.execute(partition, Arc::clone(&context)));
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        let held = Held::new(self.kept.clone(), self.schema(), reservation);
        let leaving = futures::stream::once(Box::pin(arrange(inputs, work, held, tasks)));
        let leaving = leaving.map_ok(move |leaving| leaving.into_stream(batch_rows, tasks));
        let rows = RecordBatchStreamAdapter::new(self.schema(), leaving.try_flatten());
        Ok(Box::pin(cooperative(rows)))
    }
}

/// The rows of a partition that are read before it is their turn, each batch with the bytes reserved for it.
struct Ahead {
    batches: Vec<(RecordBatch, usize)>,
    reservation: MemoryReservation,
}

impl Ahead {
    fn start(mut input: SendableRecordBatchStream, reservation: MemoryReservation) -> SpawnedTask<Result<Self>> {
        SpawnedTask::spawn(async move {
            let mut batches = Vec::new();
            while let Some(batch) = input.next().await {
                let batch = compact(&batch?)?;
                let bytes = batch.get_array_memory_size();
                reservation.try_grow(bytes)?;
                batches.push((batch, bytes));
            }
            Ok(Self { batches, reservation })
        })
    }
}

/// The rows that an operation holds.
struct Held {
    kept: Vec<usize>,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    rows: usize,
    counter: RecordBatchMemoryCounter,
    reservation: MemoryReservation,
}

impl Held {
    fn new(kept: Vec<usize>, schema: SchemaRef, reservation: MemoryReservation) -> Self {
        Self { kept, schema, batches: Vec::new(), rows: 0, counter: RecordBatchMemoryCounter::new(), reservation }
    }

    fn push(&mut self, batch: &RecordBatch, work: &dyn Work) -> Result<()> {
        if batch.num_rows() > 0 {
            let kept = compact(&batch.project(&self.kept)?)?;
            self.counter.count_batch(&kept);
            self.rows += kept.num_rows();
            self.batches.push(kept);
        }
        self.reservation.try_resize(self.counter.memory_usage() + work.bytes())
    }

    /// Each column in one piece, as many at once as there are tasks; a column's pieces are let go of when it is done.
    async fn into_columns(self, tasks: usize) -> Result<(Vec<ArrayRef>, Arc<MemoryReservation>)> {
        let columns = self.schema.fields().iter().take(self.kept.len());
        let mut columns: Vec<_> = columns.map(|field| (field.data_type().clone(), Vec::new())).collect();
        for batch in self.batches {
            for ((_, pieces), column) in columns.iter_mut().zip(batch.columns()) {
                pieces.push(Arc::clone(column));
            }
        }
        let reservation = Arc::new(self.reservation);
        let put_together = |(kind, pieces): (DataType, Vec<ArrayRef>)| {
            let reservation = Arc::clone(&reservation);
            async move {
                let twice = bytes_in_one_piece(&pieces)?;
                reservation.try_grow(twice)?;
                let work = async move {
                    match pieces.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>().as_slice() {
                        [] => Ok(new_empty_array(&kind)),
                        arrays => Ok(concat(arrays)?),
                    }
                };
                let whole = if tasks > 1 { joined(SpawnedTask::spawn(work)).await? } else { work.await? };
                reservation.shrink(twice);
                tokio::task::yield_now().await;
                Ok::<_, DataFusionError>(whole)
            }
        };
        let columns: Vec<_> = columns.into_iter().map(put_together).collect();
        let columns = futures::stream::iter(columns).buffered(tasks).try_collect().await?;
        Ok((columns, reservation))
    }
}

/// The bytes of what is copied; texts that are viewed stay where they are.
fn bytes_in_one_piece(pieces: &[ArrayRef]) -> Result<usize> {
    let bytes = |piece: &ArrayRef| match piece.as_string_view_opt() {
        Some(texts) => Ok(texts.len() * size_of::<u128>()),
        None => piece.to_data().get_slice_memory_size(),
    };
    Ok(pieces.iter().map(bytes).sum::<Result<_, _>>()?)
}

/// Everything has been read and has its place.
struct Leaving {
    work: Box<dyn Work>,
    schema: SchemaRef,
    source: Source,
    reservation: Arc<MemoryReservation>,
}

enum Source {
    /// Batches that leave as they came, each with the bytes that no later one holds.
    Batches(Vec<(RecordBatch, usize)>),
    /// Rows that are gathered.
    Gathered { columns: Vec<ArrayRef>, rows: Vec<u32> },
}

/// The rows of a partition come before those of the next one; all are read at the same time.
async fn arrange(
    inputs: Vec<SendableRecordBatchStream>,
    mut work: Box<dyn Work>,
    mut held: Held,
    tasks: usize,
) -> Result<Leaving> {
    let mut inputs = inputs.into_iter();
    let first = inputs.next();
    let others: Vec<_> = inputs.map(|input| Ahead::start(input, held.reservation.new_empty())).collect();
    if let Some(mut input) = first {
        while let Some(batch) = input.next().await {
            let batch = batch?;
            held.reservation.try_grow(work.growth(batch.num_rows()))?;
            let batch = work.read(batch)?;
            held.push(&batch, work.as_ref())?;
        }
    }
    for other in others {
        let Ahead { batches, reservation } = joined(other).await?;
        for (batch, bytes) in batches {
            held.reservation.try_grow(work.growth(batch.num_rows()))?;
            reservation.shrink(bytes);
            let batch = work.read(batch)?;
            held.push(&batch, work.as_ref())?;
            tokio::task::yield_now().await;
        }
    }
    if held.rows >= NEW_ROW as usize {
        return resources_err!("{} rows are more than a step can arrange", held.rows);
    }
    let arranging = ARRANGING_BYTES_A_ROW * held.rows;
    held.reservation.try_grow(arranging)?;
    tokio::task::yield_now().await;
    let rows = work.arrange(&held.reservation)?;
    held.reservation.shrink(arranging);
    held.reservation.try_resize(held.counter.memory_usage() + work.bytes())?;
    let schema = Arc::clone(&held.schema);
    let Rows::These(rows) = rows else {
        let source = Source::Batches(with_own_bytes(held.batches));
        return Ok(Leaving { work, schema, source, reservation: Arc::new(held.reservation) });
    };
    held.reservation.try_grow(bytes_of(&rows))?;
    let (columns, reservation) = held.into_columns(tasks).await?;
    Ok(Leaving { work, schema, source: Source::Gathered { columns, rows }, reservation })
}

async fn joined<T: 'static>(task: SpawnedTask<Result<T>>) -> Result<T> {
    task.join_unwind().await.map_err(|error| internal_datafusion_err!("{error}"))?
}

impl Leaving {
    /// The rows; so many tasks gather them, and one batch after the other is computed with.
    fn into_stream(self, batch_rows: usize, tasks: usize) -> impl Stream<Item = Result<RecordBatch>> {
        let Self { mut work, schema, source, reservation } = self;
        let still_held = Arc::clone(&reservation);
        let batches = match source {
            Source::Batches(batches) => {
                let leaving = batches.into_iter().map(move |(batch, bytes)| {
                    reservation.shrink(bytes.min(reservation.size()));
                    batch
                });
                futures::stream::iter(numbered(leaving)).map(Ok).left_stream()
            }
            Source::Gathered { columns, rows } => {
                let fields: Vec<FieldRef> = schema.fields().iter().take(columns.len()).cloned().collect();
                let starts = (0..rows.len()).step_by(batch_rows);
                let whole = Arc::new((Arc::new(Schema::new(fields)), columns, rows));
                let gather = move |first: usize| {
                    let whole = Arc::clone(&whole);
                    let work = async move {
                        let (schema, columns, rows) = whole.as_ref();
                        let picked = &rows[first..rows.len().min(first + batch_rows)];
                        Ok((picked.to_vec(), gathered(schema, columns, picked)?))
                    };
                    async move { if tasks > 1 { joined(SpawnedTask::spawn(work)).await } else { work.await } }
                };
                futures::stream::iter(starts).map(gather).buffered(tasks).right_stream()
            }
        };
        batches.map(move |batch: Result<(Vec<u32>, RecordBatch)>| {
            let _still_held = &still_held;
            let (rows, kept) = batch?;
            let mut columns = kept.columns().to_vec();
            columns.extend(work.compute(&rows, &kept)?);
            let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
            Ok(RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options)?)
        })
    }
}

/// The batches, each with the bytes that no later one holds.
fn with_own_bytes(batches: Vec<RecordBatch>) -> Vec<(RecordBatch, usize)> {
    let mut counter = RecordBatchMemoryCounter::new();
    let backwards = batches.into_iter().rev().map(|batch| {
        let held_later = counter.memory_usage();
        counter.count_batch(&batch);
        (batch, counter.memory_usage() - held_later)
    });
    let mut batches: Vec<_> = backwards.collect();
    batches.reverse();
    batches
}

/// The batches, each with the numbers of its rows.
fn numbered(batches: impl Iterator<Item = RecordBatch>) -> impl Iterator<Item = (Vec<u32>, RecordBatch)> {
    batches.scan(0, |next, batch| {
        let first = *next;
        *next += u32::try_from(batch.num_rows()).unwrap_or(NEW_ROW);
        Some(((first..*next).collect(), batch))
    })
}

/// The rows of these numbers.
fn gathered(schema: &SchemaRef, columns: &[ArrayRef], rows: &[u32]) -> Result<RecordBatch> {
    let indices: UInt32Array = if rows.contains(&NEW_ROW) {
        rows.iter().map(|row| (*row != NEW_ROW).then_some(*row)).collect()
    } else {
        rows.to_vec().into()
    };
    let columns = columns.iter().map(|column| take(column, &indices, None));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    compact(&RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}

/// Lets go of texts that no row shows: a few rows must not hold on to the texts of all.
fn compact(batch: &RecordBatch) -> Result<RecordBatch> {
    let columns = batch.columns().iter().map(|column| {
        let Some(texts) = column.as_string_view_opt() else { return Arc::clone(column) };
        let stored: usize = texts.data_buffers().iter().map(Buffer::len).sum();
        if stored > 2 * texts.total_buffer_bytes_used() { Arc::new(texts.gc()) } else { Arc::clone(column) }
    });
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(batch.schema(), columns.collect(), &options)?)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringArray};
    use arrow::datatypes::Int64Type;
    use datafusion::datasource::{MemTable, provider_as_source};
    use datafusion::logical_expr::{LogicalPlanBuilder, lit};
    use datafusion::prelude::SessionContext;

    use super::*;
    use crate::execute::Executor;
    use crate::operators::rank::Rank;
    use crate::table::Names;

    /// Batches of 1,000 rows with a falling value, a group and a long text.
    fn input(batches: i64) -> Table {
        let batch = |number: i64| {
            let values = Int64Array::from_iter_values((0..1_000).map(|row| 1_000_000 - 1_000 * number - row));
            let groups = Int64Array::from_iter_values((0..1_000).map(|row| row % 2));
            let texts = (0..1_000).map(|row| format!("a text that is too long to be inlined, {number} {row}"));
            let columns: [(&str, ArrayRef); 3] = [
                ("v", Arc::new(values)),
                ("g", Arc::new(groups)),
                ("t", Arc::new(StringArray::from_iter_values(texts))),
            ];
            RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
        };
        let batches: Vec<RecordBatch> = (0..batches).map(batch).collect();
        let provider = Arc::new(MemTable::try_new(batches[0].schema(), vec![batches]).unwrap());
        let scan = LogicalPlanBuilder::scan("input", provider_as_source(provider), None).unwrap().build().unwrap();
        Table::scan(scan, Names::default()).unwrap()
    }

    fn ranked(table: Table) -> Table {
        let ranked = apply(table, KeepsOrder::No, |order| Rank {
            value: OrderKey { column: "v".into(), ascending: true },
            groups: vec!["g".into()],
            dense: true,
            into: "rank".into(),
            order,
        });
        ranked.unwrap().with_columns(vec![("r".to_owned(), column("rank"))]).unwrap()
    }

    #[test]
    fn rows_are_gathered_from_all_batches_and_hold_on_to_their_own_texts_only() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let plan = ranked(input(20)).finish(None).unwrap();
        let batches = runtime.block_on(Executor::new(64 << 20).unwrap().collect(&plan)).unwrap();
        let values = batches.iter().flat_map(|batch| batch["v"].as_primitive::<Int64Type>().values().to_vec());
        let ranks = batches.iter().flat_map(|batch| batch["r"].as_primitive::<Int64Type>().values().to_vec());
        let expected = (0..20_000).map(|row| if row % 2 == 0 { 980_002 + row } else { 980_000 + row });
        assert_eq!(values.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        assert!(ranks.eq((0..20_000).map(|row| row / 2 + 1)));
        assert!(batches.len() > 1);
        for batch in batches {
            assert!(batch.get_array_memory_size() < 128 * batch.num_rows() + 4096);
        }
    }

    #[test]
    fn what_is_held_counts_and_is_let_go_of_when_nobody_waits_any_more() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let plan = ranked(input(50)).finish(None).unwrap();
        let small = Executor::new(4 << 20).unwrap();
        let error = runtime.block_on(small.collect(&plan)).unwrap_err();
        assert!(matches!(error, EngineError::MemoryLimit { .. }), "{error}");
        assert_eq!(small.memory_used(), 0);

        let large = Executor::new(64 << 20).unwrap();
        runtime.block_on(async {
            let mut stream = large.stream(&plan).await.unwrap();
            assert!(stream.next().await.unwrap().unwrap().num_rows() > 0);
            assert!(large.memory_used() > 1 << 20);
        });
        assert_eq!(large.memory_used(), 0);
    }

    #[test]
    fn filters_on_groups_and_unused_columns_never_reach_it() {
        let groups = ranked(input(1)).filter(column("g").eq(lit(1_i64)).and(column("r").eq(lit(1_i64)))).unwrap();
        let plan = groups.project(vec![("r".to_owned(), column("r"))]).unwrap().finish(None).unwrap();
        let optimized = SessionContext::new().state().optimize(&plan).unwrap().display_indent().to_string();
        let (above, below) = optimized.split_once("Rank: v, g").unwrap();
        assert!(above.contains("Filter: rank = Int64(1)") && !above.contains("g = "), "{optimized}");
        assert!(below.contains("g = Int64(1)") && !below.contains("projection=[v, g, t]"), "{optimized}");
    }
}
