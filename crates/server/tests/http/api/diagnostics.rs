//! `/apps/{app}/diagnostics`

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn only_those_who_may_edit_see_diagnostics() {
    let server = TestServer::start().await;
    for (name, status) in [("vera", 403), ("dora", 403), ("ed", 200), ("ada", 200), ("zoe", 404)] {
        let answer = server.sign_in(name).await.get("/apps/shop/diagnostics").await;
        assert_eq!(answer.status, status, "{name}");
        match status {
            200 => assert!(answer.json()["diagnostics"].is_array(), "{}", answer.text),
            403 => assert_eq!(answer.problem(), "forbidden"),
            _ => assert_eq!(answer.problem(), "not_found"),
        }
    }
    assert_eq!(server.anonymous().get("/apps/shop/diagnostics").await.status, 401);
}

/// The server's own audit events, sorted, as soon as there are so many.
async fn decisions(server: &TestServer, how_many: usize) -> serde_json::Value {
    let mut found = Vec::new();
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        found = server
            .store
            .latest_audit(50)
            .await
            .unwrap()
            .into_iter()
            .filter(|event| event.action.starts_with("app.") || event.action.starts_with("request."))
            .map(|event| json!([event.actor, event.action, event.outcome, event.object, event.address]))
            .collect();
        found.sort_by_key(ToString::to_string);
        if found.len() >= how_many {
            break;
        }
    }
    json!(found)
}

#[tokio::test]
async fn attack_51_refusals_leave_audit_events() {
    let server = TestServer::start().await;
    server.sign_in("zoe").await.get("/apps/shop").await;
    server.viewer().await.get("/apps/shop/diagnostics").await;
    server.viewer().await.get("/apps/shop").await;
    let found = decisions(&server, 3).await;
    let expected = json!([
        ["vera", "app.diagnostics", "denied", "app:shop", "127.0.0.1"],
        ["vera", "app.open", "allowed", "app:shop", "127.0.0.1"],
        ["zoe", "app.open", "denied", "app:shop", "127.0.0.1"],
    ]);
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_app_that_was_never_right_is_there_for_those_who_administer_alone() {
    let server = TestServer::start_broken().await;
    let admin = server.admin().await;
    let listed = admin.get("/apps").await.json();
    assert_eq!((&listed["apps"][0]["id"], &listed["apps"][0]["title"]), (&json!("shop"), &json!("shop")));
    let opened = admin.get("/apps/shop").await;
    assert_eq!((opened.status, opened.problem().as_str()), (503, "not_ready"));
    assert!(opened.json()["hint"].as_str().unwrap().contains("/apps/shop/diagnostics"), "{}", opened.text);
    let diagnostics = admin.get("/apps/shop/diagnostics").await.json();
    assert_eq!(diagnostics["diagnostics"][0]["severity"], "error");

    let director = server.sign_in("dora").await;
    assert_eq!(director.get("/apps").await.json(), json!({"apps": [], "not_ready": true}));
    for path in ["/apps/shop", "/apps/shop/events"] {
        let answer = director.get(path).await;
        assert_eq!((answer.status, answer.problem().as_str()), (503, "not_ready"), "{path}");
        assert!(answer.json().get("hint").is_none(), "a reader cannot mend it: {}", answer.text);
    }
    for path in ["/apps/shop/diagnostics", "/apps/none"] {
        assert_eq!(director.get(path).await.problem(), "not_found", "{path}");
    }
}

#[tokio::test]
async fn attack_51_choices_exports_and_refused_columns_leave_audit_events() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    for path in ["/apps/shop/filters/region/values", "/apps/shop/views/shop/values", "/apps/shop/views/shop/values"] {
        assert_eq!(viewer.post(path, &json!({})).await.status, 200, "{path}");
    }
    let body = |block: &str| json!({"page": {"kind": "home"}, "blocks": [block]});
    for (kind, block, status) in [
        ("text/csv", "regions", 200),
        ("application/vnd.apache.arrow.stream", "regions", 200),
        ("text/csv", "margin", 403),
    ] {
        let request = viewer.request(Method::POST, "/apps/shop/queries").json(&body(block)).header("accept", kind);
        assert_eq!(request.send().await.unwrap().status(), status, "{kind} {block}");
    }
    assert_eq!(viewer.post("/apps/shop/queries", &body("margin")).await.status, 200);
    let expected = json!([
        ["vera", "app.column", "denied", "app:shop", "127.0.0.1"],
        ["vera", "app.column", "denied", "app:shop", "127.0.0.1"],
        ["vera", "app.export", "allowed", "app:shop", "127.0.0.1"],
        ["vera", "app.export", "allowed", "app:shop", "127.0.0.1"],
        ["vera", "app.query", "allowed", "app:shop", "127.0.0.1"],
        ["vera", "app.values", "allowed", "app:shop", "127.0.0.1"],
    ]);
    assert_eq!(decisions(&server, 6).await, expected);
}

#[tokio::test]
async fn attack_51_requests_of_foreign_pages_leave_an_audit_event() {
    let server = TestServer::start().await;
    let cookie = server.cookie("vera").await;
    for _ in 0..3 {
        let request = server.anonymous().request(Method::DELETE, "/session").header("cookie", &cookie);
        assert_eq!(request.header("sec-fetch-site", "cross-site").send().await.unwrap().status(), 403);
    }
    let expected = json!([["vera", "request.foreign", "denied", null, "127.0.0.1"]]);
    assert_eq!(decisions(&server, 1).await, expected);
}
