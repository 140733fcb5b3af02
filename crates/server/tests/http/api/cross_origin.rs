//! Clients on other origins: who is let in, and on what terms.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, PASSWORD, TestServer};

const ALLOWED: &str = "https://good.com";

async fn server() -> TestServer {
    TestServer::start_with(|settings| settings.allow_origins = vec![ALLOWED.to_owned()]).await
}

async fn preflight(server: &TestServer, origin: &str) -> Answer {
    let request = server.anonymous().request(Method::OPTIONS, "/apps/shop/queries");
    let request = request.header("origin", origin).header("access-control-request-method", "POST");
    Answer::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_client_on_an_allowed_origin_works_with_a_bearer_token() {
    let server = server().await;
    let asked = preflight(&server, ALLOWED).await;
    assert_eq!(asked.status, 204);
    assert_eq!(asked.header("access-control-allow-origin"), ALLOWED);
    assert_eq!(asked.header("access-control-allow-headers"), "accept, authorization, content-type, if-none-match");
    assert_eq!(asked.header("access-control-allow-credentials"), "", "cookies never cross origins");

    let body = json!({"name": "vera", "password": PASSWORD, "delivery": "bearer"});
    let sign_in = server.anonymous().request(Method::POST, "/session").json(&body);
    let signed_in =
        Answer::read(sign_in.header("origin", ALLOWED).header("sec-fetch-site", "cross-site").send().await.unwrap())
            .await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    assert_eq!(signed_in.header("access-control-allow-origin"), ALLOWED);

    let mut client = server.anonymous();
    client.token = signed_in.json()["token"].as_str().map(str::to_owned);
    let get = client.request(Method::GET, "/apps/shop").header("origin", ALLOWED);
    let app = Answer::read(get.header("sec-fetch-site", "cross-site").send().await.unwrap()).await;
    assert_eq!(app.status, 200);
    assert_eq!(app.header("access-control-allow-origin"), ALLOWED);
    assert!(app.headers.get_all("vary").iter().any(|vary| vary == "Origin"));
}

#[tokio::test]
async fn attack_23_no_other_origin_is_let_in_however_it_is_spelled() {
    let server = server().await;
    for origin in [
        "null",
        "https://good.com.evil.com",
        "https://evilgood.com",
        "http://good.com",
        "https://good.com:8443",
        "https://GOOD.com",
        "https://good.com/",
        "https://sub.good.com",
        "*",
        "https://good.com@evil.com",
    ] {
        let asked = preflight(&server, origin).await;
        assert_eq!(asked.header("access-control-allow-origin"), "", "{origin}");
        assert_ne!(asked.status, 204, "{origin}");
        let answer = Answer::read(
            server.viewer().await.request(Method::GET, "/apps/shop").header("origin", origin).send().await.unwrap(),
        )
        .await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{origin}");
    }
}

#[tokio::test]
async fn attack_23_an_allowed_origin_gets_no_cookie_and_can_use_none() {
    let server = server().await;
    let body = json!({"name": "vera", "password": PASSWORD, "delivery": "cookie"});
    let sign_in = server.anonymous().request(Method::POST, "/session").json(&body).header("origin", ALLOWED);
    let refused = Answer::read(sign_in.send().await.unwrap()).await;
    assert_eq!((refused.status, refused.header("set-cookie")), (403, ""));

    let cookie = server.cookie("vera").await;
    for (method, path) in [(Method::GET, "/apps/shop"), (Method::GET, "/session"), (Method::DELETE, "/session")] {
        let request = server.anonymous().request(method, path).header("cookie", &cookie).header("origin", ALLOWED);
        assert_eq!(Answer::read(request.send().await.unwrap()).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn without_allowed_origins_nothing_is_shared() {
    let server = TestServer::start().await;
    let asked = preflight(&server, ALLOWED).await;
    assert_eq!(asked.header("access-control-allow-origin"), "");
    assert_eq!(asked.header("access-control-allow-methods"), "");
}
