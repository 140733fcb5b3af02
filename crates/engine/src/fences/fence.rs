//! What keeps two parts of a plan apart: an operator that does nothing.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

use datafusion::common::{DFSchemaRef, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNodeCore};
use datafusion::physical_plan::ExecutionPlan;

use crate::operators::{HandsOn, through};

/// Filters over these columns stay above; projections above and below stay apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Hash)]
pub(crate) struct Fence {
    pub(super) input: LogicalPlan,
    pub(super) columns: BTreeSet<String>,
    /// It keeps the parts of the running plan apart too.
    pub(super) stays: bool,
}

impl Fence {
    pub(crate) fn execution(input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        through(input, AsTheyAre)
    }
}

impl UserDefinedLogicalNodeCore for Fence {
    fn name(&self) -> &'static str {
        "Fence"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        self.input.schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        self.columns.iter().cloned().collect()
    }

    fn fmt_for_explain(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fence")
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        let Some(input) = inputs.pop() else { return internal_err!("a fence has an input") };
        Ok(Self { input, ..self.clone() })
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(vec![output_columns.to_vec()])
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }
}

/// Hands the rows on as they are.
#[derive(Debug, Clone)]
struct AsTheyAre;

impl HandsOn for AsTheyAre {
    const NAME: &'static str = "FenceExec";

    fn hand_on(&self, rows: SendableRecordBatchStream, _: &TaskContext) -> SendableRecordBatchStream {
        rows
    }
}
