//! Plans to record batches, within one memory pool.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryConsumer, MemoryPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionConfig;
use futures::StreamExt;

use crate::error::EngineError;
use crate::operators::Planner;
use crate::pushdown::push_down;

const BATCH_ROWS: usize = 8192;

/// Runs logical plans.
#[derive(Clone)]
pub(crate) struct Executor {
    state: Arc<SessionState>,
    pool: Arc<dyn MemoryPool>,
    pushdown: bool,
}

impl Executor {
    /// An executor whose running queries together use at most `memory_bytes`.
    ///
    /// One partition a plan: rows keep their order, sums of floats do not depend on timing, and the cores are kept busy
    /// by the many queries of a page. Joins are not turned around, because the left rows of a join keep their order.
    pub(crate) fn new(memory_bytes: usize) -> Result<Self, EngineError> {
        let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(memory_bytes));
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::clone(&pool))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
            .with_metadata_cache_limit(8 << 20)
            .build_arc()?;
        let mut config = SessionConfig::new().with_target_partitions(1).with_batch_size(BATCH_ROWS);
        let options = config.options_mut();
        options.catalog.create_default_catalog_and_schema = false;
        options.execution.parquet.pushdown_filters = true;
        options.execution.collect_statistics = false;
        // A sort below a union drops keys that are constant in one branch only.
        options.optimizer.repartition_sorts = false;
        let rules = PhysicalOptimizer::new().rules.into_iter().filter(|rule| rule.name() != "join_selection").collect();
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_query_planner(Arc::new(Planner))
            .with_physical_optimizer_rules(rules)
            .build();
        Ok(Self { state: Arc::new(state), pool, pushdown: true })
    }

    /// The same, leaving to databases nothing but the reading of their tables.
    pub(crate) fn without_pushdown(&self) -> Self {
        Self { pushdown: false, ..self.clone() }
    }

    /// The plan as it runs: optimised, with statements for what databases compute.
    pub(crate) fn prepare(&self, plan: &LogicalPlan) -> Result<LogicalPlan, EngineError> {
        let optimized = self.state.optimize(plan)?;
        Ok(if self.pushdown { push_down(optimized)? } else { optimized })
    }

    /// Starts a plan.
    pub(crate) async fn stream(&self, plan: &LogicalPlan) -> Result<SendableRecordBatchStream, EngineError> {
        let prepared = self.prepare(plan)?;
        let physical = self.state.query_planner().create_physical_plan(&prepared, self.state.as_ref()).await?;
        Ok(execute_stream(physical, self.state.task_ctx())?)
    }

    /// All rows of a plan; they count against the pool until they are here.
    ///
    /// Where a database fails over a value, such as a sum that is too large for it, everything is computed here.
    pub(crate) async fn collect(&self, plan: &LogicalPlan) -> Result<Vec<RecordBatch>, EngineError> {
        match self.collect_once(plan).await {
            Err(EngineError::NotAtSource { .. }) if self.pushdown => self.without_pushdown().collect_once(plan).await,
            other => other,
        }
    }

    async fn collect_once(&self, plan: &LogicalPlan) -> Result<Vec<RecordBatch>, EngineError> {
        let mut stream = self.stream(plan).await?;
        let reservation = MemoryConsumer::new("answer").register(&self.pool);
        let mut batches = Vec::new();
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            reservation.try_grow(batch.get_array_memory_size())?;
            if batch.num_rows() > 0 {
                batches.push(batch);
            }
        }
        Ok(batches)
    }

    /// Bytes that running queries use now.
    pub(crate) fn memory_used(&self) -> usize {
        self.pool.reserved()
    }
}
