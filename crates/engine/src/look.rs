//! Looks at the data: what a step has to know of the rows before its columns are known, as a pivot does.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result as PlanResult;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::datasource::{MemTable, TableType, provider_as_source, source_as_provider};
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::ExecutionPlan;

use crate::error::EngineError;
use crate::execute::Executor;
use crate::parallel::RowOrder;
use crate::table::{Names, column};

/// More looks than this in one query are a mistake.
const MAX_LOOKS: usize = 64;

/// The rows of a plan, in any order unless it sorts them; they count against the memory of running queries as long as somebody holds them.
#[derive(Debug)]
pub(crate) struct Seen {
    plan: LogicalPlan,
    rows: RecordBatch,
    _reservation: MemoryReservation,
}

impl Seen {
    async fn now(plan: LogicalPlan, executor: &Executor) -> Result<Self, EngineError> {
        let (batches, reservation) = executor.hold(&plan, RowOrder::Ignored).await?;
        let rows = concat_batches(&Arc::new(plan.schema().as_arrow().clone()), &batches)?;
        Ok(Self { plan, rows, _reservation: reservation })
    }

    pub(crate) fn rows(&self) -> &RecordBatch {
        &self.rows
    }

    /// What was computed to see them.
    pub(crate) fn plan(&self) -> &LogicalPlan {
        &self.plan
    }

    /// A plan that goes on from these rows instead of computing them again.
    pub(crate) fn scan(self: Arc<Self>, names: &Names) -> Result<LogicalPlan, EngineError> {
        let columns: Vec<Expr> =
            self.rows.schema().fields().iter().map(|field| column(field.name()).alias(field.name())).collect();
        let number = names.next();
        let name = format!("seen{}", number.trim_start_matches('\u{1}'));
        Ok(LogicalPlanBuilder::scan(name, provider_as_source(self), None)?.project(columns)?.build()?)
    }
}

#[async_trait]
impl TableProvider for Seen {
    fn schema(&self) -> SchemaRef {
        self.rows.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> PlanResult<Arc<dyn ExecutionPlan>> {
        let table = MemTable::try_new(self.schema(), vec![vec![self.rows.clone()]])?;
        table.scan(session, projection, filters, limit).await
    }
}

/// What was seen so far, in the order in which it is asked for.
#[derive(Default)]
pub(crate) struct Looks {
    seen: Vec<Arc<Seen>>,
    asked: AtomicUsize,
}

impl Looks {
    /// The rows of a plan, or the wish to see them.
    pub(crate) fn next(&self, plan: LogicalPlan) -> Result<Arc<Seen>, EngineError> {
        let index = self.asked.fetch_add(1, Ordering::Relaxed);
        self.seen.get(index).cloned().ok_or_else(|| EngineError::Look(Box::new(plan)))
    }
}

/// The rows that a plan goes on from.
pub(crate) fn seen(plan: &LogicalPlan) -> PlanResult<Vec<Arc<Seen>>> {
    let mut found = Vec::new();
    plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let provider: Arc<dyn Any + Send + Sync> = source_as_provider(&scan.source)?;
            found.extend(provider.downcast::<Seen>());
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

/// Compiles, runs what a step wishes to see, and compiles again until there is nothing left to look at.
pub(crate) async fn looking<T>(
    executor: &Executor,
    compile: impl Fn(&Looks) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let mut looks = Looks::default();
    loop {
        match compile(&looks) {
            Err(EngineError::Look(plan)) => {
                if looks.seen.len() == MAX_LOOKS {
                    return Err(EngineError::invalid(format!(
                        "more than {} steps have to look at the data before their columns are known",
                        MAX_LOOKS / 2
                    )));
                }
                looks.seen.push(Arc::new(Seen::now(*plan, executor).await?));
                looks.asked = AtomicUsize::new(0);
            }
            done => return done,
        }
    }
}
