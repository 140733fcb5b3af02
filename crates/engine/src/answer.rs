//! What a query answers, with how old its data is.

use std::sync::OnceLock;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use chrono::{DateTime, Utc};

/// The rows that a query found.
#[derive(Debug)]
pub struct Answer {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
    pub rows: usize,
    /// True when there are more rows than the query's limit.
    pub truncated: bool,
    /// When the newest table that was read last changed.
    pub data_time: DateTime<Utc>,
    pub computed_at: DateTime<Utc>,
    pub duration_ms: u64,
    /// The encoded columns, once somebody asked for them.
    pub json: OnceLock<Bytes>,
}

impl Answer {
    /// Bytes of the rows, encoded form included as an estimate.
    pub(crate) fn weight(&self) -> u32 {
        let bytes: usize = self.batches.iter().map(RecordBatch::get_array_memory_size).sum();
        u32::try_from(bytes * 2 + 2048).unwrap_or(u32::MAX)
    }
}
