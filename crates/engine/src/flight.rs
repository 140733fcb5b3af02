//! Identical work done once at a time: whoever asks while it runs waits for the same result.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::error::EngineError;
use crate::stop::{self, Left};

type Outcome<T> = Result<T, EngineError>;
type Running<T> = WeakShared<BoxFuture<'static, Outcome<T>>>;

/// The outcome of work under way, for everybody who waits for it.
pub(crate) type Flight<T> = Shared<BoxFuture<'static, Outcome<T>>>;

/// Work under way, by key. It stops when nobody waits for it any more.
pub(crate) struct Flights<T: Clone> {
    running: Mutex<HashMap<[u8; 32], Running<T>>>,
}

struct StopOnDrop {
    task: AbortHandle,
    left: Left,
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.left.say();
        self.task.abort();
    }
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    pub(crate) fn new() -> Self {
        Self { running: Mutex::new(HashMap::new()) }
    }

    /// The work under this key, where it is under way.
    pub(crate) fn under_way(&self, key: &[u8; 32]) -> Option<Flight<T>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(key).and_then(WeakShared::upgrade)
    }

    /// Joins the work under this key, or starts it on `runtime`.
    pub(crate) fn join<F>(&self, key: [u8; 32], runtime: &Handle, work: impl FnOnce() -> F) -> Flight<T>
    where
        F: Future<Output = Outcome<T>> + Send + 'static,
    {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = running.get(&key).and_then(WeakShared::upgrade) {
            return flight;
        }
        running.retain(|_, flight| flight.upgrade().is_some());
        let left = Left::default();
        let task = runtime.spawn(stop::when_left(left.clone(), work()));
        let guard = StopOnDrop { task: task.abort_handle(), left };
        let flight = async move {
            let _stop_when_nobody_waits = guard;
            match task.await {
                Ok(outcome) => outcome,
                Err(error) => Err(EngineError::internal(format!("a query stopped: {error}"))),
            }
        };
        let shared = flight.boxed().shared();
        if let Some(weak) = shared.downgrade() {
            running.insert(key, weak);
        }
        shared
    }
}
