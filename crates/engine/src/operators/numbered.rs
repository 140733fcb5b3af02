//! Rows with their numbers. The library's window puts every batch behind what is left of the one before, and so holds on to the
//! texts of all of them, however few it needs.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::compute::cast;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::window::{StandardWindowExpr, WindowExpr};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowUDFExpr};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, replace_children_if_necessary,
};
use futures::StreamExt;

/// The plan, where windows that only number their rows do nothing else.
pub(super) fn numbering(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let numbered = plan.transform_up(|node| {
        let only_numbers = node.downcast_ref::<BoundedWindowAggExec>().is_some_and(only_numbers);
        Ok(if only_numbers { Transformed::yes(Arc::new(NumberedExec { window: node })) } else { Transformed::no(node) })
    })?;
    Ok(numbered.data)
}

fn only_numbers(window: &BoundedWindowAggExec) -> bool {
    window.window_expr().iter().all(is_row_number)
}

fn is_row_number(function: &Arc<dyn WindowExpr>) -> bool {
    let standard = function.as_any().downcast_ref::<StandardWindowExpr>();
    let function_of = standard.and_then(|standard| {
        standard.get_standard_func_expr().as_any().downcast_ref::<WindowUDFExpr>().map(WindowUDFExpr::fun)
    });
    function_of.is_some_and(|of| of.name() == "row_number") && function.partition_by().is_empty()
}

/// Does what this window would.
#[derive(Debug)]
struct NumberedExec {
    window: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for NumberedExec {
    fn fmt_as(&self, _: DisplayFormatType, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl ExecutionPlan for NumberedExec {
    fn name(&self) -> &'static str {
        "NumberedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.window.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.window.children()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let window = replace_children_if_necessary(Arc::clone(&self.window), children)?;
        Ok(Arc::new(Self { window }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let [input] = self.children()[..] else { return internal_err!("a window has one input") };
        let (rows, schema) = (input.execute(partition, context)?, self.schema());
        let mut last = 0;
        let numbered = {
            let schema = Arc::clone(&schema);
            rows.map(move |batch| {
                let batch = batch?;
                let first = last + 1;
                last += batch.num_rows() as u64;
                let numbers: ArrayRef = Arc::new(UInt64Array::from_iter_values(first..=last));
                let mut all = batch.columns().to_vec();
                for field in &schema.fields()[all.len()..] {
                    all.push(cast(&numbers, field.data_type())?);
                }
                Ok(RecordBatch::try_new(Arc::clone(&schema), all)?)
            })
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, numbered)))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use arrow::datatypes::UInt64Type;
    use datafusion::physical_plan::displayable;
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::*;

    /// What a query plans, and the numbers in its last column.
    async fn planned(query: &str) -> (String, Vec<u64>) {
        let context = SessionContext::new_with_config(SessionConfig::new().with_batch_size(3));
        let frame = context.sql(query).await.unwrap();
        let plan = numbering(frame.create_physical_plan().await.unwrap()).unwrap();
        let rows = datafusion::physical_plan::collect(Arc::clone(&plan), context.task_ctx()).await.unwrap();
        let numbers = |batch: &RecordBatch| {
            let last = batch.columns().last().unwrap();
            last.as_primitive::<UInt64Type>().values().to_vec()
        };
        (displayable(plan.as_ref()).indent(false).to_string(), rows.iter().flat_map(numbers).collect())
    }

    #[tokio::test]
    async fn rows_are_numbered_as_they_come() {
        let rows = "FROM (VALUES (3), (1), (2), (9), (7), (5), (8)) AS t (n)";
        for (window, expected) in [
            ("row_number() OVER ()", vec![1, 2, 3, 4, 5, 6, 7]),
            ("row_number() OVER (ORDER BY n)", vec![1, 2, 3, 4, 5, 6, 7]),
        ] {
            let (plan, numbers) = planned(&format!("SELECT n, {window} AS i {rows}")).await;
            assert!(plan.contains("NumberedExec"), "{plan}");
            assert_eq!(numbers, expected);
        }
        let (_, backwards) =
            planned(&format!("SELECT * FROM (SELECT n, row_number() OVER (ORDER BY n DESC) AS i {rows}) ORDER BY n"))
                .await;
        assert_eq!(backwards, [7, 6, 5, 4, 3, 2, 1]);
        for other in ["row_number() OVER (PARTITION BY n % 2)", "rank() OVER (ORDER BY n)"] {
            let (plan, _) = planned(&format!("SELECT n, {other} AS i {rows}")).await;
            assert!(!plan.contains("NumberedExec"), "{plan}");
        }
    }
}
