//! Sessions.

use aracari_store::{NewSession, Session, Store, StoreError, TokenDigest, UserId};
use chrono::{DateTime, TimeDelta, Utc};

use crate::users::add;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
}

fn digest(byte: u8) -> TokenDigest {
    TokenDigest([byte; 32])
}

async fn open(store: &dyn Store, user: &UserId, token: u8, created: i64, expires: i64) -> Session {
    let new = NewSession { digest: digest(token), user: user.clone(), created: at(created), expires: at(expires) };
    store.create_session(new).await.unwrap()
}

pub(crate) async fn a_session_is_found_by_its_digest_only(store: &dyn Store) {
    let jane = add(store, "jane").await;
    let session = open(store, &jane.id, 1, 0, 60).await;

    assert_eq!(store.find_session(&digest(1)).await.unwrap(), Some((session, jane)));
    assert_eq!(store.find_session(&digest(2)).await.unwrap(), None);
    let stranger = NewSession { digest: digest(3), user: UserId::random(), created: at(0), expires: at(1) };
    assert!(
        matches!(store.create_session(stranger).await, Err(StoreError::Database(_))),
        "a session belongs to a user"
    );
}

pub(crate) async fn use_never_moves_backwards_nor_revives(store: &dyn Store) {
    let jane = add(store, "jane").await;
    let session = open(store, &jane.id, 1, 0, 60).await;
    for minute in [5, 3] {
        store.touch_session(&session.id, at(minute)).await.unwrap();
    }
    assert_eq!(store.find_session(&digest(1)).await.unwrap().unwrap().0.used, at(5));

    store.delete_session(&session.id).await.unwrap();
    store.touch_session(&session.id, at(6)).await.unwrap();
    assert_eq!(store.find_session(&digest(1)).await.unwrap(), None);
}

pub(crate) async fn expired_sessions_are_removed(store: &dyn Store) {
    let jane = add(store, "jane").await;
    open(store, &jane.id, 1, 0, 60).await;
    let unused = open(store, &jane.id, 2, 0, 1000).await;
    let used = open(store, &jane.id, 3, 0, 1000).await;
    store.touch_session(&used.id, at(50)).await.unwrap();

    assert_eq!(store.delete_expired_sessions(at(0), at(59)).await.unwrap(), 0);
    assert_eq!(store.delete_expired_sessions(at(0), at(60)).await.unwrap(), 1, "an end is an end");
    assert_eq!(store.delete_expired_sessions(at(50), at(61)).await.unwrap(), 1);

    assert!(!store.delete_session(&unused.id).await.unwrap());
    assert!(store.delete_session(&used.id).await.unwrap());
}

pub(crate) async fn sessions_end_one_by_one_or_all_of_a_user(store: &dyn Store) {
    let (jane, marc) = (add(store, "jane").await, add(store, "marc").await);
    let first = open(store, &jane.id, 1, 0, 60).await;
    for token in [2, 3] {
        open(store, &jane.id, token, 0, 60).await;
    }
    open(store, &marc.id, 4, 0, 60).await;

    assert!(store.delete_session(&first.id).await.unwrap());
    assert!(!store.delete_session(&first.id).await.unwrap());
    assert_eq!(store.delete_user_sessions(&jane.id).await.unwrap(), 2);
    assert!(store.find_session(&digest(4)).await.unwrap().is_some());
}
