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

/// After a question about columns that took too long, the next ones of its source wait only so long for a while.
const SHORT_SCHEMA_TIME: Duration = Duration::from_secs(5);
const SLOWNESS: Duration = Duration::from_mins(1);

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
    /// It answers, and not about this relation in time: others of the source may be read.
    TooSlow(String),
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
            Self::Unreachable(message) | Self::TooSlow(message) | Self::Relation(message) => message,
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
    /// When a question about columns last took too long.
    slow: Mutex<HashMap<Source, Instant>>,
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

    /// What the next question to a source has to know of how this one ended.
    fn remember(&self, source: &Source, error: &DescribeError) {
        match error {
            DescribeError::Unreachable(reason) => {
                let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
                silent.insert(source.clone(), (Instant::now(), reason.clone()));
            }
            DescribeError::TooSlow(_) => {
                let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
                slow.insert(source.clone(), Instant::now());
            }
            DescribeError::Relation(_) => {}
        }
    }

    /// How long the columns of a table are waited for.
    fn schema_time(&self, source: &Source) -> Duration {
        let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
        slow.retain(|_, since| since.elapsed() < SLOWNESS);
        if slow.contains_key(source) { SHORT_SCHEMA_TIME } else { SCHEMA_TIME }
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
        let time = self.schema_time(source);
        let described = std::thread::scope(|scope| scope.spawn(|| describe_now(source, relation, time)).join())
            .unwrap_or_else(|_| Err(DescribeError::Relation("its columns could not be read".to_owned())));
        described
            .map(|described| TableSchema::new(described.columns.into_iter().map(|column| (column.name, column.kind))))
            .map_err(|error| {
                self.remember(source, &error);
                error.into_message()
            })
    }
}

fn describe_now(source: &Source, relation: &Relation, time: Duration) -> Result<Description, DescribeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| DescribeError::Relation(error.to_string()))?;
    let database = connect(source).map_err(DescribeError::Unreachable)?;
    let described = runtime.block_on(async { tokio::time::timeout(time, database.describe(relation)).await });
    runtime.shutdown_background();
    described.unwrap_or_else(|_| {
        let seconds = time.as_secs();
        Err(DescribeError::TooSlow(format!("its columns could not be read within {seconds} s; make the query faster")))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_does_not_end_leaves_the_others_readable() {
        let folder = tempfile::tempdir().unwrap();
        let file = rusqlite::Connection::open(folder.path().join("shop.sqlite")).unwrap();
        file.execute_batch("CREATE TABLE orders (amount INTEGER)").unwrap();
        let kind = SourceKind::Sqlite { path: "shop.sqlite".into() };
        let source = Source { id: "shop".into(), kind, folder: folder.path().to_owned() };
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS m FROM n";
        let databases = Databases::default();
        assert_eq!(databases.schema_time(&source), SCHEMA_TIME);
        let found = describe_now(&source, &Relation::Query(endless.to_owned()), Duration::from_millis(200));
        databases.remember(&source, found.as_ref().unwrap_err());
        assert!(matches!(found, Err(DescribeError::TooSlow(_))), "{found:?}");
        assert_eq!(databases.schema_time(&source), SHORT_SCHEMA_TIME);
        assert!(databases.columns(&source, &"orders".into()).is_ok());
        databases.remember(&source, &DescribeError::Unreachable("nobody answers".into()));
        assert_eq!(databases.columns(&source, &"orders".into()).unwrap_err(), "nobody answers");
    }
}
