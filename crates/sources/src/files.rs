//! Parquet and CSV files beneath an app's own folder.

pub(crate) mod confine;
mod csv;
mod parquet;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use aracari_app::schema::TableSchema;
use aracari_app::{CsvOptions, Relation, Source, SourceKind, SourceSchemas};
use aracari_engine::{Catalog, EngineError, TableVersion, field_type};
use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::catalog::TableProvider;

use confine::confined;

/// How many opened tables are remembered.
const MAX_OPEN: usize = 512;

/// What is read of a file before its first row is asked for.
struct Opened {
    schema: SchemaRef,
    provider: Arc<dyn TableProvider>,
    /// No row tells the types of the columns.
    is_untyped: bool,
}

/// The table of a Parquet or CSV file, wherever it lies, and whether no row tells the types of its columns.
pub(crate) fn open_anywhere(path: &Path, options: &CsvOptions) -> Result<(Arc<dyn TableProvider>, bool), String> {
    let path = path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    })?;
    let opened = open(&path, options)?;
    Ok((opened.provider, opened.is_untyped))
}

fn open(path: &Path, options: &CsvOptions) -> Result<Opened, String> {
    match path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("parquet") => parquet::open(path),
        Some("csv" | "tsv" | "txt") => csv::open(path, options),
        _ => Err("expected a `.parquet` or `.csv` file".into()),
    }
}

/// A file and how it is read.
type Key = (PathBuf, CsvOptions);

/// A version of a file and its table.
type Entry = (String, Arc<dyn TableProvider>);

/// Opens file tables; a table is opened once for each version of its file.
#[derive(Default)]
pub struct FileCatalog {
    opened: Mutex<HashMap<Key, Entry>>,
}

/// The file behind a relation, and how it is read.
fn file<'a>(source: &'a Source, relation: &Relation) -> Result<(PathBuf, &'a CsvOptions), String> {
    match (&source.kind, relation) {
        (SourceKind::Files { csv }, Relation::Table(table)) => Ok((confined(&source.folder, table)?, csv)),
        _ => Err("a source of files has files, and no queries".into()),
    }
}

fn version_of(path: &Path) -> Result<TableVersion, String> {
    let metadata = path.metadata().map_err(|error| error.to_string())?;
    let modified: DateTime<Utc> = metadata.modified().map_err(|error| error.to_string())?.into();
    let nanoseconds = modified.timestamp_nanos_opt().unwrap_or_default();
    Ok(TableVersion { id: format!("{}:{}:{nanoseconds}", path.display(), metadata.len()), modified })
}

#[async_trait]
impl Catalog for FileCatalog {
    async fn table(&self, source: &Source, relation: &Relation) -> Result<Arc<dyn TableProvider>, EngineError> {
        let failed = |details: String| EngineError::source(&source.id, format!("{relation}: {details}"));
        let (path, options) = file(source, relation).map_err(failed)?;
        let version = version_of(&path).map_err(failed)?;
        let key = (path, options.clone());
        {
            let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((known, provider)) = opened.get(&key)
                && *known == version.id
            {
                return Ok(Arc::clone(provider));
            }
        }
        let (path, options) = key.clone();
        let opening = tokio::task::spawn_blocking(move || open(&path, &options));
        let provider = opening.await.map_err(|error| failed(error.to_string()))?.map_err(failed)?.provider;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= MAX_OPEN {
            opened.clear();
        }
        opened.insert(key, (version.id, Arc::clone(&provider)));
        Ok(provider)
    }

    fn version(&self, source: &Source, relation: &Relation) -> Result<TableVersion, EngineError> {
        file(source, relation)
            .and_then(|(path, _)| version_of(&path))
            .map_err(|details| EngineError::source(&source.id, format!("{relation}: {details}")))
    }
}

/// Tells the columns of file tables while an app is loaded.
#[derive(Default)]
pub struct FileSchemas {
    known: Mutex<HashMap<Key, Known>>,
}

/// What is known of a version of a file.
#[derive(Debug, Clone)]
struct Known {
    version: String,
    schema: TableSchema,
    is_untyped: bool,
}

impl SourceSchemas for FileSchemas {
    fn columns(&self, source: &Source, relation: &Relation) -> Result<TableSchema, String> {
        self.known(source, relation).map(|known| known.schema)
    }

    fn is_untyped(&self, source: &Source, relation: &Relation) -> bool {
        self.known(source, relation).is_ok_and(|known| known.is_untyped)
    }
}

impl FileSchemas {
    fn known(&self, source: &Source, relation: &Relation) -> Result<Known, String> {
        let (path, options) = file(source, relation)?;
        let version = version_of(&path)?;
        let key = (path, options.clone());
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = known.get(&key)
                && known.version == version.id
            {
                return Ok(known.clone());
            }
        }
        let opened = open(&key.0, options)?;
        let schema = table_schema(&opened.schema);
        let found = Known { version: version.id, schema, is_untyped: opened.is_untyped };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        Ok(found)
    }
}

/// The columns that the engine can compute with.
fn table_schema(schema: &Schema) -> TableSchema {
    let known = schema.fields().iter().filter_map(|field| Some((field.name().clone(), field_type(field)?)));
    TableSchema::new(known)
}
