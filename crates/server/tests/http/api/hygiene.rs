//! What must never be in an answer or in a log, whoever asks.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::{PASSWORD, TestServer};

/// Every key of a JSON value with the path that leads to it; ids of the app stand for themselves once.
fn keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let here = format!("{path}.{key}");
                keys(inner, &here, found);
                found.insert(here);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, &format!("{path}[]"), found)),
        _ => {}
    }
}

/// What only the server may know.
const INSIDE: [&str; 8] = [
    "data/sales.csv",
    "canary_margin",
    "permissions",
    "user.attributes",
    "\"files\"",
    "\"source\"",
    "\"table\":",
    "/tmp/",
];

#[tokio::test]
async fn attack_33_the_presentation_has_these_keys_and_tells_nothing_of_the_inside() {
    let server = TestServer::start().await;
    for name in ["vera", "ada"] {
        let app = server.sign_in(name).await.get("/apps/shop").await;
        for word in INSIDE {
            assert!(!app.text.contains(word), "{name}: {word} in {}", app.text);
        }
        if name == "vera" {
            let mut found = BTreeSet::new();
            keys(&app.json(), "", &mut found);
            insta::assert_snapshot!(found.into_iter().collect::<Vec<_>>().join("\n"));
        }
    }
}

#[tokio::test]
async fn attack_33_a_failing_source_tells_readers_nothing_of_itself() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    std::fs::remove_file(server.folder.join("data/sales.csv")).unwrap();
    let answers = viewer.home(&["orders", "rows"], json!({})).await;
    for block in ["orders", "rows"] {
        let problem = &answers[block]["error"];
        assert_eq!((&problem["code"], &problem["status"]), (&json!("source_failed"), &json!(502)), "{problem}");
    }
    let choices = viewer.post("/apps/shop/filters/region/values", &json!({})).await;
    assert_eq!((choices.status, choices.problem().as_str()), (502, "source_failed"));
    for text in [Value::Object(answers).to_string(), choices.text] {
        for word in ["sales", "csv", "/", "files", "os error", "No such file"] {
            let without_addresses = text.replace("source_failed", "");
            assert!(!without_addresses.contains(word), "{word} in {text}");
        }
    }
}

/// Collects what is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn attack_34_no_answer_and_no_log_line_holds_a_secret() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let server = TestServer::start().await;
    let cookie = server.cookie("vera").await;
    let mut secrets = vec![PASSWORD.to_owned(), "$argon2".to_owned(), cookie.split_once('=').unwrap().1.to_owned()];
    let mut recorded = String::new();
    for name in ["vera", "max", "nora", "dora", "ed", "ada", "zoe"] {
        let client = server.sign_in(name).await;
        secrets.extend(client.token.clone());
        for path in [
            "/session",
            "/apps",
            "/apps/shop",
            "/apps/shop?locale=fr",
            "/apps/shop/diagnostics",
            "/openapi.json",
            "/apps/shop/assets/logo.svg",
            "/none",
        ] {
            let answer = client.get(path).await;
            writeln!(recorded, "{path} {:?} {}", answer.headers, answer.text).unwrap();
        }
        for (path, body) in [
            ("/apps/shop/queries", json!({"page": {"kind": "home"}, "blocks": ["orders", "margin", "rows", "none"]})),
            ("/apps/shop/filters/region/values", json!({})),
            ("/apps/shop/views/shop/values", json!({"view": {"x": 1}})),
            ("/session", json!({"name": name, "password": "wrong-canary-password", "delivery": "bearer"})),
            ("/session", json!({"name": name, "password": PASSWORD})),
        ] {
            let answer = client.post(path, &body).await;
            writeln!(recorded, "{path} {:?} {}", answer.headers, answer.text).unwrap();
        }
        recorded.push_str(&client.page("/metrics").await.text);
    }
    secrets.push("wrong-canary-password".to_owned());
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let instance_secret = std::fs::read_to_string(server.folder.parent().unwrap().join("secret")).unwrap();
    secrets.push(instance_secret.trim().to_owned());
    // Libraries may log a connection's bytes at their finest level; what is ours never may.
    let own_lines: String = logged.lines().filter(|line| line.contains("aracari")).collect::<Vec<_>>().join("\n");
    assert!(own_lines.contains("response.status=200"), "the log is empty");
    for secret in secrets {
        assert!(!recorded.contains(&secret), "{secret} was answered");
        assert!(!own_lines.contains(&secret), "{secret} was logged");
    }
    assert!(!recorded.contains("canary_margin"), "a hidden column's name was answered");
}

#[tokio::test]
async fn attack_05_addresses_are_logged_by_their_route_without_what_was_asked() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = TestServer::start().await;
    server.viewer().await.get("/apps/canary-in-path?token=canary-in-query").await;
    server.anonymous().page("/canary-in-file%0a2026-01-01 INFO forged").await;
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("request.route=\"/api/v1/apps/{app}\""), "{logged}");
    assert!(!logged.contains("canary-in"), "{logged}");
    assert!(!logged.contains("forged"), "{logged}");
}
