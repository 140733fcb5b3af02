//! The value that a column had a year, a month, a week or a day before.
//!
//! Older rows are moved forward and meet the rows of their new date. Where two older dates become one, as the last days
//! of February do a year later, a row meets both and comes out twice, as it would from a join.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::{concat, take};
use arrow::datatypes::{Field, Schema, TimestampMicrosecondType};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;

use super::groups::Groups;
use super::whole::{Operation, Rows, Work, bytes_of, growth_of};
use crate::error::EngineError;
use crate::functions::Period;

const NO_ROW: u32 = u32::MAX;

/// Adds the value of the row of the same group one period earlier.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) date: String,
    pub(crate) period: Period,
    pub(crate) groups: Vec<String>,
    pub(crate) value: Field,
    /// The name of the earlier value.
    pub(crate) into: String,
}

impl Operation for Earlier {
    fn name(&self) -> &'static str {
        "Earlier"
    }

    fn reads(&self) -> Vec<&str> {
        [&self.date, self.value.name()].into_iter().chain(&self.groups).map(String::as_str).collect()
    }

    fn groups(&self) -> &[String] {
        &self.groups
    }

    fn adds(&self) -> Vec<Field> {
        vec![self.value.clone().with_name(&self.into).with_nullable(true)]
    }

    fn start(&self, input: &Schema) -> Result<Box<dyn Work>> {
        let keys: Vec<String> = std::iter::once(&self.date).chain(&self.groups).cloned().collect();
        Ok(Box::new(Looking {
            date: input.index_of(&self.date)?,
            value: input.index_of(self.value.name())?,
            period: self.period,
            keys: Groups::new(&keys, input)?,
            row_of: Vec::new(),
            later: Vec::new(),
            values: Vec::new(),
            found: Vec::new(),
            next: 0,
        }))
    }
}

struct Looking {
    date: usize,
    value: usize,
    period: Period,
    keys: Groups,
    /// The row of each key that is there.
    row_of: Vec<u32>,
    /// For each row, the key that it has one period later.
    later: Vec<u32>,
    values: Vec<ArrayRef>,
    /// The earlier row of each row that comes out.
    found: Vec<u32>,
    next: usize,
}

impl Work for Looking {
    fn read(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        let dates = batch.column(self.date).as_primitive::<TimestampMicrosecondType>();
        let first = self.later.len();
        for (index, key) in self.keys.of(&batch)?.iter().enumerate() {
            if self.row_of.len() <= *key {
                self.row_of.resize(*key + 1, NO_ROW);
            }
            if dates.is_null(index) {
                continue;
            }
            if self.row_of[*key] != NO_ROW {
                return Err(duplicate(dates.value(index)));
            }
            self.row_of[*key] = number(first + index);
        }
        let later: TimestampMicrosecondArray = dates.unary_opt(|micros| self.period.later(micros));
        let later: ArrayRef = Arc::new(later.with_timezone_opt(dates.timezone()));
        let mut columns = batch.columns().to_vec();
        columns[self.date] = Arc::clone(&later);
        let moved = RecordBatch::try_new(batch.schema(), columns)?;
        let keys = self.keys.of(&moved)?.iter().enumerate();
        self.later.extend(keys.map(|(index, key)| if later.is_valid(index) { number(*key) } else { NO_ROW }));
        self.values.push(Arc::clone(batch.column(self.value)));
        Ok(batch)
    }

    fn arrange(&mut self, _: &MemoryReservation) -> Result<Rows> {
        let mut earlier = vec![NO_ROW; self.later.len()];
        let mut more = Vec::new();
        for (row, key) in (0..).zip(&self.later) {
            let Some(target) = self.row_of.get(*key as usize).filter(|target| **target != NO_ROW) else { continue };
            match &mut earlier[*target as usize] {
                free if *free == NO_ROW => *free = row,
                _ => more.push((*target, row)),
            }
        }
        (self.row_of, self.later) = (Vec::new(), Vec::new());
        if more.is_empty() {
            self.found = earlier;
            return Ok(Rows::All);
        }
        more.sort_unstable();
        let mut rows = Vec::with_capacity(earlier.len() + more.len());
        let mut more = more.into_iter().peekable();
        for (row, first) in (0..).zip(earlier) {
            rows.push(row);
            self.found.push(first);
            while let Some((_, other)) = more.next_if(|(target, _)| *target == row) {
                rows.push(row);
                self.found.push(other);
            }
        }
        Ok(Rows::These(rows))
    }

    fn compute(&mut self, rows: &[u32], _: &RecordBatch) -> Result<Vec<ArrayRef>> {
        if self.values.len() > 1 {
            let parts: Vec<&dyn Array> = self.values.iter().map(AsRef::as_ref).collect();
            self.values = vec![concat(&parts)?];
        }
        let found = &self.found[self.next..self.next + rows.len()];
        self.next += rows.len();
        let indices: UInt32Array = found.iter().map(|row| (*row != NO_ROW).then_some(*row)).collect();
        self.values.iter().map(|values| Ok(take(values, &indices, None)?)).collect()
    }

    fn bytes(&self) -> usize {
        let rows = bytes_of(&self.row_of) + bytes_of(&self.later) + bytes_of(&self.found);
        let values: usize = self.values.iter().map(|values| values.len() * size_of::<f64>()).sum();
        self.keys.bytes() + rows + values
    }

    fn growth(&self, rows: usize) -> usize {
        let lists = growth_of(&self.row_of, rows) + growth_of(&self.later, rows) + growth_of(&self.found, rows);
        self.keys.growth(rows) + lists
    }
}

/// Row and key numbers stay below [`NO_ROW`]: the operator holds fewer rows.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NO_ROW)
}

fn duplicate(micros: i64) -> DataFusionError {
    let date = chrono::DateTime::from_timestamp_micros(micros).map(|date| date.format("%Y-%m-%d %H:%M:%S").to_string());
    DataFusionError::External(Box::new(EngineError::invalid(format!(
        "there are several rows for {}; add the columns that tell them apart to `indexColumns`, or aggregate them before",
        date.unwrap_or_default().trim_end_matches(" 00:00:00"),
    ))))
}
