//! SQLite: a file that is opened for reading only, on a thread that may block, for one statement at a time.

mod bounds;
mod describe;
mod dialect;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use aracari_app::Relation;
use aracari_engine::sql::{Dialect, Parameter, SqlSource, Statement};
use aracari_engine::{EngineError, TableVersion};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::physical_plan::stream::{RecordBatchReceiverStreamBuilder, RecordBatchStreamAdapter};
use futures::StreamExt;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags, params_from_iter};
use tokio::sync::mpsc::Sender;

use crate::database::{Batches, Database, DescribeError, Description, Values};
use crate::files::confine::confined;
pub use dialect::SqliteDialect;

/// Batches that wait to be taken.
const BATCHES_AHEAD: usize = 2;

/// An SQLite database.
#[derive(Debug, Clone)]
pub(crate) struct SqliteDatabase {
    id: String,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    /// A path beneath an app's folder, looked at again each time: it may have become a link.
    InApp { folder: PathBuf, path: String },
    /// A path that whoever runs the program may read.
    Anywhere(PathBuf),
}

impl SqliteDatabase {
    pub(crate) fn new(id: &str, folder: &Path, path: &str) -> Self {
        Self { id: id.to_owned(), place: Place::InApp { folder: folder.to_owned(), path: path.to_owned() } }
    }

    pub(crate) fn at(id: &str, path: &Path) -> Self {
        Self { id: id.to_owned(), place: Place::Anywhere(path.to_owned()) }
    }

    fn path(&self) -> Result<PathBuf, String> {
        match &self.place {
            Place::InApp { folder, path } => confined(folder, path),
            Place::Anywhere(path) => Ok(path.clone()),
        }
    }

    fn open(&self) -> Result<Connection, String> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |error: rusqlite::Error| error.to_string();
        let connection = Connection::open_with_flags(self.path()?, flags).map_err(failed)?;
        // What the file's own views and triggers could do is switched off too.
        connection.pragma_update(None, "trusted_schema", false).map_err(failed)?;
        connection.pragma_update(None, "query_only", true).map_err(failed)?;
        bounds::set(&connection).map_err(failed)?;
        Ok(connection)
    }

    fn send(
        &self,
        statement: &Statement,
        schema: SchemaRef,
        memory: &Arc<dyn MemoryPool>,
        work: &Work,
        to: &Sender<Result<RecordBatch>>,
    ) -> Result<()> {
        let failed = |error: rusqlite::Error| DataFusionError::External(Box::new(self.error(&error)));
        let connection =
            self.open().map_err(|reason| DataFusionError::External(Box::new(EngineError::source(&self.id, reason))))?;
        if !work.begin(connection.get_interrupt_handle()) {
            return Ok(());
        }
        let mut prepared = connection.prepare(&statement.text).map_err(failed)?;
        let mut rows = prepared.query(params_from_iter(statement.parameters.iter().map(bound))).map_err(failed)?;
        let mut batches = Batches::new(schema, memory)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let full = batches.push(|index, column| {
                read(row.get_ref(index).map_err(failed)?, column).map_err(|reason| {
                    DataFusionError::External(Box::new(EngineError::NotAtSource {
                        source_id: self.id.clone(),
                        details: reason.into(),
                    }))
                })
            })?;
            if let Some(batch) = full
                && to.blocking_send(Ok(batch)).is_err()
            {
                return Ok(());
            }
        }
        if let Some(batch) = batches.take()? {
            let _ = to.blocking_send(Ok(batch));
        }
        Ok(())
    }

    fn error(&self, error: &rusqlite::Error) -> EngineError {
        // What a value makes, a sum of integers that is too large, and what has no room there but may have here.
        let not_here = |reason: String| EngineError::NotAtSource { source_id: self.id.clone(), details: reason.into() };
        if error.sqlite_error_code() == Some(ErrorCode::OutOfMemory) {
            return not_here(bounds::no_room());
        }
        match error.to_string() {
            reason if reason.contains("integer overflow") => not_here(reason),
            reason => EngineError::source(&self.id, reason),
        }
    }
}

fn bound(parameter: &Parameter) -> ToSqlOutput<'_> {
    match parameter {
        Parameter::Boolean(value) => ToSqlOutput::Owned(Value::Integer(i64::from(*value))),
        Parameter::Integer(value) | Parameter::Date(value) => ToSqlOutput::Owned(Value::Integer(*value)),
        Parameter::Float(value) => ToSqlOutput::Owned(Value::Real(*value)),
        Parameter::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
    }
}

