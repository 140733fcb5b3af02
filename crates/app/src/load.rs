//! Loads an app: reads its files, checks them against the schemas, compiles what they say.

mod draft;
mod examples;
mod folder;
mod pipeline_file;
mod report;
mod rules;
mod shape;
mod validate;
mod vocabulary;

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::app::App;
use crate::compile;
use crate::diagnostic::Diagnostic;
use crate::source::SourceSchemas;

pub(crate) use draft::{Draft, Item, where_is};
pub use pipeline_file::{PipelineFinding, PipelinePlaces, check_pipeline, check_variables, read_yaml};
pub(crate) use report::{Reporter, did_you_mean, quoted};
pub(crate) use shape::is_id;
pub(crate) use vocabulary::{currency, step_like};

/// The outcome of loading: an app only where no error was found, and everything that was found.
#[derive(Debug)]
pub struct Loaded {
    pub app: Option<Arc<App>>,
    pub diagnostics: Vec<Diagnostic>,
}

impl App {
    /// Loads the app of a folder in bounded time and memory; every mistake is reported at once.
    pub fn load(folder: &Path, schemas: &dyn SourceSchemas) -> Loaded {
        let mut report = Reporter::default();
        folder::read(folder, &mut report);
        if report.files().is_empty() {
            return Loaded { app: None, diagnostics: report.finish() };
        }
        let draft = Draft::read(&mut report);
        let root = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let version = version(&report);
        let app = compile::compile(&draft, &root, version, schemas, &mut report);
        let app = if report.error_count() == 0 { app.map(Arc::new) } else { None };
        Loaded { app, diagnostics: report.finish() }
    }
}

/// The first 16 hexadecimal characters of the SHA-256 of the files' paths and content.
fn version(report: &Reporter) -> String {
    let mut hasher = Sha256::new();
    for file in report.files() {
        let path = file.path.to_string_lossy();
        hasher.update((path.len() as u64).to_le_bytes());
        hasher.update(path.as_bytes());
        hasher.update((file.text.len() as u64).to_le_bytes());
        hasher.update(file.text.as_bytes());
    }
    let mut version = String::with_capacity(16);
    for byte in hasher.finalize().iter().take(8) {
        let _ = write!(version, "{byte:02x}");
    }
    version
}
