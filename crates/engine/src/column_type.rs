//! The few types that queries compute with, whatever a source calls its own.

use std::sync::Arc;

use aracari_app::Value;
use aracari_app::schema::ColumnType;
use arrow::datatypes::{DataType, Field, TimeUnit};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Expr;

use crate::geometry;

pub(crate) const TEXT: DataType = DataType::Utf8View;

/// Instants are microseconds in UTC.
pub(crate) fn date_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// How the engine sees a column of this Arrow type; `None` when it cannot compute with it.
pub fn column_type(data_type: &DataType) -> Option<ColumnType> {
    Some(match data_type {
        DataType::Boolean => ColumnType::Boolean,
        kind if kind.is_integer() => ColumnType::Integer,
        kind if kind.is_floating() || kind.is_decimal() => ColumnType::Float,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ColumnType::Text,
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => ColumnType::Date,
        DataType::Dictionary(_, values) => return column_type(values),
        DataType::Null => ColumnType::Unknown,
        // Only columns that are marked as shapes come in: see `field_type`.
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => ColumnType::Geometry,
        _ => return None,
    })
}

/// How the engine sees a column of a source; bytes that are not marked as shapes are nothing to it.
pub fn field_type(field: &Field) -> Option<ColumnType> {
    if geometry::is_binary(field.data_type()) && !geometry::is_geometry(field) {
        return None;
    }
    column_type(field.data_type())
}

/// The Arrow type in which the engine computes with columns of this type.
pub fn canonical_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Text | ColumnType::Unknown => TEXT,
        ColumnType::Geometry => DataType::Binary,
        ColumnType::Date => date_type(),
    }
}

/// The type that holds both; [`ColumnType::Unknown`] gives way to the other.
pub(crate) fn unite(left: ColumnType, right: ColumnType) -> ColumnType {
    match (left, right) {
        _ if left == right => left,
        (ColumnType::Unknown, other) | (other, ColumnType::Unknown) => other,
        (ColumnType::Integer, ColumnType::Float) | (ColumnType::Float, ColumnType::Integer) => ColumnType::Float,
        _ => ColumnType::Text,
    }
}

/// A value as a literal of the plan; lists and All have none.
pub(crate) fn literal(value: &Value) -> Option<Expr> {
    let scalar = match value {
        Value::Null => ScalarValue::Null,
        Value::Boolean(value) => ScalarValue::Boolean(Some(*value)),
        Value::Integer(value) => ScalarValue::Int64(Some(*value)),
        Value::Float(value) => ScalarValue::Float64(Some(*value)),
        Value::Text(value) => ScalarValue::Utf8View(Some(value.clone())),
        Value::Date(value) => ScalarValue::TimestampMicrosecond(Some(value.timestamp_micros()), Some(Arc::from("UTC"))),
        Value::List(_) | Value::All => return None,
    };
    Some(Expr::Literal(scalar, None))
}

/// Null of this type; of shapes it is marked as one, as they are.
pub(crate) fn null_of(kind: ColumnType) -> Result<Expr> {
    let mark = (kind == ColumnType::Geometry).then(geometry::metadata);
    Ok(Expr::Literal(ScalarValue::try_from(&canonical_type(kind))?, mark))
}

pub(crate) fn text_literal(text: &str) -> Expr {
    Expr::Literal(ScalarValue::Utf8View(Some(text.to_owned())), None)
}
