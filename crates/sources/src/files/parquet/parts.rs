//! A Parquet file in parts of as many rows each, one for every partition of a plan: also within a row group, which the
//! library reads in one partition. What is read of it counts against the memory of queries.

use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::ListingTable;
use datafusion::datasource::physical_plan::parquet::{ParquetAccessPlan, RowGroupAccess};
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::memory_pool::{MemoryLimit, MemoryPool};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::{ExecutionPlan, Partitioning};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::reads::counted;

/// The part of the memory that rows take before they are any.
const AHEAD: usize = 4;

/// A table of one file.
#[derive(Debug)]
pub(super) struct Parts {
    table: ListingTable,
    metadata: Arc<ParquetMetaData>,
    /// The rows of each row group.
    row_groups: Vec<usize>,
}

impl Parts {
    pub(super) fn new(table: ListingTable, metadata: Arc<ParquetMetaData>) -> Self {
        let groups = metadata.row_groups().iter();
        let row_groups = groups.map(|group| usize::try_from(group.num_rows()).unwrap_or(0)).collect();
        Self { table, metadata, row_groups }
    }

    pub(super) fn rows(&self) -> usize {
        self.row_groups.iter().sum()
    }

    /// How many parts are read at once: each reads ahead these columns of a whole row group, all of them a part of the memory.
    fn most_parts(&self, projection: Option<&Vec<usize>>, memory: &Arc<dyn MemoryPool>) -> usize {
        let MemoryLimit::Finite(limit) = memory.memory_limit() else { return usize::MAX };
        let columns = self.metadata.file_metadata().schema_descr();
        let is_read = |leaf: usize| projection.is_none_or(|roots| roots.contains(&columns.get_column_root_idx(leaf)));
        let ahead = |group: &RowGroupMetaData| -> i64 {
            let read = group.columns().iter().enumerate().filter(|(leaf, _)| is_read(*leaf));
            read.map(|(_, column)| column.compressed_size()).sum()
        };
        let longest = self.metadata.row_groups().iter().map(ahead).max().unwrap_or(0);
        (limit / AHEAD / usize::try_from(longest).unwrap_or(0).max(1)).max(1)
    }

    /// The file of a scan, so many times, each with its rows.
    fn file_groups(&self, scan: &FileScanConfig, parts: usize) -> Option<Vec<FileGroup>> {
        let [group] = scan.file_groups.as_slice() else { return None };
        let [file] = group.files() else { return None };
        let rows = self.rows();
        let part = |number: usize| {
            let wanted = rows * number / parts..rows * (number + 1) / parts;
            FileGroup::new(vec![file.clone().with_extension(access(&self.row_groups, &wanted))])
        };
        Some((0..parts).map(part).collect())
    }
}

/// Which of the row groups a range of rows reads, and what of them.
fn access(row_groups: &[usize], wanted: &Range<usize>) -> ParquetAccessPlan {
    let mut first = 0;
    let groups = row_groups.iter().map(|rows| {
        let group = first..first + rows;
        first = group.end;
        let (start, end) = (wanted.start.max(group.start), wanted.end.min(group.end));
        if start >= end {
            RowGroupAccess::Skip
        } else if (start..end) == group {
            RowGroupAccess::Scan
        } else {
            let (before, after) = (start - group.start, group.end - end);
            let parts = [RowSelector::skip(before), RowSelector::select(end - start), RowSelector::skip(after)];
            RowGroupAccess::Selection(RowSelection::from(parts.to_vec()))
        }
    });
    ParquetAccessPlan::new(groups.collect())
}

