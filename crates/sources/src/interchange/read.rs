//! JSON to record batches. A value says itself what it is; the declared type decides only what JSON cannot tell.

use std::sync::Arc;

use aracari_app::Value;
use aracari_app::steps::simplify::GEOMETRY;
use aracari_engine::geometry::{Shapes, geometry_field};
use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use chrono::{DateTime, Datelike, Utc};
use indexmap::IndexMap;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::document::{Document, Kind, value};
use super::geojson;
use super::taken::Taken;

/// More keys than these are data, not columns.
const MAX_COLUMNS: usize = 2_000;

/// The bytes of a value's place.
const VALUE: usize = size_of::<Json>();

/// The bytes of a place in a map, for a key, its value and where it is found.
const PLACE: usize = VALUE + size_of::<String>() + 4 * size_of::<usize>();

/// The type of columns of shapes.
const SHAPES: &str = "geojson";

/// Why a JSON document is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error("{0}")]
    Shape(String),
    #[error("it needs more memory than there is for tables and queries together")]
    Memory,
    #[error("row {row}, column `{column}`: {reason}")]
    Cell { row: usize, column: String, reason: String },
}

/// A table of a JSON document: table-schema, a list of records or a GeoJSON feature collection.
pub fn read_json(document: &Json) -> Result<RecordBatch, TableError> {
    read_text(&document.to_string(), &mut Taken::default())
}

/// The same of a document as it is written.
pub(super) fn read_text(text: &str, taken: &mut Taken<'_>) -> Result<RecordBatch, TableError> {
    let document = Document::of(text, taken)?;
    match document.kind {
        Kind::Declared(columns) => records(Columns::declared(columns)?, &document.rows, taken),
        Kind::Records => records(Columns::default(), &document.rows, taken),
        Kind::Features => {
            let (mut columns, mut shapes) = (Columns::default(), Column::new(Some(SHAPES)));
            for (row, feature) in document.rows.iter().enumerate() {
                // Shapes take no more bytes than they are written in.
                taken.add(feature.get().len())?;
                let (record, geometry) = geojson::record(row, feature, taken)?;
                columns.add(record, taken)?;
                shapes.put(row, geometry).map_err(|reason| cell(row, GEOMETRY, reason))?;
            }
            columns.by_name.insert(GEOMETRY.to_owned(), shapes);
            columns.finish(taken)
        }
    }
}

fn records(mut columns: Columns, rows: &[&RawValue], taken: &mut Taken<'_>) -> Result<RecordBatch, TableError> {
    for (row, written) in rows.iter().enumerate() {
        match value(row, written, taken)? {
            Json::Object(record) => columns.add(record, taken)?,
            _ => return Err(TableError::Shape("expected every record to be an object".to_owned())),
        }
    }
    columns.finish(taken)
}

fn cell(row: usize, column: &str, reason: String) -> TableError {
    TableError::Cell { row: row + 1, column: column.to_owned(), reason }
}

fn too_many_columns() -> TableError {
    let message =
        format!("there are more than {MAX_COLUMNS} columns; put what the keys tell into a column, a record for each");
    TableError::Shape(message)
}

/// The values of records by column, in the order of their first appearance.
#[derive(Default)]
struct Columns {
    by_name: IndexMap<String, Column>,
    /// There are no others.
    are_declared: bool,
    rows: usize,
}

impl Columns {
    fn declared(declared: Vec<(String, Option<String>)>) -> Result<Self, TableError> {
        if declared.len() > MAX_COLUMNS {
            return Err(too_many_columns());
        }
        let mut by_name = IndexMap::with_capacity(declared.len());
        for (name, kind) in declared {
            if by_name.contains_key(&name) {
                return Err(TableError::Shape(format!("two columns are called `{name}`")));
            }
            by_name.insert(name, Column::new(kind.as_deref()));
        }
        Ok(Self { by_name, are_declared: true, rows: 0 })
    }

