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

#[tokio::test]
async fn an_app_that_was_never_right_is_there_for_those_who_administer_alone() {
    let server = TestServer::start_broken().await;
    let admin = server.admin().await;
    let listed = admin.get("/apps").await.json();
    assert_eq!((&listed["apps"][0]["id"], &listed["apps"][0]["title"]), (&json!("shop"), &json!("shop")));
    let opened = admin.get("/apps/shop").await;
    assert_eq!((opened.status, opened.problem().as_str()), (503, "unavailable"));
    let diagnostics = admin.get("/apps/shop/diagnostics").await.json();
    assert_eq!(diagnostics["diagnostics"][0]["severity"], "error");

    let director = server.sign_in("dora").await;
    assert_eq!(director.get("/apps").await.json(), json!({"apps": []}));
    for path in ["/apps/shop", "/apps/shop/diagnostics", "/apps/shop/events"] {
        assert_eq!(director.get(path).await.problem(), "not_found", "{path}");
    }
}
