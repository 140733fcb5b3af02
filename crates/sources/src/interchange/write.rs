//! Record batches to table-schema JSON; dates are ISO 8601 in UTC.

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
        let columns: Vec<Vec<Json>> =
            batch.columns().iter().map(|array| aracari_engine::encode::json_values(array)).collect();
        for row in 0..batch.num_rows() {
            let record = schema.fields().iter().enumerate().map(|(index, field)| {
                let value = &columns[index][row];
                let shown = if kinds[index] == ColumnType::Date { iso(value) } else { value.clone() };
                (field.name().clone(), shown)
            });
            data.push(Json::Object(record.collect::<Map<_, _>>()));
        }
    }
    json!({"schema": {"fields": fields}, "data": data})
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
