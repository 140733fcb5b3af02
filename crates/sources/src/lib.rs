//! Sources: tables behind the engine, one module a connector.

mod database;
mod files;
pub mod interchange;
mod postgresql;
mod sqlite;

use std::sync::Arc;

use aracari_app::schema::TableSchema;
use aracari_app::steps::customsql::Customsql;
use aracari_app::{Relation, Source, SourceSchemas};
use aracari_engine::{Catalog, EngineError, TableVersion};
use async_trait::async_trait;
use datafusion::catalog::TableProvider;

use database::Databases;
pub use files::{FileCatalog, FileSchemas};
pub use postgresql::PostgresqlDialect;
pub use sqlite::SqliteDialect;

/// Every kind of source: opens tables, and tells their columns while an app is loaded.
#[derive(Default)]
pub struct Sources {
    files: FileCatalog,
    file_schemas: FileSchemas,
    databases: Databases,
}

#[async_trait]
impl Catalog for Sources {
    async fn table(&self, source: &Source, relation: &Relation) -> Result<Arc<dyn TableProvider>, EngineError> {
        if source.kind.is_database() {
            self.databases.table(source, relation).await
        } else {
            self.files.table(source, relation).await
        }
    }

    fn version(&self, source: &Source, relation: &Relation) -> Result<TableVersion, EngineError> {
        if source.kind.is_database() {
            self.databases.version(source, relation)
        } else {
            self.files.version(source, relation)
        }
    }
}

impl SourceSchemas for Sources {
    fn columns(&self, source: &Source, relation: &Relation) -> Result<TableSchema, String> {
        if source.kind.is_database() {
            self.databases.columns(source, relation)
        } else {
            self.file_schemas.columns(source, relation)
        }
    }

    fn columns_of_sql(&self, step: &Customsql, input: &TableSchema) -> Option<Result<TableSchema, String>> {
        Some(aracari_engine::columns_of_sql(step, input))
    }

    fn is_untyped(&self, source: &Source, relation: &Relation) -> bool {
        !source.kind.is_database() && self.file_schemas.is_untyped(source, relation)
    }
}
