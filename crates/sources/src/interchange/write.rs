//! Record batches to table-schema JSON and to CSV; dates are ISO 8601 in UTC.

use std::io::{self, Write};

use aracari_app::schema::ColumnType;
use aracari_engine::column_type;
use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value as Json, json};

/// The rows as a table-schema document.
#[must_use]
pub fn write_json(schema: &Schema, batches: &[RecordBatch]) -> Json {
    let kinds: Vec<ColumnType> =
        schema.fields().iter().map(|field| column_type(field.data_type()).unwrap_or(ColumnType::Unknown)).collect();
    let fields: Vec<Json> = schema
        .fields()
        .iter()
        .zip(&kinds)
        .map(|(field, kind)| json!({"name": field.name(), "type": type_name(*kind)}))
        .collect();
    let mut data = Vec::new();
    for batch in batches {
        let columns: Vec<Vec<Json>> = batch.columns().iter().map(aracari_engine::encode::json_values).collect();
        for row in 0..batch.num_rows() {
            let cells = schema.fields().iter().zip(&kinds).zip(&columns);
            let record = cells.map(|((field, kind), values)| {
                let value = &values[row];
                let shown = if *kind == ColumnType::Date { iso(value) } else { value.clone() };
                (field.name().clone(), shown)
            });
            data.push(Json::Object(record.collect::<Map<_, _>>()));
        }
    }
    json!({"schema": {"fields": fields}, "data": data})
}

/// Writes the rows as a table-schema document, one record a line; only one batch at a time is held as JSON.
pub fn write_json_to(output: &mut impl Write, schema: &Schema, batches: &[RecordBatch]) -> io::Result<()> {
    let head = write_json(schema, &[]);
    write!(output, "{{\"schema\":{},\"data\":[", head["schema"])?;
    let mut separator = "\n";
    for batch in batches {
        for record in records(schema, batch) {
            write!(output, "{separator}{record}")?;
            separator = ",\n";
        }
    }
    writeln!(output, "\n]}}")
}

/// Writes the rows as comma-separated values with a header, RFC 4180. Cells stand as they are, so what a spreadsheet
/// would compute is not disarmed: the file is for programs.
pub fn write_csv(output: &mut impl Write, schema: &Schema, batches: &[RecordBatch]) -> io::Result<()> {
    let header = schema.fields().iter().map(|field| quoted(field.name())).collect::<Vec<_>>();
    write!(output, "{}\r\n", header.join(","))?;
    for batch in batches {
        for record in records(schema, batch) {
            let cells = schema.fields().iter().map(|field| match &record[field.name()] {
                Json::Null => String::new(),
                Json::String(text) => quoted(text),
                other => quoted(&other.to_string()),
            });
            write!(output, "{}\r\n", cells.collect::<Vec<_>>().join(","))?;
        }
    }
    Ok(())
}

fn records(schema: &Schema, batch: &RecordBatch) -> Vec<Json> {
    match write_json(schema, std::slice::from_ref(batch)) {
        Json::Object(mut document) => match document.get_mut("data").map(Json::take) {
            Some(Json::Array(records)) => records,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
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
