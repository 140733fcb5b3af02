//! The memory that running queries share, and the most that they ever had of it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::common::config::{ConfigEntry, ConfigExtension, ExtensionOptions};
use datafusion::common::{Result, config_err};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryLimit, MemoryPool, MemoryReservation};

/// Whoever comes first is served first, up to a limit.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    pool: GreedyMemoryPool,
    peak: AtomicUsize,
}

impl SharedMemory {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Self { pool: GreedyMemoryPool::new(limit_bytes), peak: AtomicUsize::new(0) }
    }

    /// The most bytes that were in use at once.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    fn measure(&self) {
        self.peak.fetch_max(self.pool.reserved(), Ordering::Relaxed);
    }
}

impl MemoryPool for SharedMemory {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.pool.grow(reservation, additional);
        self.measure();
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.pool.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.pool.try_grow(reservation, additional)?;
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

/// The pool of the queries that run, as functions find it among the settings they are called with.
#[derive(Debug, Clone)]
pub(crate) struct QueryMemory(Arc<dyn MemoryPool>);

impl QueryMemory {
    pub(crate) fn new(pool: Arc<dyn MemoryPool>) -> Self {
        Self(pool)
    }

    pub(crate) fn pool(&self) -> &Arc<dyn MemoryPool> {
        &self.0
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
