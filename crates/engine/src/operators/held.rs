//! What operators hold, counted as what it is. The library counts a batch by the lists behind its columns, and batches are
//! often small parts of long lists: slices of what a grouping made, rows that passed a filter, views into whole pages of texts.
//! Operators that hold many batches would count, and keep, the long lists again and again.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, MutableArrayData, RecordBatch, RecordBatchOptions, make_array};
use arrow::compute::partition;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{ExecutionPlan, replace_children_if_necessary};
use futures::{StreamExt, stream};

use super::slices::by_rows;
use super::{HandsOn, through};

/// Lists that are so much longer than their part are not held for its sake.
const SPARE: usize = 4096;

/// The bytes of a short list with what holds it.
const LIST: usize = 192;

/// The bytes of a batch beside its lists: a join can hold millions of batches that have no columns.
const BATCH: usize = 256;

/// The plan, where what holds batches is given such as are no parts of longer ones, and what a grouping hands on is counted.
pub(super) fn counted(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let counted = plan.transform_up(|node| {
        if node.downcast_ref::<AggregateExec>().is_some_and(|grouping| *grouping.mode() == AggregateMode::Partial) {
            return Ok(Transformed::yes(through(node, Emitted)));
        }
        let Some(own) = Own::below(node.as_ref()) else { return Ok(Transformed::no(node)) };
        let mut inputs: Vec<_> = node.children().into_iter().map(Arc::clone).collect();
        let counts = own.partitions.is_some() || own.is_held_whole;
        let until_its_end = counts.then(|| UntilItsEnd(Arc::clone(&own.lists)));
        inputs[0] = through(Arc::clone(&inputs[0]), own);
        let node = replace_children_if_necessary(node, inputs)?;
        Ok(Transformed::yes(match until_its_end {
            Some(until_its_end) => through(node, until_its_end),
            None => node,
        }))
    })?;
    Ok(counted.data)
}

/// Hands on batches whose lists are about as long as they are.
#[derive(Debug, Clone, Default)]
struct Own {
    /// What tells groups of rows apart that follow one another, for each of which so many functions make a list.
    partitions: Option<(Vec<Arc<dyn PhysicalExpr>>, usize)>,
    /// The window holds all rows, and puts them together into one batch.
    is_held_whole: bool,
    /// What counts these lists and rows.
    lists: Lists,
}

type Lists = Arc<Mutex<Vec<Arc<MemoryReservation>>>>;

impl Own {
    /// What is below an operator that holds the batches of its first input.
    fn below(node: &dyn ExecutionPlan) -> Option<Self> {
        let windows = match (node.downcast_ref::<WindowAggExec>(), node.downcast_ref::<BoundedWindowAggExec>()) {
            (Some(window), _) => Some(window.window_expr()),
            (_, Some(window)) => Some(window.window_expr()),
            _ => None,
        };
        if let Some(windows @ [first, ..]) = windows {
            let keys = first.partition_by().to_vec();
            let partitions = (!keys.is_empty()).then_some((keys, windows.len()));
            return Some(Self { partitions, is_held_whole: node.is::<WindowAggExec>(), lists: Lists::default() });
        }
        let holds_all = node.downcast_ref::<SortExec>().is_some_and(|sort| sort.fetch().is_none())
            || node.is::<HashJoinExec>()
            || node.is::<NestedLoopJoinExec>()
            || node.is::<CrossJoinExec>();
        holds_all.then(Self::default)
    }

    /// The bytes that holding a batch takes beside its rows, and those that a window takes for them.
    fn beside(&self, batch: &RecordBatch) -> Result<usize> {
        let rows = BATCH + if self.is_held_whole { 2 * batch.get_array_memory_size() } else { 0 };
        let Some((keys, functions)) = self.partitions.as_ref().filter(|_| batch.num_rows() > 0) else {
            return Ok(rows);
        };
        let value = |key: &Arc<dyn PhysicalExpr>| key.evaluate(batch)?.into_array(batch.num_rows());
        let groups = partition(&keys.iter().map(value).collect::<Result<Vec<_>>>()?)?;
        Ok(rows + groups.len() * functions * LIST)
    }
}

impl HandsOn for Own {
    const NAME: &'static str = "OwnExec";

