//! Users.

use aracari_app::Value;
use aracari_store::{NewSession, NewUser, PasswordHash, Role, Store, StoreError, TokenDigest, User, UserId, UserName};
use chrono::{TimeDelta, Utc};

pub(crate) fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

pub(crate) async fn add(store: &dyn Store, user: &str) -> User {
    store.create_user(NewUser::named(name(user))).await.unwrap()
}

async fn open_session(store: &dyn Store, user: &User, digest: u8) {
    let created = Utc::now();
    let expires = created + TimeDelta::days(7);
    let new = NewSession { digest: TokenDigest([digest; 32]), user: user.id.clone(), created, expires };
    store.create_session(new).await.unwrap();
}

pub(crate) async fn a_user_is_found_as_created(store: &dyn Store) {
    let attributes = [
        ("carriers".to_owned(), Value::List(vec![Value::Text("UA".into()), Value::Text("D'L\n\"".into())])),
        ("level".to_owned(), Value::Integer(3)),
        ("share".to_owned(), Value::Float(0.25)),
        ("manager".to_owned(), Value::Boolean(true)),
        ("nothing".to_owned(), Value::Null),
    ];
    let new = NewUser {
        display_name: "Élise ✈ O'Hara".into(),
        role: Role::SuperAdmin,
        groups: vec!["network".into(), "carrier-managers".into()],
        attributes: attributes.into(),
        locale: Some("fr".into()),
        ..NewUser::named(name("Élise"))
    };

    let created = store.create_user(new.clone()).await.unwrap();

    assert_eq!(store.user_by_name(&name("ÉLISE")).await.unwrap().as_ref(), Some(&created));
    assert_eq!(store.user_by_id(&created.id).await.unwrap().as_ref(), Some(&created));
    assert_eq!((&created.display_name, created.role), (&new.display_name, Role::SuperAdmin));
    assert_eq!((&created.groups, &created.attributes), (&new.groups, &new.attributes), "types are kept");
    assert_eq!(created.reader().attributes, new.attributes);
    assert!(!created.disabled);
    assert_eq!(store.user_by_name(&name("elise")).await.unwrap(), None);
    assert_eq!(store.user_by_id(&UserId::random()).await.unwrap(), None);
}

pub(crate) async fn a_name_is_taken_once(store: &dyn Store) {
    let first = add(store, "jane").await;
    let second = store.create_user(NewUser::named(name("JANE"))).await;
    assert!(matches!(second, Err(StoreError::Conflict { what: "user", .. })), "{second:?}");
    assert_eq!(store.user_by_name(&name("jane")).await.unwrap(), Some(first));
}

pub(crate) async fn of_many_creations_at_once_one_wins(store: &dyn Store) {
    let once = || store.create_user(NewUser::named(name("first-admin")));
    let results = tokio::join!(once(), once(), once(), once());
    let won = [results.0, results.1, results.2, results.3].into_iter().flatten().count();
    assert_eq!(won, 1);
}

pub(crate) async fn users_are_listed_by_name(store: &dyn Store) {
    for user in ["nora", "eli", "marc"] {
        add(store, user).await;
    }
    let names: Vec<String> = store.list_users().await.unwrap().iter().map(|user| user.name.to_string()).collect();
    assert_eq!(names, ["eli", "marc", "nora"]);
}

pub(crate) async fn a_hash_is_read_for_a_sign_in_only(store: &dyn Store) {
    add(store, "without").await;
    let hash = PasswordHash::from_phc("$argon2id$canary".into());
    let new = NewUser { password_hash: Some(hash.clone()), ..NewUser::named(name("with")) };
    let shown = format!("{new:?} {:?}", store.create_user(new.clone()).await.unwrap());

    let credentials = store.credentials(&name("with")).await.unwrap().unwrap();

    assert_eq!(credentials.password_hash, Some(hash));
    assert!(store.credentials(&name("without")).await.unwrap().unwrap().password_hash.is_none());
    assert!(store.credentials(&name("nobody")).await.unwrap().is_none());
    assert!(!format!("{shown} {credentials:?}").contains("canary"), "{shown}");
}

pub(crate) async fn a_new_password_ends_the_sessions(store: &dyn Store) {
    let (jane, marc) = (add(store, "jane").await, add(store, "marc").await);
    open_session(store, &jane, 1).await;
    open_session(store, &jane, 2).await;
    open_session(store, &marc, 3).await;

    store.set_password(&jane.id, PasswordHash::from_phc("new".into())).await.unwrap();

    for (digest, lives) in [(1, false), (2, false), (3, true)] {
        assert_eq!(store.find_session(&TokenDigest([digest; 32])).await.unwrap().is_some(), lives, "session {digest}");
    }
    let credentials = store.credentials(&name("jane")).await.unwrap().unwrap();
    assert_eq!(credentials.password_hash.unwrap().expose(), "new");
    assert!(credentials.user.changed > jane.changed);
}

pub(crate) async fn disabling_ends_the_sessions_and_enabling_revives_none(store: &dyn Store) {
    let jane = add(store, "jane").await;
    open_session(store, &jane, 1).await;

    store.set_disabled(&jane.id, true).await.unwrap();
    assert!(store.find_session(&TokenDigest([1; 32])).await.unwrap().is_none());
    assert!(store.user_by_id(&jane.id).await.unwrap().unwrap().disabled);

    // A sign-in that was under way can still write its session: the reader of it sees that the user is disabled.
    open_session(store, &jane, 2).await;
    assert!(store.find_session(&TokenDigest([2; 32])).await.unwrap().unwrap().1.disabled);

    store.set_disabled(&jane.id, false).await.unwrap();
    assert!(store.find_session(&TokenDigest([1; 32])).await.unwrap().is_none());
    assert!(!store.user_by_id(&jane.id).await.unwrap().unwrap().disabled);
}

pub(crate) async fn changing_nobody_is_an_error(store: &dyn Store) {
    let nobody = UserId::random();
    let results = [
        store.set_password(&nobody, PasswordHash::from_phc("x".into())).await,
        store.set_disabled(&nobody, true).await,
        store.set_locale(&nobody, Some("fr")).await,
    ];
    for result in results {
        assert!(matches!(result, Err(StoreError::NotFound { what: "user", .. })), "{result:?}");
    }
    let jane = add(store, "jane").await;
    store.set_locale(&jane.id, Some("fr")).await.unwrap();
    assert_eq!(store.user_by_id(&jane.id).await.unwrap().unwrap().locale.as_deref(), Some("fr"));
}
