//! Averages over a moving window of rows, of each group its own; the rows come out by group and order.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;

use super::codes::{Key, Order, sorted};
use super::groups::{Groups, places};
use super::whole::{Operation, Rows, Work, bytes_of, growth_of, named};
use crate::table::OrderKey;

/// Sorts the rows by group and order, and averages each value with those before it.
#[derive(Debug)]
pub(crate) struct Average {
    pub(crate) value: String,
    pub(crate) groups: Vec<String>,
    pub(crate) order: Vec<OrderKey>,
    /// How many rows make an average; with fewer, or with a missing value among them, there is none.
    pub(crate) window: usize,
    /// The name of the average.
    pub(crate) into: String,
}

impl Operation for Average {
    fn name(&self) -> &'static str {
        "MovingAverage"
    }

    fn reads(&self) -> Vec<&str> {
        let order = self.order.iter().map(|key| &key.column);
        std::iter::once(&self.value).chain(&self.groups).chain(order).map(String::as_str).collect()
    }

    fn groups(&self) -> &[String] {
        &self.groups
    }

    fn adds(&self) -> Vec<Field> {
        vec![Field::new(&self.into, DataType::Float64, true)]
    }

    fn start(&self, input: &Schema) -> Result<Box<dyn Work>> {
        Ok(Box::new(Averaging {
            value: self.value.clone(),
            order: Order::new(&self.order, input)?,
            groups: Groups::new(&self.groups, input)?,
            group_of: Vec::new(),
            rows: 0,
            group: None,
            window: Window::new(self.window),
        }))
    }
}

struct Averaging {
    value: String,
    order: Order,
    groups: Groups,
    /// Empty where there is only one group.
    group_of: Vec<u32>,
    rows: usize,
    /// The group that the window is in.
    group: Option<u32>,
    window: Window,
}

impl Work for Averaging {
    fn read(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        self.order.read(&batch)?;
        self.groups.number(&batch, &mut self.group_of)?;
        self.rows += batch.num_rows();
        Ok(batch)
    }

    fn arrange(&mut self, _: &MemoryReservation) -> Result<Rows> {
        let places = places(&self.groups.take()?)?;
        let mut keys = vec![Key::of(self.group_of.iter().map(|group| places.get(*group as usize).copied()))];
        keys.extend(self.order.take_keys()?);
        Ok(sorted(keys, self.rows).into())
    }

    fn compute(&mut self, rows: &[u32], batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let values = cast(named(batch, &self.value)?, &DataType::Float64)?;
        let averages = values.as_primitive::<Float64Type>().iter().zip(rows).map(|(value, row)| {
            let group = self.group_of.get(*row as usize).copied();
            if group != self.group {
                self.group = group;
                self.window.clear();
            }
            self.window.push(value)
        });
        Ok(vec![Arc::new(averages.collect::<Float64Array>())])
    }

    fn bytes(&self) -> usize {
        self.order.bytes() + self.groups.bytes() + bytes_of(&self.group_of) + self.window.bytes()
    }

    fn growth(&self, rows: usize) -> usize {
        self.order.growth(rows) + self.groups.growth(rows) + growth_of(&self.group_of, rows)
    }
}

/// The last values.
struct Window {
    size: usize,
    values: VecDeque<Option<f64>>,
    /// Values among them that are missing or not finite; the sum leaves them out.
    apart: usize,
    sum: f64,
    /// What rounding took from the sum, after Neumaier.
    lost: f64,
}

impl Window {
    fn new(size: usize) -> Self {
        Self { size, values: VecDeque::new(), apart: 0, sum: 0.0, lost: 0.0 }
    }

    fn clear(&mut self) {
        self.values.clear();
        (self.apart, self.sum, self.lost) = (0, 0.0, 0.0);
    }

    /// Moves on by one value; the average is there when every value is.
    fn push(&mut self, value: Option<f64>) -> Option<f64> {
        if self.values.len() == self.size {
            match self.values.pop_front().flatten().filter(|value| value.is_finite()) {
                Some(first) => self.add(-first),
                None => self.apart -= 1,
            }
        }
        match value.filter(|value| value.is_finite()) {
            Some(value) => self.add(value),
            None => self.apart += 1,
        }
        self.values.push_back(value);
        if self.values.len() < self.size {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "no window has 2^53 rows")]
        let rows = self.size as f64;
        if self.apart == 0 {
            return Some((self.sum + self.lost) / rows);
        }
        self.values.iter().copied().sum::<Option<f64>>().map(|sum| sum / rows)
    }

    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let (large, small) = if self.sum.abs() >= value.abs() { (self.sum, value) } else { (value, self.sum) };
        self.lost += (large - sum) + small;
        self.sum = sum;
    }

    fn bytes(&self) -> usize {
        self.values.capacity() * size_of::<Option<f64>>()
    }
}
