//! Attack 4 (a session after its end) and attack 5 (fixation), and that a living session costs next to nothing.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aracari_auth::{Accounts, Authenticator, Context, Mode, Secret, Settings, SignIn};
use aracari_store::{SqliteStore, Store};
use chrono::{DateTime, TimeDelta, Utc};

use crate::support::{Instance, holds, name};

#[tokio::test]
async fn attack_4_a_signed_out_session_is_over_at_once() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let first = instance.sign_in("jane", &password).await.unwrap();
    let second = instance.sign_in("jane", &password).await.unwrap();
    let third = instance.sign_in("jane", &password).await.unwrap();
    for session in [&first, &second, &third] {
        assert!(instance.knows(session.token.expose()).await);
    }

    instance.authenticator.sign_out(&first.principal, Context::default()).await.unwrap();
    assert!(!instance.knows(first.token.expose()).await);
    assert!(instance.knows(second.token.expose()).await, "the other device stays signed in");

    let ended = instance.authenticator.sign_out_everywhere(&second.principal, Context::default()).await.unwrap();
    assert_eq!(ended, 2);
    assert!(!instance.knows(second.token.expose()).await);
    assert!(!instance.knows(third.token.expose()).await);
}

#[tokio::test]
async fn attack_4_what_another_process_ends_is_over_within_five_seconds() {
    let instance = Instance::start().await;
    let mut tokens = Vec::new();
    for person in ["reset", "disabled"] {
        let password = instance.add(person).await;
        let token = instance.sign_in(person, &password).await.unwrap().token;
        assert!(instance.knows(token.expose()).await);
        tokens.push(token);
    }

    // The command line opens the same data folder on its own.
    let other: Arc<dyn Store> = Arc::new(SqliteStore::open(instance.folder.path()).await.unwrap());
    let command = Accounts::new(other, "command line").unwrap();
    command.reset_password(&name("reset")).await.unwrap();
    command.set_disabled(&name("disabled"), true).await.unwrap();

    let until = Instant::now() + Duration::from_secs(5);
    for token in &tokens {
        while instance.knows(token.expose()).await {
            assert!(Instant::now() < until, "a session outlived its end by more than five seconds");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_4_no_request_at_the_moment_of_signing_out_keeps_the_session_alive() {
    let instance = Arc::new(Instance::patient().await);
    let password = instance.add("jane").await;
    for round in 0..20 {
        let signed_in = instance.sign_in("jane", &password).await.unwrap();
        let token = signed_in.token.expose().to_owned();
        let requests: Vec<_> = (0..8)
            .map(|_| {
                let (instance, token) = (Arc::clone(&instance), token.clone());
                tokio::spawn(async move { instance.knows(&token).await })
            })
            .collect();
        instance.authenticator.sign_out(&signed_in.principal, Context::default()).await.unwrap();
        assert!(!instance.knows(&token).await, "round {round}");
        for request in requests {
            request.await.unwrap();
        }
        assert!(!instance.knows(&token).await, "round {round}: a late answer was cached");
    }
}

#[tokio::test]
async fn attack_5_each_sign_in_gives_a_new_token_and_ends_the_one_that_came_along() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let planted = instance.sign_in("jane", &password).await.unwrap().token;
    assert!(instance.knows(planted.expose()).await);

    let fresh = instance.sign_in_again("jane", &password, Some(planted.expose())).await.unwrap().token;

    assert_ne!(planted.expose(), fresh.expose());
    assert!(!instance.knows(planted.expose()).await, "a token planted beforehand is worth nothing");
    assert!(instance.knows(fresh.expose()).await);

    // A token that the server never made is not adopted either.
    let invented = "A".repeat(43);
    let next = instance.sign_in_again("jane", &password, Some(&invented)).await.unwrap().token;
    assert_ne!(next.expose(), invented);
    assert!(!instance.knows(&invented).await);
}

#[tokio::test]
async fn attack_5_a_token_is_random_and_never_on_the_disk() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let token = instance.sign_in("jane", &password).await.unwrap().token;

    assert_eq!(token.expose().len(), 43, "32 bytes in base64url");
    assert!(token.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    assert_eq!(format!("{token:?}"), "SessionToken(…)");
    let disk = instance.disk();
    assert!(holds(&disk, "jane"), "the users are on the disk");
    assert!(!holds(&disk, token.expose()));
}

#[tokio::test]
async fn a_token_is_worth_nothing_under_another_secret() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let token = instance.sign_in("jane", &password).await.unwrap().token;
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = Secret::load(Mode::Development, None, elsewhere.path()).unwrap();
    let other = Authenticator::new(Arc::clone(&instance.store), &secret, Settings::default()).unwrap();
    assert!(other.authenticate(token.expose()).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_no_token_is_nobody() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let token = instance.sign_in("jane", &password).await.unwrap().token;
    let good = token.expose();
    let nearly = format!("{}{}", &good[..42], if good.ends_with('A') { 'B' } else { 'A' });
    for text in ["", "null", &good[..42], &format!("{good} "), &nearly, &"é".repeat(22), &"x".repeat(1_000_000)] {
        assert!(!instance.knows(text).await, "{text:.50}");
    }
}

/// A clock that the test moves.
struct Time(Arc<Mutex<DateTime<Utc>>>);

impl Time {
    fn forward(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }

    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn a_session_ends_when_idle_and_after_seven_days_in_any_case() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let now = Arc::new(Mutex::new(Utc::now()));
    let time = Time(Arc::clone(&now));
    let secret = Secret::load(Mode::Development, None, instance.folder.path()).unwrap();
    let clock = Arc::new(move || *now.lock().unwrap());
    let start = || {
        let store = Arc::clone(&instance.store);
        Authenticator::with_clock(store, &secret, Settings::default(), clock.clone()).unwrap()
    };
    let authenticator = start();
    let sign_in = async || {
        let context = Context::default();
        let request = SignIn { name: "jane", password: &password, previous_token: None, context };
        authenticator.sign_in(request).await.unwrap().token
    };

    // Idle: cached or not, eight hours are the end.
    let idle = sign_in().await;
    assert!(authenticator.authenticate(idle.expose()).await.unwrap().is_some());
    time.forward(TimeDelta::hours(8));
    assert!(authenticator.authenticate(idle.expose()).await.unwrap().is_none());
    assert!(start().authenticate(idle.expose()).await.unwrap().is_none());

    // In use every seven hours: alive until the seventh day, each time seen by a freshly started process.
    let used = sign_in().await;
    for _ in 0..23 {
        time.forward(TimeDelta::hours(7));
        assert!(start().authenticate(used.expose()).await.unwrap().is_some());
        wait_for_notes(&instance, time.now()).await;
    }
    time.forward(TimeDelta::hours(7));
    assert!(start().authenticate(used.expose()).await.unwrap().is_none(), "168 hours are seven days");

    assert_eq!(authenticator.clean_up().await.unwrap(), 2);
}

#[tokio::test]
async fn attack_4_looking_at_a_session_keeps_nobody_signed_in() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let now = Arc::new(Mutex::new(Utc::now()));
    let time = Time(Arc::clone(&now));
    let secret = Secret::load(Mode::Development, None, instance.folder.path()).unwrap();
    let clock = Arc::new(move || *now.lock().unwrap());
    let authenticator =
        Authenticator::with_clock(Arc::clone(&instance.store), &secret, Settings::default(), clock).unwrap();
    let request = SignIn { name: "jane", password: &password, previous_token: None, context: Context::default() };
    let token = authenticator.sign_in(request).await.unwrap().token;

    for _ in 0..47 {
        time.forward(TimeDelta::minutes(10));
        let holder = authenticator.still_valid(token.expose()).await.unwrap().unwrap();
        assert_eq!(holder.name.as_str(), "jane");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    time.forward(TimeDelta::minutes(10));
    assert!(authenticator.still_valid(token.expose()).await.unwrap().is_none(), "eight hours without use");
    assert!(authenticator.authenticate(token.expose()).await.unwrap().is_none());
    assert!(authenticator.still_valid("no token").await.unwrap().is_none());
}

#[tokio::test]
async fn attack_4_looking_at_a_session_sees_at_once_what_another_process_ended() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let token = instance.sign_in("jane", &password).await.unwrap().token;
    assert!(instance.knows(token.expose()).await);
    assert!(instance.authenticator.still_valid(token.expose()).await.unwrap().is_some());
    let other: Arc<dyn Store> = Arc::new(SqliteStore::open(instance.folder.path()).await.unwrap());
    Accounts::new(other, "command line").unwrap().set_disabled(&name("jane"), true).await.unwrap();
    assert!(instance.authenticator.still_valid(token.expose()).await.unwrap().is_none());
}

/// The use of a session is noted beside the request: wait until it is.
async fn wait_for_notes(instance: &Instance, now: DateTime<Utc>) {
    let file = instance.folder.path().join("aracari.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    for _ in 0..200 {
        let latest: i64 =
            sqlx::query_scalar("SELECT max(used) FROM sessions").fetch_one(&mut connection).await.unwrap();
        if latest == now.timestamp_micros() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the use of the session was not noted");
}

#[tokio::test]
async fn an_authenticated_request_costs_microseconds() {
    let instance = Instance::start().await;
    let password = instance.add("jane").await;
    let token = instance.sign_in("jane", &password).await.unwrap().token;
    assert!(instance.knows(token.expose()).await);
    let rounds = 20_000;
    let begun = Instant::now();
    for _ in 0..rounds {
        assert!(instance.knows(token.expose()).await);
    }
    let each = begun.elapsed() / rounds;
    println!("authenticate, cached: {each:?}");
    assert!(each < Duration::from_micros(100), "{each:?}");
}
