//! Looks at the data: what a step has to know of the rows before its columns are known, as a pivot does.

use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use datafusion::logical_expr::LogicalPlan;

use crate::error::EngineError;
use crate::execute::Executor;

/// More looks than this in one query are a mistake.
const MAX_LOOKS: usize = 32;

/// What was seen so far, in the order in which it is asked for.
#[derive(Default)]
pub(crate) struct Looks {
    seen: Vec<RecordBatch>,
    asked: AtomicUsize,
}

impl Looks {
    /// The rows of a plan, or the wish to see them.
    pub(crate) fn next(&self, plan: LogicalPlan) -> Result<RecordBatch, EngineError> {
        let index = self.asked.fetch_add(1, Ordering::Relaxed);
        self.seen.get(index).cloned().ok_or_else(|| EngineError::Look(Box::new(plan)))
    }
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
                        "more than {MAX_LOOKS} steps have to look at the data before their columns are known"
                    )));
                }
                let rows = executor.collect(&plan).await?;
                looks.seen.push(concat_batches(&std::sync::Arc::new(plan.schema().as_arrow().clone()), &rows)?);
                looks.asked = AtomicUsize::new(0);
            }
            done => return done,
        }
    }
}
