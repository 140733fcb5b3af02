//! How much work on shapes one query may ask for, and the memory that it takes: where lines cross each other everywhere,
//! both grow with the square of their points and more.

use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};

use crate::error::EngineError;
use crate::memory::QueryMemory;
use crate::stop;

/// So often somebody looks up whether the work is still wanted.
const PACE: usize = 1 << 20;

/// Looks at one thing near another; some seconds of work.
const MAX_LOOKS: usize = 1 << 30;

/// What was done so far.
#[derive(Debug, Default)]
pub(crate) struct Effort(AtomicUsize);

impl Effort {
    /// Says so when so many looks more are too many.
    fn spend(&self, looks: usize) -> Result<(), EngineError> {
        let before = self.0.fetch_add(looks, Ordering::Relaxed);
        let after = before.saturating_add(looks);
        if before / PACE != after / PACE {
            stop::check()?;
        }
        if after <= MAX_LOOKS {
            return Ok(());
        }
        self.0.fetch_sub(looks, Ordering::Relaxed);
        Err(EngineError::invalid(
            "the shapes have too many points, or cross themselves and each other too often, to be worked with at once; \
             leave out shapes that cross themselves, or use shapes with fewer points",
        ))
    }
}

/// What the work on some shapes may use: the effort of its plan, and memory until it is done.
#[derive(Debug)]
pub(crate) struct Means<'a> {
    effort: &'a Effort,
    memory: Option<MemoryReservation>,
}

impl<'a> Means<'a> {
    pub(crate) fn new(effort: &'a Effort, memory: Option<&QueryMemory>) -> Self {
        let memory = memory.map(|memory| MemoryConsumer::new("shapes").register(memory.pool()));
        Self { effort, memory }
    }

    /// Says so when so many looks more are too many.
    pub(super) fn spend(&self, looks: usize) -> Result<(), EngineError> {
        self.effort.spend(looks)
    }

    /// Counts so many bytes more.
    pub(crate) fn hold(&self, bytes: usize) -> Result<(), EngineError> {
        match &self.memory {
            Some(memory) => Ok(memory.try_grow(bytes)?),
            None => Ok(()),
        }
    }
}
