//! Tables of files that a person names: JSON, CSV, Parquet, SQLite.

use std::path::Path;
use std::sync::Arc;

use aracari_app::{CsvOptions, Relation};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;

use super::TableError;
use super::read::read_text;
use crate::database;
use crate::files::open_anywhere;
use crate::sqlite::SqliteDatabase;

const DATABASES: [&str; 3] = ["sqlite", "sqlite3", "db"];

/// A table of a file.
pub struct OpenedTable {
    pub provider: Arc<dyn TableProvider>,
    /// Only rows tell the types and there are none: every column is taken for a text.
    pub is_untyped: bool,
}

impl From<Arc<dyn TableProvider>> for OpenedTable {
    fn from(provider: Arc<dyn TableProvider>) -> Self {
        Self { provider, is_untyped: false }
    }
}

/// Opens a table by its file's extension: `.json` and `.geojson` are read whole, `.csv`, `.tsv` and `.parquet` while
/// they are queried. Of a database (`.sqlite`, `.sqlite3`, `.db`) it is the table behind a `#`, else that called `name`.
pub async fn open_table(path: &Path, name: &str, csv: &CsvOptions) -> Result<OpenedTable, TableError> {
    let shape = |reason: String| TableError::Shape(reason);
    if let Some((file, table)) = in_database(path, name) {
        if !file.exists() {
            return Err(shape("there is no such file".to_owned()));
        }
        let database = SqliteDatabase::at(name, file);
        let opened = database::table(&database, &Relation::Table(table.to_owned())).await;
        return opened.map(OpenedTable::from).map_err(|reason| {
            let file = file.display();
            shape(format!("{reason}; `{file}#TABLE` names a table of the database"))
        });
    }
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("json" | "geojson") => {
            let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => shape("there is no such file".to_owned()),
                _ => shape(error.to_string()),
            })?;
            let batch = read_text(&text)?;
            let table = MemTable::try_new(batch.schema(), vec![vec![batch]]);
            let provider: Arc<dyn TableProvider> = Arc::new(table.map_err(|error| shape(error.to_string()))?);
            Ok(provider.into())
        }
        Some("csv" | "tsv" | "txt" | "parquet") => {
            let (provider, is_untyped) = open_anywhere(path, csv).map_err(shape)?;
            Ok(OpenedTable { provider, is_untyped })
        }
        _ => Err(shape("expected a `.json`, `.csv`, `.parquet` or `.sqlite` file".to_owned())),
    }
}

/// The file of a database and the table in it.
fn in_database<'a>(path: &'a Path, name: &'a str) -> Option<(&'a Path, &'a str)> {
    let written = path.to_str()?;
    [Some((written, name)), written.rsplit_once('#')].into_iter().flatten().find_map(|(file, table)| {
        let file = Path::new(file);
        let extension = file.extension()?.to_str()?.to_ascii_lowercase();
        DATABASES.contains(&extension.as_str()).then_some((file, table))
    })
}
