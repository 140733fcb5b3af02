//! Rules of the optimizer that stop in time, and one that makes the running plan do so.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use datafusion::physical_optimizer::{PhysicalOptimizerContext, PhysicalOptimizerRule};
use datafusion::physical_plan::ExecutionPlan;

use super::{Stop, check, paced};

type Logical = Arc<dyn OptimizerRule + Send + Sync>;
type Physical = Arc<dyn PhysicalOptimizerRule + Send + Sync>;

/// The rules, each of which looks up before it is applied.
pub(crate) fn logical(rules: Vec<Logical>) -> Vec<Logical> {
    rules.into_iter().map(|rule| Arc::new(Heeding(rule)) as Logical).collect()
}

/// The same, with a last one by which the plan itself looks up while it runs.
pub(crate) fn physical(rules: impl Iterator<Item = Physical>) -> Vec<Physical> {
    let heeding = rules.map(|rule| Arc::new(Heeding(rule)) as Physical);
    heeding.chain([Arc::new(PaceJoins) as Physical]).collect()
}

#[derive(Debug)]
struct Heeding<R>(R);

impl OptimizerRule for Heeding<Logical> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        check()?;
        self.0.rewrite(plan, config)
    }
}

impl PhysicalOptimizerRule for Heeding<Physical> {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        check()?;
        self.0.optimize(plan, config)
    }

    fn optimize_with_context(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        context: &dyn PhysicalOptimizerContext,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        check()?;
        self.0.optimize_with_context(plan, context)
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

/// Puts every join under watch.
#[derive(Debug)]
struct PaceJoins;

impl PhysicalOptimizerRule for PaceJoins {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let stop = Stop::current();
        Ok(plan.transform_up(|plan| paced::join(plan, &stop))?.data)
    }

    fn name(&self) -> &'static str {
        "pace_joins"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
