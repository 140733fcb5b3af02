//! Sources: where tables come from, and the trait that tells their columns.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::TableSchema;

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
    /// The columns of `table`, or a sentence that says why they cannot be read.
    fn columns(&self, source: &Source, table: &str) -> Result<TableSchema, String>;
}
