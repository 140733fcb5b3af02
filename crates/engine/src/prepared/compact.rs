//! Batches in little memory: integers as narrow as their values, texts of few kinds as a dictionary.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};

use crate::error::EngineError;

/// More kinds of text than this are kept as they are.
const MAX_KINDS: usize = 1 << 14;

/// Collects batches of canonical types.
pub(super) struct Compactor {
    schema: SchemaRef,
    columns: Vec<Column>,
    batch_rows: Vec<usize>,
    bytes: usize,
}

enum Column {
    Integers { parts: Vec<ArrayRef>, smallest: i64, largest: i64 },
    Kinds { parts: Vec<Int32Array>, numbers: HashMap<String, i32> },
    Plain { data_type: DataType, parts: Vec<ArrayRef> },
}

impl Compactor {
    pub(super) fn new(schema: SchemaRef) -> Self {
        let columns = schema.fields().iter().map(|field| match field.data_type() {
            DataType::Int64 => Column::Integers { parts: Vec::new(), smallest: 0, largest: 0 },
            DataType::Utf8View => Column::Kinds { parts: Vec::new(), numbers: HashMap::new() },
            data_type => Column::Plain { data_type: data_type.clone(), parts: Vec::new() },
        });
        Self { columns: columns.collect(), schema, batch_rows: Vec::new(), bytes: 0 }
    }

    /// Bytes held now, before the last narrowing.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn push(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.batch_rows.push(batch.num_rows());
        for (column, array) in self.columns.iter_mut().zip(batch.columns()) {
            self.bytes += column.push(array)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(SchemaRef, Vec<RecordBatch>), EngineError> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            columns.push(column.finish()?);
        }
        let fields: Vec<Field> = self
            .schema
            .fields()
            .iter()
            .zip(&columns)
            .map(|(field, (data_type, _))| Field::new(field.name(), data_type.clone(), true))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let mut batches = Vec::with_capacity(self.batch_rows.len());
        for (index, rows) in self.batch_rows.iter().enumerate() {
            let arrays = columns.iter().map(|(_, parts)| Arc::clone(&parts[index])).collect();
            let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(*rows));
            batches.push(
                RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options)
                    .map_err(EngineError::internal)?,
            );
        }
        Ok((schema, batches))
    }
}

impl Column {
    /// Takes a part; tells the bytes it adds.
    fn push(&mut self, array: &ArrayRef) -> Result<usize, EngineError> {
        match self {
            Self::Integers { parts, smallest, largest } => {
                let integers = array.as_primitive::<Int64Type>();
                let low = arrow::compute::min(integers).unwrap_or(0);
                let high = arrow::compute::max(integers).unwrap_or(0);
                (*smallest, *largest) = ((*smallest).min(low), (*largest).max(high));
                let narrow = cast(array, &narrowest(low, high)).map_err(EngineError::internal)?;
                let bytes = narrow.get_array_memory_size();
                parts.push(narrow);
                Ok(bytes)
            }
            Self::Kinds { parts, numbers } => {
                let mut bytes = 0;
                let texts = array.as_string_view();
                let mut keys = vec![0; texts.len()];
                // Equal views of one array are equal texts, so most rows cost no look at the text itself.
                let mut seen: HashMap<u128, i32, BuildHasherDefault<ViewHasher>> = HashMap::default();
                let mut last = None;
                for (index, (key, view)) in keys.iter_mut().zip(texts.views()).enumerate() {
                    if texts.is_null(index) {
                        continue;
                    }
                    if let Some((same, number)) = last
                        && same == *view
                    {
                        *key = number;
                        continue;
                    }
                    let number = match seen.get(view) {
                        Some(number) => *number,
                        None => {
                            let (number, added) = number_of(texts.value(index), numbers)?;
                            bytes += added;
                            seen.insert(*view, number);
                            number
                        }
                    };
                    last = Some((*view, number));
                    *key = number;
                }
                let part = Int32Array::new(keys.into(), texts.nulls().cloned());
                bytes += part.get_array_memory_size();
                parts.push(part);
                if numbers.len() > MAX_KINDS {
                    let parts = plain_texts(parts, numbers)?;
                    *self = Self::Plain { data_type: DataType::Utf8View, parts };
                }
                Ok(bytes)
            }
            Self::Plain { parts, .. } => {
                let part = match array.data_type() {
                    DataType::Utf8View => Arc::new(array.as_string_view().gc()) as ArrayRef,
                    _ => Arc::clone(array),
                };
                let bytes = part.get_array_memory_size();
                parts.push(part);
                Ok(bytes)
            }
        }
    }

    fn finish(self) -> Result<(DataType, Vec<ArrayRef>), EngineError> {
        match self {
            Self::Integers { parts, smallest, largest } => {
                let data_type = narrowest(smallest, largest);
                let widened = parts.iter().map(|part| cast(part, &data_type)).collect::<Result<_, _>>();
                Ok((data_type, widened.map_err(EngineError::internal)?))
            }
            Self::Kinds { parts, numbers } => {
                let kinds: ArrayRef = Arc::new(kinds(&numbers));
                let arrays = parts
                    .into_iter()
                    .map(|keys| {
                        DictionaryArray::try_new(keys, Arc::clone(&kinds)).map(|array| Arc::new(array) as ArrayRef)
                    })
                    .collect::<Result<_, _>>();
                let data_type = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                Ok((data_type, arrays.map_err(EngineError::internal)?))
            }
            Self::Plain { data_type, parts } => Ok((data_type, parts)),
        }
    }
}

