//! Work that may take so long, whatever it does: not all of it looks at the clock.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use aracari_engine::STACK_BYTES;

use super::problem::Problem;

/// How much longer than its own clock allows the work is waited for: what it says itself says more.
const GRACE: Duration = Duration::from_millis(500);

/// What the work gives, on a thread whose stack holds deep plans; none where it goes on after its time. It is left then, and
/// ends with the process.
pub(super) fn timed<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, Problem> {
    let (tell, told) = channel();
    let started = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        // Who has left is told nothing.
        let _ = tell.send(work());
    });
    started.map_err(|error| Problem::new(format!("no thread can be started: {error}")))?;
    match told.recv_timeout(limit.saturating_add(GRACE)) {
        Ok(done) => Ok(Some(done)),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(RecvTimeoutError::Disconnected) => {
            Err(Problem::new("the pipeline could not be run: this is a mistake of the program"))
        }
    }
}

/// What asynchronous work gives.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map(|runtime| runtime.block_on(work)).map_err(|error| Problem::new(error.to_string()))
}