    fn add(&mut self, record: Map<String, Json>, taken: &mut Taken<'_>) -> Result<(), TableError> {
        for (name, value) in record {
            if !self.by_name.contains_key(&name) {
                if self.are_declared {
                    continue;
                }
                if self.by_name.len() == MAX_COLUMNS {
                    return Err(too_many_columns());
                }
                self.by_name.insert(name.clone(), Column::new(None));
            }
            let column = &mut self.by_name[&name];
            column.make_room(self.rows + 1, taken)?;
            let bytes = beside(&value);
            taken.add(bytes)?;
            column.bytes += bytes;
            column.put(self.rows, value).map_err(|reason| cell(self.rows, &name, reason))?;
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(self, taken: &mut Taken<'_>) -> Result<RecordBatch, TableError> {
        let mut fields = Vec::with_capacity(self.by_name.len());
        let mut arrays = Vec::with_capacity(self.by_name.len());
        for (name, mut column) in self.by_name {
            column.make_room(self.rows, taken)?;
            // The values, and the array that is made of them.
            let bytes = column.bytes;
            taken.add(bytes)?;
            let array = column.finish(self.rows).map_err(|(row, reason)| cell(row, &name, reason))?;
            taken.give_back(2 * bytes)?;
            taken.add(array.get_array_memory_size())?;
            fields.push(match array.data_type() {
                DataType::Binary => geometry_field(&name),
                kind => Field::new(&name, kind.clone(), true),
            });
            arrays.push(array);
        }
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(self.rows));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
            .map_err(|error| TableError::Shape(error.to_string()))
    }
}

/// What the records have under one key; those that do not have it are missing in between and at the end.
struct Column {
    declared: Declared,
    values: Vec<Json>,
    shapes: Shapes,
    /// What its values take, with their places.
    bytes: usize,
}

impl Column {
    fn new(declared: Option<&str>) -> Self {
        Self { declared: Declared::of(declared), values: Vec::new(), shapes: Shapes::default(), bytes: 0 }
    }

    /// Places for so many values. A list that grows is copied into one of twice the length.
    fn make_room(&mut self, rows: usize, taken: &mut Taken<'_>) -> Result<(), TableError> {
        let places = self.values.capacity();
        if rows <= places || self.declared == Declared::Shapes {
            return Ok(());
        }
        let more = rows.max(2 * places);
        taken.add(more * VALUE)?;
        self.values.reserve_exact(more - self.values.len());
        taken.give_back(places * VALUE)?;
        self.bytes += (more - places) * VALUE;
        Ok(())
    }

    fn put(&mut self, row: usize, value: Json) -> Result<(), String> {
        if self.declared == Declared::Shapes {
            self.leave_out(row)?;
            return self.shapes.push(&value);
        }
        self.values.resize(row, Json::Null);
        self.values.push(value);
        Ok(())
    }

    /// No shapes up to a row.
    fn leave_out(&mut self, row: usize) -> Result<(), String> {
        (self.shapes.count()..row).try_for_each(|_| self.shapes.push(&Json::Null))
    }

