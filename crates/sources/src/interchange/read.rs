//! JSON to record batches. A value says itself what it is; the declared type decides only what JSON cannot tell.

use std::collections::HashSet;
use std::sync::Arc;

use aracari_app::Value;
use aracari_app::steps::simplify::GEOMETRY;
use aracari_engine::geometry::{from_geojson, geometry_field};
use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use chrono::{DateTime, Datelike, Utc};
use serde_json::{Map, Value as Json};

use super::geojson;

static NO_RECORDS: Vec<Json> = Vec::new();

/// More keys than these are data, not columns.
const MAX_COLUMNS: usize = 2_000;

/// The type of columns of shapes.
const SHAPES: &str = "geojson";

/// Why a JSON document is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error("{0}")]
    Shape(String),
    #[error("row {row}, column `{column}`: {reason}")]
    Cell { row: usize, column: String, reason: String },
}

/// A table of a JSON document: table-schema, a list of records or a GeoJSON feature collection.
pub fn read_json(document: &Json) -> Result<RecordBatch, TableError> {
    if let Some(collection) = geojson::collection(document) {
        let records = geojson::records(collection)?;
        let rows: Vec<&Map<String, Json>> = records.iter().collect();
        let properties = names(&rows).into_iter().filter(|name| name != GEOMETRY).map(|name| (name, None));
        return table(properties.chain([(GEOMETRY.to_owned(), Some(SHAPES))]).collect(), &rows);
    }
    let shape = |message: &str| TableError::Shape(message.to_owned());
    let (fields, records) = match document {
        Json::Array(records) => (None, records),
        Json::Object(table) => {
            let records = match table.get("data") {
                Some(Json::Array(records)) => records,
                Some(Json::Null) => &NO_RECORDS,
                _ => return Err(shape("expected a list of records under `data`")),
            };
            let fields = table
                .get("schema")
                .and_then(|schema| schema.get("fields"))
                .and_then(Json::as_array)
                .ok_or_else(|| shape("expected the columns under `schema.fields`"))?;
            (Some(fields), records)
        }
        _ => return Err(shape("expected a list of records, or an object with `schema` and `data`")),
    };
    let rows: Vec<&Map<String, Json>> = records
        .iter()
        .map(|record| record.as_object().ok_or_else(|| shape("expected every record to be an object")))
        .collect::<Result<_, _>>()?;
    let columns: Vec<(String, Option<&str>)> = match fields {
        Some(fields) => fields
            .iter()
            .map(|field| {
                let name = field.get("name").and_then(Json::as_str).ok_or_else(|| shape("a field has no `name`"))?;
                Ok((name.to_owned(), field.get("type").and_then(Json::as_str)))
            })
            .collect::<Result<_, TableError>>()?,
        None => names(&rows).into_iter().map(|name| (name, None)).collect(),
    };
    table(columns, &rows)
}

fn table(columns: Vec<(String, Option<&str>)>, rows: &[&Map<String, Json>]) -> Result<RecordBatch, TableError> {
    if columns.len() > MAX_COLUMNS {
        let message = format!(
            "there are more than {MAX_COLUMNS} columns; put what the keys tell into a column, a record for each"
        );
        return Err(TableError::Shape(message));
    }
    let mut known = HashSet::with_capacity(columns.len());
    if let Some((twice, _)) = columns.iter().find(|(name, _)| !known.insert(name)) {
        return Err(TableError::Shape(format!("two columns are called `{twice}`")));
    }
    let mut schema = Vec::with_capacity(columns.len());
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(columns.len());
    for (name, declared) in columns {
        let array = column(&name, declared, rows.iter().map(|row| row.get(&name).unwrap_or(&Json::Null)))?;
        schema.push(match array.data_type() {
            DataType::Binary => geometry_field(&name),
            kind => Field::new(&name, kind.clone(), true),
        });
        arrays.push(array);
    }
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(schema)), arrays, &options)
        .map_err(|error| TableError::Shape(error.to_string()))
}

/// The keys of all records in the order of their first appearance, until there are too many.
fn names(rows: &[&Map<String, Json>]) -> Vec<String> {
    let mut names: indexmap::IndexSet<&String> = indexmap::IndexSet::new();
    for row in rows {
        names.extend(row.keys());
        if names.len() > MAX_COLUMNS {
            break;
        }
    }
    names.into_iter().cloned().collect()
}

