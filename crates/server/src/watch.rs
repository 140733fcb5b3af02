//! Watches the apps' folders and reloads an app shortly after its files changed.

use std::ffi::OsStr;
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
                apps.iter().filter(|app| app.snapshot().misses_tables()).for_each(|app| reload(app, schemas, false));
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
            let mut changed = paths.iter().filter_map(|path| concerning(path, &app.folder)).peekable();
            if changed.peek().is_some() {
                reload(app, schemas, changed.any(may_hold_rows));
            }
        }
    }
}

/// A mistake of ours in reading one app must not end the watching of all.
fn reload(app: &LiveApp, schemas: &Schemas, data_changed: bool) {
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| app.reload(schemas, data_changed))).is_err() {
        tracing::error!(app.id = %app.snapshot().id, "reading the app's files failed, the last good version stays");
    }
}

/// The path below the folder, unless it is hidden: editors keep their swap files and git its own data hidden.
fn concerning<'a>(path: &'a Path, folder: &Path) -> Option<&'a Path> {
    let inner = path.strip_prefix(folder).ok()?;
    let hidden = inner.iter().any(|part| {
        let name = part.to_string_lossy();
        name.starts_with('.') && !name.starts_with("..")
    });
    (!hidden).then_some(inner)
}

/// True for files that are neither configuration nor assets; what readers of an SQLite file share among them is no row.
fn may_hold_rows(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    let other = ["", "yaml", "yml"].contains(&extension) || extension.ends_with("-shm");
    !other && !path.starts_with("assets")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_files_and_other_folders_are_of_no_concern() {
        let folder = Path::new("/apps/flights");
        for path in ["/apps/flights", "/apps/flights/app.yaml", "/apps/flights/stories/x.yaml", "/apps/flights/..data"]
        {
            assert!(concerning(Path::new(path), folder).is_some(), "{path}");
        }
        for path in ["/apps/flights/.git/index", "/apps/flights/stories/.x.yaml.swp", "/apps/other/app.yaml"] {
            assert!(concerning(Path::new(path), folder).is_none(), "{path}");
        }
    }

    #[test]
    fn rows_are_in_files_that_are_neither_configuration_nor_assets() {
        for path in ["data/flights.parquet", "sales.csv", "shop.sqlite", "shop.sqlite-wal"] {
            assert!(may_hold_rows(Path::new(path)), "{path}");
        }
        for path in ["app.yaml", "stories/x.yml", "assets/logo.svg", "data", "shop.sqlite-shm", ""] {
            assert!(!may_hold_rows(Path::new(path)), "{path}");
        }
    }
}