/// The number of a text, and the bytes it adds when it is new.
fn number_of(text: &str, numbers: &mut HashMap<String, i32>) -> Result<(i32, usize), EngineError> {
    if let Some(number) = numbers.get(text) {
        return Ok((*number, 0));
    }
    let number = i32::try_from(numbers.len()).map_err(EngineError::internal)?;
    numbers.insert(text.to_owned(), number);
    Ok((number, text.len() + 64))
}

/// Hashes views: they need mixing, not protection, as each table of them lives for one batch.
#[derive(Default)]
struct ViewHasher(u64);

impl Hasher for ViewHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    fn write_u128(&mut self, view: u128) {
        let folded =
            u128::from(view as u64 ^ 0x9e37_79b9_7f4a_7c15) * u128::from((view >> 64) as u64 ^ 0xd1b5_4a32_d192_ed03);
        self.0 = (folded as u64) ^ ((folded >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn kinds(numbers: &HashMap<String, i32>) -> StringArray {
    let mut ordered: Vec<(&str, i32)> = numbers.iter().map(|(text, number)| (text.as_str(), *number)).collect();
    ordered.sort_unstable_by_key(|(_, number)| *number);
    ordered.into_iter().map(|(text, _)| Some(text)).collect()
}

fn plain_texts(parts: &[Int32Array], numbers: &HashMap<String, i32>) -> Result<Vec<ArrayRef>, EngineError> {
    let kinds = kinds(numbers);
    let texts = parts.iter().map(|keys| {
        let taken = arrow::compute::take(&kinds, keys, None)?;
        cast(&taken, &DataType::Utf8View)
    });
    texts.collect::<Result<_, _>>().map_err(EngineError::internal)
}

fn narrowest(smallest: i64, largest: i64) -> DataType {
    if i8::try_from(smallest).is_ok() && i8::try_from(largest).is_ok() {
        DataType::Int8
    } else if i16::try_from(smallest).is_ok() && i16::try_from(largest).is_ok() {
        DataType::Int16
    } else if i32::try_from(smallest).is_ok() && i32::try_from(largest).is_ok() {
        DataType::Int32
    } else {
        DataType::Int64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, StringViewArray};

    fn batch(integers: Vec<Option<i64>>, texts: Vec<Option<String>>) -> RecordBatch {
        let integers: ArrayRef = Arc::new(Int64Array::from(integers));
        let texts: ArrayRef = Arc::new(texts.into_iter().collect::<StringViewArray>());
        RecordBatch::try_from_iter_with_nullable([("n", integers, true), ("t", texts, true)]).unwrap()
    }

    fn round_trip(batches: &[RecordBatch]) -> (SchemaRef, Vec<RecordBatch>) {
        let mut compactor = Compactor::new(batches[0].schema());
        for batch in batches {
            compactor.push(batch).unwrap();
        }
        let (schema, compact) = compactor.finish().unwrap();
        let widened = compact.iter().map(|batch| {
            let arrays = batch
                .columns()
                .iter()
                .zip(batches[0].columns())
                .map(|(array, like)| cast(array, like.data_type()).unwrap());
            RecordBatch::try_new(batches[0].schema(), arrays.collect()).unwrap()
        });
        assert_eq!(widened.collect::<Vec<_>>(), batches);
        (schema, compact)
    }

    #[test]
    fn values_come_back_from_less_memory() {
        let first = batch(vec![Some(1), None, Some(-5)], vec![Some("a".into()), None, Some("b".into())]);
        let second = batch(vec![Some(300), Some(2)], vec![Some("b".into()), Some("a name longer than twelve".into())]);
        let (schema, _) = round_trip(&[first, second]);
        assert_eq!(*schema.field(0).data_type(), DataType::Int16);
        assert!(matches!(schema.field(1).data_type(), DataType::Dictionary(..)));
    }

    #[test]
    fn a_table_without_rows_keeps_its_types() {
        let none = batch(Vec::new(), Vec::new());
        let floats = Schema::new(vec![Field::new("x", DataType::Float64, true)]);
        assert_eq!(Compactor::new(Arc::new(floats.clone())).finish().unwrap().0.as_ref(), &floats);
        assert_eq!(Compactor::new(none.schema()).finish().unwrap().1, Vec::<RecordBatch>::new());
    }

    #[test]
    fn texts_of_too_many_kinds_stay_texts() {
        let many = |from: usize| {
            let texts =
                (from..from + MAX_KINDS).map(|number| Some(format!("text number {number}"))).collect::<Vec<_>>();
            batch(vec![Some(i64::MAX); MAX_KINDS], texts)
        };
        let (schema, _) = round_trip(&[many(0), many(10), many(50_000)]);
        assert_eq!(*schema.field(0).data_type(), DataType::Int64);
        assert_eq!(*schema.field(1).data_type(), DataType::Utf8View);
    }
}
