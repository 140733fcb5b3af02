//! What a JSON document says of its rows. Each is read on its own: values take many times the bytes that they are written in.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
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
        let whole: &RawValue =
            serde_json::from_str(text).map_err(|error| shape(format!("this is not JSON: {error}")))?;
        match whole.get().as_bytes().first() {
            Some(b'[') => Ok(Self { kind: Kind::Records, rows: list(whole, "expected a list of records", taken)? }),
            Some(b'{') => Self::of_object(&parts(whole)?, taken),
            _ => Err(shape("expected a list of records, or an object with `schema` and `data`")),
        }
    }

    fn of_object(document: &Parts<'a>, taken: &mut Taken<'_>) -> Result<Self, TableError> {
        let inner = document.data.filter(|data| data.get().starts_with('{')).map(parts).transpose()?;
        if let Some(collection) =
            [Some(document), inner.as_ref()].into_iter().flatten().find(|parts| parts.is_collection())
        {
            let features = collection.features.unwrap_or(RawValue::NULL);
            return Ok(Self { kind: Kind::Features, rows: list(features, "expected a list under `features`", taken)? });
        }
        let rows = match document.data {
            Some(data) if data.get() == "null" => Vec::new(),
            data => list(data.unwrap_or(RawValue::NULL), "expected a list of records under `data`", taken)?,
        };
        let schema = document.schema.map(|schema| parsed(schema, taken)).transpose()?.and_then(Result::ok);
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

/// What is read of an object.
#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(rename = "type", borrow, default, deserialize_with = "as_written")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_written")]
    features: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_written")]
    schema: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "as_written")]
    data: Option<&'a RawValue>,
}

/// What is there, also where it is null.
fn as_written<'de, D: Deserializer<'de>>(value: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(value).map(Some)
}

impl Parts<'_> {
    fn is_collection(&self) -> bool {
        self.kind.is_some_and(|kind| kind.get() == "\"FeatureCollection\"")
    }
}

fn parts(object: &RawValue) -> Result<Parts<'_>, TableError> {
    serde_json::from_str(object.get()).map_err(|error| shape(format!("this is not JSON: {error}")))
}

fn list<'a>(written: &'a RawValue, expected: &str, taken: &mut Taken<'_>) -> Result<Vec<&'a RawValue>, TableError> {
    let rows = Rows(taken).deserialize(&mut serde_json::Deserializer::from_str(written.get()));
    rows.map_err(|_| if taken.is_full() { TableError::Memory } else { shape(expected) })
}

/// Reads rows as they are written, up to one that is no object: there the table ends, and whoever reads it says so.
struct Rows<'t, 'r>(&'t mut Taken<'r>);

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, list: D) -> Result<Self::Value, D::Error> {
        list.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows: Vec<&RawValue> = Vec::new();
        while let Some(row) = list.next_element::<&RawValue>()? {
            if rows.len() == rows.capacity() {
                // The list is copied into one of twice the length.
                let more = rows.len().max(1024);
                self.0.add(more * size_of::<&RawValue>()).map_err(A::Error::custom)?;
                rows.reserve_exact(more);
            }
            rows.push(row);
            if !row.get().starts_with('{') {
                while list.next_element::<IgnoredAny>()?.is_some() {}
            }
        }
        Ok(rows)
    }
}

/// One of the rows, counted from 0.
pub(super) fn value(row: usize, written: &RawValue, taken: &mut Taken<'_>) -> Result<Json, TableError> {
    parsed(written, taken)?.map_err(|error| shape(format!("row {}: {error}", row + 1)))
}

/// The values of a text, for which there has to be room before they are made.
fn parsed(written: &RawValue, taken: &mut Taken<'_>) -> Result<serde_json::Result<Json>, TableError> {
    let bytes = written.get().len() + places(written.get()) * PLACE;
    taken.add(bytes)?;
    let value = serde_json::from_str(written.get());
    taken.give_back(bytes)?;
    Ok(value)
}

/// The bytes of a value's place in a list or a map that grows: it is copied into one of twice the length.
const PLACE: usize = 3 * size_of::<Json>();

/// How many values a text has at most: what stands between two of them, outside of quotes.
fn places(text: &str) -> usize {
    let (mut places, mut is_quoted, mut is_escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_quoted,
            b'"' => is_quoted = !is_quoted,
            b',' | b'[' | b'{' if !is_quoted => places += 1,
            _ => {}
        }
    }
    places
}

fn shape(message: impl Into<String>) -> TableError {
    TableError::Shape(message.into())
}