    /// The column of so many rows; the error says what is wrong with which one, counted from 0.
    fn finish(mut self, rows: usize) -> Result<ArrayRef, (usize, String)> {
        if self.declared == Declared::Shapes {
            self.leave_out(rows).map_err(|reason| (rows, reason))?;
            return Ok(self.shapes.finish());
        }
        self.values.resize(rows, Json::Null);
        array(self.declared, self.values)
    }
}

/// The bytes that a value takes beside its place.
fn beside(value: &Json) -> usize {
    match value {
        Json::String(text) => text.capacity(),
        Json::Array(values) => values.capacity() * VALUE + values.iter().map(beside).sum::<usize>(),
        Json::Object(parts) => {
            let places = parts.len().next_power_of_two().max(4) * PLACE;
            places + parts.iter().map(|(key, value)| key.capacity() + beside(value)).sum::<usize>()
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
    }
}

/// What a column is said to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Declared {
    Dates,
    Shapes,
    Integers,
    Numbers,
    Booleans,
    /// Something else, which is told by the values.
    Other,
    Nothing,
}

impl Declared {
    fn of(kind: Option<&str>) -> Self {
        match kind {
            Some("datetime" | "date") => Self::Dates,
            Some(SHAPES) => Self::Shapes,
            Some("integer") => Self::Integers,
            Some("number") => Self::Numbers,
            Some("boolean") => Self::Booleans,
            Some(_) => Self::Other,
            None => Self::Nothing,
        }
    }
}

fn array(declared: Declared, mut values: Vec<Json>) -> Result<ArrayRef, (usize, String)> {
    if declared == Declared::Dates {
        let micros = |(row, value): (usize, &Json)| {
            instant(value).map_err(|reason| (row, reason)).map(|date| date.map(|date| date.timestamp_micros()))
        };
        let dates = values.iter().enumerate().map(micros).collect::<Result<Vec<_>, _>>()?;
        let dates: TimestampMicrosecondArray = dates.into_iter().collect();
        return Ok(Arc::new(dates.with_timezone("UTC")));
    }
    if matches!(declared, Declared::Numbers | Declared::Integers) {
        values.iter_mut().for_each(spell);
    }
    let known = || values.iter().filter(|value| !value.is_null());
    let is_all = |kind: fn(&Json) -> bool, name| known().all(kind) && (known().next().is_some() || declared == name);
    if is_all(Json::is_boolean, Declared::Booleans) {
        return Ok(Arc::new(values.iter().map(Json::as_bool).collect::<BooleanArray>()));
    }
    if is_all(Json::is_i64, Declared::Integers) {
        return Ok(Arc::new(values.iter().map(Json::as_i64).collect::<Int64Array>()));
    }
    if is_all(Json::is_number, Declared::Numbers) {
        return Ok(Arc::new(values.iter().map(Json::as_f64).collect::<Float64Array>()));
    }
    if known().next().is_none() && declared == Declared::Nothing {
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

/// A number that is spelled as a text becomes one; a text that is none is missing.
fn spell(value: &mut Json) {
    if let Json::String(text) = value {
        let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        *value = number.map_or(Json::Null, Json::from);
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

    use super::{MAX_COLUMNS, TableError, Taken, instant, read_json, read_text};

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
    fn a_key_that_a_record_does_not_have_is_missing_there() {
        let shape = json!({"type": "Point", "coordinates": [1.0, 2.0]});
        let rows = json!([{}, {"a": 1}, {"b": "x", "s": shape}, {}]);
        let fields = json!([{"name": "b"}, {"name": "s", "type": "geojson"}]);
        let told = |document: &Json| {
            let batch = read_json(document).unwrap();
            crate::interchange::write_json(&batch.schema(), &[batch])["data"].clone()
        };
        let expected =
            json!([{"b": null, "s": null}, {"b": null, "s": null}, {"b": "x", "s": shape}, {"b": null, "s": null}]);
        assert_eq!(told(&json!({"schema": {"fields": fields}, "data": rows})), expected);
        assert_eq!(
            told(&json!([{}, {"a": 1}, {"b": "x"}])),
            json!([{"a": null, "b": null}, {"a": 1, "b": null}, {"a": null, "b": "x"}])
        );
        assert_eq!(read_json(&json!([])).unwrap().num_columns(), 0);
    }

    #[test]
    fn what_is_no_table_is_told() {
        for (document, message) in [
            ("[1", "this is not JSON"),
            ("3", "expected a list of records, or an object"),
            ("[1]", "expected every record to be an object"),
            ("[{\"a\": 1}, {\"a\": 1e999}]", "row 2: number out of range"),
            ("{\"data\": 3, \"schema\": {\"fields\": []}}", "under `data`"),
            ("{\"data\": []}", "`schema.fields`"),
            ("{\"data\": null, \"schema\": {\"fields\": [{}]}}", "a field has no `name`"),
        ] {
            let error = read_text(document, &mut Taken::default()).unwrap_err().to_string();
            assert!(error.contains(message), "{document}: {error}");
        }
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
