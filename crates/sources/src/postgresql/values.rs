//! Values on their way to PostgreSQL and back.

use std::error::Error;

use aracari_engine::sql::Parameter;
use chrono::DateTime;
use datafusion::error::{DataFusionError, Result};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::database::Values;

/// Microseconds from 1970 to 2000, where PostgreSQL begins to count.
const EPOCH: i64 = 946_684_800_000_000;

/// An instant in microseconds since 1970; the infinite ones are the first and the last that there are.
struct Micros(i64);

impl<'a> FromSql<'a> for Micros {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(i64::from_be_bytes(raw.try_into()?).saturating_add(EPOCH)))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TIMESTAMP
    }
}

type Bound = (Box<dyn ToSql + Sync + Send>, Type);

/// The values of a statement's parameters.
pub(super) fn bound(parameters: &[Parameter]) -> Result<Vec<Bound>, String> {
    parameters
        .iter()
        .map(|parameter| {
            Ok(match parameter {
                Parameter::Boolean(value) => (Box::new(*value) as Box<dyn ToSql + Sync + Send>, Type::BOOL),
                Parameter::Integer(value) => (Box::new(*value) as _, Type::INT8),
                Parameter::Float(value) => (Box::new(*value) as _, Type::FLOAT8),
                Parameter::Text(value) => (Box::new(value.clone()) as _, Type::TEXT),
                Parameter::Date(micros) => {
                    let date = DateTime::from_timestamp_micros(*micros).ok_or("a date is too far away")?;
                    (Box::new(date.naive_utc()) as _, Type::TIMESTAMP)
                }
            })
        })
        .collect()
}

/// Puts the value of a row's column at the end of the column.
pub(super) fn read(row: &Row, index: usize, values: &mut Values) -> Result<()> {
    let failed = |error: tokio_postgres::Error| DataFusionError::External(Box::new(error));
    match values {
        Values::Boolean(values) => values.append_option(row.try_get::<_, Option<bool>>(index).map_err(failed)?),
        Values::Integer(values) => values.append_option(row.try_get::<_, Option<i64>>(index).map_err(failed)?),
        Values::Float(values) => {
            let number = row.try_get::<_, Option<f64>>(index).map_err(failed)?;
            values.append_option(number.map(Values::float));
        }
        Values::Text(values) => values.append(row.try_get::<_, Option<&str>>(index).map_err(failed)?),
        Values::Date(values) => {
            let date = row.try_get::<_, Option<Micros>>(index).map_err(failed)?;
            values.append_option(date.map(|Micros(micros)| micros));
        }
    }
    Ok(())
}