    fn hand_on(&self, rows: SendableRecordBatchStream, context: &TaskContext) -> SendableRecordBatchStream {
        let (own, schema) = (self.clone(), rows.schema());
        let beside = Arc::new(MemoryConsumer::new("lists of groups").register(context.memory_pool()));
        own.lists.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&beside));
        let most = context.session_config().batch_size();
        let owned = rows.flat_map(move |batch| stream::iter(parts(batch, most))).map(move |part| {
            let part = owned(&part?)?;
            beside.try_grow(own.beside(&part)?)?;
            Ok(part)
        });
        Box::pin(RecordBatchStreamAdapter::new(schema, owned))
    }
}

/// Hands on what a window makes. It lets go of its input before it makes its lists, which count until it ends.
#[derive(Debug, Clone)]
struct UntilItsEnd(Lists);

impl HandsOn for UntilItsEnd {
    const NAME: &'static str = "UntilItsEndExec";

    fn hand_on(&self, rows: SendableRecordBatchStream, _: &TaskContext) -> SendableRecordBatchStream {
        let lists = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let schema = rows.schema();
        let held = rows.map(move |batch| {
            let _still_held = &lists;
            batch
        });
        Box::pin(RecordBatchStreamAdapter::new(schema, held))
    }
}

/// A batch in parts of so many rows at most: windows make one of all rows, and who sorts that counts its texts for each part.
fn parts(batch: Result<RecordBatch>, most: usize) -> Vec<Result<RecordBatch>> {
    match batch {
        Ok(batch) if batch.num_rows() > most => by_rows(&batch, most).into_iter().map(Ok).collect(),
        other => vec![other],
    }
}

fn owned(batch: &RecordBatch) -> Result<RecordBatch> {
    let columns = batch.columns().iter().map(own_column).collect::<Result<_>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(batch.schema(), columns, &options)?)
}

fn own_column(column: &ArrayRef) -> Result<ArrayRef> {
    if *column.data_type() == DataType::Utf8View {
        let texts = column.as_string_view();
        let needed = texts.total_buffer_bytes_used() + texts.len() * size_of::<u128>();
        let own = if is_long(column, needed) { Arc::new(texts.gc()) } else { Arc::clone(column) };
        return copied_from(own, needed);
    }
    let bytes = column.to_data().get_slice_memory_size()?;
    copied_from(Arc::clone(column), bytes)
}

fn is_long(column: &ArrayRef, bytes: usize) -> bool {
    column.get_buffer_memory_size() > 2 * bytes + SPARE
}

/// The column in lists of its own, where those that it lies in are much longer than these bytes.
fn copied_from(column: ArrayRef, bytes: usize) -> Result<ArrayRef> {
    if !is_long(&column, bytes) {
        return Ok(column);
    }
    let data = column.to_data();
    let mut copied = MutableArrayData::new(vec![&data], false, column.len());
    copied.try_extend(0, 0, column.len())?;
    Ok(make_array(copied.freeze()))
}

/// Hands on what a grouping makes when it has no room for more groups: parts of one batch, which it no longer counts.
#[derive(Debug, Clone)]
struct Emitted;

impl HandsOn for Emitted {
    const NAME: &'static str = "EmittedExec";

    fn hand_on(&self, rows: SendableRecordBatchStream, context: &TaskContext) -> SendableRecordBatchStream {
        let schema = rows.schema();
        let whole = MemoryConsumer::new("groups on their way").register(context.memory_pool());
        let counted = rows.map(move |batch| {
            let batch = batch?;
            whole.try_resize(batch.get_array_memory_size())?;
            Ok(batch)
        });
        Box::pin(RecordBatchStreamAdapter::new(schema, counted))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringViewArray};

    use super::*;

    #[test]
    fn a_part_of_a_long_list_holds_only_itself() {
        let numbers: ArrayRef =
            Arc::new((0..10_000).map(|number| (number % 3 > 0).then_some(number)).collect::<Int64Array>());
        let text = |number: i64| (number % 5 > 0).then(|| format!("a text that is long, number {number}"));
        let texts: ArrayRef = Arc::new((0..10_000).map(text).collect::<StringViewArray>());
        let whole = RecordBatch::try_from_iter([("n", numbers), ("t", texts)]).unwrap();
        let same = owned(&whole).unwrap();
        assert_eq!(same, whole);
        assert_eq!(same.get_array_memory_size(), whole.get_array_memory_size(), "nothing is copied without need");
        for (start, rows) in [(0, 1), (17, 100), (9_990, 10), (5, 0)] {
            let part = whole.slice(start, rows);
            let part_owned = owned(&part).unwrap();
            assert_eq!(part_owned, part);
            let bytes = part_owned.get_array_memory_size();
            assert!(bytes < rows * 200 + 2 * SPARE, "{bytes}");
        }
    }
}
