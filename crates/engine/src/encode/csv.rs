//! CSV that a spreadsheet may open: no cell is a formula.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};
use bytes::Bytes;

use crate::answer::Answer;
use crate::column_type::{TEXT, canonical_type, column_type};
use crate::error::EngineError;
use crate::geometry::geojson_rows;
use aracari_app::schema::ColumnType;

/// Comma-separated values with a header, RFC 4180, UTF-8.
///
/// A text that a spreadsheet would compute (it starts with `=`, `+`, `-`, `@`, tab or carriage return) is prefixed with
/// `'`; numbers are written as numbers, negative ones included. Dates are ISO 8601 in UTC, nulls are empty.
pub fn csv(answer: &Answer) -> Result<Bytes, EngineError> {
    let mut out = Vec::new();
    for (index, field) in answer.schema.fields().iter().enumerate() {
        separate(&mut out, index);
        text(&mut out, field.name());
    }
    out.extend_from_slice(b"\r\n");
    for batch in &answer.batches {
        let mut columns = Vec::with_capacity(batch.num_columns());
        for array in batch.columns() {
            columns.push(canonical(array)?);
        }
        for row in 0..batch.num_rows() {
            for (index, (kind, array)) in columns.iter().enumerate() {
                separate(&mut out, index);
                cell(&mut out, *kind, array, row);
            }
            out.extend_from_slice(b"\r\n");
        }
    }
    Ok(Bytes::from(out))
}

fn separate(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

fn canonical(array: &ArrayRef) -> Result<(ColumnType, ArrayRef), EngineError> {
    let kind = column_type(array.data_type()).unwrap_or(ColumnType::Unknown);
    let wanted: DataType = if kind == ColumnType::Unknown { TEXT } else { canonical_type(kind) };
    if kind == ColumnType::Geometry {
        let texts: StringViewArray = geojson_rows(array).into_iter().collect();
        return Ok((kind, Arc::new(texts)));
    }
    let cast = if *array.data_type() == wanted {
        array.clone()
    } else {
        cast(array, &wanted).map_err(EngineError::internal)?
    };
    Ok((kind, cast))
}

fn cell(out: &mut Vec<u8>, kind: ColumnType, array: &ArrayRef, row: usize) {
    if array.is_null(row) {
        return;
    }
    let _ = match kind {
        ColumnType::Boolean => write!(out, "{}", array.as_boolean().value(row)),
        ColumnType::Integer => write!(out, "{}", array.as_primitive::<Int64Type>().value(row)),
        ColumnType::Float => {
            let number = array.as_primitive::<Float64Type>().value(row);
            if number.is_finite() { write!(out, "{number}") } else { Ok(()) }
        }
        ColumnType::Date => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            let date = chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default();
            let midnight = micros.rem_euclid(86_400_000_000) == 0;
            write!(out, "{}", date.format(if midnight { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%S%.fZ" }))
        }
        _ => {
            text(out, array.as_string_view().value(row));
            Ok(())
        }
    };
}

fn text(out: &mut Vec<u8>, value: &str) {
    // A spreadsheet looks behind spaces, quotes and byte order marks, so this does too.
    let shown = value.trim_start_matches(['\u{feff}', ' ', '"', '\'', '\u{a0}', '\u{200b}']);
    let computed = shown.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = computed || value.contains([',', '"', '\n', '\r']) || value.starts_with(' ') || value.ends_with(' ');
    if quoted {
        out.push(b'"');
    }
    if computed {
        out.push(b'\'');
    }
    out.extend_from_slice(value.replace('"', "\"\"").as_bytes());
    if quoted {
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
    use chrono::Utc;
    use std::sync::{Arc, OnceLock};

    fn encoded(columns: Vec<(&str, ArrayRef)>) -> String {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let answer = Answer {
            schema: batch.schema(),
            rows: batch.num_rows(),
            batches: vec![batch],
            truncated: false,
            data_time: Utc::now(),
            computed_at: Utc::now(),
            duration_ms: 1,
            json: OnceLock::new(),
        };
        String::from_utf8(csv(&answer).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        for dangerous in
            ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "\u{feff}=1", " =1", "\"=1", "=cmd|'/c calc'!A1", "＝1"]
        {
            let out = encoded(vec![("t", Arc::new(StringArray::from(vec![dangerous])))]);
            let cell = out.strip_prefix("t\r\n").unwrap();
            assert!(cell.starts_with("\"'"), "{dangerous:?}: {cell:?}");
        }
        let harmless = encoded(vec![
            ("=name", Arc::new(StringArray::from(vec![Some("a, \"b\""), Some("plain"), None])) as ArrayRef),
            ("n", Arc::new(Int64Array::from(vec![-1, 2, 3]))),
            ("d", Arc::new(TimestampMicrosecondArray::from(vec![0, 1_500_000, 1]).with_timezone("UTC"))),
        ]);
        let expected = "\"'=name\",n,d\r\n\"a, \"\"b\"\"\",-1,1970-01-01\r\nplain,2,1970-01-01T00:00:01.500Z\r\n,3,1970-01-01T00:00:00.000001Z\r\n";
        assert_eq!(harmless, expected);
    }
}
