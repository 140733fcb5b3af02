//! The memory that running queries share, and the most that they ever had of it.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use datafusion::common::config::{ConfigEntry, ConfigExtension, ExtensionOptions};
use datafusion::common::{DataFusionError, Result, config_err};
use datafusion::execution::memory_pool::{
    GreedyMemoryPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

use crate::error::EngineError;

/// How many bytes one stands for that these count. Grouping counts its lists as they are, and all of them may be copied into
/// lists of twice the length before it counts again; joins count batches, which they put together into one.
const COPIED: [(&str, usize); 4] =
    [("Aggregate", 3), ("HashJoinInput", 2), ("NestedLoopJoinLoad", 2), ("CrossJoinExec", 2)];

/// Whoever comes first is served first, up to a limit.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    pool: GreedyMemoryPool,
    limit: usize,
    peak: AtomicUsize,
}

impl SharedMemory {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Self { pool: GreedyMemoryPool::new(limit_bytes), limit: limit_bytes, peak: AtomicUsize::new(0) }
    }

    /// The most bytes that were in use at once.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    /// What so many bytes of a reservation stand for.
    fn weighed(reservation: &MemoryReservation, bytes: usize) -> usize {
        let consumer = reservation.consumer().name();
        let copied = COPIED.iter().find(|(name, _)| consumer.contains(name));
        bytes.saturating_mul(copied.map_or(1, |(_, times)| *times))
    }

    fn full(&self, wanted: usize) -> DataFusionError {
        let (taken, limit, wanted) = (megabytes(self.pool.reserved()), megabytes(self.limit), megabytes(wanted));
        DataFusionError::ResourcesExhausted(format!("{taken} of {limit} MB are taken, and {wanted} MB more are wanted"))
    }

    fn measure(&self) {
        self.peak.fetch_max(self.pool.reserved(), Ordering::Relaxed);
    }
}

/// So many bytes, with one digit after the point.
fn megabytes(bytes: usize) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1 << 20);
    format!("{}.{}", tenths / 10, tenths % 10)
}

impl MemoryPool for SharedMemory {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.pool.grow(reservation, Self::weighed(reservation, additional));
        self.measure();
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.pool.shrink(reservation, Self::weighed(reservation, shrink));
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let wanted = Self::weighed(reservation, additional);
        self.pool.try_grow(reservation, wanted).map_err(|_| self.full(wanted))?;
        self.measure();
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.pool.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.pool.memory_limit()
    }
}

impl fmt::Display for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pool.fmt(f)
    }
}

/// Memory that is taken for a table, and given back with it.
#[derive(Debug)]
pub struct Room(MemoryReservation);

impl Room {
    pub(crate) fn of(pool: &Arc<dyn MemoryPool>) -> Self {
        Self(MemoryConsumer::new("tables").register(pool))
    }

    /// Takes so many bytes in all; the error is that there are not as many.
    pub fn resize(&self, bytes: usize) -> std::result::Result<(), EngineError> {
        Ok(self.0.try_resize(bytes)?)
    }
}

/// The memory of one query that runs, as functions find it among the settings they are called with.
#[derive(Debug, Clone)]
pub(crate) struct QueryMemory {
    pool: Arc<dyn MemoryPool>,
    /// What counts the texts that functions made, as long as anything holds these.
    texts: Arc<Mutex<Vec<Weak<MemoryReservation>>>>,
}

impl QueryMemory {
    pub(crate) fn new(pool: Arc<dyn MemoryPool>) -> Self {
        Self { pool, texts: Arc::default() }
    }

    pub(crate) fn pool(&self) -> &Arc<dyn MemoryPool> {
        &self.pool
    }

    /// Counts so many bytes of texts until nothing holds them, or the query is over.
    pub(crate) fn texts(&self, bytes: usize) -> Result<Arc<MemoryReservation>> {
        let reservation = MemoryConsumer::new("texts").register(&self.pool);
        reservation.try_grow(bytes)?;
        let reservation = Arc::new(reservation);
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if texts.len() == texts.capacity() {
            texts.retain(|known| known.strong_count() > 0);
        }
        texts.push(Arc::downgrade(&reservation));
        Ok(reservation)
    }

    /// The query is over: whoever holds on to rows of it counts them.
    pub(crate) fn release(&self) {
        let texts = std::mem::take(&mut *self.texts.lock().unwrap_or_else(PoisonError::into_inner));
        for reservation in texts.iter().filter_map(Weak::upgrade) {
            reservation.free();
        }
    }
}

impl ConfigExtension for QueryMemory {
    const PREFIX: &'static str = "query_memory";
}

impl ExtensionOptions for QueryMemory {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, _: &str) -> Result<()> {
        config_err!("`{key}` is no setting")
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        Vec::new()
    }
}
