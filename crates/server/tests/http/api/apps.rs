//! `/apps` and `/apps/{app}`

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestServer};

#[tokio::test]
async fn everybody_sees_the_apps_that_are_open_to_them() {
    let server = TestServer::start().await;
    let expected = |privilege: &str| json!({"apps": [{"id": "shop", "title": "The shop", "description": "Sales by region", "privilege": privilege}], "not_ready": false});
    assert_eq!(server.viewer().await.get("/apps").await.json(), expected("viewer"));
    assert_eq!(server.sign_in("ed").await.get("/apps").await.json(), expected("contributor"));
    assert_eq!(server.admin().await.get("/apps").await.json(), expected("admin"));
    assert_eq!(server.sign_in("zoe").await.get("/apps").await.json(), json!({"apps": [], "not_ready": false}));
    assert_eq!(server.anonymous().get("/apps").await.problem(), "unauthenticated");
    let french = server.viewer().await.get("/apps?locale=fr").await.json();
    assert_eq!(french["apps"][0]["title"], "La boutique");
}

#[tokio::test]
async fn an_app_that_is_not_open_to_a_person_does_not_exist_for_them() {
    let server = TestServer::start().await;
    let stranger = server.sign_in("zoe").await;
    for (method, path) in [
        (Method::GET, "/apps/{}"),
        (Method::GET, "/apps/{}/diagnostics"),
        (Method::GET, "/apps/{}/events"),
        (Method::GET, "/apps/{}/assets/logo.svg"),
        (Method::POST, "/apps/{}/queries"),
        (Method::POST, "/apps/{}/filters/region/values"),
        (Method::POST, "/apps/{}/views/shop/values"),
    ] {
        let body = json!({"page": {"kind": "home"}, "blocks": ["orders"]});
        let mut seen = Vec::new();
        for app in ["shop", "no-such-app"] {
            let request = stranger.request(method.clone(), &path.replace("{}", app)).json(&body);
            let answer = Answer::read(request.send().await.unwrap()).await;
            assert_eq!((answer.status, answer.problem().as_str()), (404, "not_found"), "{path}");
            let mut problem = answer.json();
            problem["request_id"] = json!("");
            seen.push(problem);
        }
        assert_eq!(seen[0], seen[1], "{path}: an existing app must not be told from a missing one");
    }
}

#[tokio::test]
async fn an_app_is_sent_in_the_language_that_was_asked_for() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    for (query, locale, title) in [
        ("", "en", "The shop"),
        ("?locale=fr", "fr", "La boutique"),
        ("?locale=FR", "fr", "La boutique"),
        ("?locale=de", "en", "The shop"),
        ("?locale=../../etc", "en", "The shop"),
    ] {
        let app = viewer.get(&format!("/apps/shop{query}")).await.json();
        assert_eq!((app["locale"].as_str(), app["title"].as_str()), (Some(locale), Some(title)), "{query}");
    }
}

#[tokio::test]
async fn an_unchanged_app_is_not_sent_again() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let first = viewer.get("/apps/shop").await;
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let again = viewer.request(Method::GET, "/apps/shop").header("if-none-match", first.header("etag"));
    let unchanged = Answer::read(again.send().await.unwrap()).await;
    assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
    assert_eq!(unchanged.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn attack_36_knowing_the_tag_of_somebody_else_gains_nothing() {
    let server = TestServer::start().await;
    let admin_tag = server.admin().await.get("/apps/shop").await.header("etag").to_owned();
    let viewer = server.viewer().await;
    for tag in [admin_tag.as_str(), "*", "\"\"", "W/\"x\""] {
        let request = viewer.request(Method::GET, "/apps/shop").header("if-none-match", tag);
        let answer = Answer::read(request.send().await.unwrap()).await;
        assert_eq!(answer.status, 200, "{tag}");
        assert_eq!(answer.json()["privilege"], "viewer");
    }
    let stranger = server.sign_in("zoe").await.request(Method::GET, "/apps/shop").header("if-none-match", admin_tag);
    assert_eq!(Answer::read(stranger.send().await.unwrap()).await.status, 404);
}
