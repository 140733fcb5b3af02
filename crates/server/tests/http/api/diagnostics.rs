//! `/apps/{app}/diagnostics`

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

#[tokio::test]
async fn attack_51_refusals_leave_audit_events() {
    let server = TestServer::start().await;
    server.sign_in("zoe").await.get("/apps/shop").await;
    server.viewer().await.get("/apps/shop/diagnostics").await;
    server.viewer().await.get("/apps/shop").await;
    let mut found = json!([]);
    for _ in 0..50 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let mut decisions: Vec<_> = server
            .store
            .latest_audit(50)
            .await
            .unwrap()
            .into_iter()
            .filter(|event| event.action.starts_with("app."))
            .map(|event| json!([event.actor, event.action, event.outcome, event.object, event.address]))
            .collect();
        decisions.sort_by_key(ToString::to_string);
        found = json!(decisions);
        if decisions.len() >= 3 {
            break;
        }
    }
    let expected = json!([
        ["vera", "app.diagnostics", "denied", "app:shop", "127.0.0.1"],
        ["vera", "app.open", "allowed", "app:shop", "127.0.0.1"],
        ["zoe", "app.open", "denied", "app:shop", "127.0.0.1"],
    ]);
    assert_eq!(found, expected);
}
