//! Sort keys as whole numbers, and the stable order of rows by them.
//!
//! A key is brought to a number of 64 bits that orders as its values do; several keys that fit into one number become
//! one. Numbers are sorted digit by digit, which needs no comparison and keeps equal keys in their order.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int64Type, Schema, TimestampMicrosecondType, UInt64Type};
use datafusion::common::internal_err;
use datafusion::error::Result;

use super::groups::{Groups, places};
use super::whole::{bytes_of, growth_of};
use crate::table::OrderKey;

/// Bits of one digit.
const DIGIT: u32 = 11;
const SIGN: u64 = 1 << 63;

/// A sort key: a number for each row.
#[derive(Clone)]
pub(super) struct Key {
    codes: Vec<u64>,
    /// The rows without a value; they come last whatever the direction.
    nulls: Vec<bool>,
    ascending: bool,
}

impl Key {
    fn new(ascending: bool) -> Self {
        Self { codes: Vec::new(), nulls: Vec::new(), ascending }
    }

    /// A key of these numbers.
    pub(super) fn of(codes: impl Iterator<Item = Option<u64>>) -> Self {
        let mut key = Self::new(true);
        codes.for_each(|code| key.push(code));
        key
    }

    /// The numbers, and which rows have none; all have one where the list is too short.
    pub(super) fn into_parts(self) -> (Vec<u64>, Vec<bool>) {
        (self.codes, self.nulls)
    }

    fn extend(&mut self, column: &ArrayRef) -> Result<()> {
        if column.null_count() > 0 {
            codes(column)?.into_iter().for_each(|code| self.push(code));
            return Ok(());
        }
        match column.data_type() {
            // The numbers of rows.
            DataType::UInt64 => self.codes.extend(column.as_primitive::<UInt64Type>().values()),
            DataType::Int64 => {
                self.codes.extend(column.as_primitive::<Int64Type>().values().iter().copied().map(integer));
            }
            DataType::Float64 => {
                self.codes.extend(column.as_primitive::<Float64Type>().values().iter().copied().map(float));
            }
            DataType::Timestamp(..) => {
                self.codes
                    .extend(column.as_primitive::<TimestampMicrosecondType>().values().iter().copied().map(integer));
            }
            _ => self.codes.extend(codes(column)?.into_iter().flatten()),
        }
        Ok(())
    }

    fn push(&mut self, code: Option<u64>) {
        if code.is_none() {
            self.nulls.resize(self.codes.len(), false);
            self.nulls.push(true);
        }
        self.codes.push(code.unwrap_or_default());
    }

    fn is_null(&self, row: usize) -> bool {
        self.nulls.get(row).copied().unwrap_or_default()
    }

    fn bytes(&self) -> usize {
        bytes_of(&self.codes) + bytes_of(&self.nulls)
    }

    fn growth(&self, rows: usize) -> usize {
        growth_of(&self.codes, rows) + if self.nulls.is_empty() { 0 } else { growth_of(&self.nulls, rows) }
    }

    /// The codes from 0, without the zeros at their ends that all of them share, nulls above, and the bits that they take.
    fn into_words(mut self) -> Vec<Word> {
        let known = || self.codes.iter().enumerate().filter(|(row, _)| !self.is_null(*row)).map(|(_, code)| *code);
        let (low, high) = known().fold((u64::MAX, 0), |(low, high), code| (low.min(code), high.max(code)));
        if low > high {
            return Vec::new();
        }
        let shared = known().fold(0, |bits, code| bits | (code - low)).trailing_zeros().min(u64::BITS - 1);
        let top = (high - low) >> shared;
        for code in &mut self.codes {
            let distance = if self.ascending { code.wrapping_sub(low) } else { high.wrapping_sub(*code) };
            *code = distance >> shared;
        }
        if self.nulls.is_empty() {
            return vec![Word { codes: self.codes, bits: bits(top) }];
        }
        if top < u64::MAX {
            let nulls = self.codes.iter_mut().zip(&self.nulls).filter(|(_, null)| **null);
            nulls.for_each(|(code, _)| *code = top + 1);
            return vec![Word { codes: self.codes, bits: bits(top + 1) }];
        }
        // There is no number left for the nulls.
        self.nulls.resize(self.codes.len(), false);
        let nulls = self.nulls.iter().map(|null| u64::from(*null)).collect();
        vec![Word { codes: nulls, bits: 1 }, Word { codes: self.codes, bits: bits(top) }]
    }
}

/// The bits that a number takes.
fn bits(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

/// Reads the keys of an order as the rows come.
pub(super) struct Order(Vec<Reader>);

struct Reader {
    column: usize,
    key: Key,
    /// For types whose values are no numbers: the distinct values, sorted when all are known.
    distinct: Option<Groups>,
}

impl Order {
    pub(super) fn new(keys: &[OrderKey], input: &Schema) -> Result<Self> {
        let readers = keys.iter().map(|key| {
            let column = input.index_of(&key.column)?;
            let distinct = match input.field(column).data_type() {
                DataType::Boolean
                | DataType::Int64
                | DataType::UInt64
                | DataType::Float64
                | DataType::Timestamp(..) => None,
                _ => Some(Groups::new(std::slice::from_ref(&key.column), input)?),
            };
            Ok(Reader { column, key: Key::new(key.ascending), distinct })
        });
        Ok(Self(readers.collect::<Result<_>>()?))
    }

    pub(super) fn read(&mut self, batch: &RecordBatch) -> Result<()> {
        self.0.iter_mut().try_for_each(|reader| reader.read(batch))
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|reader| reader.key.bytes() + reader.distinct.as_ref().map_or(0, Groups::bytes)).sum()
    }

    pub(super) fn growth(&self, rows: usize) -> usize {
        let groups = |reader: &Reader| reader.distinct.as_ref().map_or(0, |distinct| distinct.growth(rows));
        self.0.iter().map(|reader| reader.key.growth(rows) + groups(reader)).sum()
    }

    /// The keys of all rows; afterwards there are none.
    pub(super) fn take_keys(&mut self) -> Result<Vec<Key>> {
        std::mem::take(&mut self.0).into_iter().map(Reader::into_key).collect()
    }
}

