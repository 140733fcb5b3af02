//! What a JSON document says of its rows. Each is read on its own: values take many times the bytes that they are written in.

use std::collections::HashMap;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::TableError;
use super::taken::Taken;

/// A document that is a table, its rows as they are written.
pub(super) struct Document<'a> {
    pub(super) kind: Kind,
    pub(super) rows: Vec<&'a RawValue>,
}

/// What the rows are.
pub(super) enum Kind {
    /// Records, whose keys are the columns.
    Records,
    /// Records of these columns, each with its type where that is declared.
    Declared(Vec<(String, Option<String>)>),
    /// GeoJSON features.
    Features,
}

impl<'a> Document<'a> {
    pub(super) fn of(text: &'a str, taken: &mut Taken<'_>) -> Result<Self, TableError> {
        // No row is shorter than `{},`; the list of rows grows by doubling.
        let rows = text.bytes().filter(|byte| *byte == b'{').count();
        taken.add(2 * rows * size_of::<&RawValue>())?;
        let whole: &RawValue =
            serde_json::from_str(text).map_err(|error| shape(format!("this is not JSON: {error}")))?;
        match whole.get().as_bytes().first() {
            Some(b'[') => Ok(Self { kind: Kind::Records, rows: list(whole, "expected a list of records")? }),
            Some(b'{') => Self::of_object(&parts(whole)?),
            _ => Err(shape("expected a list of records, or an object with `schema` and `data`")),
        }
    }

    fn of_object(document: &HashMap<String, &'a RawValue>) -> Result<Self, TableError> {
        let data = document.get("data").copied();
        let inner = data.filter(|data| data.get().starts_with('{')).map(parts).transpose()?;
        if let Some(collection) =
            [Some(document), inner.as_ref()].into_iter().flatten().find(|document| is_collection(document))
        {
            let features = collection.get("features").copied().unwrap_or(RawValue::NULL);
            return Ok(Self { kind: Kind::Features, rows: list(features, "expected a list under `features`")? });
        }
        let rows = match data {
            Some(data) if data.get() == "null" => Vec::new(),
            data => list(data.unwrap_or(RawValue::NULL), "expected a list of records under `data`")?,
        };
        let schema: Option<Json> = document.get("schema").and_then(|schema| serde_json::from_str(schema.get()).ok());
        let fields = schema
            .as_ref()
            .and_then(|schema| schema.get("fields"))
            .and_then(Json::as_array)
            .ok_or_else(|| shape("expected the columns under `schema.fields`"))?;
        let column = |field: &Json| {
            let text = |key: &str| field.get(key).and_then(Json::as_str).map(str::to_owned);
            Ok((text("name").ok_or_else(|| shape("a field has no `name`"))?, text("type")))
        };
        Ok(Self { kind: Kind::Declared(fields.iter().map(column).collect::<Result<_, TableError>>()?), rows })
    }
}

fn is_collection(document: &HashMap<String, &RawValue>) -> bool {
    document.get("type").is_some_and(|kind| kind.get() == "\"FeatureCollection\"")
}

fn parts(object: &RawValue) -> Result<HashMap<String, &RawValue>, TableError> {
    serde_json::from_str(object.get()).map_err(|error| shape(format!("this is not JSON: {error}")))
}

fn list<'a>(written: &'a RawValue, expected: &str) -> Result<Vec<&'a RawValue>, TableError> {
    serde_json::from_str(written.get()).map_err(|_| shape(expected))
}

/// One of the rows, counted from 0.
pub(super) fn value(row: usize, written: &RawValue) -> Result<Json, TableError> {
    serde_json::from_str(written.get()).map_err(|error| shape(format!("row {}: {error}", row + 1)))
}

fn shape(message: impl Into<String>) -> TableError {
    TableError::Shape(message.into())
}
