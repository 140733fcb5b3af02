//! Operators of our own, where the library's plans for a step are slow: they read their input twice or sort it more than
//! once.

mod codes;
mod groups;
mod held;
mod numbered;
mod slices;
mod through;
mod top_groups;
mod whole;

pub(crate) mod average;
pub(crate) mod cumulate;
pub(crate) mod earlier;
pub(crate) mod extremes;
pub(crate) mod missing_dates;
pub(crate) mod rank;
pub(crate) mod totals;

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};

use crate::fences::Fence;
pub(crate) use through::{HandsOn, through};
pub(crate) use top_groups::TopGroups;
pub(crate) use whole::{KeepsOrder, WholeTable, apply};

/// Plans the library's operators and ours.
#[derive(Debug)]
pub(crate) struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(&self, plan: &LogicalPlan, session: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(Operators)]);
        let plan = planner.create_physical_plan(plan, session).await?;
        held::counted(slices::cut(numbered::numbering(plan)?)?)
    }
}

struct Operators;

#[async_trait]
impl ExtensionPlanner for Operators {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _logical_inputs: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let [input] = inputs else { return Ok(None) };
        if let Some(top) = node.as_any().downcast_ref::<TopGroups>() {
            let physical =
                |expression: &_| planner.create_physical_expr(expression, top.input_schema(), session, context);
            return top.plan(Arc::clone(input), physical).map(Some);
        }
        if node.as_any().is::<Fence>() {
            return Ok(Some(Fence::execution(Arc::clone(input))));
        }
        let Some(whole) = node.as_any().downcast_ref::<WholeTable>() else { return Ok(None) };
        whole.execution(Arc::clone(input)).map(Some)
    }
}
