//! Attack 7 (guessing) and attack 51 (the audit trail), with what a person meets on a good day.

use std::collections::BTreeMap;

use aracari_app::Value;
use aracari_auth::{AccountError, PasswordRule, SignInError};
use aracari_store::{NewUser, Outcome, Role};
use secrecy::{ExposeSecret, SecretString};

use crate::support::{Instance, WRONG, name, wrong};

#[tokio::test]
async fn the_right_password_opens_a_session_as_oneself() {
    let instance = Instance::start().await;
    let attributes = BTreeMap::from([("carriers".to_owned(), Value::List(vec![Value::Text("UA".into())]))]);
    let marc = NewUser {
        role: Role::Admin,
        groups: vec!["carrier-managers".into()],
        attributes: attributes.clone(),
        locale: Some("fr".into()),
        ..NewUser::named(name("marc"))
    };
    let (marc, password) = instance.accounts.create(marc).await.unwrap();

    let signed_in = instance.sign_in(" MARC ", &password).await.unwrap();
    let principal = instance.authenticator.authenticate(signed_in.token.expose()).await.unwrap().unwrap();

    assert_eq!((&principal.user_id, principal.name.as_str()), (&marc.id, "marc"));
    assert_eq!((principal.role, principal.locale.as_deref()), (Role::Admin, Some("fr")));
    assert_eq!((&principal.reader.groups, &principal.reader.attributes), (&marc.groups, &attributes));
    assert_eq!(principal.session_id, signed_in.principal.session_id);
}

#[tokio::test]
async fn attack_7_every_refusal_is_the_same() {
    let instance = Instance::patient().await;
    let password = instance.add("jane").await;
    let disabled = instance.add("disabled").await;
    instance.accounts.set_disabled(&name("disabled"), true).await.unwrap();
    instance.store.create_user(NewUser::named(name("no-password"))).await.unwrap();
    let long = SecretString::from("x".repeat(1_000_000));
    let empty = SecretString::from("");
    for (person, tried) in [
        ("jane", &wrong()),
        ("nobody", &wrong()),
        ("nobody", &password),
        ("disabled", &disabled),
        ("no-password", &wrong()),
        ("no-password", &empty),
        ("jane", &empty),
        ("jane", &long),
        ("", &empty),
        ("' OR 1=1 --", &wrong()),
        ("jane\0", &password),
    ] {
        let refusal = instance.sign_in(person, tried).await.unwrap_err();
        assert!(matches!(refusal, SignInError::InvalidCredentials), "{person:?}: {refusal:?}");
        assert_eq!(refusal.to_string(), "the name or the password is wrong");
    }
    instance.sign_in("jane", &password).await.unwrap();
}

