//! Databases as sources: what a connector tells of its tables, and the catalogue over all of them.
//!
//! A connector is a module with a type that implements [`Database`] (and with it the engine's `SqlSource`), a `Dialect`,
//! and a line in [`connect`].

mod batches;
mod name;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aracari_app::schema::TableSchema;
use aracari_app::{Relation, Source, SourceKind, SourceSchemas};
use aracari_engine::sql::{SqlColumn, SqlSource, SqlTable};
use aracari_engine::{Catalog, EngineError, TableVersion};
use async_trait::async_trait;
use datafusion::catalog::TableProvider;

pub(crate) use batches::{Batches, Values};
pub(crate) use name::{ansi_quoted, parse_name};

use crate::postgresql::PostgresqlDatabase;
use crate::sqlite::SqliteDatabase;

/// How many opened tables are remembered.
const MAX_OPEN: usize = 512;

/// How long an app that is loaded waits for the columns of a table.
const SCHEMA_TIME: Duration = Duration::from_secs(20);

/// A source that was not reached is not asked again for so long: an app has many datasets.
const SILENCE: Duration = Duration::from_secs(5);

/// What a database tells of one of its tables.
#[derive(Debug)]
pub(crate) struct Description {
    /// What stands behind FROM.
    pub(crate) from: String,
    pub(crate) columns: Vec<SqlColumn>,
    /// An expression that orders the rows as they are stored.
    pub(crate) position: Option<String>,
}

/// Why a table cannot be described.
#[derive(Debug)]
pub(crate) enum DescribeError {
    /// The database itself does not answer.
    Unreachable(String),
    /// It answers, and this relation cannot be read.
    Relation(String),
}

/// A database behind a source.
#[async_trait]
pub(crate) trait Database: SqlSource {
    /// The columns of a table or query, and how to read them.
    async fn describe(&self, relation: &Relation) -> Result<Description, DescribeError>;

    /// The state of the data, cheap enough to ask for at every query.
    fn version(&self, relation: &Relation) -> Result<TableVersion, String>;
}

/// The database of a source; nothing is asked of it yet.
fn connect(source: &Source) -> Result<Arc<dyn Database>, String> {
    Ok(match &source.kind {
        SourceKind::Postgresql(settings) => Arc::new(PostgresqlDatabase::new(&source.id, settings, &source.folder)?),
        SourceKind::Sqlite { path } => Arc::new(SqliteDatabase::new(&source.id, &source.folder, path)),
        SourceKind::Files { .. } => return Err("files are no database".to_owned()),
    })
}

/// A table of a database, ready to be scanned.
pub(crate) async fn table<D: Database + Clone + 'static>(
    database: &D,
    relation: &Relation,
) -> Result<Arc<dyn TableProvider>, String> {
    let described = database.describe(relation).await.map_err(DescribeError::into_message)?;
    Ok(opened(Arc::new(database.clone()), described))
}

fn opened(database: Arc<dyn SqlSource>, described: Description) -> Arc<dyn TableProvider> {
    Arc::new(SqlTable::new(database, described.from, described.columns, described.position))
}

impl DescribeError {
    fn into_message(self) -> String {
        match self {
            Self::Unreachable(message) | Self::Relation(message) => message,
        }
    }
}

/// A table as it was opened at one version.
type Opened = (String, Arc<dyn TableProvider>);

/// The databases of all apps and their tables.
#[derive(Default)]
pub(crate) struct Databases {
    known: Mutex<HashMap<Source, Arc<dyn Database>>>,
    opened: Mutex<HashMap<(Source, Relation), Opened>>,
    silent: Mutex<HashMap<Source, (Instant, String)>>,
}

impl Databases {
    fn database(&self, source: &Source) -> Result<Arc<dyn Database>, String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = known.get(source) {
            return Ok(Arc::clone(database));
        }
        let database = connect(source)?;
        if known.len() >= MAX_OPEN {
            known.clear();
        }
        known.insert(source.clone(), Arc::clone(&database));
        Ok(database)
    }
}

#[async_trait]
impl Catalog for Databases {
    async fn table(&self, source: &Source, relation: &Relation) -> Result<Arc<dyn TableProvider>, EngineError> {
        let failed = |details: String| EngineError::source(&source.id, format!("{relation}: {details}"));
        let database = self.database(source).map_err(failed)?;
        let version = database.version(relation).map_err(failed)?.id;
        let key = (source.clone(), relation.clone());
        {
            let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((known, provider)) = opened.get(&key)
                && *known == version
            {
                return Ok(Arc::clone(provider));
            }
        }
        let described = database.describe(relation).await.map_err(|error| failed(error.into_message()))?;
        let provider = opened(database, described);
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= MAX_OPEN {
            opened.clear();
        }
        opened.insert(key, (version, Arc::clone(&provider)));
        Ok(provider)
    }

    fn version(&self, source: &Source, relation: &Relation) -> Result<TableVersion, EngineError> {
        let version = self.database(source).and_then(|database| database.version(relation));
        version.map_err(|details| EngineError::source(&source.id, format!("{relation}: {details}")))
    }
}

impl SourceSchemas for Databases {
    /// Asks the database, on a thread with connections of its own, and not for long.
    fn columns(&self, source: &Source, relation: &Relation) -> Result<TableSchema, String> {
        {
            let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
            silent.retain(|_, (since, _)| since.elapsed() < SILENCE);
            if let Some((_, reason)) = silent.get(source) {
                return Err(reason.clone());
            }
        }
        let described = std::thread::scope(|scope| scope.spawn(|| describe_now(source, relation)).join())
            .unwrap_or_else(|_| Err(DescribeError::Relation("its columns could not be read".to_owned())));
        match described {
            Ok(described) => {
                Ok(TableSchema::new(described.columns.into_iter().map(|column| (column.name, column.kind))))
            }
            Err(DescribeError::Unreachable(reason)) => {
                let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
                silent.insert(source.clone(), (Instant::now(), reason.clone()));
                Err(reason)
            }
            Err(DescribeError::Relation(reason)) => Err(reason),
        }
    }
}

fn describe_now(source: &Source, relation: &Relation) -> Result<Description, DescribeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| DescribeError::Relation(error.to_string()))?;
    let database = connect(source).map_err(DescribeError::Unreachable)?;
    let described = runtime.block_on(async { tokio::time::timeout(SCHEMA_TIME, database.describe(relation)).await });
    runtime.shutdown_background();
    described.unwrap_or_else(|_| {
        let seconds = SCHEMA_TIME.as_secs();
        Err(DescribeError::Unreachable(format!("the database did not answer within {seconds} s")))
    })
}

/// Columns that questions can be asked about: named, each name once.
pub(crate) fn usable(columns: Vec<SqlColumn>) -> Result<Vec<SqlColumn>, String> {
    let mut usable: Vec<SqlColumn> = Vec::with_capacity(columns.len());
    for column in columns {
        if column.name.is_empty() || column.name.starts_with('\u{1}') {
            continue;
        }
        if usable.iter().any(|known| known.name == column.name) {
            return Err(format!("two columns are called `{}`; give each a name of its own", column.name));
        }
        usable.push(column);
    }
    if usable.is_empty() { Err("it has no column that can be read".to_owned()) } else { Ok(usable) }
}
