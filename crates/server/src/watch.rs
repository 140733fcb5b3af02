//! Watches the apps' folders and reloads an app shortly after its files changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecursiveMode, Watcher as _};

use crate::live::{Apps, LiveApp, Schemas};

/// An editor writes a file in several steps; the reload waits until it has been quiet for this long.
const QUIET: Duration = Duration::from_millis(120);
/// A folder that never gets quiet is read all the same.
const LONGEST_WAIT: Duration = Duration::from_millis(600);
/// A database that did not answer is asked again after this long.
const RETRY: Duration = Duration::from_secs(30);

/// Watches as long as it lives.
pub(crate) struct FileWatcher {
    _watcher: notify::RecommendedWatcher,
}

impl FileWatcher {
    /// Starts to watch every app's folder.
    pub(crate) fn start(apps: &Apps, schemas: Schemas) -> notify::Result<Self> {
        let (sender, receiver) = channel();
        let mut watcher = notify::recommended_watcher(move |event| forward(event, &sender))?;
        let watched: Vec<Arc<LiveApp>> = apps.iter().cloned().collect();
        for app in &watched {
            watcher.watch(&app.folder, RecursiveMode::Recursive)?;
        }
        std::thread::Builder::new()
            .name("aracari-watch".to_owned())
            .spawn(move || reload_changed(&watched, &schemas, &receiver))
            .map_err(notify::Error::io)?;
        Ok(Self { _watcher: watcher })
    }
}

/// Reading a file is an event too; only what may have changed one counts.
fn forward(event: notify::Result<Event>, sender: &Sender<Vec<PathBuf>>) {
    match event {
        Ok(event) => {
            let changes = match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
                EventKind::Access(_) => false,
                _ => true,
            };
            if changes {
                // The receiver is gone only when the server is stopping.
                let _ = sender.send(event.paths);
            }
        }
        Err(error) => tracing::warn!(error = %error, "watching files failed"),
    }
}

fn reload_changed(apps: &[Arc<LiveApp>], schemas: &Schemas, changes: &Receiver<Vec<PathBuf>>) {
    loop {
        let mut paths = match changes.recv_timeout(RETRY) {
            Ok(paths) => paths,
            Err(RecvTimeoutError::Timeout) => {
                apps.iter().filter(|app| app.snapshot().misses_tables()).for_each(|app| reload(app, schemas));
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let began = Instant::now();
        while began.elapsed() < LONGEST_WAIT {
            match changes.recv_timeout(QUIET) {
                Ok(more) => paths.extend(more),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        for app in apps {
            if paths.iter().any(|path| concerns(path, &app.folder)) {
                reload(app, schemas);
            }
        }
    }
}

/// A mistake of ours in reading one app must not end the watching of all.
fn reload(app: &LiveApp, schemas: &Schemas) {
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| app.reload(schemas))).is_err() {
        tracing::error!(app.id = %app.snapshot().id, "reading the app's files failed, the last good version stays");
    }
}

/// True for a path below the folder that is not hidden: editors keep their swap files and git its own data hidden.
fn concerns(path: &Path, folder: &Path) -> bool {
    path.strip_prefix(folder).is_ok_and(|inner| {
        !inner.iter().any(|part| {
            let name = part.to_string_lossy();
            name.starts_with('.') && !name.starts_with("..")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_files_and_other_folders_are_of_no_concern() {
        let folder = Path::new("/apps/flights");
        for path in ["/apps/flights", "/apps/flights/app.yaml", "/apps/flights/stories/x.yaml", "/apps/flights/..data"]
        {
            assert!(concerns(Path::new(path), folder), "{path}");
        }
        for path in ["/apps/flights/.git/index", "/apps/flights/stories/.x.yaml.swp", "/apps/other/app.yaml"] {
            assert!(!concerns(Path::new(path), folder), "{path}");
        }
    }
}
