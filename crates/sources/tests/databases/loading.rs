//! Tables of the tests in PostgreSQL and in SQLite.

use std::path::{Path, PathBuf};

use aracari_app::{FileSecret, Postgresql, SecretReference, Source, SourceKind, Tls};
use aracari_testkit::PostgresqlServer;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};
use chrono::DateTime;

/// The server as a source of an app.
pub(crate) fn postgresql(server: &PostgresqlServer) -> Source {
    let password = SecretReference::File(FileSecret { file: server.password_file().to_string_lossy().into_owned() });
    Source {
        id: "warehouse".into(),
        kind: SourceKind::Postgresql(Box::new(Postgresql {
            host: "127.0.0.1".into(),
            port: server.port(),
            database: "postgres".into(),
            user: "postgres".into(),
            password: Some(password),
            tls: Tls::Disable,
            tls_ca: None,
            schema: "public".into(),
            pool_size: 4,
            statement_timeout: std::time::Duration::from_secs(20),
            refresh: std::time::Duration::from_hours(1),
        })),
        folder: PathBuf::from("/nowhere"),
    }
}

/// A file `data.sqlite` of a folder as a source of an app.
pub(crate) fn sqlite(folder: &Path) -> Source {
    Source { id: "local".into(), kind: SourceKind::Sqlite { path: "data.sqlite".into() }, folder: folder.to_owned() }
}

/// Which database a script is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Postgresql,
    Sqlite,
}

pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The statements that make a table of these rows; `None` where the database has no type for a column.
pub(crate) fn script(target: Target, table: &str, batch: &RecordBatch) -> Option<String> {
    let mut columns = Vec::new();
    for field in batch.schema().fields() {
        let kind = match (field.data_type(), target) {
            (DataType::Boolean, _) => "BOOLEAN",
            (DataType::Int64, Target::Postgresql) => "BIGINT",
            (DataType::Int64, Target::Sqlite) => "INTEGER",
            (DataType::Float64, Target::Postgresql) => "DOUBLE PRECISION",
            (DataType::Float64, Target::Sqlite) => "REAL",
            (DataType::Utf8View, _) => "TEXT",
            (DataType::Timestamp(..), _) => "TIMESTAMP",
            _ => return None,
        };
        if field.name().len() > 63 || field.name().contains('\0') {
            return None;
        }
        columns.push(format!("{} {kind}", identifier(field.name())));
    }
    if columns.is_empty() {
        return None;
    }
    let mut script = format!("CREATE TABLE {} ({});\n", identifier(table), columns.join(", "));
    for row in 0..batch.num_rows() {
        let values: Option<Vec<String>> = batch.columns().iter().map(|column| literal(target, column, row)).collect();
        script.extend(["INSERT INTO ", &identifier(table), " VALUES (", &values?.join(", "), ");\n"]);
    }
    Some(script)
}

fn literal(target: Target, column: &dyn Array, row: usize) -> Option<String> {
    if column.is_null(row) {
        return Some("NULL".into());
    }
    Some(match column.data_type() {
        DataType::Boolean => if column.as_boolean().value(row) { "TRUE" } else { "FALSE" }.to_owned(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => {
            let number = column.as_primitive::<Float64Type>().value(row);
            match target {
                Target::Postgresql => format!("'{number:?}'"),
                Target::Sqlite if number.is_finite() => format!("{number:?}"),
                Target::Sqlite => return None,
            }
        }
        DataType::Utf8View => {
            let text = column.as_string_view().value(row);
            if text.contains('\0') {
                return None;
            }
            format!("'{}'", text.replace('\'', "''"))
        }
        _ => {
            let date = DateTime::from_timestamp_micros(column.as_primitive::<TimestampMicrosecondType>().value(row))?;
            format!("'{}'", date.format("%Y-%m-%d %H:%M:%S%.6f"))
        }
    })
}
