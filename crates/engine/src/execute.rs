//! Plans to record batches, within one memory pool.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::common::config::ConfigNonZeroUsize;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::utils::memory::RecordBatchMemoryCounter;
use datafusion::datasource::source_as_provider;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder};
use datafusion::logical_expr::expr::Alias;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::Optimizer;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_optimizer::projection_pushdown::ProjectionPushdown;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{displayable, execute_stream};
use datafusion::prelude::SessionConfig;
use futures::{Stream, StreamExt, TryStreamExt};

use crate::counted::Counted;
use crate::error::EngineError;
use crate::fences;
use crate::filters;
use crate::functions::{different, with_one_zero};
use crate::guards;
use crate::memory::{QueryMemory, Room, SharedMemory};
use crate::operators::Planner;
use crate::parallel::{self, RowOrder};
use crate::pushdown::push_down;
use crate::stop;

const BATCH_ROWS: usize = 8192;

/// A batch of longer rows than usual has fewer of them: of long texts, and of many columns.
const BATCH_BYTES: usize = 8 << 20;
const COLUMNS_BYTES: usize = 2 << 20;

/// Of what makes many rows of one, each holds a batch until it has handed it on.
const HELD_BYTES: usize = 32 << 20;

/// However many columns a batch has: each takes a reader its time.
const FEWEST_ROWS: usize = 128;

/// Runs logical plans.
#[derive(Clone)]
pub(crate) struct Executor {
    state: Arc<SessionState>,
    memory: Arc<SharedMemory>,
    pushdown: bool,
    cores: usize,
    running: Arc<AtomicUsize>,
}

/// Rows, and what counts them against the pool.
type Held = (Vec<RecordBatch>, MemoryReservation);

/// A plan that runs, counted until it is dropped.
struct Running {
    stream: SendableRecordBatchStream,
    memory: QueryMemory,
    count: Arc<AtomicUsize>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.memory.release();
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Stream for Running {
    type Item = datafusion::common::Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.stream.as_mut().poll_next(context);
        next.map(|rows| rows.map(|rows| with_one_zero(rows?)))
    }
}

