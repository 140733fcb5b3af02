//! The store in one SQLite file: write-ahead log, every commit on the disk before it is answered, one writer.

mod audit;
mod rows;
mod sessions;
mod users;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::SqlitePool;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::error::StoreError;
use crate::{Result, Store, files};

/// The database's file inside the data folder.
const FILE_NAME: &str = "aracari.db";
const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// Two processes may open a fresh folder at once; the later one finds the tables made on its next try.
const MIGRATION_TRIES: u32 = 20;

/// The store of one machine.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the database of a data folder, making both when needed and bringing the tables up to date.
    pub async fn open(data_directory: &Path) -> Result<Self> {
        let path = data_directory.join(FILE_NAME);
        files::prepare_directory(data_directory).map_err(|error| StoreError::file(data_directory, &error))?;
        files::warn_when_open(data_directory);
        files::prepare_file(&path).map_err(|error| StoreError::file(&path, &error))?;
        let options = options().filename(&path);
        let writer = connect_first(options.clone().journal_mode(SqliteJournalMode::Wal)).await?;
        migrate(&writer).await?;
        // The write-ahead log is a property of the file by now, so that readers need not ask for it.
        let readers = pool(READERS).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, readers })
    }

    /// True when the data folder has a database.
    #[must_use]
    pub fn exists(data_directory: &Path) -> bool {
        data_directory.join(FILE_NAME).is_file()
    }

    /// A store that lives as long as this value, for tests.
    pub async fn in_memory() -> Result<Self> {
        let writer = pool(1).connect_with(options().in_memory(true)).await?;
        migrate(&writer).await?;
        Ok(Self { readers: writer.clone(), writer })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1 FROM users LIMIT 1").fetch_optional(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .create_if_missing(false)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
}

fn pool(connections: u32) -> SqlitePoolOptions {
    // No connection is ever retired: an in-memory database dies with its only one.
    SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
}

/// Connects the writer. Turning the write-ahead log on needs the file alone and does not wait for it, so that processes
/// which open a fresh folder at once try again.
async fn connect_first(options: SqliteConnectOptions) -> Result<SqlitePool> {
    let deadline = tokio::time::Instant::now() + BUSY_TIMEOUT;
    loop {
        match pool(1).connect_with(options.clone()).await {
            Err(sqlx::Error::Database(error))
                if error.message().contains("locked") && tokio::time::Instant::now() < deadline =>
            {
                tracing::debug!(%error, "the database is opened by another process too; trying again");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            done => return Ok(done?),
        }
    }
}

async fn migrate(writer: &SqlitePool) -> Result<()> {
    let migrator = sqlx::migrate!("migrations/sqlite");
    let mut tries = 1;
    loop {
        match migrator.run(writer).await {
            Ok(()) => return Ok(()),
            Err(MigrateError::VersionMissing(version)) => return Err(StoreError::Newer(version)),
            Err(error) if tries == MIGRATION_TRIES => return Err(StoreError::Migration(error)),
            Err(error) => tracing::debug!(%error, tries, "migration will be tried again"),
        }
        tokio::time::sleep(Duration::from_millis(50) * tries).await;
        tries += 1;
    }
}

fn to_micros(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros()
}

fn from_micros(micros: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| StoreError::Damaged(format!("instant {micros}")))
}

/// Now, as precise as the database keeps it.
fn now() -> DateTime<Utc> {
    chrono::SubsecRound::trunc_subsecs(Utc::now(), 6)
}
