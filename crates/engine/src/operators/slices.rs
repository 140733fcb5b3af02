//! Rows of which each makes many, a few at a time: the library repeats a whole batch at once, with all its columns, for each
//! item of a list; and looks at its memory once it has grouped a whole batch in all the ways that it is asked for.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{ExecutionPlan, replace_children_if_necessary};
use futures::{StreamExt, stream};

use super::{HandsOn, through};

/// The most rows that come out of one slice, unless a single row alone makes more.
const ROWS: usize = 8192;

/// The most groups that one slice makes: fewer would be called for too often.
const GROUPS: usize = 64 * 1024;

/// The plan with slices below whatever makes many rows of one.
pub(super) fn cut(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let sliced = plan.transform_up(|node| {
        let Some(slices) = Slices::below(node.as_ref()) else { return Ok(Transformed::no(node)) };
        let inputs = node.children().into_iter().map(|input| through(Arc::clone(input), slices)).collect();
        replace_children_if_necessary(node, inputs).map(Transformed::yes)
    })?;
    Ok(sliced.data)
}

/// Hands the rows on in smaller batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slices {
    /// By the lengths of the lists in this column.
    OfLists(usize),
    /// Of so many rows.
    OfRows(usize),
}

impl Slices {
    /// What an operator has to be given, where that is not whole batches.
    fn below(node: &dyn ExecutionPlan) -> Option<Self> {
        if let Some(unnest) = node.downcast_ref::<UnnestExec>() {
            return Some(Self::OfLists(unnest.list_column_indices().first()?.index_in_input_schema));
        }
        let sets = node.downcast_ref::<AggregateExec>()?.group_expr().groups().len();
        (sets > GROUPS / ROWS).then(|| Self::OfRows(GROUPS / sets))
    }

    fn of(self, batch: &RecordBatch) -> Vec<RecordBatch> {
        match self {
            Self::OfLists(list) => by_lists(batch, list, ROWS),
            Self::OfRows(most) => by_rows(batch, most.max(1)),
        }
    }
}

impl HandsOn for Slices {
    const NAME: &'static str = "SlicesExec";

    fn hand_on(&self, rows: SendableRecordBatchStream, _: &TaskContext) -> SendableRecordBatchStream {
        let (slices, schema) = (*self, rows.schema());
        let sliced = rows.flat_map(move |batch| {
            let slices = match batch {
                Ok(batch) => slices.of(&batch).into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            };
            stream::iter(slices)
        });
        Box::pin(RecordBatchStreamAdapter::new(schema, sliced))
    }
}

/// The rows of a batch in slices of so many at most.
pub(super) fn by_rows(batch: &RecordBatch, most: usize) -> Vec<RecordBatch> {
    let starts = (0..batch.num_rows()).step_by(most);
    starts.map(|start| batch.slice(start, most.min(batch.num_rows() - start))).collect()
}

/// The rows of a batch in slices whose lists have so many items at most together.
fn by_lists(batch: &RecordBatch, list: usize, most: usize) -> Vec<RecordBatch> {
    let Some(lists) = batch.column(list).as_list_opt::<i32>() else { return vec![batch.clone()] };
    let mut slices = Vec::new();
    let (mut start, mut items) = (0, 0);
    for row in 0..lists.len() {
        let own = usize::try_from(lists.value_length(row)).unwrap_or(0).max(1);
        if row > start && items + own > most {
            slices.push(batch.slice(start, row - start));
            (start, items) = (row, 0);
        }
        items += own;
    }
    slices.push(batch.slice(start, lists.len() - start));
    slices
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array, ListArray};
    use arrow::datatypes::Int64Type;

    #[test]
    fn slices_are_as_long_as_their_lists_allow() {
        let list = |items: i64| Some((0..items).map(Some).collect::<Vec<_>>());
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>([
            list(2),
            list(2),
            None,
            list(9),
            list(1),
            list(0),
        ]));
        let rows: ArrayRef = Arc::new(Int64Array::from_iter_values(0..6));
        let batch = RecordBatch::try_from_iter([("rows", rows), ("lists", lists)]).unwrap();
        let lengths = |most| by_lists(&batch, 1, most).iter().map(RecordBatch::num_rows).collect::<Vec<_>>();
        assert_eq!(lengths(4), [2, 1, 1, 2]);
        assert_eq!(lengths(100), [6]);
        assert_eq!(lengths(1), [1; 6]);
        assert_eq!(by_lists(&batch.slice(0, 0), 1, 4).len(), 1);
    }
}
