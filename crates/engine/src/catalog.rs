//! What the engine asks of whoever knows the tables.

use std::sync::Arc;

use aracari_app::{Relation, Source};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::catalog::TableProvider;

use crate::error::EngineError;

/// One state of a table: another id means that its rows may be others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableVersion {
    pub id: String,
    pub modified: DateTime<Utc>,
}

/// Opens tables and tells their versions.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// The table, ready to be scanned.
    async fn table(&self, source: &Source, relation: &Relation) -> Result<Arc<dyn TableProvider>, EngineError>;

    /// The table's present version, cheap enough to ask for at every query.
    fn version(&self, source: &Source, relation: &Relation) -> Result<TableVersion, EngineError>;
}
