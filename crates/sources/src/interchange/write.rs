//! Record batches to table-schema JSON and to CSV; dates are ISO 8601 in UTC.

use std::io::{self, Write};

use aracari_app::schema::ColumnType;
use aracari_engine::column_type;
use aracari_engine::encode::json_values;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::Schema;
use chrono::{DateTime, SecondsFormat};
use serde_json::{Value as Json, json};

/// So many rows are held as JSON at once when they are written.
const ROWS: usize = 1024;

/// The rows as a table-schema document.
#[must_use]
pub fn write_json(schema: &Schema, batches: &[RecordBatch]) -> Json {
    let fields = schema.fields().iter().zip(kinds(schema));
    let fields: Vec<Json> =
        fields.map(|(field, kind)| json!({"name": field.name(), "type": type_name(kind)})).collect();
    let data: Vec<Json> = parts(batches).flat_map(|part| records(schema, &part)).collect();
    json!({"schema": {"fields": fields}, "data": data})
}

/// Writes the rows as a table-schema document, one record a line.
pub fn write_json_to(output: &mut impl Write, schema: &Schema, batches: &[RecordBatch]) -> io::Result<()> {
    let head = write_json(schema, &[]);
    write!(output, "{{\"schema\":{},\"data\":[", head["schema"])?;
    let mut separator = "\n";
    for record in parts(batches).flat_map(|part| records(schema, &part)) {
        write!(output, "{separator}{record}")?;
        separator = ",\n";
    }
    writeln!(output, "\n]}}")
}

/// Writes the rows as comma-separated values with a header, RFC 4180. Cells stand as they are, so what a spreadsheet
/// would compute is not disarmed: the file is for programs.
pub fn write_csv(output: &mut impl Write, schema: &Schema, batches: &[RecordBatch]) -> io::Result<()> {
    let header = schema.fields().iter().map(|field| quoted(field.name())).collect::<Vec<_>>();
    write!(output, "{}\r\n", header.join(","))?;
    for part in parts(batches) {
        let columns = columns(schema, &part);
        for row in 0..part.num_rows() {
            let cells = columns.iter().map(|values| match &values[row] {
                Json::Null => String::new(),
                Json::String(text) => quoted(text),
                other => quoted(&other.to_string()),
            });
            write!(output, "{}\r\n", cells.collect::<Vec<_>>().join(","))?;
        }
    }
    Ok(())
}

fn parts(batches: &[RecordBatch]) -> impl Iterator<Item = RecordBatch> {
    batches.iter().flat_map(|batch| {
        let starts = (0..batch.num_rows()).step_by(ROWS);
        starts.map(|start| batch.slice(start, ROWS.min(batch.num_rows() - start)))
    })
}

fn records(schema: &Schema, rows: &RecordBatch) -> Vec<Json> {
    let mut columns: Vec<_> = columns(schema, rows).into_iter().map(Vec::into_iter).collect();
    let record = |_| {
        let cells = schema.fields().iter().zip(&mut columns);
        Json::Object(cells.map(|(field, values)| (field.name().clone(), values.next().unwrap_or(Json::Null))).collect())
    };
    (0..rows.num_rows()).map(record).collect()
}

/// The cells of each column, dates as they are written.
fn columns(schema: &Schema, rows: &RecordBatch) -> Vec<Vec<Json>> {
    let written = |(column, kind): (&ArrayRef, ColumnType)| {
        let values = json_values(column);
        if kind == ColumnType::Date { values.iter().map(iso).collect() } else { values }
    };
    rows.columns().iter().zip(kinds(schema)).map(written).collect()
}

fn kinds(schema: &Schema) -> impl Iterator<Item = ColumnType> {
    schema.fields().iter().map(|field| column_type(field.data_type()).unwrap_or(ColumnType::Unknown))
}

/// A cell between quotes where it needs them.
fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains(['"', ',', '\n', '\r']) || text.trim() != text {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

fn type_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Boolean => "boolean",
        ColumnType::Integer => "integer",
        ColumnType::Float => "number",
        ColumnType::Text | ColumnType::Unknown => "string",
        ColumnType::Date => "datetime",
        ColumnType::Geometry => "geojson",
    }
}

fn iso(milliseconds: &Json) -> Json {
    let date = milliseconds.as_i64().and_then(DateTime::from_timestamp_millis);
    date.map_or(Json::Null, |date| Json::String(date.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
}
