//! `/health/live`, `/health/ready`, `/metrics`

use secrecy::SecretString;

use crate::support::{Answer, TestServer};

#[tokio::test]
async fn health_is_public_and_says_nothing_but_its_word() {
    let server = TestServer::start().await;
    let anonymous = server.anonymous();
    for (path, word) in [("/health/live", "live\n"), ("/health/ready", "ready\n")] {
        let answer = anonymous.page(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, word));
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_read_makes_the_server_unready_but_alive() {
    let server = TestServer::start().await;
    server.store.close().await;
    let ready = server.anonymous().page("/health/ready").await;
    assert_eq!((ready.status, ready.problem().as_str()), (503, "unavailable"));
    assert_eq!(server.anonymous().page("/health/live").await.status, 200);
}

#[tokio::test]
async fn a_server_without_one_good_app_is_alive_and_not_ready() {
    let server = TestServer::start_broken().await;
    let ready = server.anonymous().page("/health/ready").await;
    assert_eq!((ready.status, ready.problem().as_str()), (503, "not_ready"));
    assert_eq!(server.anonymous().page("/health/live").await.status, 200);
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_never_name_what_was_asked() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    assert_eq!(viewer.get("/apps/shop").await.status, 200);
    assert_eq!(viewer.get("/apps/canary-app-name").await.status, 404);
    let metrics = viewer.page("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.text.contains(r#"route="/api/v1/apps/{app}""#), "{}", metrics.text);
    assert!(metrics.text.contains("aracari_http_request_duration_seconds_bucket"), "{}", metrics.text);
    assert!(!metrics.text.contains("canary"), "{}", metrics.text);
}

#[tokio::test]
async fn metrics_are_for_this_machine_or_the_token() {
    let token = "metrics-canary-token-1234";
    let server = TestServer::start_with(|settings| settings.metrics_token = Some(SecretString::from(token))).await;
    let client = server.anonymous();
    let url = format!("{}/metrics", server.url);
    // A proxy on this machine speaks for somebody else, hence is not this machine.
    let forwarded = || client.http.get(&url).header("x-forwarded-for", "203.0.113.7");

    let refused = Answer::read(forwarded().send().await.unwrap()).await;
    assert_eq!((refused.status, refused.problem().as_str()), (404, "not_found"));
    let wrong = Answer::read(forwarded().bearer_auth("metrics-canary-token-1235").send().await.unwrap()).await;
    assert_eq!(wrong.status, 404);
    let right = Answer::read(forwarded().bearer_auth(token).send().await.unwrap()).await;
    assert_eq!(right.status, 200);
}

#[tokio::test]
async fn attack_52_metrics_are_not_for_those_whom_a_proxy_or_a_foreign_name_brings() {
    let server = TestServer::start().await;
    let get = |server: &TestServer| server.anonymous().http.get(format!("{}/metrics", server.url));
    let rebound = Answer::read(get(&server).header("host", "rebound.evil.com").send().await.unwrap()).await;
    assert_eq!((rebound.status, rebound.problem().as_str()), (404, "not_found"));
    assert_eq!(get(&server).header("host", "127.0.0.1:1").send().await.unwrap().status(), 200);
    assert_eq!(get(&server).header("host", "[::1]").send().await.unwrap().status(), 200);

    let behind = TestServer::start_with(|settings| settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    assert_eq!(get(&behind.await).send().await.unwrap().status(), 404, "the proxy speaks for somebody else");
}

#[tokio::test]
async fn in_production_metrics_need_the_token_from_this_machine_too() {
    let token = "metrics-canary-token-1234";
    let server = TestServer::start_with(|settings| {
        settings.mode = aracari_server::Mode::Production;
        settings.metrics_token = Some(SecretString::from(token));
    })
    .await;
    let get = || server.anonymous().http.get(format!("{}/metrics", server.url));
    assert_eq!(get().send().await.unwrap().status(), 404);
    assert_eq!(get().bearer_auth(token).send().await.unwrap().status(), 200);
}
