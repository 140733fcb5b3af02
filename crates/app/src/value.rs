//! Typed values: what a filter, a variable, a permission or a step parameter can hold.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::relative_date::RelativeDate;
use crate::schema::ColumnType;

/// The key that marks a date inside serialised steps; an author can never write it.
pub const DATE_KEY: &str = "$date";
/// The key that marks [`Value::All`] inside serialised steps; an author can never write it.
pub const ALL_KEY: &str = "$all";

/// A typed value, bound into a query and never spliced into text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// An instant in UTC; a date without an offset is taken as UTC.
    Date(DateTime<Utc>),
    List(Vec<Value>),
    /// A filter's special choice: the condition that holds it disappears.
    All,
}

impl Value {
    /// Reads a calendar date or an ISO 8601 instant; without an offset it is UTC.
    #[must_use]
    pub fn parse_date(text: &str) -> Option<DateTime<Utc>> {
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Some(instant.with_timezone(&Utc));
        }
        for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
            if let Ok(naive) = NaiveDateTime::parse_from_str(text, format) {
                return Some(naive.and_utc());
            }
        }
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Some(day.and_time(NaiveTime::MIN).and_utc());
        }
        // Offsets as +0200, +02 or Z.
        let offset = |format| DateTime::parse_from_str(text, format).ok();
        let instant = offset("%Y-%m-%dT%H:%M:%S%.f%#z").or_else(|| offset("%Y-%m-%d %H:%M:%S%.f%#z"))?;
        Some(instant.with_timezone(&Utc))
    }

    /// The value as it enters a column of this type: a text that spells a date is one among dates.
    #[must_use]
    pub fn fitted(&self, kind: ColumnType) -> Self {
        match (kind, self) {
            (ColumnType::Date, Self::Text(text)) => Self::parse_date(text).map_or_else(|| self.clone(), Self::Date),
            _ => self.clone(),
        }
    }

    /// The value as it is compared with a column of this type; `None` where no row can be equal to it.
    ///
    /// Texts are read as the type of the column where they are written plainly: `12` and `-1.5`, not `012` or `+12`.
    #[must_use]
    #[expect(clippy::match_same_arms, reason = "the cases go by the type of the column")]
    pub fn compared(&self, kind: ColumnType) -> Option<Self> {
        let typed = match (kind, self) {
            (_, Self::Null | Self::All | Self::List(_)) => return None,
            (ColumnType::Integer, Self::Integer(_)) | (ColumnType::Float, Self::Float(_)) => self.clone(),
            (ColumnType::Integer, Self::Boolean(flag)) => Self::Integer(i64::from(*flag)),
            (ColumnType::Float, Self::Boolean(flag)) => Self::Float(f64::from(u8::from(*flag))),
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 is exact in both types")]
            (ColumnType::Integer, Self::Float(number)) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Self::Integer(*number as i64)
            }
            (ColumnType::Integer, Self::Float(number)) => Self::Float(*number),
            #[expect(clippy::cast_precision_loss, reason = "the column itself holds floats")]
            (ColumnType::Float, Self::Integer(number)) => Self::Float(*number as f64),
            (ColumnType::Integer, Self::Text(text)) => {
                let number: i64 = text.parse().ok()?;
                (number.to_string() == *text).then_some(Self::Integer(number))?
            }
            (ColumnType::Float, Self::Text(text)) => {
                let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
                Self::Float(text.parse().ok().filter(|_| plain)?)
            }
            (ColumnType::Text | ColumnType::Unknown, Self::Text(_)) => self.clone(),
            (ColumnType::Text | ColumnType::Unknown, Self::Integer(_) | Self::Float(_) | Self::Boolean(_)) => {
                Self::Text(self.to_string())
            }
            (ColumnType::Boolean, Self::Boolean(_)) => self.clone(),
            (ColumnType::Boolean, Self::Integer(number @ (0 | 1))) => Self::Boolean(*number == 1),
            (ColumnType::Boolean, Self::Text(text)) => Self::Boolean(text.parse().ok()?),
            (ColumnType::Date, Self::Date(_)) => self.clone(),
            (ColumnType::Date, Self::Text(text)) => Self::Date(Self::parse_date(text)?),
            _ => return None,
        };
        match typed {
            Self::Float(number) if !number.is_finite() => None,
            typed => Some(typed),
        }
    }

    /// True for [`Value::All`], also inside a list.
    #[must_use]
    pub fn is_all(&self) -> bool {
        match self {
            Self::All => true,
            Self::List(items) => items.iter().any(Self::is_all),
            _ => false,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::Date(value) => write!(f, "{}", value.format("%Y-%m-%dT%H:%M:%SZ")),
            Self::All => f.write_str("All"),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Date(value) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(DATE_KEY, &value.timestamp_micros())?;
                map.end()
            }
            Self::List(items) => items.serialize(serializer),
            Self::All => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(ALL_KEY, &true)?;
                map.end()
            }
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, a number, a text, a date or a list of these")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "beyond 2^63 a float is the nearest number there is")]
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = serde_json::Map::new();
        while let Some((key, entry)) = map.next_entry::<String, serde_json::Value>()? {
            entries.insert(key, entry);
        }
        let Some(key) = entries.keys().next().cloned() else {
            return Err(de::Error::custom("expected a value, found an empty map"));
        };
        match key.as_str() {
            DATE_KEY if entries.len() == 1 => entries[DATE_KEY]
                .as_i64()
                .and_then(DateTime::from_timestamp_micros)
                .map(Value::Date)
                .ok_or_else(|| de::Error::custom("date out of range")),
            ALL_KEY if entries.len() == 1 => Ok(Value::All),
            _ if RelativeDate::is_written_as(&entries) => {
                let relative: RelativeDate =
                    serde_json::from_value(entries.into()).map_err(|error| de::Error::custom(error.to_string()))?;
                relative.value(Utc::now()).map(Value::Date).map_err(de::Error::custom)
            }
            other => Err(de::Error::custom(format!("expected a value, found a map with the key `{other}`"))),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl JsonSchema for Value {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A value: null, a boolean, a number, a text, a date (ISO 8601), a list of these, or `{{ a variable }}`.",
            "type": ["null", "boolean", "number", "string", "array"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_and_without_offset() {
        let expected = Value::parse_date("2024-05-06T07:08:00Z");
        assert!(expected.is_some());
        for text in [
            "2024-05-06T07:08:00",
            "2024-05-06 07:08:00.000",
            "2024-05-06 07:08",
            "2024-05-06T09:08:00+02:00",
            "2024-05-06 09:08:00+0200",
            "2024-05-06 05:08:00-02",
            "2024-05-06 07:08:00Z",
        ] {
            assert_eq!(Value::parse_date(text), expected, "{text}");
        }
        for text in ["2024-13-01", "2024-05-06T25:00:00", "2024-05-06+02:00", "soon", ""] {
            assert_eq!(Value::parse_date(text), None, "{text}");
        }
    }
}
