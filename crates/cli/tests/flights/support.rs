//! The demo as the tests start it: the real binary, the real app, the demo's readers.

use std::path::{Path, PathBuf};

use aracari_testkit::process::{SignIn, add_users};
use aracari_testkit::{Client, Process};
use tempfile::TempDir;

/// The binary under test.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_aracari"))
}

/// A path of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A server over one app folder with the demo's readers.
pub(crate) struct Demo {
    pub(crate) process: Process,
    pub(crate) readers: Vec<SignIn>,
    /// Kept so that the folder lives as long as the server.
    _folder: TempDir,
}

impl Demo {
    /// Serves an app folder.
    pub(crate) async fn serve(app: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let readers = add_users(binary(), &data, &repository("examples/flights-readers.yaml")).unwrap();
        assert_eq!(readers.len(), 3, "three readers with a printed password");
        let process = Process::start(binary(), &[app], &data, &[]).await.unwrap();
        Self { process, readers, _folder: folder }
    }

    /// Serves the flights app of the repository.
    pub(crate) async fn start() -> Self {
        Self::serve(&repository("examples/flights")).await
    }

    /// A client signed in as one of the demo's readers.
    pub(crate) async fn client(&self, name: &str) -> Client {
        let reader = self.readers.iter().find(|reader| reader.name == name).unwrap();
        self.process.sign_in(reader).await.unwrap()
    }
}

/// Copies an app folder, links not followed.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}
