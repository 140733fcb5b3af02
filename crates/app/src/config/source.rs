//! Sources: the connections that tables come from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::{CsvOptions, SecretReference, Tls};

/// A connection that tables come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Source {
    Files(FilesSource),
    Postgresql(PostgresqlSource),
    Sqlite(SqliteSource),
}

/// Parquet and CSV files beneath the app's own folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FilesSource {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: String,
    /// How CSV files are read.
    #[serde(default)]
    pub csv: CsvOptions,
}

/// A PostgreSQL database, asked when a question is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PostgresqlSource {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: String,
    #[schemars(length(min = 1, max = 255))]
    pub host: String,
    /// 5432 when absent.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    #[schemars(length(min = 1, max = 63))]
    pub database: String,
    /// A role that may read what the app shows, and nothing else.
    #[schemars(length(min = 1, max = 63))]
    pub user: String,
    /// Where the password is read from, never the password itself: `{ env: NAME }` or `{ file: PATH }`.
    #[schemars(extend("writeOnly" = true))]
    pub password: Option<SecretReference>,
    /// `require` when absent, except for a database on this machine, where it is `disable`.
    pub tls: Option<Tls>,
    /// PEM certificates that vouch for the server, a path beneath the app's folder; the system's when absent.
    pub tls_ca: Option<String>,
    /// Where tables without a schema are; `public` when absent.
    #[schemars(length(min = 1, max = 63))]
    pub schema: Option<String>,
    /// The most connections at once; 8 when absent.
    #[schemars(range(min = 1, max = 100))]
    pub pool_size: Option<u32>,
    /// How long the database may work on one query, such as `30s`, which it is when absent.
    pub statement_timeout: Option<String>,
    /// How old an answer may be, such as `60s`, which it is when absent; `0s` asks the database every time.
    pub refresh: Option<String>,
}

/// An SQLite database beneath the app's own folder, opened for reading only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SqliteSource {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: String,
    /// The file, relative to the app's folder.
    #[schemars(length(min = 1, max = 512))]
    pub path: String,
}

impl Source {
    pub fn id(&self) -> &str {
        match self {
            Self::Files(source) => &source.id,
            Self::Postgresql(source) => &source.id,
            Self::Sqlite(source) => &source.id,
        }
    }
}
