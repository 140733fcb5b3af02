//! Tables of files that a person names: JSON, CSV, Parquet, SQLite.

use std::path::Path;
use std::sync::Arc;

use aracari_app::{CsvOptions, Relation};
use aracari_engine::Room;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;

use super::TableError;
use super::read::read_text;
use super::taken::Taken;
use crate::database;
use crate::files::open_anywhere;
use crate::sqlite::SqliteDatabase;

const DATABASES: [&str; 3] = ["sqlite", "sqlite3", "db"];

/// A table of a file.
pub struct OpenedTable {
    pub provider: Arc<dyn TableProvider>,
    /// The memory that it takes.
    pub room: Room,
    /// Only rows tell the types and there are none: every column is taken for a text.
    pub is_untyped: bool,
}

/// Opens a table by its file's extension: `.json` and `.geojson` are read whole, `.csv`, `.tsv` and `.parquet` while
/// they are queried. What is read whole takes its memory from `room`. Of a database (`.sqlite`, `.sqlite3`, `.db`) it is the
/// table behind a `#`, else that called `name`.
pub async fn open_table(path: &Path, name: &str, csv: &CsvOptions, room: Room) -> Result<OpenedTable, TableError> {
    let shape = |reason: String| TableError::Shape(reason);
    if let Some((file, table)) = in_database(path, name) {
        if !file.exists() {
            return Err(shape("there is no such file".to_owned()));
        }
        let database = SqliteDatabase::at(name, file);
        let opened = database::table(&database, &Relation::Table(table.to_owned())).await;
        let opened = opened.map_err(|reason| {
            let file = file.display();
            shape(format!("{reason}; `{file}#TABLE` names a table of the database"))
        });
        return Ok(OpenedTable { provider: opened?, room, is_untyped: false });
    }
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("json" | "geojson") => {
            let unread = |error: std::io::Error| match error.kind() {
                std::io::ErrorKind::NotFound => shape("there is no such file".to_owned()),
                _ => shape(error.to_string()),
            };
            let mut taken = Taken::of(&room);
            let bytes = std::fs::metadata(path).map_err(unread)?.len();
            taken.add(usize::try_from(bytes).unwrap_or(usize::MAX))?;
            let batch = read_text(&std::fs::read_to_string(path).map_err(unread)?, &mut taken)?;
            taken.set(batch.get_array_memory_size())?;
            let table = MemTable::try_new(batch.schema(), vec![vec![batch]]);
            let provider = Arc::new(table.map_err(|error| shape(error.to_string()))?);
            Ok(OpenedTable { provider, room, is_untyped: false })
        }
        Some("csv" | "tsv" | "txt" | "parquet") => {
            let (provider, is_untyped) = open_anywhere(path, csv).map_err(shape)?;
            Ok(OpenedTable { provider, room, is_untyped })
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
