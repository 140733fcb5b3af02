//! Operators that hand on the rows of their input: nothing that is known of the rows changes.

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};

/// What such an operator does with the batches.
pub(crate) trait HandsOn: fmt::Debug + Clone + Send + Sync + 'static {
    const NAME: &'static str;

    fn hand_on(&self, rows: SendableRecordBatchStream, context: &TaskContext) -> SendableRecordBatchStream;
}

/// The rows of a plan, handed on.
pub(crate) fn through<H: HandsOn>(input: Arc<dyn ExecutionPlan>, how: H) -> Arc<dyn ExecutionPlan> {
    Arc::new(Through { input, how })
}

#[derive(Debug)]
struct Through<H> {
    input: Arc<dyn ExecutionPlan>,
    how: H,
}

impl<H: HandsOn> DisplayAs for Through<H> {
    fn fmt_as(&self, _: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(H::NAME)
    }
}

impl<H: HandsOn> ExecutionPlan for Through<H> {
    fn name(&self) -> &'static str {
        H::NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(input) = children.pop() else { return internal_err!("{} has an input", H::NAME) };
        Ok(through(input, self.how.clone()))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, Arc::clone(&context))?;
        Ok(self.how.hand_on(rows, &context))
    }
}
