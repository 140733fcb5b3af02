//! Random small tables: every type, nulls, values that meet again, names that need quotes.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringViewArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use proptest::collection::vec;
use proptest::prelude::*;

const NAMES: [&str; 9] = ["a", "b", "country", "Price (€)", "two words", "q\"uote", "[brackets]", "A", "é"];
const DAY: i64 = 86_400_000_000;

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(vec!["x", "y", "Zoë", "", " x ", "12", "2021-03-04", "x-y-z", "true", "%_\\'\""])
            .prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ]
}

fn column(rows: usize) -> impl Strategy<Value = ArrayRef> {
    prop_oneof![
        vec(proptest::option::weighted(0.8, -3..6_i64), rows)
            .prop_map(|values| Arc::new(Int64Array::from(values)) as ArrayRef),
        vec(proptest::option::weighted(0.9, any::<i64>()), rows)
            .prop_map(|values| Arc::new(Int64Array::from(values)) as ArrayRef),
        vec(
            proptest::option::weighted(
                0.8,
                prop_oneof![4 => (-20..20_i32).prop_map(|value| f64::from(value) / 4.0), 1 => Just(1e300), 1 => Just(-0.0)]
            ),
            rows
        )
        .prop_map(|values| Arc::new(Float64Array::from(values)) as ArrayRef),
        vec(proptest::option::weighted(0.8, texts()), rows)
            .prop_map(|values| Arc::new(StringViewArray::from_iter(values)) as ArrayRef),
        vec(proptest::option::weighted(0.8, any::<bool>()), rows)
            .prop_map(|values| Arc::new(BooleanArray::from(values)) as ArrayRef),
        vec(proptest::option::weighted(0.8, (18_200..18_300_i64).prop_map(|day| day * DAY)), rows).prop_map(|values| {
            Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC")) as ArrayRef
        }),
    ]
}

pub(super) fn table() -> impl Strategy<Value = RecordBatch> {
    (0..12_usize, proptest::sample::subsequence(NAMES.to_vec(), 2..6)).prop_flat_map(|(rows, names)| {
        let count = names.len();
        vec(column(rows), count).prop_map(move |arrays| {
            let fields: Vec<Field> = names
                .iter()
                .zip(&arrays)
                .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
                .collect();
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).unwrap()
        })
    })
}
