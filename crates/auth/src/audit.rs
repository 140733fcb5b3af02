//! Writes audit events: at once for what must never be lost, batched for the decisions of a busy server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aracari_store::{AuditEvent, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Events that may wait for the writer.
const WAITING: usize = 4096;
/// Most events of one transaction.
const BATCH: usize = 256;
const PAUSE: Duration = Duration::from_millis(100);

enum Message {
    Event(Box<AuditEvent>),
    Flush(oneshot::Sender<()>),
}

/// The way into the audit log.
#[derive(Debug, Clone)]
pub struct Audit {
    store: Arc<dyn Store>,
    queue: mpsc::Sender<Message>,
    lost: Arc<AtomicU64>,
}

impl Audit {
    /// Starts the writer on the current Tokio runtime.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        tokio::spawn(write_batches(Arc::clone(&store), waiting));
        Self { store, queue, lost: Arc::default() }
    }

    /// Writes an event before answering.
    pub async fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        log(&event);
        self.store.append_audit(std::slice::from_ref(&event)).await
    }

    /// Hands an event to the writer without waiting; for decisions of which there are many.
    pub fn enqueue(&self, event: AuditEvent) {
        log(&event);
        if self.queue.try_send(Message::Event(Box::new(event))).is_err() {
            let lost = self.lost.fetch_add(1, Ordering::Relaxed) + 1;
            tracing::error!(lost, "the audit log is behind; an event is in the log file only");
        }
    }

    /// Waits until everything handed over so far is written; for shutdown.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.queue.send(Message::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
    }
}

fn log(event: &AuditEvent) {
    tracing::info!(
        target: "aracari::audit",
        action = event.action,
        outcome = event.outcome.as_str(),
        actor = event.actor.as_deref(),
        object = event.object.as_deref(),
        address = event.address.as_deref(),
        request_id = event.request_id.as_deref(),
    );
}

async fn write_batches(store: Arc<dyn Store>, mut waiting: mpsc::Receiver<Message>) {
    let mut messages = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut messages, BATCH).await > 0 {
        let mut flushes = Vec::new();
        let mut events = Vec::with_capacity(messages.len());
        for message in messages.drain(..) {
            match message {
                Message::Event(event) => events.push(*event),
                Message::Flush(done) => flushes.push(done),
            }
        }
        if !events.is_empty()
            && let Err(error) = store.append_audit(&events).await
        {
            tracing::error!(%error, events = events.len(), "audit events could not be written");
        }
        let idle = flushes.is_empty();
        for done in flushes {
            let _ = done.send(());
        }
        if idle {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
