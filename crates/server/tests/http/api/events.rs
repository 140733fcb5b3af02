//! `/apps/{app}/events`, and files that change while the app is served.

use std::time::{Duration, Instant};

use futures::StreamExt;
use serde_json::json;

use crate::support::{TestClient, TestServer};

/// An open event stream.
struct Events {
    stream: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    text: String,
}

impl Events {
    async fn open(client: &TestClient) -> Self {
        let response = client.request(reqwest::Method::GET, "/apps/shop/events").send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(response.headers().get("content-encoding").is_none());
        Self { stream: Box::pin(response.bytes_stream()), text: String::new() }
    }

    /// Waits until an event of this name arrived; gives its data.
    async fn wait_for(&mut self, name: &str, longest: Duration) -> Option<String> {
        let begun = Instant::now();
        loop {
            let marker = format!("event: {name}\ndata: ");
            if let Some(found) = self.text.find(&marker) {
                let rest = self.text.split_off(found + marker.len());
                let (data, after) = rest.split_once('\n').unwrap();
                let data = data.to_owned();
                after.clone_into(&mut self.text);
                return Some(data);
            }
            let left = longest.checked_sub(begun.elapsed())?;
            match tokio::time::timeout(left, self.stream.next()).await {
                Ok(Some(Ok(chunk))) => self.text.push_str(&String::from_utf8_lossy(&chunk)),
                _ => return None,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_change_is_live_within_a_second() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let before = viewer.get("/apps/shop").await.json();
    let mut events = Events::open(&viewer).await;

    let saved = Instant::now();
    server.write("app.yaml", &server.read("app.yaml").replace("en: The shop", "en: The better shop"));
    let data = events.wait_for("configuration", Duration::from_secs(5)).await.expect("no event");
    assert!(saved.elapsed() < Duration::from_secs(1), "took {:?}", saved.elapsed());

    let after = viewer.get("/apps/shop").await.json();
    assert_eq!(after["title"], "The better shop");
    assert_ne!(after["version"], before["version"]);
    assert_eq!(data, json!({"version": after["version"]}).to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_rows_are_told_and_answered() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let orders = async || viewer.home(&["orders"], json!({})).await["orders"]["frames"]["main"].clone();
    let before = orders().await;
    let mut events = Events::open(&viewer).await;

    server.write("assets/notes.txt", "other words");
    assert_eq!(events.wait_for("data", Duration::from_millis(400)).await, None, "an asset holds no rows");
    let rows = server.read("data/sales.csv");
    let first = rows.lines().nth(1).unwrap();
    server.write("data/sales.csv", &format!("{}\n{first}\n", rows.trim_end()));
    assert_eq!(events.wait_for("data", Duration::from_secs(5)).await.as_deref(), Some("{}"));
    assert_ne!(orders().await["columns"], before["columns"]);

    server.write("data/sales.csv", &rows);
    assert_eq!(events.wait_for("data", Duration::from_secs(1)).await, None, "not at once again");
    assert!(events.wait_for("data", Duration::from_secs(15)).await.is_some(), "but later");
    assert_eq!(orders().await["columns"], before["columns"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_change_keeps_the_last_good_version_and_tells_those_who_may_edit() {
    let server = TestServer::start().await;
    let (viewer, editor) = (server.viewer().await, server.sign_in("ed").await);
    let good = server.read("app.yaml");
    let before = viewer.get("/apps/shop").await;
    let (mut seen_by_viewer, mut seen_by_editor) = (Events::open(&viewer).await, Events::open(&editor).await);

    server.write("app.yaml", &good.replace("column: day", "column: dya"));
    let data = seen_by_editor.wait_for("diagnostics", Duration::from_secs(5)).await.expect("no event");
    let count: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert!(count["count"].as_u64().unwrap() >= 1);
    let diagnostics = editor.get("/apps/shop/diagnostics").await.json();
    let mistake = &diagnostics["diagnostics"][0];
    assert_eq!((mistake["file"].as_str(), mistake["severity"].as_str()), (Some("app.yaml"), Some("error")));
    assert!(mistake["line"].as_u64().unwrap() > 1, "{mistake}");
    assert!(mistake["message"].as_str().unwrap().contains("dya"), "{mistake}");

    let after = viewer.get("/apps/shop").await;
    assert_eq!(after.text, before.text, "everybody keeps the last good version");
    assert_eq!(viewer.home(&["orders"], json!({})).await["orders"]["frames"]["main"]["rows"], 1);
    assert_eq!(seen_by_viewer.wait_for("diagnostics", Duration::from_millis(300)).await, None);

    server.write("app.yaml", &good);
    let data = seen_by_editor.wait_for("diagnostics", Duration::from_secs(5)).await.expect("no event");
    assert_eq!(data, json!({"count": 0}).to_string(), "the mistake is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_42_hostile_files_are_refused_while_the_app_goes_on() {
    let server = TestServer::start().await;
    let editor = server.sign_in("ed").await;
    let bomb: String = std::iter::once("a0: &a0 [x]\n".to_owned())
        .chain((1..30).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}]\n", level - 1)))
        .collect();
    let deep = format!("title: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("evil.yaml"), "title: From outside\n").unwrap();
    let hostile: [(&str, Vec<u8>); 5] = [
        ("anchors", bomb.into_bytes()),
        ("depth", deep.into_bytes()),
        ("bytes", vec![0xff, 0xfe, 0x00, 0x41]),
        ("size", vec![b'#'; 5 * 1024 * 1024]),
        ("duplicates", b"title: a\ntitle: b\n".to_vec()),
    ];
    let mut events = Events::open(&editor).await;
    for (kind, content) in hostile {
        std::fs::write(server.folder.join("stories/evil.yaml"), content).unwrap();
        let data = events.wait_for("diagnostics", Duration::from_secs(5)).await;
        assert!(data.is_some_and(|data| data != r#"{"count":0}"#), "{kind} was not noticed");
        assert_eq!(editor.get("/apps/shop").await.status, 200, "{kind}");
        std::fs::remove_file(server.folder.join("stories/evil.yaml")).unwrap();
        let data = events.wait_for("diagnostics", Duration::from_secs(5)).await;
        assert_eq!(data.as_deref(), Some(r#"{"count":0}"#), "{kind} is gone");
    }
    std::os::unix::fs::symlink(outside.path(), server.folder.join("stories/link")).unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!editor.get("/apps/shop").await.text.contains("From outside"));
    assert_eq!(editor.home(&["orders"], json!({})).await["orders"]["frames"]["main"]["rows"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_data_is_answered_without_a_restart() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    assert_eq!(director.column("orders", 0, json!({})).await, [json!(8)]);
    server.write("data/sales.csv", &format!("{}2024-03-01,north,Arras,tea,1,1\n", server.read("data/sales.csv")));
    assert_eq!(director.column("orders", 0, json!({})).await, [json!(9)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_04_a_stream_ends_with_its_session() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let mut events = Events::open(&viewer).await;
    assert_eq!(viewer.delete("/session").await.status, 204);
    server.write("app.yaml", &server.read("app.yaml").replace("en: The shop", "en: Not for you"));
    assert_eq!(events.wait_for("configuration", Duration::from_secs(3)).await, None);
    assert_eq!(events.text.replace(":\n\n", ""), "", "nothing was told after the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_04_a_quiet_stream_ends_within_six_seconds_when_another_process_disables_its_reader() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let mut events = Events::open(&viewer).await;
    let command = aracari_auth::Accounts::new(server.store.clone(), "command line").unwrap();
    command.set_disabled(&aracari_store::UserName::parse("vera").unwrap(), true).await.unwrap();
    let begun = Instant::now();
    while let Ok(next) = tokio::time::timeout(Duration::from_secs(6), events.stream.next()).await {
        if next.is_none() {
            assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
            return;
        }
    }
    panic!("the stream outlived its reader's access by more than six seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reader_cannot_take_every_stream() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(Events::open(&viewer).await);
    }
    let again = server.viewer().await.get("/apps/shop/events").await;
    assert_eq!((again.status, again.problem().as_str()), (503, "unavailable"), "another session is the same reader");
    Events::open(&server.sign_in("max").await).await;
    open.clear();
    let begun = Instant::now();
    while viewer.request(reqwest::Method::GET, "/apps/shop/events").send().await.unwrap().status() != 200 {
        assert!(begun.elapsed() < Duration::from_secs(5), "closed streams keep their place");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
