//! What every store must do, run on each implementation, and what only files can show.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod crash;
mod files;
mod sessions;
mod users;

use std::sync::Arc;

use aracari_store::{SqliteStore, Store};

/// A store to test, and whatever must live as long.
struct Fixture {
    store: Arc<dyn Store>,
    _folder: Option<tempfile::TempDir>,
}

async fn in_memory() -> Fixture {
    Fixture { store: Arc::new(SqliteStore::in_memory().await.unwrap()), _folder: None }
}

async fn in_a_file() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    Fixture { store: Arc::new(SqliteStore::open(folder.path()).await.unwrap()), _folder: Some(folder) }
}

/// Runs each function of the conformance suite on one implementation, as one test each.
macro_rules! conformance {
    ($implementation:ident: $($suite:ident :: $case:ident),* $(,)?) => {
        mod $implementation {
            $(
                #[tokio::test]
                async fn $case() {
                    let fixture = super::$implementation().await;
                    super::$suite::$case(fixture.store.as_ref()).await;
                }
            )*
        }
    };
}

macro_rules! conformance_of {
    ($($implementation:ident),*) => {
        $(
            conformance! { $implementation:
                users::a_user_is_found_as_created,
                users::a_name_is_taken_once,
                users::of_many_creations_at_once_one_wins,
                users::users_are_listed_by_name,
                users::a_hash_is_read_for_a_sign_in_only,
                users::a_new_password_ends_the_sessions,
                users::disabling_ends_the_sessions_and_enabling_revives_none,
                users::changing_nobody_is_an_error,
                sessions::a_session_is_found_by_its_digest_only,
                sessions::use_never_moves_backwards_nor_revives,
                sessions::expired_sessions_are_removed,
                sessions::sessions_end_one_by_one_or_all_of_a_user,
                audit::events_come_back_newest_first,
                audit::a_batch_keeps_its_order,
            }
        )*
    };
}

conformance_of!(in_memory, in_a_file);
