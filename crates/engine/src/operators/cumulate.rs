//! Running sums along an order, of each group its own.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema};
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;

use super::codes::{Order, sorted};
use super::groups::Groups;
use super::whole::{Operation, Rows, Work, bytes_of, growth_of, named};
use crate::exact::too_large;
use crate::table::OrderKey;

/// Sorts the rows and adds up columns from the first row to the last; a row without a value has no sum.
#[derive(Debug)]
pub(crate) struct Cumulate {
    pub(crate) order: Vec<OrderKey>,
    pub(crate) groups: Vec<String>,
    pub(crate) sums: Vec<Sum>,
}

/// A column to add up.
#[derive(Debug, Clone)]
pub(crate) struct Sum {
    pub(crate) column: String,
    /// The name of the running sum.
    pub(crate) into: String,
    /// Integers are added as integers.
    pub(crate) integers: bool,
}

impl Operation for Cumulate {
    fn name(&self) -> &'static str {
        "Cumulate"
    }

    fn reads(&self) -> Vec<&str> {
        let order = self.order.iter().map(|key| &key.column);
        order.chain(&self.groups).chain(self.sums.iter().map(|sum| &sum.column)).map(String::as_str).collect()
    }

    fn groups(&self) -> &[String] {
        &self.groups
    }

    fn adds(&self) -> Vec<Field> {
        let kind = |sum: &Sum| if sum.integers { DataType::Int64 } else { DataType::Float64 };
        self.sums.iter().map(|sum| Field::new(&sum.into, kind(sum), true)).collect()
    }

    fn start(&self, input: &Schema) -> Result<Box<dyn Work>> {
        Ok(Box::new(Cumulating {
            order: Order::new(&self.order, input)?,
            groups: Groups::new(&self.groups, input)?,
            group_of: Vec::new(),
            totals: self.sums.iter().map(|sum| (sum.clone(), Totals::new(sum.integers))).collect(),
            rows: 0,
        }))
    }
}

struct Cumulating {
    order: Order,
    groups: Groups,
    /// Empty where there is only one group.
    group_of: Vec<u32>,
    totals: Vec<(Sum, Totals)>,
    rows: usize,
}

impl Work for Cumulating {
    fn read(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        self.order.read(&batch)?;
        self.groups.number(&batch, &mut self.group_of)?;
        self.rows += batch.num_rows();
        Ok(batch)
    }

    fn arrange(&mut self, _: &MemoryReservation) -> Result<Rows> {
        self.totals.iter_mut().for_each(|(_, totals)| totals.start(self.groups.count()));
        Ok(sorted(self.order.take_keys()?, self.rows).into())
    }

    fn compute(&mut self, rows: &[u32], batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let groups = &self.group_of;
        let group = |row: &u32| groups.get(*row as usize).map_or(0, |group| *group as usize);
        self.totals
            .iter_mut()
            .map(|(sum, totals)| totals.add(sum, named(batch, &sum.column)?, rows.iter().map(group)))
            .collect()
    }

    fn bytes(&self) -> usize {
        let totals = self.totals.len() * self.groups.count() * size_of::<f64>();
        self.order.bytes() + self.groups.bytes() + bytes_of(&self.group_of) + totals
    }

    fn growth(&self, rows: usize) -> usize {
        self.order.growth(rows) + self.groups.growth(rows) + growth_of(&self.group_of, rows)
    }
}

/// The sums of the groups so far.
enum Totals {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
}

impl Totals {
    fn new(integers: bool) -> Self {
        if integers { Self::Integers(Vec::new()) } else { Self::Floats(Vec::new()) }
    }

    fn start(&mut self, groups: usize) {
        match self {
            Self::Integers(totals) => totals.resize(groups, 0),
            Self::Floats(totals) => totals.resize(groups, 0.0),
        }
    }

    fn add(&mut self, sum: &Sum, values: &ArrayRef, groups: impl Iterator<Item = usize>) -> Result<ArrayRef> {
        match self {
            Self::Integers(totals) => {
                let values = cast(values, &DataType::Int64)?;
                let mut overflows = false;
                let running = values.as_primitive::<Int64Type>().iter().zip(groups).map(|(value, group)| {
                    let (total, over) = totals[group].overflowing_add(value?);
                    overflows |= over;
                    totals[group] = total;
                    Some(total)
                });
                let running: Int64Array = running.collect();
                if overflows {
                    return Err(too_large(&format!("the sum of `{}`", sum.column)));
                }
                Ok(Arc::new(running))
            }
            Self::Floats(totals) => {
                let values = cast(values, &DataType::Float64)?;
                let running = values.as_primitive::<Float64Type>().iter().zip(groups).map(|(value, group)| {
                    totals[group] += value?;
                    Some(totals[group])
                });
                Ok(Arc::new(running.collect::<Float64Array>()))
            }
        }
    }
}
