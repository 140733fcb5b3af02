//! The total of the group beside each of its rows, which come out as they came.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;

use super::groups::Groups;
use super::whole::{Operation, Rows, Work, bytes_of, growth_of, named};

/// Adds up a column of numbers; a group without one has no total.
#[derive(Debug)]
pub(crate) struct Totals {
    pub(crate) value: String,
    pub(crate) groups: Vec<String>,
    /// The name of the total.
    pub(crate) into: String,
}

impl Operation for Totals {
    fn name(&self) -> &'static str {
        "Totals"
    }

    fn reads(&self) -> Vec<&str> {
        std::iter::once(&self.value).chain(&self.groups).map(String::as_str).collect()
    }

    fn groups(&self) -> &[String] {
        &self.groups
    }

    fn adds(&self) -> Vec<Field> {
        vec![Field::new(&self.into, DataType::Float64, true)]
    }

    fn start(&self, input: &Schema) -> Result<Box<dyn Work>> {
        Ok(Box::new(AddingUp {
            value: self.value.clone(),
            groups: Groups::new(&self.groups, input)?,
            group_of: Vec::new(),
            totals: Vec::new(),
        }))
    }
}

struct AddingUp {
    value: String,
    groups: Groups,
    /// Empty where there is only one group.
    group_of: Vec<u32>,
    totals: Vec<Option<f64>>,
}

impl Work for AddingUp {
    fn read(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        let first = self.group_of.len();
        self.groups.number(&batch, &mut self.group_of)?;
        self.totals.resize(self.groups.count(), None);
        let values = cast(named(&batch, &self.value)?, &DataType::Float64)?;
        let values = values.as_primitive::<Float64Type>();
        for (row, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let group = self.group_of.get(first + row).map_or(0, |group| *group as usize);
            *self.totals[group].get_or_insert(0.0) += value;
        }
        Ok(batch)
    }

    fn arrange(&mut self, _: &MemoryReservation) -> Result<Rows> {
        Ok(Rows::All)
    }

    fn compute(&mut self, rows: &[u32], _: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let total = |row: &u32| {
            let group = self.group_of.get(*row as usize).map_or(0, |group| *group as usize);
            self.totals.get(group).copied().flatten()
        };
        Ok(vec![Arc::new(rows.iter().map(total).collect::<Float64Array>())])
    }

    fn bytes(&self) -> usize {
        self.groups.bytes() + bytes_of(&self.group_of) + bytes_of(&self.totals)
    }

    fn growth(&self, rows: usize) -> usize {
        self.groups.growth(rows) + growth_of(&self.group_of, rows) + growth_of(&self.totals, rows)
    }
}
