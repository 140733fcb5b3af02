//! Sources: where tables come from, and the trait that tells their columns.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::TableSchema;
use crate::steps::customsql::Customsql;

/// A configured connection of an app.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Source {
    pub id: String,
    pub kind: SourceKind,
    /// The app's own folder, absolute; file tables lie beneath it.
    pub folder: PathBuf,
}

/// What a source is, with its options.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum SourceKind {
    /// Parquet and CSV files beneath the app's folder.
    Files { csv: CsvOptions },
    /// A PostgreSQL database.
    Postgresql(Box<Postgresql>),
    /// An SQLite database beneath the app's folder.
    Sqlite { path: String },
}

impl SourceKind {
    /// True where tables are named as a database names them and queries can be written.
    pub fn is_database(&self) -> bool {
        !matches!(self, Self::Files { .. })
    }
}

/// How a PostgreSQL database is reached and how much may be asked of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Postgresql {
    pub host: String,
    pub port: u16,
    pub database: String,
    pub user: String,
    pub password: Option<SecretReference>,
    pub tls: Tls,
    /// PEM certificates of who may vouch for the server, beneath the app's folder; the system's when absent.
    pub tls_ca: Option<String>,
    /// Where tables without a schema are.
    pub schema: String,
    pub pool_size: u32,
    pub statement_timeout: Duration,
    /// Answers are at most this old.
    pub refresh: Duration,
}

/// Where a secret is read from; the secret itself is in no configuration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SecretReference {
    /// An environment variable of the server.
    Environment(EnvironmentSecret),
    /// A file on the server, such as a mounted secret; a newline at its end is no part of it.
    File(FileSecret),
}

/// The name of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentSecret {
    pub env: String,
}

/// The path of a file, relative to the app's folder or absolute.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct FileSecret {
    pub file: String,
}

/// Whether a connection is encrypted. Where it is, the server's certificate and name are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// No connection without.
    Require,
    /// Where the server offers it.
    Prefer,
    /// Never.
    Disable,
}

/// What of a source is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// A table or file by its name.
    Table(String),
    /// The rows of a query in the source's own language.
    Query(String),
}

impl From<&str> for Relation {
    fn from(table: &str) -> Self {
        Self::Table(table.to_owned())
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => write!(f, "the table `{table}`"),
            Self::Query(_) => write!(f, "the query"),
        }
    }
}

/// How CSV files are read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CsvOptions {
    /// Texts that mean "no value".
    pub null_values: Vec<String>,
    /// The character between two cells.
    #[schemars(length(min = 1, max = 1))]
    pub delimiter: String,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { null_values: vec![String::new()], delimiter: ",".to_owned() }
    }
}

/// Tells the columns of a source's tables, read synchronously while an app is loaded.
pub trait SourceSchemas {
    /// The columns of `relation`, or a sentence that says why they cannot be read.
    fn columns(&self, source: &Source, relation: &Relation) -> Result<TableSchema, String>;

    /// The columns that a query of SQL makes of these, where it is understood, or a sentence that says what is wrong.
    fn columns_of_sql(&self, _step: &Customsql, _input: &TableSchema) -> Option<Result<TableSchema, String>> {
        None
    }

    /// True where only rows tell the types and there are none: every column is taken for a text.
    fn is_untyped(&self, _source: &Source, _relation: &Relation) -> bool {
        false
    }
}
