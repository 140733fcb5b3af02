//! Plans to record batches, within one memory pool.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryConsumer, MemoryPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::{displayable, execute_stream};
use datafusion::prelude::SessionConfig;
use futures::StreamExt;

use crate::error::EngineError;
use crate::operators::Planner;
use crate::standalone::Explanation;

const BATCH_ROWS: usize = 8192;

/// Runs logical plans.
#[derive(Clone)]
pub(crate) struct Executor {
    state: Arc<SessionState>,
    pool: Arc<dyn MemoryPool>,
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
        let rules = PhysicalOptimizer::new().rules.into_iter().filter(|rule| rule.name() != "join_selection").collect();
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_query_planner(Arc::new(Planner))
            .with_physical_optimizer_rules(rules)
            .build();
        Ok(Self { state: Arc::new(state), pool })
    }

    /// Starts a plan.
    pub(crate) async fn stream(&self, plan: &LogicalPlan) -> Result<SendableRecordBatchStream, EngineError> {
        let physical = self.state.create_physical_plan(plan).await?;
        Ok(execute_stream(physical, self.state.task_ctx())?)
    }

    /// All rows of a plan; they count against the pool until they are here.
    pub(crate) async fn collect(&self, plan: &LogicalPlan) -> Result<Vec<RecordBatch>, EngineError> {
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

    /// The plan as it is optimised, and the operators that run it.
    pub(crate) async fn explain(&self, plan: &LogicalPlan) -> Result<Explanation, EngineError> {
        let logical = self.state.optimize(plan)?;
        let physical = self.state.query_planner().create_physical_plan(&logical, self.state.as_ref()).await?;
        Ok(Explanation {
            logical: logical.display_indent().to_string(),
            physical: displayable(physical.as_ref()).indent(false).to_string(),
        })
    }

    /// Bytes that running queries use now.
    pub(crate) fn memory_used(&self) -> usize {
        self.pool.reserved()
    }
}
