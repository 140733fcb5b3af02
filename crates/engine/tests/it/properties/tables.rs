//! Random small tables: every type, nulls, values that meet again, names that need quotes.

use std::sync::Arc;

use aracari_engine::geometry::{from_geojson, geometry_field};
use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringViewArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

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

/// Points, boxes that may overlap, and shapes that are missing.
fn shapes(rows: usize) -> impl Strategy<Value = ArrayRef> {
    let point = (-4..4_i32, -4..4_i32).prop_map(|(x, y)| json!({"type": "Point", "coordinates": [x, y]}));
    let area = (-4..4_i32, -4..4_i32, 1..4_i32, 1..4_i32).prop_map(|(x, y, width, height)| {
        let (right, top) = (x + width, y + height);
        json!({"type": "Polygon", "coordinates": [[[x, y], [right, y], [right, top], [x, top], [x, y]]]})
    });
    let shape = prop_oneof![1 => point, 4 => area, 1 => Just(Json::Null)];
    vec(shape, rows).prop_map(|shapes| from_geojson(shapes.iter()).unwrap())
}

pub(super) fn table() -> impl Strategy<Value = RecordBatch> {
    (0..12_usize, proptest::sample::subsequence(NAMES.to_vec(), 2..6)).prop_flat_map(|(rows, names)| {
        let count = names.len();
        let shapes = proptest::option::weighted(0.3, shapes(rows));
        (vec(column(rows), count), shapes).prop_map(move |(mut arrays, shapes)| {
            let mut fields: Vec<Field> = names
                .iter()
                .zip(&arrays)
                .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
                .collect();
            if let Some(shapes) = shapes {
                fields.push(geometry_field("geometry"));
                arrays.push(shapes);
            }
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).unwrap()
        })
    })
}