#[async_trait]
impl TableProvider for Parts {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let whole = self.table.scan(session, projection, filters, limit).await?;
        let memory = &session.runtime_env().memory_pool;
        let parts = session.config().target_partitions().min(self.most_parts(projection, memory));
        let scan = whole.downcast_ref::<DataSourceExec>().and_then(|source| source.data_source().downcast_ref());
        let Some(scan): Option<&FileScanConfig> = scan else { return Ok(whole) };
        let mut built = FileScanConfigBuilder::from(scan.clone());
        let source = scan.file_source().downcast_ref::<ParquetSource>();
        if let Some(source) = source.and_then(|source| counted(source, &self.metadata, memory)) {
            built = built.with_source(Arc::new(source));
        }
        if parts > 1
            && limit.is_none()
            && let Some(groups) = self.file_groups(scan, parts)
        {
            // A scan that says how its rows are spread is not spread anew.
            let spread = Partitioning::UnknownPartitioning(groups.len());
            built = built.with_file_groups(groups).with_output_partitioning(Some(spread));
        }
        Ok(DataSourceExec::from_data_source(built.build()))
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.table.supports_filters_pushdown(filters)
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
    use arrow::datatypes::Int64Type;
    use datafusion::execution::config::SessionConfig;
    use datafusion::physical_plan::ExecutionPlanProperties;
    use datafusion::prelude::SessionContext;
    use futures::TryStreamExt;
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::WriterProperties;

    use super::*;

    /// The rows of each group that a range reads, from the first to the last.
    fn read(row_groups: &[usize], wanted: Range<usize>) -> Vec<Option<Range<usize>>> {
        let access = access(row_groups, &wanted).into_inner();
        access
            .into_iter()
            .zip(row_groups)
            .map(|(access, rows)| match access {
                RowGroupAccess::Skip => None,
                RowGroupAccess::Scan => Some(0..*rows),
                RowGroupAccess::Selection(selection) => {
                    let mut next = 0;
                    let mut selected = None;
                    for part in selection.iter() {
                        if !part.skip {
                            selected = Some(next..next + part.row_count);
                        }
                        next += part.row_count;
                    }
                    assert_eq!(next, *rows, "a selection tells of every row");
                    selected
                }
            })
            .collect()
    }

    #[test]
    fn a_range_of_rows_reads_groups_and_parts_of_them() {
        assert_eq!(read(&[10], 0..5), [Some(0..5)]);
        assert_eq!(read(&[10], 5..10), [Some(5..10)]);
        assert_eq!(read(&[10], 0..10), [Some(0..10)]);
        assert_eq!(read(&[4, 4, 4], 0..6), [Some(0..4), Some(0..2), None]);
        assert_eq!(read(&[4, 4, 4], 6..12), [None, Some(2..4), Some(0..4)]);
        assert_eq!(read(&[9, 0, 1], 3..6), [Some(3..6), None, None]);
        assert_eq!(read(&[4], 2..2), [None]);
    }

    #[tokio::test]
    async fn partitions_read_every_row_once_and_follow_one_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.parquet");
        let numbers: Int64Array = (0..2_500).map(|number| (number % 7 > 0).then_some(number)).collect();
        let texts = StringArray::from_iter_values((0..2_500).map(|number| format!("text {}", number % 9)));
        let columns: [(&str, ArrayRef); 2] = [("n", Arc::new(numbers)), ("t", Arc::new(texts))];
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap();
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(1_000))
            .set_data_page_row_count_limit(100)
            .set_write_batch_size(50);
        let file = std::fs::File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();

        let table = super::super::open(&path).unwrap().provider;
        for parts in [1, 2, 3, 4, 7] {
            let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(parts));
            let scan = table.scan(&context.state(), None, &[], None).await.unwrap();
            assert_eq!(scan.output_partitioning().partition_count(), parts);
            let mut read = Vec::new();
            for part in 0..parts {
                let batches: Vec<RecordBatch> =
                    scan.execute(part, context.task_ctx()).unwrap().try_collect().await.unwrap();
                for batch in batches {
                    let texts = batch.column(1).as_string_view().iter().map(|text| text.unwrap().to_owned());
                    read.extend(batch.column(0).as_primitive::<Int64Type>().iter().zip(texts));
                }
            }
            let expected =
                (0..2_500).map(|number| ((number % 7 > 0).then_some(number), format!("text {}", number % 9)));
            assert!(read.into_iter().eq(expected), "{parts} partitions");
        }
    }
}