impl Reader {
    fn read(&mut self, batch: &RecordBatch) -> Result<()> {
        let column = batch.column(self.column);
        let Some(distinct) = &mut self.distinct else {
            return self.key.extend(column);
        };
        let numbers = distinct.of(batch)?;
        for (row, number) in numbers.iter().enumerate() {
            self.key.push(column.is_valid(row).then_some(*number as u64));
        }
        Ok(())
    }

    fn into_key(mut self) -> Result<Key> {
        if let Some(mut distinct) = self.distinct {
            let places = places(&distinct.take()?)?;
            for code in &mut self.key.codes {
                *code = usize::try_from(*code).ok().and_then(|place| places.get(place)).copied().unwrap_or_default();
            }
        }
        Ok(self.key)
    }
}

/// The values as numbers that order as they do.
pub(super) fn codes(column: &ArrayRef) -> Result<Vec<Option<u64>>> {
    Ok(match column.data_type() {
        DataType::Boolean => column.as_boolean().iter().map(|value| value.map(u64::from)).collect(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().iter().collect(),
        DataType::Int64 => column.as_primitive::<Int64Type>().iter().map(|value| value.map(integer)).collect(),
        DataType::Float64 => column.as_primitive::<Float64Type>().iter().map(|value| value.map(float)).collect(),
        DataType::Timestamp(..) => {
            column.as_primitive::<TimestampMicrosecondType>().iter().map(|value| value.map(integer)).collect()
        }
        other => return internal_err!("{other} has no order by number"),
    })
}

fn integer(value: i64) -> u64 {
    value.cast_unsigned() ^ SIGN
}

/// The date that has this code.
pub(super) fn date_of(code: u64) -> i64 {
    (code ^ SIGN).cast_signed()
}

/// Zero and minus zero are equal.
fn float(value: f64) -> u64 {
    let pattern = (value + 0.0).to_bits();
    if pattern & SIGN == 0 { pattern | SIGN } else { !pattern }
}

/// Codes of the rows, and how many bits of them count.
struct Word {
    codes: Vec<u64>,
    bits: u32,
}

/// The rows in the order of the keys, the first one first; equal rows keep their order. `None`: as they are.
#[expect(clippy::cast_possible_truncation, reason = "the number of a row is what the mask leaves")]
pub(super) fn sorted(keys: Vec<Key>, rows: usize) -> Option<Vec<u32>> {
    let words = combined(keys.into_iter().flat_map(Key::into_words).collect());
    let (last, before) = words.split_last()?;
    let follows = |row: usize| {
        words.iter().map(|word| word.codes[row - 1].cmp(&word.codes[row])).find(|order| order.is_ne())
            != Some(std::cmp::Ordering::Greater)
    };
    if (1..rows).all(follows) {
        return None;
    }
    let row_bits = bits(rows as u64);
    let mut order: Vec<u32> = if last.bits + row_bits <= u64::BITS {
        // Code and row fit into one number.
        let mut packed: Vec<u64> = (0..).zip(&last.codes).map(|(row, code)| code << row_bits | row).collect();
        sort_digits(&mut packed, last.bits, |item| item >> row_bits);
        let mask = (1 << row_bits) - 1;
        packed.into_iter().map(|item| (item & mask) as u32).collect()
    } else {
        let mut pairs: Vec<(u64, u32)> = last.codes.iter().copied().zip(0..).collect();
        sort_digits(&mut pairs, last.bits, |item| item.0);
        pairs.into_iter().map(|(_, row)| row).collect()
    };
    for word in before.iter().rev() {
        let mut pairs: Vec<(u64, u32)> = order.iter().map(|row| (word.codes[*row as usize], *row)).collect();
        sort_digits(&mut pairs, word.bits, |item| item.0);
        order.clear();
        order.extend(pairs.into_iter().map(|(_, row)| row));
    }
    Some(order)
}

/// Neighbours that fit into one number together become one.
fn combined(words: Vec<Word>) -> Vec<Word> {
    let mut combined: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        match combined.last_mut() {
            Some(before) if before.bits + word.bits < u64::BITS => {
                let pairs = before.codes.iter_mut().zip(&word.codes);
                pairs.for_each(|(high, low)| *high = *high << word.bits | low);
                before.bits += word.bits;
            }
            _ => combined.push(word),
        }
    }
    combined
}

/// Sorts by a key of so many bits, from the last digit to the first, each pass keeping the order of the one before.
#[expect(clippy::cast_possible_truncation, reason = "a digit is cut out")]
fn sort_digits<T: Copy + Default>(items: &mut Vec<T>, bits: u32, key: impl Fn(&T) -> u64) {
    let mut spare = vec![T::default(); items.len()];
    let digit = |item: &T, low: u32| (key(item) >> low) as usize & ((1 << DIGIT) - 1);
    for low in (0..bits).step_by(DIGIT as usize) {
        let mut ends = [0_u32; 1 << DIGIT];
        for item in items.iter() {
            ends[digit(item, low)] += 1;
        }
        let mut start = 0;
        for end in &mut ends {
            let count = *end;
            *end = start;
            start += count;
        }
        for item in items.iter() {
            let place = &mut ends[digit(item, low)];
            spare[*place as usize] = *item;
            *place += 1;
        }
        std::mem::swap(items, &mut spare);
    }
}
