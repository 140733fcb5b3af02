//! JSON columns, written straight from arrays.

use std::io::Write;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};

use crate::answer::Answer;
use crate::column_type::{TEXT, canonical_type, column_type};
use crate::geometry::geojson_rows;
use aracari_app::schema::ColumnType;

pub(super) fn encode(answer: &Answer) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + answer.rows * answer.schema.fields().len() * 8);
    out.extend_from_slice(b"{\"columns\":[");
    for (index, field) in answer.schema.fields().iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"name\":");
        text(&mut out, field.name());
        out.extend_from_slice(b",\"type\":\"");
        out.extend_from_slice(type_name(field.data_type()).as_bytes());
        out.extend_from_slice(b"\",\"values\":[");
        let mut first = true;
        for batch in &answer.batches {
            values(&mut out, batch.column(index), &mut first);
        }
        out.extend_from_slice(b"]}");
    }
    let _ = write!(out, "],\"rows\":{},\"truncated\":{}}}", answer.rows, answer.truncated);
    out
}

fn type_name(data_type: &DataType) -> &'static str {
    match column_type(data_type) {
        Some(ColumnType::Boolean) => "boolean",
        Some(ColumnType::Integer | ColumnType::Float) => "number",
        Some(ColumnType::Date) => "date",
        Some(ColumnType::Geometry) => "geometry",
        _ => "text",
    }
}

fn separate(out: &mut Vec<u8>, first: &mut bool) {
    if *first {
        *first = false;
    } else {
        out.push(b',');
    }
}

/// Writes each value of an iterator, null where there is none.
fn each<T>(
    out: &mut Vec<u8>,
    first: &mut bool,
    items: impl Iterator<Item = Option<T>>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    for item in items {
        separate(out, first);
        match item {
            Some(value) => write(out, value),
            None => out.extend_from_slice(b"null"),
        }
    }
}

fn values(out: &mut Vec<u8>, array: &ArrayRef, first: &mut bool) {
    let kind = column_type(array.data_type());
    let canonical = kind.map_or(TEXT, canonical_type);
    let array = if *array.data_type() == canonical {
        array.clone()
    } else {
        match cast(array, &canonical) {
            Ok(array) => array,
            Err(_) => return each(out, first, (0..array.len()).map(|_| None::<()>), |_, ()| {}),
        }
    };
    match kind {
        Some(ColumnType::Boolean) => each(out, first, array.as_boolean().iter(), |out, value| {
            out.extend_from_slice(if value { b"true" } else { b"false" });
        }),
        Some(ColumnType::Integer) => each(out, first, array.as_primitive::<Int64Type>().iter(), |out, value| {
            let _ = write!(out, "{value}");
        }),
        Some(ColumnType::Float) => each(out, first, array.as_primitive::<Float64Type>().iter(), float),
        Some(ColumnType::Date) => {
            each(out, first, array.as_primitive::<TimestampMicrosecondType>().iter(), |out, micros| {
                let _ = write!(out, "{}", micros.div_euclid(1000));
            });
        }
        Some(ColumnType::Geometry) => {
            each(out, first, geojson_rows(&array).into_iter(), |out, shape| out.extend_from_slice(shape.as_bytes()));
        }
        _ => each(out, first, array.as_string_view().iter(), text),
    }
}

fn float(out: &mut Vec<u8>, value: f64) {
    if !value.is_finite() || serde_json::to_writer(&mut *out, &value).is_err() {
        out.extend_from_slice(b"null");
    }
}

/// A JSON text; most need no escape and are copied whole.
fn text(out: &mut Vec<u8>, value: &str) {
    if value.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push(b'"');
        out.extend_from_slice(value.as_bytes());
        out.push(b'"');
    } else if serde_json::to_writer(&mut *out, value).is_err() {
        out.extend_from_slice(b"null");
    }
}

/// The values of one array, as the client would read them.
pub fn json_values(array: &ArrayRef) -> Vec<serde_json::Value> {
    let mut out = vec![b'['];
    values(&mut out, array, &mut true);
    out.push(b']');
    serde_json::from_slice(&out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
    use chrono::Utc;
    use serde_json::json;
    use std::sync::{Arc, OnceLock};

    #[test]
    fn every_type_is_written_as_json_can_hold_it() {
        let columns: Vec<(&str, ArrayRef, bool)> = vec![
            ("t\"", Arc::new(StringArray::from(vec![Some("é \"q\" \\ \n \u{1}"), None, Some("<script>")])), true),
            ("n", Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(7)])), true),
            ("x", Arc::new(Float64Array::from(vec![f64::NAN, f64::INFINITY, -0.1])), true),
            ("b", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])), true),
            (
                "d",
                Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), None, Some(1_000)]).with_timezone("UTC")),
                true,
            ),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let answer = Answer {
            schema: batch.schema(),
            rows: 6,
            batches: vec![batch.clone(), batch],
            truncated: true,
            data_time: Utc::now(),
            computed_at: Utc::now(),
            duration_ms: 1,
            json: OnceLock::new(),
        };
        let decoded: serde_json::Value = serde_json::from_slice(&encode(&answer)).unwrap();
        let column = |index: usize| decoded["columns"][index].clone();
        let texts = json!(["é \"q\" \\ \n \u{1}", null, "<script>", "é \"q\" \\ \n \u{1}", null, "<script>"]);
        assert_eq!(column(0), json!({"name": "t\"", "type": "text", "values": texts}));
        assert_eq!(column(1)["values"], json!([i64::MIN, null, 7, i64::MIN, null, 7]));
        assert_eq!(column(2)["values"], json!([null, null, -0.1, null, null, -0.1]));
        assert_eq!(column(3)["values"], json!([true, null, false, true, null, false]));
        assert_eq!(column(4), json!({"name": "d", "type": "date", "values": [-1, null, 1, -1, null, 1]}));
        assert_eq!((&decoded["rows"], &decoded["truncated"]), (&json!(6), &json!(true)));
    }
}
