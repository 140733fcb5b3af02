//! The prepared rows of datasets, kept in memory: one reading of the source serves every chart of a page.
//!
//! What is kept is a dataset as one set of permissions sees it, so it is shared by the readers who see the same and by
//! nobody else. A dataset that is too large is read from its source each time.

mod compact;

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::runtime::SpawnedTask;
use datafusion::datasource::MemTable;
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryConsumer, MemoryPool, MemoryReservation};
use futures::StreamExt;
use moka::sync::Cache;

use crate::compile::{Tables, compile_whole};
use crate::counted::Counted;
use crate::error::EngineError;
use crate::execute::Executor;
use crate::flight::Flights;
use crate::geometry;
use crate::policy::SecuredQuery;
use crate::pushdown;
use compact::Compactor;

/// How many batches may be computed before they are made small.
const BATCHES_AHEAD: usize = 4;

/// Prepared rows, or why there are none.
#[derive(Clone)]
pub(crate) enum Prepared {
    Rows(Arc<Rows>),
    /// More than one dataset may have, until its source changes.
    TooLarge,
    /// There was no room now; there may be later.
    NoRoom,
    /// A database computes them, and of a question over them as much as it can.
    AtSource,
}

/// Rows in memory; they count against the cache's memory until the last query lets go of them.
pub(crate) struct Rows {
    pub(crate) table: Arc<Counted>,
    /// The columns that are left out because the reader may not see them.
    pub(crate) denied: BTreeSet<String>,
    bytes: usize,
    _reservation: MemoryReservation,
}

/// Prepared datasets within a fixed memory.
pub(crate) struct PreparedDatasets {
    cache: Cache<[u8; 32], Prepared>,
    flights: Flights<Prepared>,
    pool: Arc<dyn MemoryPool>,
    largest: usize,
}

impl PreparedDatasets {
    /// At most `bytes` in all, at most half of them for one dataset; 0 keeps nothing.
    pub(crate) fn new(bytes: usize) -> Self {
        let cache = Cache::builder()
            .max_capacity(bytes as u64)
            .weigher(|_, prepared: &Prepared| match prepared {
                Prepared::Rows(rows) => u32::try_from(rows.bytes).unwrap_or(u32::MAX),
                Prepared::TooLarge | Prepared::NoRoom | Prepared::AtSource => 256,
            })
            .build();
        Self { cache, flights: Flights::new(), pool: Arc::new(GreedyMemoryPool::new(bytes)), largest: bytes / 2 }
    }

    pub(crate) fn memory_used(&self) -> usize {
        self.pool.reserved()
    }

    /// What is known of a dataset already.
    pub(crate) fn known(&self, key: &[u8; 32]) -> Option<Prepared> {
        if self.largest == 0 {
            return Some(Prepared::TooLarge);
        }
        self.cache.get(key)
    }

    /// The preparations that are under way.
    pub(crate) fn flights(&self) -> &Flights<Prepared> {
        &self.flights
    }

    /// Prepares the rows of a dataset; a database that fails over a value leaves everything to the engine.
    pub(crate) async fn prepare(
        &self,
        key: [u8; 32],
        whole: &SecuredQuery,
        tables: &Tables,
        executor: &Executor,
    ) -> Result<Prepared, EngineError> {
        let prepared = match self.rows(whole, tables, executor).await {
            Err(EngineError::NotAtSource { .. }) => self.rows(whole, tables, &executor.without_pushdown()).await?,
            other => other?,
        };
        if !matches!(prepared, Prepared::NoRoom) {
            self.cache.insert(key, prepared.clone());
        }
        Ok(prepared)
    }

    async fn rows(&self, whole: &SecuredQuery, tables: &Tables, executor: &Executor) -> Result<Prepared, EngineError> {
        let (plan, denied) = compile_whole(whole, tables, executor).await?;
        if pushdown::is_one_statement(&executor.prepare(&plan)?) {
            return Ok(Prepared::AtSource);
        }
        let mut stream = executor.stream(&plan).await?;
        let mut reservation = self.reserve();
        let mut compactor = Compactor::new(stream.schema());
        // One thread computes rows while another makes them small.
        let (sender, mut batches_read) = tokio::sync::mpsc::channel(BATCHES_AHEAD);
        let _reading = SpawnedTask::spawn(async move {
            while let Some(batch) = stream.next().await {
                if sender.send(batch).await.is_err() {
                    return;
                }
            }
        });
        while let Some(batch) = batches_read.recv().await {
            compactor.push(&batch?)?;
            if compactor.bytes() > self.largest {
                return Ok(Prepared::TooLarge);
            }
            if !self.fits(&mut reservation, compactor.bytes()) {
                return Ok(Prepared::NoRoom);
            }
        }
        let (schema, batches) = compactor.finish()?;
        let bytes = batches.iter().map(arrow::array::RecordBatch::get_array_memory_size).sum();
        if !self.fits(&mut reservation, bytes) {
            return Ok(if bytes > self.largest { Prepared::TooLarge } else { Prepared::NoRoom });
        }
        let rows = batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
        let table = Counted::new(Arc::new(MemTable::try_new(geometry::marked(&schema), vec![batches])?), rows);
        tracing::debug!(prepared.bytes = bytes, dataset.id = whole.dataset_id(), "dataset prepared");
        Ok(Prepared::Rows(Arc::new(Rows { table: Arc::new(table), denied, bytes, _reservation: reservation })))
    }

    fn reserve(&self) -> MemoryReservation {
        MemoryConsumer::new("prepared dataset").register(&self.pool)
    }

    /// Grows the reservation; the least used datasets make room where they can.
    fn fits(&self, reservation: &mut MemoryReservation, bytes: usize) -> bool {
        if reservation.try_resize(bytes).is_ok() {
            return true;
        }
        let mut entries: Vec<_> = self.cache.iter().map(|(key, _)| key).collect();
        while let Some(key) = entries.pop() {
            self.cache.invalidate(&*key);
            self.cache.run_pending_tasks();
            if reservation.try_resize(bytes).is_ok() {
                return true;
            }
        }
        false
    }
}