/// Puts a value at the end of its column; one of another type has come since the types were looked at.
fn read(value: ValueRef<'_>, values: &mut Values) -> Result<(), String> {
    match (values, value) {
        (Values::Boolean(values), ValueRef::Null) => values.append_null(),
        (Values::Integer(values), ValueRef::Null) => values.append_null(),
        (Values::Float(values), ValueRef::Null) => values.append_null(),
        (Values::Text(values), ValueRef::Null) => values.append(None::<&str>),
        (Values::Date(values), ValueRef::Null) => values.append_null(),
        (Values::Boolean(values), ValueRef::Integer(value)) => values.append_value(value != 0),
        (Values::Integer(values), ValueRef::Integer(value)) => values.append_value(value),
        (Values::Float(values), ValueRef::Real(value)) => values.append_value(Values::float(value)),
        (Values::Date(values), ValueRef::Integer(value)) => values.append_value(value),
        (Values::Text(values), ValueRef::Text(text)) => values.append(Some(String::from_utf8_lossy(text))),
        (_, other) => return Err(format!("a value of the type {} was not expected", other.data_type())),
    }
    Ok(())
}

/// What lets the work on a statement be stopped, also before it has begun.
#[derive(Default)]
struct Work(Mutex<Progress>);

#[derive(Default)]
struct Progress {
    is_stopped: bool,
    handle: Option<InterruptHandle>,
}

impl Work {
    /// False when nobody waits any more.
    fn begin(&self, handle: InterruptHandle) -> bool {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        progress.handle = Some(handle);
        !progress.is_stopped
    }
}

/// Stops the work when it is dropped.
struct Stop(Arc<Work>);

impl Drop for Stop {
    fn drop(&mut self) {
        let mut progress = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        progress.is_stopped = true;
        if let Some(handle) = &progress.handle {
            handle.interrupt();
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

impl SqlSource for SqliteDatabase {
    fn id(&self) -> &str {
        &self.id
    }

    fn dialect(&self) -> &dyn Dialect {
        &SqliteDialect
    }

    fn rows(
        &self,
        statement: &Statement,
        schema: SchemaRef,
        memory: &Arc<dyn MemoryPool>,
    ) -> SendableRecordBatchStream {
        let mut receiver = RecordBatchReceiverStreamBuilder::new(Arc::clone(&schema), BATCHES_AHEAD);
        let work = Arc::new(Work::default());
        let (database, statement, memory, sender) =
            (self.clone(), statement.clone(), Arc::clone(memory), receiver.tx());
        let (of_rows, inside) = (Arc::clone(&schema), Arc::clone(&work));
        receiver.spawn_blocking(move || database.send(&statement, of_rows, &memory, &inside, &sender));
        let stop = Stop(work);
        let rows = receiver.build().map(move |batch| {
            let _stopped_with_the_stream = &stop;
            batch
        });
        Box::pin(RecordBatchStreamAdapter::new(schema, rows))
    }
}

#[async_trait]
impl Database for SqliteDatabase {
    async fn describe(&self, relation: &Relation) -> Result<Description, DescribeError> {
        let (database, relation) = (self.clone(), relation.clone());
        let work = Arc::new(Work::default());
        let _stopped_with_the_question = Stop(Arc::clone(&work));
        let described = tokio::task::spawn_blocking(move || {
            let connection = database.open()?;
            if !work.begin(connection.get_interrupt_handle()) {
                return Err("nobody waits for it any more".to_owned());
            }
            describe::describe(&connection, &relation)
        });
        let described = described.await.map_err(|error| DescribeError::Relation(error.to_string()))?;
        described.map_err(DescribeError::Relation)
    }

    /// The state of the file and of the log beside it, into which changes are written first.
    fn version(&self, _: &Relation) -> Result<TableVersion, String> {
        let path = self.path()?;
        let mut id = path.display().to_string();
        let mut modified: DateTime<Utc> = DateTime::UNIX_EPOCH;
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        for file in [path, log.into()] {
            let Ok(metadata) = file.metadata() else { continue };
            let changed: DateTime<Utc> = metadata.modified().map_err(|error| error.to_string())?.into();
            id = format!("{id}:{}:{}", metadata.len(), changed.timestamp_nanos_opt().unwrap_or_default());
            modified = modified.max(changed);
        }
        Ok(TableVersion { id, modified })
    }
}
