//! A table that knows how many rows it has, so that plans over many are shared by all cores.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics};
use datafusion::datasource::TableType;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;

/// Another table and its number of rows.
#[derive(Debug)]
pub struct Counted {
    table: Arc<dyn TableProvider>,
    rows: usize,
    in_order: bool,
}

impl Counted {
    pub fn new(table: Arc<dyn TableProvider>, rows: usize) -> Self {
        Self { table, rows, in_order: false }
    }

    /// Says that partitions are spread over the table's rows in their order: all of one come before those of the next.
    #[must_use]
    pub fn spread_in_order(self) -> Self {
        Self { in_order: true, ..self }
    }

    pub(crate) fn is_spread_in_order(&self) -> bool {
        self.in_order
    }
}

#[async_trait]
impl TableProvider for Counted {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        self.table.table_type()
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.table.scan(session, projection, filters, limit).await
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.table.supports_filters_pushdown(filters)
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(Statistics::new_unknown(&self.schema()).with_num_rows(Precision::Exact(self.rows)))
    }
}
