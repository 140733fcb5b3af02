//! The rows with the largest or the smallest value of a column, of each group its own.

use std::borrow::Borrow;
use std::cmp::Ordering;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;

use super::codes::codes;
use super::groups::Groups;
use super::whole::{Operation, Rows, Work, bytes_of, growth_of};

/// Keeps the rows with the largest or the smallest value; where a group has no value at all, it keeps all of its rows.
#[derive(Debug)]
pub(crate) struct Extremes {
    pub(crate) column: String,
    pub(crate) groups: Vec<String>,
    pub(crate) largest: bool,
}

impl Operation for Extremes {
    fn name(&self) -> &'static str {
        "Extremes"
    }

    fn reads(&self) -> Vec<&str> {
        std::iter::once(&self.column).chain(&self.groups).map(String::as_str).collect()
    }

    fn groups(&self) -> &[String] {
        &self.groups
    }

    fn adds(&self) -> Vec<Field> {
        Vec::new()
    }

    fn start(&self, input: &Schema) -> Result<Box<dyn Work>> {
        let column = input.index_of(&self.column)?;
        let best = match input.field(column).data_type() {
            DataType::Utf8View => Best::Texts(Vec::new()),
            _ => Best::Numbers(Vec::new()),
        };
        let groups = Groups::new(&self.groups, input)?;
        Ok(Box::new(Sifting { column, largest: self.largest, groups, best, records: Vec::new(), held: Vec::new() }))
    }
}

struct Sifting {
    column: usize,
    largest: bool,
    groups: Groups,
    best: Best,
    /// How often each group has found a better value.
    records: Vec<u32>,
    /// The group of each row that is held, and its record: the row comes out if no better one was found since.
    held: Vec<(u32, u32)>,
}

/// The best value of each group so far.
enum Best {
    Numbers(Vec<Option<u64>>),
    Texts(Vec<Option<Box<str>>>),
}

impl Best {
    /// The record that each row reaches; `None` is worse than the best.
    fn meet(
        &mut self,
        values: &ArrayRef,
        largest: bool,
        groups: &[usize],
        records: &mut [u32],
    ) -> Result<Vec<Option<u32>>> {
        Ok(match self {
            Self::Numbers(best) => {
                best.resize(records.len(), None);
                let codes = codes(values)?;
                reached(best, codes.iter().map(Option::as_ref), |code| *code, largest, groups, records)
            }
            Self::Texts(best) => {
                best.resize(records.len(), None);
                reached(best, values.as_string_view().iter(), |text: &str| text.into(), largest, groups, records)
            }
        })
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Numbers(best) => bytes_of(best),
            Self::Texts(best) => bytes_of(best) + best.iter().flatten().map(|text| text.len()).sum::<usize>(),
        }
    }
}

fn reached<'a, T: Ord + ?Sized + 'a, B: Borrow<T>>(
    best: &mut [Option<B>],
    values: impl Iterator<Item = Option<&'a T>>,
    own: impl Fn(&T) -> B,
    largest: bool,
    groups: &[usize],
    records: &mut [u32],
) -> Vec<Option<u32>> {
    let reach = |(value, group): (Option<&T>, &usize)| {
        let (best, record) = (&mut best[*group], &mut records[*group]);
        let order = match (value, &best) {
            (Some(value), Some(best)) if largest => value.cmp((*best).borrow()),
            (Some(value), Some(best)) => (*best).borrow().cmp(value),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (None, None) => Ordering::Equal,
        };
        if order == Ordering::Greater {
            *best = value.map(&own);
            *record += 1;
        }
        (order != Ordering::Less).then_some(*record)
    };
    values.zip(groups).map(reach).collect()
}

impl Work for Sifting {
    fn read(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        let groups = self.groups.of(&batch)?;
        let known = groups.iter().max().map_or(0, |group| group + 1).max(self.records.len());
        self.records.resize(known, 0);
        let reached = self.best.meet(batch.column(self.column), self.largest, groups, &mut self.records)?;
        let wins = |(group, record): (&usize, &Option<u32>)| *record == Some(self.records[*group]);
        let winning: BooleanArray = groups.iter().zip(&reached).map(wins).map(Some).collect();
        let winners = groups.iter().zip(&reached).filter(|pair| wins(*pair));
        self.held.extend(winners.filter_map(|(group, record)| Some((u32::try_from(*group).ok()?, (*record)?))));
        Ok(filter_record_batch(&batch, &winning)?)
    }

    fn arrange(&mut self, _: &MemoryReservation) -> Result<Rows> {
        let held = std::mem::take(&mut self.held);
        let wins = |(group, record): &(u32, u32)| self.records[*group as usize] == *record;
        let rows: Vec<u32> = (0..).zip(&held).filter(|(_, row)| wins(row)).map(|(row, _)| row).collect();
        Ok(if rows.len() == held.len() { Rows::All } else { Rows::These(rows) })
    }

    fn compute(&mut self, _: &[u32], _: &RecordBatch) -> Result<Vec<ArrayRef>> {
        Ok(Vec::new())
    }

    fn bytes(&self) -> usize {
        let records = bytes_of(&self.records) + bytes_of(&self.held);
        self.groups.bytes() + self.best.bytes() + records
    }

    fn growth(&self, rows: usize) -> usize {
        self.groups.growth(rows) + growth_of(&self.records, rows) + growth_of(&self.held, rows)
    }
}
