//! Ranks of rows by a column, of each group its own; the rows come out by rank.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::internal_datafusion_err;
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;

use super::codes::{Key, Order, sorted};
use super::groups::Groups;
use super::whole::{Operation, Rows, Work, bytes_of, growth_of};
use crate::table::OrderKey;

/// Ranks the rows and sorts them by rank; a row without a value has no rank and comes last.
#[derive(Debug)]
pub(crate) struct Rank {
    pub(crate) value: OrderKey,
    pub(crate) groups: Vec<String>,
    /// Ranks have no gaps after equal values.
    pub(crate) dense: bool,
    /// The name of the rank.
    pub(crate) into: String,
    /// Equal ranks are in this order, or as they came.
    pub(crate) order: Vec<OrderKey>,
}

impl Operation for Rank {
    fn name(&self) -> &'static str {
        "Rank"
    }

    fn reads(&self) -> Vec<&str> {
        let order = self.order.iter().map(|key| &key.column);
        std::iter::once(&self.value.column).chain(&self.groups).chain(order).map(String::as_str).collect()
    }

    fn groups(&self) -> &[String] {
        &self.groups
    }

    fn adds(&self) -> Vec<Field> {
        vec![Field::new(&self.into, DataType::Int64, true)]
    }

    fn start(&self, input: &Schema) -> Result<Box<dyn Work>> {
        Ok(Box::new(Ranking {
            value: Order::new(std::slice::from_ref(&self.value), input)?,
            order: Order::new(&self.order, input)?,
            groups: Groups::new(&self.groups, input)?,
            group_of: Vec::new(),
            dense: self.dense,
            rows: 0,
            ranks: Vec::new(),
        }))
    }
}

struct Ranking {
    value: Order,
    order: Order,
    groups: Groups,
    /// Empty where there is only one group.
    group_of: Vec<u32>,
    dense: bool,
    rows: usize,
    /// 0 is no rank.
    ranks: Vec<u32>,
}

/// How far the ranks of a group are.
#[derive(Clone, Default)]
struct Progress {
    rows: u32,
    rank: u32,
    value: u64,
}

impl Ranking {
    fn rank(&mut self, value: Key) {
        let (codes, nulls) = value.clone().into_parts();
        let order = sorted(vec![value], self.rows);
        let mut groups = vec![Progress::default(); self.groups.count()];
        self.ranks.resize(self.rows, 0);
        for place in 0..self.rows {
            let row = order.as_ref().map_or(place, |order| order[place] as usize);
            if nulls.get(row).copied().unwrap_or_default() {
                continue;
            }
            let group = &mut groups[self.group_of.get(row).map_or(0, |group| *group as usize)];
            group.rows += 1;
            if group.rank == 0 || group.value != codes[row] {
                group.rank = if self.dense { group.rank + 1 } else { group.rows };
                group.value = codes[row];
            }
            self.ranks[row] = group.rank;
        }
    }
}

impl Work for Ranking {
    fn read(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        self.value.read(&batch)?;
        self.order.read(&batch)?;
        self.groups.number(&batch, &mut self.group_of)?;
        self.rows += batch.num_rows();
        Ok(batch)
    }

    fn arrange(&mut self, _: &MemoryReservation) -> Result<Rows> {
        let value = self.value.take_keys()?.pop().ok_or_else(|| internal_datafusion_err!("a rank needs a value"))?;
        self.rank(value);
        let mut keys = vec![Key::of(self.ranks.iter().map(|rank| (*rank > 0).then_some(u64::from(*rank))))];
        keys.extend(self.order.take_keys()?);
        Ok(sorted(keys, self.rows).into())
    }

    fn compute(&mut self, rows: &[u32], _: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let ranks = rows.iter().map(|row| Some(self.ranks[*row as usize]).filter(|rank| *rank > 0).map(i64::from));
        Ok(vec![Arc::new(ranks.collect::<Int64Array>())])
    }

    fn bytes(&self) -> usize {
        let ranks = bytes_of(&self.ranks) + bytes_of(&self.group_of);
        self.value.bytes() + self.order.bytes() + self.groups.bytes() + ranks
    }

    fn growth(&self, rows: usize) -> usize {
        let keys = self.value.growth(rows) + self.order.growth(rows);
        keys + self.groups.growth(rows) + growth_of(&self.group_of, rows)
    }
}
