//! Groups of rows by equal columns; null is a value like any other.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::{SortColumn, SortOptions, lexsort_to_indices};
use arrow::datatypes::Schema;
use datafusion::error::Result;
use datafusion::logical_expr::EmitTo;
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;

use super::whole::bytes_of;

/// What the library does not count of a group: room that its lists have left.
const SPARE_BYTES: usize = 16;

/// A group in the list of values and in the table by which it is found.
const VALUE_BYTES: usize = 16;
const ENTRY_BYTES: usize = 33;

/// Gives each distinct combination of some columns a number, in the order of first appearance.
pub(super) struct Groups {
    columns: Vec<usize>,
    values: Option<Box<dyn GroupValues>>,
    numbers: Vec<usize>,
}

impl Groups {
    /// Without columns, all rows are one group.
    pub(super) fn new(names: &[String], input: &Schema) -> Result<Self> {
        let columns = names.iter().map(|name| input.index_of(name)).collect::<Result<Vec<_>, _>>()?;
        let values = match columns.as_slice() {
            [] => None,
            columns => Some(new_group_values(Arc::new(input.project(columns)?), &GroupOrdering::None)?),
        };
        Ok(Self { columns, values, numbers: Vec::new() })
    }

    /// The group of each row.
    pub(super) fn of(&mut self, batch: &RecordBatch) -> Result<&[usize]> {
        let Some(values) = &mut self.values else {
            self.numbers.clear();
            self.numbers.resize(batch.num_rows(), 0);
            return Ok(&self.numbers);
        };
        let columns: Vec<ArrayRef> = self.columns.iter().map(|index| Arc::clone(batch.column(*index))).collect();
        values.intern(&columns, &mut self.numbers)?;
        Ok(&self.numbers)
    }

    /// Adds the group of each row to a list; where all rows are one group, the list stays empty.
    pub(super) fn number(&mut self, batch: &RecordBatch, list: &mut Vec<u32>) -> Result<()> {
        if self.values.is_some() {
            list.extend(self.of(batch)?.iter().map(|group| u32::try_from(*group).unwrap_or(u32::MAX)));
        }
        Ok(())
    }

    /// How many groups there are.
    pub(super) fn count(&self) -> usize {
        self.values.as_ref().map_or(1, |values| values.len())
    }

    pub(super) fn bytes(&self) -> usize {
        let spare = SPARE_BYTES * self.values.as_ref().map_or(0, |values| values.len());
        self.values.as_ref().map_or(0, |values| values.size()) + spare + bytes_of(&self.numbers)
    }

    /// Bytes of the lists that may have no room for so many groups more.
    pub(super) fn growth(&self, more: usize) -> usize {
        let Some(groups) = self.values.as_ref().map(|values| values.len()) else { return 0 };
        let list = groups.next_power_of_two();
        // A table is full when an eighth of it is empty.
        let table = (groups + groups / 7).next_power_of_two();
        let values = if groups + more > list { 2 * list * VALUE_BYTES } else { 0 };
        let entries = if groups + more > table / 8 * 7 { 2 * table * ENTRY_BYTES } else { 0 };
        values + entries
    }

    /// The columns of the groups, one row each; afterwards there are none.
    pub(super) fn take(&mut self) -> Result<Vec<ArrayRef>> {
        self.values.as_mut().map_or_else(|| Ok(Vec::new()), |values| values.emit(EmitTo::All))
    }
}

/// The place of each row when these columns are sorted, nulls last.
pub(super) fn places(columns: &[ArrayRef]) -> Result<Vec<u64>> {
    let Some(rows) = columns.first().map(arrow::array::Array::len) else { return Ok(vec![0]) };
    let options = Some(SortOptions { descending: false, nulls_first: false });
    let keys: Vec<SortColumn> =
        columns.iter().map(|values| SortColumn { values: Arc::clone(values), options }).collect();
    let mut places = vec![0; rows];
    for (place, row) in (0..).zip(lexsort_to_indices(&keys, None)?.values()) {
        places[*row as usize] = place;
    }
    Ok(places)
}
