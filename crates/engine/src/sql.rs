//! Databases behind the engine: what one has to be able to do, and its tables as the engine scans them.
//!
//! A connector implements [`SqlSource`] and [`Dialect`]; which part of a query its database computes is decided by the
//! engine (`pushdown`), from what the dialect says it can do with the engine's semantics.

use std::fmt::Debug;
use std::sync::Arc;

use aracari_app::schema::ColumnType;
use arrow::datatypes::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, Operator, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};

use crate::column_type::canonical_type;

/// A database that answers statements.
pub trait SqlSource: Debug + Send + Sync {
    /// The source's id in its app.
    fn id(&self) -> &str;

    fn dialect(&self) -> &dyn Dialect;

    /// The rows of a statement, as columns of these canonical types. Dropping the stream stops the database's work. Batches
    /// are of a few megabytes; what rows take that are longer counts against the memory.
    ///
    /// Where the database fails over a value that the engine itself computes with (an overflow, a division by zero), the
    /// error is [`EngineError::NotAtSource`](crate::EngineError::NotAtSource) and the engine computes everything itself.
    fn rows(&self, statement: &Statement, schema: SchemaRef, memory: &Arc<dyn MemoryPool>)
    -> SendableRecordBatchStream;
}

/// A reading statement and the values of its parameters, which are never part of its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub text: String,
    pub parameters: Vec<Parameter>,
}

/// The value of a statement's parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// Microseconds since 1970 in UTC.
    Date(i64),
}

impl Parameter {
    pub fn kind(&self) -> ColumnType {
        match self {
            Self::Boolean(_) => ColumnType::Boolean,
            Self::Integer(_) => ColumnType::Integer,
            Self::Float(_) => ColumnType::Float,
            Self::Text(_) => ColumnType::Text,
            Self::Date(_) => ColumnType::Date,
        }
    }
}

/// How aggregates summarise a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
}

/// How a database writes and computes. `None` means: not, or not with the engine's semantics.
///
/// Every text that comes in is an expression of this dialect that can stand anywhere.
pub trait Dialect: Send + Sync {
    /// The place of a parameter, counted from 1.
    fn parameter(&self, number: usize, kind: ColumnType) -> String;

    /// The most parameters of a statement.
    fn max_parameters(&self) -> usize;

    /// The value as it leaves the database, in exactly the type that the connector reads for `kind`.
    fn output(&self, sql: &str, kind: ColumnType) -> String;

    /// A text made comparable byte by byte; `ordered` for `<`, sorting, least and greatest, else for equality.
    fn text(&self, sql: &str, ordered: bool) -> String;

    /// A missing value of this type.
    fn null(&self, kind: ColumnType) -> String;

    /// `+`, `-`, `*`, `/`, `%` and `||` of two values of one type.
    fn arithmetic(&self, left: &str, operator: Operator, right: &str, kind: ColumnType) -> Option<String>;

    /// `IS NOT DISTINCT FROM`.
    fn same(&self, left: &str, right: &str) -> String;

    fn cast(&self, sql: &str, from: ColumnType, to: ColumnType) -> Option<String>;

    /// A function of the engine by its name.
    fn function(&self, name: &str, argument: &str) -> Option<String>;

    fn summary(&self, summary: Summary, sql: &str, kind: ColumnType) -> Option<String>;
}

/// A table of a database, or the rows of a query there.
#[derive(Debug)]
pub struct SqlTable {
    pub(crate) source: Arc<dyn SqlSource>,
    pub(crate) schema: SchemaRef,
    /// What stands behind FROM.
    pub(crate) from: String,
    /// The expression behind each column.
    pub(crate) expressions: Vec<String>,
    /// An expression by which the rows have the order in which they are stored, where the database has one.
    pub(crate) position: Option<String>,
}

/// A column of a database's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlColumn {
    pub name: String,
    pub kind: ColumnType,
    /// The expression for its value, the column's quoted name where it needs nothing else.
    pub expression: String,
}

impl SqlTable {
    pub fn new(source: Arc<dyn SqlSource>, from: String, columns: Vec<SqlColumn>, position: Option<String>) -> Self {
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(&column.name, canonical_type(column.kind), true)).collect();
        let expressions = columns.into_iter().map(|column| column.expression).collect();
        Self { source, schema: Arc::new(Schema::new(fields)), from, expressions, position }
    }
}

#[async_trait]
impl TableProvider for SqlTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Without pushdown: the columns that are needed, in stored order.
    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let plain = crate::pushdown::plain(self, projection)?;
        plain.scan(state, None, filters, limit).await
    }
}

/// The rows of one statement.
#[derive(Debug, Clone)]
pub(crate) struct SqlRows {
    pub(crate) source: Arc<dyn SqlSource>,
    pub(crate) schema: SchemaRef,
    pub(crate) statement: Statement,
}

#[async_trait]
impl TableProvider for SqlRows {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let rows: Arc<dyn PartitionStream> = Arc::new(self.clone());
        let schema = Arc::clone(&self.schema);
        Ok(Arc::new(StreamingTableExec::try_new(schema, vec![rows], projection, [], false, limit)?))
    }
}

impl PartitionStream for SqlRows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        self.source.rows(&self.statement, Arc::clone(&self.schema), context.memory_pool())
    }
}
