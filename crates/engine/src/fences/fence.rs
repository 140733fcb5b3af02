//! What keeps two parts of a plan apart: an operator that does nothing.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::common::{DFSchemaRef, FunctionalDependencies, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNodeCore};
use datafusion::physical_plan::ExecutionPlan;

use crate::operators::{HandsOn, through};

/// Filters over these columns stay above; projections above and below stay apart. Which columns decide others below is
/// not known above.
#[derive(Debug, Clone)]
pub(crate) struct Fence {
    pub(super) input: LogicalPlan,
    schema: DFSchemaRef,
    columns: BTreeSet<String>,
    /// It keeps the parts of the running plan apart too.
    pub(super) stays: bool,
}

impl Fence {
    pub(super) fn new(input: LogicalPlan, columns: BTreeSet<String>, stays: bool) -> Result<Self> {
        let known = input.schema().as_ref().clone();
        let schema = Arc::new(known.with_functional_dependencies(FunctionalDependencies::empty())?);
        Ok(Self { input, schema, columns, stays })
    }

    fn identity(&self) -> (&LogicalPlan, &BTreeSet<String>, bool) {
        (&self.input, &self.columns, self.stays)
    }

    pub(crate) fn execution(input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        through(input, AsTheyAre)
    }
}

impl PartialEq for Fence {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Fence {}

impl PartialOrd for Fence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.identity().partial_cmp(&other.identity())
    }
}

impl Hash for Fence {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
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
        &self.schema
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
        Self::new(input, self.columns.clone(), self.stays)
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
