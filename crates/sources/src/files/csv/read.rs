//! The rows of a CSV file, parsed while they are read. A batch ends where it has enough rows or bytes, and what a batch of long
//! texts takes counts against the memory of queries.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Decoder;
use arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use regex::Regex;

/// After so many bytes a batch ends with its row, and what more it takes is counted.
const BATCH_BYTES: usize = 2 << 20;
/// What a byte of a file takes while it becomes part of a batch: bytes that grow, those they grow out of, and columns.
const COPIES: usize = 4;

/// The parser makes room for so many values, before it knows how long they are.
const VALUES: usize = 256 << 10;

/// The most rows of a batch of so many columns.
fn most_rows(columns: usize) -> usize {
    (VALUES / columns.max(1)).max(1)
}

/// A file and how it is parsed.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) path: PathBuf,
    pub(super) schema: SchemaRef,
    pub(super) delimiter: u8,
    pub(super) nulls: Regex,
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let decoder = ReaderBuilder::new(Arc::clone(&self.schema))
            .with_header(true)
            .with_delimiter(self.delimiter)
            .with_null_regex(self.nulls.clone())
            .with_batch_size(context.session_config().batch_size().min(most_rows(self.schema.fields().len())))
            .build_decoder();
        let room = MemoryConsumer::new("rows of files").register(context.memory_pool());
        let batches: Box<dyn Iterator<Item = _> + Send> = match File::open(&self.path) {
            Ok(file) => Box::new(Batches { input: BufReader::new(file), decoder, room }),
            Err(error) => Box::new(std::iter::once(Err(DataFusionError::from(error)))),
        };
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), futures::stream::iter(batches)))
    }
}

struct Batches {
    input: BufReader<File>,
    decoder: Decoder,
    /// The most that a batch took so far: who asks for the next may still hold it.
    room: MemoryReservation,
}

impl Batches {
    fn batch(&mut self) -> Result<Option<RecordBatch>> {
        let mut bytes = 0;
        loop {
            let mut input = self.input.fill_buf()?;
            let is_enough = bytes >= BATCH_BYTES;
            if is_enough {
                // One line at a time: whether a row ends is told where the line does.
                let end = input.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                input = &input[..end.map_or(input.len(), |end| end + 1)];
                let wanted = (bytes + input.len() - BATCH_BYTES) * COPIES;
                if wanted > self.room.size() {
                    self.room.try_grow((wanted - self.room.size()).max(BATCH_BYTES))?;
                }
            }
            let is_line = input.ends_with(b"\n") || input.ends_with(b"\r");
            let rows_left = self.decoder.capacity();
            let decoded = self.decoder.decode(input)?;
            self.input.consume(decoded);
            bytes += decoded;
            let ends_row = is_line && self.decoder.capacity() < rows_left;
            if decoded == 0 || self.decoder.capacity() == 0 || is_enough && ends_row {
                return Ok(self.decoder.flush()?);
            }
        }
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}
