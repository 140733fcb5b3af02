//! What can go wrong in the store.

/// A failed call to the store; its text may name files and belongs in the log, not in an answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{what} `{name}` exists already")]
    Conflict { what: &'static str, name: String },
    #[error("{what} `{name}` does not exist")]
    NotFound { what: &'static str, name: String },
    #[error(
        "the database was made by a newer version of aracari (migration {0}); upgrade aracari, or restore a backup"
    )]
    Newer(i64),
    #[error("the database cannot be brought up to date: {0}")]
    Migration(#[source] sqlx::migrate::MigrateError),
    #[error("`{path}` cannot be used: {message}")]
    File { path: String, message: String },
    #[error("the database holds a value that cannot be read: {0}")]
    Damaged(String),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), message: error.to_string() }
    }
}