#[tokio::test]
async fn attack_7_fifty_guesses_meet_the_same_wall_for_known_and_unknown() {
    let mut walls = Vec::new();
    for person in ["jane", "nobody"] {
        let instance = Instance::start().await;
        let password = instance.add("jane").await;
        let mut answers = Vec::new();
        for _ in 0..50 {
            answers.push(match instance.sign_in(person, &wrong()).await.unwrap_err() {
                SignInError::InvalidCredentials => "wrong",
                SignInError::Throttled { .. } => "throttled",
                other => panic!("{other:?}"),
            });
        }
        assert_eq!(answers[..8], ["wrong"; 8]);
        let checked = answers.iter().filter(|answer| **answer == "wrong").count();
        assert!(checked <= 10, "{checked} of 50 guesses were checked");

        // While the wait lasts, even the right password does not tell.
        let refusal = instance.sign_in("jane", &password).await;
        assert_eq!(matches!(refusal, Err(SignInError::Throttled { .. })), person == "jane");
        if let Err(SignInError::Throttled { retry_after }) = refusal {
            assert!(retry_after.as_secs_f64() > 0.0);
        }
        walls.push(answers);
    }
    assert_eq!(walls[0][..20], walls[1][..20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_7_guesses_at_the_same_moment_count_too() {
    let instance = std::sync::Arc::new(Instance::start().await);
    instance.add("jane").await;
    let guesses: Vec<_> = (0..50)
        .map(|_| {
            let instance = std::sync::Arc::clone(&instance);
            tokio::spawn(async move { instance.sign_in("jane", &wrong()).await.unwrap_err() })
        })
        .collect();
    let mut checked = 0;
    for guess in guesses {
        checked += usize::from(matches!(guess.await.unwrap(), SignInError::InvalidCredentials));
    }
    assert!(checked <= 9, "{checked} of 50 guesses were checked at once");
}

#[tokio::test]
async fn attack_51_each_attempt_leaves_a_line_that_cannot_be_forged() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let signed_in = instance.sign_in("jane", &password).await.unwrap();
    instance.authenticator.sign_out(&signed_in.principal, aracari_auth::Context::default()).await.unwrap();
    let forger = "nobody\n2026-01-01T00:00:00Z session.sign_in allowed root";
    instance.sign_in(forger, &wrong()).await.unwrap_err();
    for _ in 0..20 {
        instance.sign_in("jane", &wrong()).await.unwrap_err();
    }

    let mut events = instance.store.latest_audit(100).await.unwrap();
    events.reverse();
    let lines: Vec<_> = events.iter().map(|event| (event.action.as_str(), event.outcome)).collect();
    let expected = [
        ("user.create", Outcome::Allowed),
        ("session.sign_in", Outcome::Allowed),
        ("session.sign_out", Outcome::Allowed),
        ("session.sign_in", Outcome::Denied),
    ];
    assert_eq!(lines[..4], expected);
    assert_eq!(events[1].address.as_deref(), Some("192.0.2.7"));
    assert_eq!(events[1].request_id.as_deref(), Some("request-1"));
    assert_eq!(events[3].actor.as_deref(), Some("nobody\\n2026-01-01T00:00:00Z session.sign_in allowed root"));
    let throttled = events.iter().filter(|event| event.details.get("by").is_some_and(|by| by == "throttled")).count();
    assert!((1..=3).contains(&throttled), "{throttled} lines: one for each wait, not one for each refusal");

    let all = serde_json::to_string(&events).unwrap();
    for secret in [password.expose_secret(), signed_in.token.expose(), WRONG, "argon2"] {
        assert!(!all.contains(secret), "{secret} is in the audit log");
    }
}

#[tokio::test]
async fn people_are_added_once_and_changed_with_care() {
    let instance = Instance::start().await;
    let old = instance.add("jane").await;
    let twice = instance.accounts.create(NewUser::named(name("Jane"))).await;
    assert!(matches!(twice, Err(AccountError::Exists(_))), "{twice:?}");
    let unknown = instance.accounts.reset_password(&name("nobody")).await;
    assert!(matches!(unknown, Err(AccountError::Unknown(_))));
    let short = instance.accounts.set_password(&name("jane"), &SecretString::from("short")).await;
    assert!(matches!(short, Err(AccountError::Password(PasswordRule::TooShort))));

    let new = instance.accounts.reset_password(&name("jane")).await.unwrap();
    assert!(matches!(instance.sign_in("jane", &old).await, Err(SignInError::InvalidCredentials)));
    instance.sign_in("jane", &new).await.unwrap();

    let chosen = SecretString::from("a long phrase of mine");
    instance.accounts.set_password(&name("jane"), &chosen).await.unwrap();
    instance.sign_in("jane", &chosen).await.unwrap();

    assert!(instance.accounts.set_disabled(&name("jane"), true).await.unwrap());
    assert!(!instance.accounts.set_disabled(&name("jane"), true).await.unwrap(), "nothing left to change");
    instance.sign_in("jane", &chosen).await.unwrap_err();
    instance.accounts.set_disabled(&name("jane"), false).await.unwrap();
    instance.sign_in("jane", &chosen).await.unwrap();
}
