//! What a scan reads ahead of a Parquet file counts against the memory of queries: the chunks of a row group's columns, which
//! the library reads before it makes rows of them, and their pages, which it unpacks one after another.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetSource;
use datafusion::datasource::physical_plan::parquet::ParquetFileReaderFactory;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::FutureExt;
use futures::future::BoxFuture;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};

use super::pages::Unpacked;

/// The same source; what it reads counts against the pool for as long as somebody holds it.
pub(super) fn counted(
    source: &ParquetSource,
    metadata: &Arc<ParquetMetaData>,
    pool: &Arc<dyn MemoryPool>,
) -> Option<ParquetSource> {
    let readers = Arc::clone(source.parquet_file_reader_factory()?);
    let readers = CountedReaders { readers, metadata: Arc::clone(metadata), pool: Arc::clone(pool) };
    Some(source.clone().with_parquet_file_reader_factory(Arc::new(readers)))
}

#[derive(Debug)]
struct CountedReaders {
    readers: Arc<dyn ParquetFileReaderFactory>,
    metadata: Arc<ParquetMetaData>,
    pool: Arc<dyn MemoryPool>,
}

impl ParquetFileReaderFactory for CountedReaders {
    fn create_reader(
        &self,
        partition: usize,
        file: PartitionedFile,
        metadata_size_hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        let reader = self.readers.create_reader(partition, file, metadata_size_hint, metrics)?;
        Ok(Box::new(CountedReader { reader, metadata: Arc::clone(&self.metadata), pool: Arc::clone(&self.pool) }))
    }
}

struct CountedReader {
    reader: Box<dyn AsyncFileReader + Send>,
    metadata: Arc<ParquetMetaData>,
    pool: Arc<dyn MemoryPool>,
}

/// Bytes of a file, and what counts them.
struct Counted {
    bytes: Bytes,
    _reservation: Arc<MemoryReservation>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl CountedReader {
    /// Room for what is about to be read.
    fn room(&self, ranges: &[Range<u64>]) -> ParquetResult<MemoryReservation> {
        let bytes: u64 = ranges.iter().map(|range| range.end.saturating_sub(range.start)).sum();
        let reservation = MemoryConsumer::new("parts of files").register(&self.pool);
        grow(&reservation, usize::try_from(bytes).unwrap_or(usize::MAX))?;
        Ok(reservation)
    }

    /// How much the pages take that were read, once they are unpacked.
    fn unpacked(&self, ranges: &[Range<u64>], read: &[Bytes]) -> usize {
        let places = |group: &RowGroupMetaData| -> Vec<(u64, u64)> {
            group.columns().iter().map(ColumnChunkMetaData::byte_range).collect()
        };
        let of = |chunks: &[(u64, u64)], place: u64| {
            chunks.iter().position(|(start, length)| place.checked_sub(*start).is_some_and(|after| after < *length))
        };
        let mut columns: HashMap<(u64, u64), Unpacked> = HashMap::new();
        let mut chunks: Vec<(u64, u64)> = Vec::new();
        for (range, bytes) in ranges.iter().zip(read) {
            // What is read at once mostly is of one row group.
            let known = of(&chunks, range.start).or_else(|| {
                let mut groups = self.metadata.row_groups().iter().map(places);
                chunks = groups.find(|chunks| of(chunks, range.start).is_some())?;
                of(&chunks, range.start)
            });
            let column = known.map_or((range.start, 0), |column| chunks[column]);
            columns.entry(column).or_default().add(bytes);
        }
        columns.into_values().map(Unpacked::bytes).fold(0, usize::saturating_add)
    }
}

fn grow(reservation: &MemoryReservation, bytes: usize) -> ParquetResult<()> {
    reservation.try_grow(bytes).map_err(|error: DataFusionError| ParquetError::External(Box::new(error)))
}

impl AsyncFileReader for CountedReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        let one = self.get_byte_ranges(vec![range]);
        async { one.await?.pop().ok_or_else(|| ParquetError::General("nothing was read".to_owned())) }.boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        async move {
            let room = self.room(&ranges)?;
            let read = self.reader.get_byte_ranges(ranges.clone()).await?;
            grow(&room, self.unpacked(&ranges, &read))?;
            let room = Arc::new(room);
            let counted = |bytes| Bytes::from_owner(Counted { bytes, _reservation: Arc::clone(&room) });
            Ok(read.into_iter().map(counted).collect())
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        self.reader.get_metadata(options)
    }
}
