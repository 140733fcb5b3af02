//! Cases as they are written, brought to what the product reads.

use aracari_app::Value;
use aracari_app::template::{DocumentPath, DocumentVariables, Template};
use aracari_app::value::DATE_KEY;
use chrono::DateTime;
use serde_json::{Value as Json, json};

/// Texts that begin so are instants.
const DATE_PREFIX: &str = "date: ";

/// The steps of a case, its instants marked and its variables bound.
pub(crate) fn pipeline(case: &Json) -> Result<Vec<Json>, String> {
    let mut steps = case["pipeline"].clone();
    mark_dates(&mut steps, &|micros| json!({DATE_KEY: micros}));
    if case["variables"].is_object() {
        let template = Template::<DocumentPath>::parse(&steps).map_err(|error| error.to_string())?;
        steps = template.bind(&DocumentVariables(&case["variables"])).map_err(|error| error.to_string())?;
    }
    steps.as_array().cloned().ok_or_else(|| "the case has no pipeline".to_owned())
}

/// A table of a case: records without keys that are no columns, instants as such.
pub(crate) fn table(table: &Json) -> Json {
    let mut table = table.clone();
    mark_dates(&mut table, &|micros| {
        let date = DateTime::from_timestamp_micros(micros).unwrap_or_default();
        json!(date.to_rfc3339())
    });
    table
}

pub(crate) fn names(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn mark_dates(json: &mut Json, mark: &dyn Fn(i64) -> Json) {
    match json {
        Json::String(text) => {
            if let Some(micros) = text.strip_prefix(DATE_PREFIX).and_then(instant) {
                *json = mark(micros);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| mark_dates(item, mark)),
        Json::Object(entries) => entries.values_mut().for_each(|item| mark_dates(item, mark)),
        _ => {}
    }
}

fn instant(text: &str) -> Option<i64> {
    Value::parse_date(text).map(|date| date.timestamp_micros())
}
