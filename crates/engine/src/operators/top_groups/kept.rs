//! The rows that groups keep so far.

use std::collections::BinaryHeap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{interleave_record_batch, take_record_batch};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, internal_err};

/// Rows that nobody keeps any more may fill this much beyond those that are kept.
const SLACK_ROWS: usize = 1 << 16;

/// Where a row comes among the others of its group: missing ranks last, equal ones as they streamed.
type Place = (bool, u64, i64);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    place: Place,
    batch: usize,
    index: usize,
}

/// The first rows of each group among those seen.
pub(super) struct Kept {
    limit: usize,
    groups: Vec<BinaryHeap<Row>>,
    /// The last place of each group that is full.
    last: Vec<Option<Place>>,
    batches: Vec<RecordBatch>,
    stored: usize,
    held: usize,
    bytes: usize,
    /// How many rows the heaps have room for.
    places: usize,
}

impl Kept {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            groups: Vec::new(),
            last: Vec::new(),
            batches: Vec::new(),
            stored: 0,
            held: 0,
            bytes: 0,
            places: 0,
        }
    }

    /// What is held, with what is made of it when rows are let go of.
    pub(super) fn bytes(&self) -> usize {
        let lists = self.groups.capacity() * (size_of::<BinaryHeap<Row>>() + size_of::<Option<Place>>());
        self.bytes + self.bytes / 2 + self.places * size_of::<Row>() + lists
    }

    /// Takes what is among the first of its group; `positions` are the batch's last column.
    pub(super) fn push(&mut self, batch: &RecordBatch, groups: &[usize], ranks: &[(bool, u64)]) -> Result<()> {
        if self.limit == 0 {
            return Ok(());
        }
        let positions = batch.column(batch.num_columns() - 1).as_primitive::<Int64Type>().values();
        let mut taken: Vec<u32> = Vec::new();
        for (row, ((group, (missing, rank)), position)) in (0_u32..).zip(groups.iter().zip(ranks).zip(positions)) {
            if *group >= self.groups.len() {
                self.groups.resize_with(group + 1, BinaryHeap::new);
                self.last.resize(group + 1, None);
            }
            let place = (*missing, *rank, *position);
            if self.last[*group].is_some_and(|last| place >= last) {
                continue;
            }
            let heap = &mut self.groups[*group];
            if heap.len() == self.limit {
                heap.pop();
            } else {
                self.held += 1;
            }
            self.places -= heap.capacity();
            heap.push(Row { place, batch: self.batches.len(), index: taken.len() });
            self.places += heap.capacity();
            if heap.len() == self.limit {
                self.last[*group] = heap.peek().map(|row| row.place);
            }
            taken.push(row);
        }
        if !taken.is_empty() {
            self.stored += taken.len();
            self.store(&take_record_batch(batch, &UInt32Array::from(taken))?)?;
        }
        if self.stored > 2 * self.held + SLACK_ROWS { self.compact() } else { Ok(()) }
    }

    fn store(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = batch.columns().iter().map(own_texts).collect();
        let stored = RecordBatch::try_new(batch.schema(), columns)?;
        self.bytes += stored.get_array_memory_size();
        self.batches.push(stored);
        Ok(())
    }

    /// Lets go of the rows that nobody keeps.
    fn compact(&mut self) -> Result<()> {
        let rows = || self.groups.iter().flatten();
        let indices: Vec<_> = rows().map(|row| (row.batch, row.index)).collect();
        let only = interleave_record_batch(&self.batches.iter().collect::<Vec<_>>(), &indices)?;
        let mut index = 0..;
        for heap in &mut self.groups {
            let moved = heap.iter().map(|row| Row { batch: 0, index: index.next().unwrap_or(0), ..*row }).collect();
            *heap = moved;
        }
        self.places = self.groups.iter().map(BinaryHeap::capacity).sum();
        self.batches.clear();
        (self.bytes, self.stored) = (0, self.held);
        self.store(&only)
    }

    /// The rows that are left, in batches of this size, each made when it is wanted.
    pub(super) fn finish(self, batch_rows: usize) -> impl Iterator<Item = Result<RecordBatch>> {
        let batches = self.batches;
        let indices: Vec<_> =
            self.groups.into_iter().flat_map(BinaryHeap::into_vec).map(|row| (row.batch, row.index)).collect();
        let mut next = 0;
        std::iter::from_fn(move || {
            let rows = &indices[next..indices.len().min(next + batch_rows)];
            next += rows.len();
            let batches: Vec<&RecordBatch> = batches.iter().collect();
            (!rows.is_empty()).then(|| Ok(interleave_record_batch(&batches, rows)?))
        })
    }
}

/// Texts that do not hold on to all others of the batch they come from.
fn own_texts(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Utf8View => std::sync::Arc::new(array.as_string_view().gc()),
        _ => array.clone(),
    }
}

/// Ranks as numbers that compare as the values do, and whether they are missing.
pub(super) fn comparable(ranks: &ArrayRef, ascending: bool) -> Result<Vec<(bool, u64)>> {
    let turned = |number: i64| {
        let natural = number.cast_unsigned() ^ (1 << 63);
        if ascending { natural } else { !natural }
    };
    let numbers: Vec<u64> = match ranks.data_type() {
        DataType::Float64 => {
            let total_order = |bits: i64| bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed();
            let values = ranks.as_primitive::<Float64Type>().values();
            values.iter().map(|value| turned(total_order(value.to_bits().cast_signed()))).collect()
        }
        DataType::Boolean => ranks.as_boolean().values().iter().map(|value| turned(i64::from(value))).collect(),
        DataType::Int64 | DataType::Timestamp(..) => {
            let integers = arrow::compute::cast(ranks, &DataType::Int64)?;
            integers.as_primitive::<Int64Type>().values().iter().map(|value| turned(*value)).collect()
        }
        other => return internal_err!("ranks of type {other} are not compared here"),
    };
    let missing = |row: usize| ranks.is_null(row);
    Ok(numbers
        .into_iter()
        .enumerate()
        .map(|(row, number)| if missing(row) { (true, 0) } else { (false, number) })
        .collect())
}