impl Executor {
    /// An executor whose running queries together use at most `memory_bytes`.
    ///
    /// A plan runs in one partition: rows keep their order, and the cores are kept busy by the many queries of a page. Only
    /// a large plan whose answer does not depend on that order has the cores that are free (see [`parallel`]). Joins
    /// are not turned around, because the left rows of a join keep their order.
    pub(crate) fn new(memory_bytes: usize) -> Result<Self, EngineError> {
        let memory = Arc::new(SharedMemory::new(memory_bytes));
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::clone(&memory) as Arc<dyn MemoryPool>)
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
            .with_metadata_cache_limit(8 << 20)
            .build_arc()?;
        let mut config = SessionConfig::new().with_target_partitions(1).with_batch_size(BATCH_ROWS);
        let options = config.options_mut();
        options.catalog.create_default_catalog_and_schema = false;
        options.execution.enable_file_stream_work_stealing = false;
        options.execution.collect_statistics = false;
        // Parts of a union whose grouping another rule has changed can no longer be interleaved.
        options.optimizer.prefer_existing_union = true;
        // A sort below a union drops keys that are constant in one branch only.
        options.optimizer.repartition_sorts = false;
        options.optimizer.enable_round_robin_repartition = false;
        options.optimizer.repartition_joins = false;
        options.optimizer.repartition_file_min_size = 0;
        // Projections move before orders are decided, not after: a filter or a union into which one moved no longer knows
        // that a column is constant, or the same as another.
        let projections: Arc<dyn PhysicalOptimizerRule + Send + Sync> = Arc::new(ProjectionPushdown::new());
        // What is known of a column beforehand takes a missing value for one of its values.
        let left_out = ["join_selection", "ProjectionPushdown", "aggregate_statistics"];
        let known = PhysicalOptimizer::new().rules.into_iter().filter(|rule| !left_out.contains(&rule.name()));
        let rules = stop::physical(filters::among(std::iter::once(projections).chain(known)));
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_query_planner(Arc::new(Planner))
            .with_optimizer_rules(stop::logical(Optimizer::new().rules))
            .with_physical_optimizer_rules(rules)
            .build();
        Ok(Self { state: Arc::new(state), memory, pushdown: true, cores: cores(), running: Arc::default() })
    }

    /// The same, leaving to databases nothing but the reading of their tables.
    pub(crate) fn without_pushdown(&self) -> Self {
        Self { pushdown: false, ..self.clone() }
    }

    /// The plan as it runs: optimised, with statements for what databases compute.
    pub(crate) fn prepare(&self, plan: &LogicalPlan) -> Result<LogicalPlan, EngineError> {
        let optimized = fences::take_down(self.state.optimize(&fences::put_up(plan)?)?)?;
        let own = if self.pushdown { push_down(optimized)? } else { optimized };
        Ok(guards::put_up(different::counted(own)?)?)
    }

    /// Starts a plan.
    pub(crate) async fn stream(&self, plan: &LogicalPlan) -> Result<SendableRecordBatchStream, EngineError> {
        self.stream_as(plan, RowOrder::Kept).await
    }

    async fn stream_as(&self, plan: &LogicalPlan, order: RowOrder) -> Result<SendableRecordBatchStream, EngineError> {
        let running = self.running.load(Ordering::Relaxed) + 1;
        // What nobody reads is gone from an optimised plan, such as the numbers of rows that are grouped in the end.
        let prepared = self.prepare(plan)?;
        self.stream_in(&prepared, parallel::partitions(&prepared, order, self.cores / running)).await
    }

    async fn stream_in(
        &self,
        prepared: &LogicalPlan,
        partitions: usize,
    ) -> Result<SendableRecordBatchStream, EngineError> {
        let memory = QueryMemory::new(Arc::clone(&self.memory) as Arc<dyn MemoryPool>);
        let state = self.session(partitions, batch_rows(prepared)?, memory.clone());
        let physical = state.query_planner().create_physical_plan(prepared, &state).await?;
        let schema = physical.schema();
        let stream = execute_stream(physical, state.task_ctx())?;
        self.running.fetch_add(1, Ordering::Relaxed);
        let running = Running { stream, memory, count: Arc::clone(&self.running) };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, running)))
    }

    /// All rows of a plan; they count against the pool until they are here.
    ///
    /// Where a database fails over a value, such as a sum that is too large for it, everything is computed here.
    pub(crate) async fn collect(&self, plan: &LogicalPlan) -> Result<Vec<RecordBatch>, EngineError> {
        Ok(self.hold(plan, RowOrder::Kept).await?.0)
    }

    /// The same, with what counts them against the pool.
    pub(crate) async fn hold(&self, plan: &LogicalPlan, order: RowOrder) -> Result<Held, EngineError> {
        match self.hold_once(plan, order).await {
            Err(EngineError::NotAtSource { .. }) if self.pushdown => {
                self.without_pushdown().hold_once(plan, order).await
            }
            other => other,
        }
    }

    async fn hold_once(&self, plan: &LogicalPlan, order: RowOrder) -> Result<Held, EngineError> {
        let held = async { self.held(self.stream_as(plan, order).await?).await };
        held.await.map_err(EngineError::while_running)
    }

    /// Makes all rows of a plan and lets them go, so that only what it takes to make them counts.
    pub(crate) async fn run_through(&self, plan: &LogicalPlan) -> Result<(), EngineError> {
        let running = async {
            let mut rows = self.stream_as(plan, RowOrder::Kept).await?;
            while rows.try_next().await?.is_some() {}
            Ok(())
        };
        running.await.map_err(EngineError::while_running)
    }

    /// All rows of a plan that runs in this many partitions.
    #[cfg(test)]
    pub(crate) async fn collect_in(
        &self,
        plan: &LogicalPlan,
        partitions: usize,
    ) -> Result<Vec<RecordBatch>, EngineError> {
        Ok(self.held(self.stream_in(&self.prepare(plan)?, partitions).await?).await?.0)
    }

    async fn held(&self, mut stream: SendableRecordBatchStream) -> Result<Held, EngineError> {
        let pool: Arc<dyn MemoryPool> = Arc::clone(&self.memory) as _;
        let reservation = MemoryConsumer::new("answer").register(&pool);
        let mut batches = Vec::new();
        // Batches may be parts of one and share what holds their values.
        let mut counter = RecordBatchMemoryCounter::new();
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            counter.count_batch(&batch);
            reservation.try_resize(counter.memory_usage())?;
            if batch.num_rows() > 0 {
                batches.push(batch);
            }
        }
        Ok((batches, reservation))
    }

    /// The settings of one query.
    fn session(&self, partitions: usize, batch_rows: ConfigNonZeroUsize, memory: QueryMemory) -> SessionState {
        let mut session = self.state.as_ref().clone();
        let options = session.config_mut().options_mut();
        options.execution.target_partitions = partitions;
        options.execution.batch_size = batch_rows;
        options.extensions.insert(memory);
        session.mark_start_execution();
        session
    }

    /// The operators that run a prepared plan, one a line.
    pub(crate) async fn operators(&self, prepared: &LogicalPlan) -> Result<String, EngineError> {
        let physical = self.state.query_planner().create_physical_plan(prepared, self.state.as_ref()).await?;
        Ok(displayable(physical.as_ref()).indent(false).to_string())
    }

    /// Memory for a table that queries go over.
    pub(crate) fn room(&self) -> Room {
        let pool: Arc<dyn MemoryPool> = Arc::clone(&self.memory) as _;
        Room::of(&pool)
    }

    /// Bytes that running queries use now.
    pub(crate) fn memory_used(&self) -> usize {
        self.memory.reserved()
    }

    /// The most bytes that running queries ever used at once.
    pub(crate) fn memory_peak(&self) -> usize {
        self.memory.peak()
    }
}

