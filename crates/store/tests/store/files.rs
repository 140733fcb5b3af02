//! What only shows in the files: modes, modes of writing, several processes, versions, and that audit events stay.

use std::path::Path;

use aracari_store::{AuditEvent, AuditStore, NewUser, Outcome, SqliteStore, Store, StoreError, UserStore};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};

use crate::users::name;

async fn raw(folder: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(folder.join("aracari.db"))).await.unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_own_account_reads_the_data() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("deep/data");
    let store = SqliteStore::open(&folder).await.unwrap();
    store.create_user(NewUser::named(name("jane"))).await.unwrap();
    assert_eq!(mode(&folder), 0o700);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    store.close().await;

    // Rights that somebody added by mistake are taken away at the next start.
    let file = folder.join("aracari.db");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    SqliteStore::open(&folder).await.unwrap();
    assert_eq!(mode(&file), 0o600);
}

#[tokio::test]
async fn a_commit_is_on_the_disk_before_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let _store = SqliteStore::open(folder.path()).await.unwrap();
    let mut connection = raw(folder.path()).await;
    let journal: String = sqlx::query("PRAGMA journal_mode").fetch_one(&mut connection).await.unwrap().get(0);
    assert_eq!(journal, "wal");
    let source = include_str!("../../src/sqlite/mod.rs");
    assert!(
        source.contains(".synchronous(SqliteSynchronous::Full)"),
        "`synchronous` is per connection and cannot be read from outside"
    );
}

#[tokio::test]
async fn attack_51_audit_events_can_be_neither_changed_nor_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    store.append_audit(&[AuditEvent::new("user.create", Outcome::Allowed)]).await.unwrap();
    let mut connection = raw(folder.path()).await;
    for statement in [
        "UPDATE audit_events SET actor = 'somebody else'",
        "DELETE FROM audit_events",
        "INSERT OR REPLACE INTO audit_events (sequence, at, action, outcome, tenant, details) VALUES (1, 0, 'x', 'allowed', 'x', '{}')",
    ] {
        let refused = sqlx::query(statement).execute(&mut connection).await;
        assert!(refused.is_err(), "{statement}");
    }
    assert_eq!(store.latest_audit(10).await.unwrap()[0].action, "user.create");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_may_start_and_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut starts = Vec::new();
    for process in 0..6 {
        let path = folder.path().to_owned();
        starts.push(tokio::spawn(async move {
            let store = SqliteStore::open(&path).await.unwrap();
            for user in 0..5 {
                store.create_user(NewUser::named(name(&format!("user-{process}-{user}")))).await.unwrap();
            }
        }));
    }
    for start in starts {
        start.await.unwrap();
    }
    let store = SqliteStore::open(folder.path()).await.unwrap();
    assert_eq!(store.list_users().await.unwrap().len(), 30);
}

#[tokio::test]
async fn a_change_by_one_process_is_seen_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let (server, command) =
        (SqliteStore::open(folder.path()).await.unwrap(), SqliteStore::open(folder.path()).await.unwrap());
    assert!(server.user_by_name(&name("jane")).await.unwrap().is_none());
    let jane = command.create_user(NewUser::named(name("jane"))).await.unwrap();
    assert!(server.user_by_name(&name("jane")).await.unwrap().is_some());
    command.set_disabled(&jane.id, true).await.unwrap();
    assert!(server.user_by_id(&jane.id).await.unwrap().unwrap().disabled);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    SqliteStore::open(folder.path()).await.unwrap().close().await;
    let statement = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                     VALUES (9999, 'later', 1, x'00', 0)";
    sqlx::query(statement).execute(&mut raw(folder.path()).await).await.unwrap();
    let refused = SqliteStore::open(folder.path()).await;
    assert!(matches!(refused, Err(StoreError::Newer(9999))), "{refused:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("aracari.db");
    std::fs::write(&file, "these are somebody's notes, not a database at all").unwrap();
    assert!(SqliteStore::open(folder.path()).await.is_err());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "these are somebody's notes, not a database at all");
}
