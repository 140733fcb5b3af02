//! A table that knows how many rows it has, so that plans over many are shared by all cores, and how long they are, so that
//! those over long ones take few at a time.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics};
use datafusion::datasource::TableType;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;

/// Another table and what is known of its rows.
#[derive(Debug)]
pub struct Counted {
    table: Arc<dyn TableProvider>,
    rows: Option<usize>,
    in_order: bool,
    /// The bytes of a row in each column, where they are known.
    widths: Vec<usize>,
}

impl Counted {
    pub fn new(table: Arc<dyn TableProvider>, rows: usize) -> Self {
        Self { table, rows: Some(rows), in_order: false, widths: Vec::new() }
    }

    /// A table whose number of rows nobody has to know.
    pub fn uncounted(table: Arc<dyn TableProvider>) -> Self {
        Self { table, rows: None, in_order: false, widths: Vec::new() }
    }

    /// Says how many bytes a row has in each column, so that batches of long rows have fewer of them.
    #[must_use]
    pub fn with_widths(self, widths: Vec<usize>) -> Self {
        Self { widths, ..self }
    }

    /// The bytes of a row in these columns.
    pub(crate) fn width(&self, projection: Option<&Vec<usize>>) -> usize {
        let width = |index: &usize| self.widths.get(*index).copied().unwrap_or(0);
        projection.map_or_else(|| self.widths.iter().sum(), |columns| columns.iter().map(width).sum())
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
        let rows = self.rows?;
        Some(Statistics::new_unknown(&self.schema()).with_num_rows(Precision::Exact(rows)))
    }
}
