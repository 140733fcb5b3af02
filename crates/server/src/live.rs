//! The apps that are served: loaded once, swapped when their files change for the better.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aracari_app::{App, Diagnostic, SourceSchemas};
use tokio::sync::watch;

/// Knows the columns of tables while apps are compiled.
pub type Schemas = Arc<dyn SourceSchemas + Send + Sync>;

/// What is known of one app's folder at one moment; never changed, only replaced.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The app's id, or the folder's name as long as no good version was ever seen.
    pub id: String,
    /// The last good version.
    pub app: Option<Arc<App>>,
    /// The mistakes and warnings of the latest version, good or not.
    pub diagnostics: Arc<[Diagnostic]>,
    /// How often files with rows changed.
    pub data_changes: u64,
}

/// One folder, kept up to date.
#[derive(Debug)]
pub struct LiveApp {
    pub folder: PathBuf,
    current: watch::Sender<Arc<Snapshot>>,
}

/// Every app of the instance.
#[derive(Debug, Default)]
pub struct Apps {
    apps: Vec<Arc<LiveApp>>,
}

/// Why the apps cannot be served at all.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    #[error("`{path}` is not a folder that can be read\nhint: name the folder that holds the app's files")]
    NoFolder { path: PathBuf },
    #[error("`{first}` and `{second}` both hold an app with the id `{id}`")]
    SameId { id: String, first: PathBuf, second: PathBuf },
}

impl Snapshot {
    /// True when some table could not be read, which may be over without a change of a file.
    pub(crate) fn misses_tables(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code == "unreadable_table")
    }
}

impl LiveApp {
    fn load(folder: &Path, schemas: &Schemas) -> Result<Self, LiveError> {
        let no_folder = || LiveError::NoFolder { path: folder.to_owned() };
        let absolute = folder.canonicalize().map_err(|_| no_folder())?;
        if !absolute.is_dir() {
            return Err(no_folder());
        }
        let loaded = App::load(&absolute, schemas.as_ref());
        let id = match &loaded.app {
            Some(app) => app.id.clone(),
            None => absolute.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        };
        let snapshot = Snapshot { id, app: loaded.app, diagnostics: loaded.diagnostics.into(), data_changes: 0 };
        Ok(Self { folder: absolute, current: watch::Sender::new(Arc::new(snapshot)) })
    }

    /// What is known now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.borrow().clone()
    }

    /// Learns of every change from now on.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.current.subscribe()
    }

    /// Reads the folder again: a good version replaces the last one, a bad one only its diagnostics.
    pub(crate) fn reload(&self, schemas: &Schemas, data_changed: bool) {
        let loaded = App::load(&self.folder, schemas.as_ref());
        let before = self.snapshot();
        let mistakes = loaded.diagnostics.len();
        let data_changes = before.data_changes + u64::from(data_changed);
        let next = match loaded.app {
            Some(app) => {
                tracing::info!(app.id = %app.id, app.version = %app.version, diagnostics = mistakes, "app loaded");
                Snapshot { id: app.id.clone(), app: Some(app), diagnostics: loaded.diagnostics.into(), data_changes }
            }
            None => {
                tracing::warn!(app.id = %before.id, diagnostics = mistakes, "app has mistakes, the last good version stays");
                let (id, app) = (before.id.clone(), before.app.clone());
                Snapshot { id, app, diagnostics: loaded.diagnostics.into(), data_changes }
            }
        };
        self.current.send_replace(Arc::new(next));
    }
}

impl Apps {
    /// Loads every folder. Mistakes inside an app do not stop the others.
    pub fn load(folders: &[PathBuf], schemas: &Schemas) -> Result<Self, LiveError> {
        let mut apps: Vec<Arc<LiveApp>> = Vec::with_capacity(folders.len());
        for folder in folders {
            let app = LiveApp::load(folder, schemas)?;
            let id = app.snapshot().id.clone();
            if let Some(first) = apps.iter().find(|other| other.snapshot().id == id) {
                return Err(LiveError::SameId { id, first: first.folder.clone(), second: app.folder });
            }
            apps.push(Arc::new(app));
        }
        Ok(Self { apps })
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<LiveApp>> {
        self.apps.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.apps.is_empty()
    }

    /// True when there are apps, and none of them was ever right.
    pub fn none_is_ready(&self) -> bool {
        !self.apps.is_empty() && self.apps.iter().all(|app| app.snapshot().app.is_none())
    }

    /// The app with exactly this id, as it is now.
    pub fn find(&self, id: &str) -> Option<(&Arc<LiveApp>, Arc<Snapshot>)> {
        self.apps.iter().find_map(|app| {
            let snapshot = app.snapshot();
            (snapshot.id == id).then_some((app, snapshot))
        })
    }
}