/// The rows of a batch, by the longest that a plan reads or makes.
fn batch_rows(plan: &LogicalPlan) -> datafusion::common::Result<ConfigNonZeroUsize> {
    let (mut rows, mut held) = (BATCH_ROWS, 0);
    plan.apply_with_subqueries(|node| {
        let columns: usize = node.schema().fields().iter().map(|field| width(field.data_type())).sum();
        let lists: usize = node.expressions().iter().map(width_of_list).sum();
        rows = rows.min((COLUMNS_BYTES / (columns + lists).max(1)).max(FEWEST_ROWS));
        if matches!(node, LogicalPlan::Unnest(_) | LogicalPlan::Join(_)) {
            held += columns;
        }
        if let LogicalPlan::TableScan(scan) = node
            && let Some(table) = source_as_provider(&scan.source)?.downcast_ref::<Counted>()
        {
            rows = rows.min(BATCH_BYTES / table.width(scan.projection.as_ref()).max(1)).max(1);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let few = (HELD_BYTES / held.max(1)).max(FEWEST_ROWS);
    ConfigNonZeroUsize::try_new(rows.min(few))
}

/// The bytes of a list that is written in the plan: it stands beside every row.
fn width_of_list(made: &Expr) -> usize {
    match made {
        Expr::Alias(Alias { expr, .. }) => width_of_list(expr),
        Expr::Literal(ScalarValue::List(list), _) => list.values().len() * width(&list.value_type()),
        _ => 0,
    }
}

/// The bytes of a value whatever it is; what a text or a shape has besides is for those to tell who know it.
fn width(data_type: &DataType) -> usize {
    data_type.primitive_width().unwrap_or(size_of::<u128>())
}

/// The cores of this machine that this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}
