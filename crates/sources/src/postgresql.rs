//! PostgreSQL: every statement runs in a read-only transaction of its own, and stops when nobody waits for it any more.

mod connect;
mod describe;
mod dialect;
mod transport;
mod values;
mod wire;

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aracari_app::{Postgresql, Relation};
use aracari_engine::sql::{Dialect, SqlSource, Statement};
use aracari_engine::{EngineError, TableVersion};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use futures::TryStreamExt;
use tokio::sync::mpsc::Sender;
use tokio_postgres::error::SqlState;

use crate::database::{Batches, Database, DescribeError, Description};
use connect::{Connection, Connections};
pub use dialect::PostgresqlDialect;
use values::{bound, read};

/// Batches that wait to be taken.
const BATCHES_AHEAD: usize = 2;

/// A PostgreSQL database.
#[derive(Debug, Clone)]
pub(crate) struct PostgresqlDatabase(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: String,
    connections: Connections,
    schema: String,
    statement_timeout: Duration,
    refresh: Duration,
}

impl PostgresqlDatabase {
    pub(crate) fn new(id: &str, settings: &Postgresql, folder: &Path) -> Result<Self, String> {
        Ok(Self(Arc::new(Inner {
            id: id.to_owned(),
            connections: Connections::new(settings, folder)?,
            schema: settings.schema.clone(),
            statement_timeout: settings.statement_timeout,
            refresh: settings.refresh,
        })))
    }

    /// A connection inside a read-only transaction.
    async fn begin(&self) -> Result<Connection, Failure> {
        let connection = self.0.connections.get().await.map_err(Failure::Unreachable)?;
        let begin = format!(
            "BEGIN TRANSACTION READ ONLY; SET LOCAL TIME ZONE 'UTC'; SET LOCAL statement_timeout = {}; \
             SET LOCAL synchronize_seqscans = off; SET LOCAL standard_conforming_strings = on",
            self.0.statement_timeout.as_millis()
        );
        connection.client().batch_execute(&begin).await?;
        Ok(connection)
    }

    async fn send(
        &self,
        statement: &Statement,
        schema: SchemaRef,
        memory: &Arc<dyn MemoryPool>,
        to: &Sender<Result<RecordBatch>>,
    ) -> Result<()> {
        let failed = |failure: Failure| DataFusionError::External(Box::new(self.error(failure)));
        let connection = self.begin().await.map_err(failed)?;
        let parameters = bound(&statement.parameters).map_err(|reason| failed(Failure::Other(reason)))?;
        let rows = connection.client().query_typed_raw(&statement.text, parameters).await;
        let mut rows = pin!(rows.map_err(|error| failed(error.into()))?);
        let mut batches = Batches::new(schema, memory)?;
        while let Some(row) = rows.try_next().await.map_err(|error| failed(error.into()))? {
            let full = batches.push(|index, column| read(&row, index, column))?;
            if let Some(batch) = full
                && to.send(Ok(batch)).await.is_err()
            {
                return Ok(());
            }
        }
        connection.end().await;
        if let Some(batch) = batches.take()? {
            let _ = to.send(Ok(batch)).await;
        }
        Ok(())
    }

    fn error(&self, failure: Failure) -> EngineError {
        let source_id = self.0.id.clone();
        let Failure::Database(error) = &failure else { return EngineError::source(source_id, failure.message()) };
        match error.code() {
            Some(&SqlState::QUERY_CANCELED) => {
                let limit_ms = u64::try_from(self.0.statement_timeout.as_millis()).unwrap_or(u64::MAX);
                EngineError::Timeout { limit_ms }
            }
            // The class of values that a computation cannot take.
            Some(code) if code.code().starts_with("22") => {
                EngineError::NotAtSource { source_id, details: failure.message().into() }
            }
            _ => EngineError::source(source_id, failure.message()),
        }
    }
}

/// What goes wrong between here and the database.
#[derive(Debug)]
enum Failure {
    Unreachable(String),
    Database(tokio_postgres::Error),
    Other(String),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl Failure {
    fn message(&self) -> String {
        match self {
            Self::Unreachable(reason) | Self::Other(reason) => reason.clone(),
            Self::Database(error) => match error.as_db_error() {
                Some(database) => database.message().to_owned(),
                None => connect::chain(error),
            },
        }
    }
}

impl From<Failure> for DescribeError {
    fn from(failure: Failure) -> Self {
        let message = failure.message();
        match failure {
            Failure::Unreachable(_) => Self::Unreachable(message),
            Failure::Database(error) if error.as_db_error().is_none() => Self::Unreachable(message),
            Failure::Database(_) | Failure::Other(_) => Self::Relation(message),
        }
    }
}

impl SqlSource for PostgresqlDatabase {
    fn id(&self) -> &str {
        &self.0.id
    }

    fn dialect(&self) -> &dyn Dialect {
        &PostgresqlDialect
    }

    fn rows(
        &self,
        statement: &Statement,
        schema: SchemaRef,
        memory: &Arc<dyn MemoryPool>,
    ) -> SendableRecordBatchStream {
        let mut receiver = RecordBatchReceiverStreamBuilder::new(Arc::clone(&schema), BATCHES_AHEAD);
        let (database, statement, memory, sender) =
            (self.clone(), statement.clone(), Arc::clone(memory), receiver.tx());
        receiver.spawn(async move { database.send(&statement, schema, &memory, &sender).await });
        receiver.build()
    }
}

#[async_trait]
impl Database for PostgresqlDatabase {
    async fn describe(&self, relation: &Relation) -> Result<Description, DescribeError> {
        let connection = self.begin().await?;
        let described = describe::describe(connection.client(), relation, &self.0.schema).await;
        connection.end().await;
        Ok(described?)
    }

    /// Nothing tells that a table has changed: answers are kept for as long as the source says.
    fn version(&self, _: &Relation) -> Result<TableVersion, String> {
        let now = Utc::now();
        let refresh = i64::try_from(self.0.refresh.as_millis()).unwrap_or(i64::MAX);
        if refresh == 0 {
            let id = format!("{}:{}", self.0.id, now.timestamp_nanos_opt().unwrap_or_default());
            return Ok(TableVersion { id, modified: now });
        }
        let since = now.timestamp_millis() / refresh * refresh;
        let modified = DateTime::from_timestamp_millis(since).unwrap_or(now);
        Ok(TableVersion { id: format!("{}:{since}", self.0.id), modified })
    }
}
