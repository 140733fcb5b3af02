//! Rows for the periods between the first and the last date that have none, of each group its own.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{Field, Schema};
use datafusion::common::internal_datafusion_err;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;

use super::codes::{Key, Order, date_of, sorted};
use super::groups::{Groups, places};
use super::whole::{NEW_ROW, Operation, Rows, Work, bytes_of, growth_of};
use crate::column_type::date_type;
use crate::error::EngineError;
use crate::functions::Period;
use crate::table::OrderKey;

/// More rows than this are a mistake: a date far away from the others, or too fine a granularity.
const MAX_NEW_ROWS: usize = 10_000_000;

/// Sorts the rows by group and date and adds a row, with nothing but its group and date, for each period without one.
#[derive(Debug)]
pub(crate) struct MissingDates {
    pub(crate) date: String,
    pub(crate) groups: Vec<String>,
    pub(crate) period: Period,
    /// The names of the columns that also tell the date and the groups of added rows.
    pub(crate) dates_into: String,
    pub(crate) groups_into: Vec<Field>,
    /// Equal dates are in this order, or as they came.
    pub(crate) order: Vec<OrderKey>,
}

impl Operation for MissingDates {
    fn name(&self) -> &'static str {
        "MissingDates"
    }

    fn reads(&self) -> Vec<&str> {
        let order = self.order.iter().map(|key| &key.column);
        std::iter::once(&self.date).chain(&self.groups).chain(order).map(String::as_str).collect()
    }

    fn groups(&self) -> &[String] {
        &[]
    }

    fn adds(&self) -> Vec<Field> {
        let dates = Field::new(&self.dates_into, date_type(), true);
        std::iter::once(dates).chain(self.groups_into.iter().cloned()).collect()
    }

    fn start(&self, input: &Schema) -> Result<Box<dyn Work>> {
        let date = OrderKey { column: self.date.clone(), ascending: true };
        let order: Vec<OrderKey> = std::iter::once(date).chain(self.order.iter().cloned()).collect();
        Ok(Box::new(Filling {
            period: self.period,
            order: Order::new(&order, input)?,
            groups: Groups::new(&self.groups, input)?,
            group_of: Vec::new(),
            rows: 0,
            dates: Vec::new(),
            undated: Vec::new(),
            group_columns: Vec::new(),
            added: Vec::new(),
            next: 0,
        }))
    }
}

struct Filling {
    period: Period,
    order: Order,
    groups: Groups,
    /// Empty where there is only one group.
    group_of: Vec<u32>,
    rows: usize,
    /// The date of each row as a sort code, and which rows have none.
    dates: Vec<u64>,
    undated: Vec<bool>,
    group_columns: Vec<ArrayRef>,
    /// Group and date of each added row, in the order in which they come out.
    added: Vec<(u32, i64)>,
    next: usize,
}

impl Filling {
    fn group(&self, row: u32) -> u32 {
        self.group_of.get(row as usize).copied().unwrap_or_default()
    }

    fn date(&self, row: u32) -> Option<i64> {
        let undated = self.undated.get(row as usize).copied().unwrap_or_default();
        (!undated).then(|| date_of(self.dates[row as usize]))
    }

    /// Group, row and the numbers of the periods that are missing before it, for each row in order.
    fn gaps(&self, order: &[u32]) -> impl Iterator<Item = (u32, u32, std::ops::Range<i64>)> {
        let mut last: Option<(u32, i64)> = None;
        order.iter().map(move |row| {
            let group = self.group(*row);
            let Some(date) = self.date(*row) else { return (group, *row, 0..0) };
            let number = self.period.number(date);
            let before = last.replace((group, number)).filter(|(known, _)| *known == group);
            (group, *row, before.map_or(0..0, |(_, before)| before + 1..number))
        })
    }
}

impl Work for Filling {
    fn read(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        self.order.read(&batch)?;
        self.groups.number(&batch, &mut self.group_of)?;
        self.rows += batch.num_rows();
        Ok(batch)
    }

    fn arrange(&mut self, memory: &MemoryReservation) -> Result<Rows> {
        self.group_columns = self.groups.take()?;
        let places = places(&self.group_columns)?;
        let mut keys = vec![Key::of(self.group_of.iter().map(|group| places.get(*group as usize).copied()))];
        keys.extend(self.order.take_keys()?);
        let dates = keys.get(1).ok_or_else(|| internal_datafusion_err!("missing dates need a date"))?;
        (self.dates, self.undated) = dates.clone().into_parts();
        let order = sorted(keys, self.rows);
        let in_order = order.is_none();
        let order = order.unwrap_or_else(|| (0..).take(self.rows).collect());

        let missing: i64 = self.gaps(&order).map(|(_, _, gap)| (gap.end - gap.start).max(0)).sum();
        if missing == 0 && in_order {
            return Ok(Rows::All);
        }
        let missing = usize::try_from(missing).ok().filter(|missing| *missing <= MAX_NEW_ROWS).ok_or_else(too_many)?;
        memory.try_grow(missing * (size_of::<(u32, i64)>() + size_of::<u32>()))?;
        let mut added = Vec::with_capacity(missing);
        let mut rows = Vec::with_capacity(self.rows + missing);
        for (group, row, gap) in self.gaps(&order) {
            for number in gap {
                rows.push(NEW_ROW);
                added.push((group, self.period.start(number)));
            }
            rows.push(row);
        }
        self.added = added;
        Ok(Rows::These(rows))
    }

    fn compute(&mut self, rows: &[u32], _: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let mut groups = Vec::with_capacity(rows.len());
        let mut dates = Vec::with_capacity(rows.len());
        for row in rows {
            let (group, date) = if *row == NEW_ROW {
                let (group, date) = self.added[self.next];
                self.next += 1;
                (group, Some(date))
            } else {
                (self.group(*row), self.date(*row))
            };
            groups.push(group);
            dates.push(date);
        }
        let dates: TimestampMicrosecondArray = dates.into();
        let mut columns: Vec<ArrayRef> = vec![Arc::new(dates.with_timezone("UTC"))];
        let groups: UInt32Array = groups.into();
        for column in &self.group_columns {
            columns.push(take(column, &groups, None)?);
        }
        Ok(columns)
    }

    fn bytes(&self) -> usize {
        let dates = bytes_of(&self.dates) + self.undated.len() + bytes_of(&self.added);
        let groups: usize = self.group_columns.iter().map(Array::get_array_memory_size).sum();
        self.order.bytes() + self.groups.bytes() + groups + bytes_of(&self.group_of) + dates
    }

    fn growth(&self, rows: usize) -> usize {
        let dates = growth_of(&self.dates, rows) + growth_of(&self.undated, rows);
        self.order.growth(rows) + self.groups.growth(rows) + growth_of(&self.group_of, rows) + dates
    }
}

fn too_many() -> DataFusionError {
    DataFusionError::External(Box::new(EngineError::invalid(format!(
        "more than {MAX_NEW_ROWS} dates are missing; filter out dates that are far away, or choose a coarser granularity"
    ))))
}