fn column<'a>(
    name: &str,
    declared: Option<&str>,
    values: impl Iterator<Item = &'a Json>,
) -> Result<ArrayRef, TableError> {
    let values: Vec<&Json> = values.collect();
    let cell = |row: usize, reason: String| TableError::Cell { row: row + 1, column: name.to_owned(), reason };
    if matches!(declared, Some("datetime" | "date")) {
        let dates = values.iter().enumerate().map(|(row, value)| {
            instant(value).map_err(|reason| cell(row, reason)).map(|date| date.map(|date| date.timestamp_micros()))
        });
        let dates: TimestampMicrosecondArray = dates.collect::<Result<Vec<_>, _>>()?.into_iter().collect();
        return Ok(Arc::new(dates.with_timezone("UTC")));
    }
    if declared == Some(SHAPES) {
        return from_geojson(values.iter().copied()).map_err(|(row, reason)| cell(row, reason));
    }
    let spelled = matches!(declared, Some("number" | "integer"));
    let values: Vec<Json> =
        values.into_iter().map(|value| if spelled { number(value) } else { value.clone() }).collect();
    let known = || values.iter().filter(|value| !value.is_null());
    if known().all(Json::is_boolean) && (known().next().is_some() || declared == Some("boolean")) {
        return Ok(Arc::new(values.iter().map(Json::as_bool).collect::<BooleanArray>()));
    }
    if known().all(Json::is_i64) && (known().next().is_some() || declared == Some("integer")) {
        return Ok(Arc::new(values.iter().map(Json::as_i64).collect::<Int64Array>()));
    }
    if known().all(Json::is_number) && (known().next().is_some() || declared == Some("number")) {
        return Ok(Arc::new(values.iter().map(Json::as_f64).collect::<Float64Array>()));
    }
    if known().next().is_none() && declared.is_none() {
        return Ok(arrow::array::new_null_array(&DataType::Null, values.len()));
    }
    Ok(Arc::new(values.iter().map(text).collect::<StringViewArray>()))
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A number that is spelled as a text; what is none is missing.
fn number(value: &Json) -> Json {
    match value {
        Json::String(text) => {
            text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map_or(Json::Null, Json::from)
        }
        other => other.clone(),
    }
}

fn instant(value: &Json) -> Result<Option<DateTime<Utc>>, String> {
    match value {
        Json::Null => Ok(None),
        Json::Number(time) => time
            .as_i64()
            .and_then(since_1970)
            .map(Some)
            .ok_or_else(|| format!("{time} is no time in milliseconds since 1970")),
        Json::String(text) => Value::parse_date(text.trim())
            .map(Some)
            .ok_or_else(|| format!("`{text}` is no date; write it as 2024-12-31 or 2024-12-31T23:59:59Z")),
        other => Err(format!("{other} is no date")),
    }
}

/// Milliseconds; or nanoseconds, as data frames write them, where milliseconds would be after the year 9999.
fn since_1970(time: i64) -> Option<DateTime<Utc>> {
    let milliseconds = DateTime::from_timestamp_millis(time).filter(|date| date.year().abs() < 10_000);
    milliseconds.or_else(|| Some(DateTime::from_timestamp_nanos(time)).filter(|date| date.year() >= 1970))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::{Value as Json, json};

    use super::{MAX_COLUMNS, TableError, instant, read_json};

    #[test]
    fn keys_that_are_data_are_no_columns() {
        let records =
            |count: usize| (0..count).map(|number| json!({format!("k{number}"): number})).collect::<Vec<Json>>();
        let begun = Instant::now();
        let many = read_json(&Json::Array(records(100_000))).unwrap_err();
        assert!(many.to_string().contains("more than 2000 columns"), "{many}");
        assert_eq!(read_json(&Json::Array(records(MAX_COLUMNS))).unwrap().num_columns(), MAX_COLUMNS);
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        let fields: Vec<Json> = (0..100_000).map(|number| json!({"name": format!("k{number}")})).collect();
        assert!(read_json(&json!({"schema": {"fields": fields}, "data": []})).is_err());
        let twice = json!({"schema": {"fields": [{"name": "a"}, {"name": "b"}, {"name": "a"}]}, "data": []});
        assert_eq!(read_json(&twice).unwrap_err(), TableError::Shape("two columns are called `a`".into()));
    }

    #[test]
    fn whole_numbers_are_milliseconds_or_nanoseconds_since_1970() {
        for (number, date) in [
            (json!(0), "1970-01-01T00:00:00+00:00"),
            (json!(-86_400_000), "1969-12-31T00:00:00+00:00"),
            (json!(1_700_000_000_123_i64), "2023-11-14T22:13:20.123+00:00"),
            (json!(1_700_000_000_123_000_000_i64), "2023-11-14T22:13:20.123+00:00"),
        ] {
            assert_eq!(instant(&number).unwrap().unwrap().to_rfc3339(), date);
        }
        assert!(instant(&json!(i64::MIN)).unwrap_err().contains("no time"));
        assert!(instant(&json!(1.5)).unwrap_err().contains("no time"));
    }
}
