//! `/session`

use serde_json::json;

use crate::support::{Answer, PASSWORD, TestServer};

#[tokio::test]
async fn signing_in_as_a_program_gives_a_token_that_opens_the_session() {
    let server = TestServer::start().await;
    let body = json!({"name": "VERA", "password": PASSWORD, "delivery": "bearer"});
    let answer = server.anonymous().post("/session", &body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut user = answer.json()["user"].clone();
    user["id"] = json!("…");
    let expected = json!({
        "id": "…", "name": "vera", "display_name": "vera", "role": "user", "groups": ["managers"], "locale": null
    });
    assert_eq!(user, expected);

    let viewer = server.viewer().await;
    assert_eq!(viewer.get("/session").await.json()["user"]["name"], "vera");
}

#[tokio::test]
async fn attack_05_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites() {
    let server = TestServer::start().await;
    let body = json!({"name": "vera", "password": PASSWORD, "delivery": "cookie"});
    let answer = server.anonymous().post("/session", &body).await;
    assert_eq!(answer.json().get("token"), None, "the token is in the cookie alone");
    let cookie = answer.header("set-cookie");
    let token = cookie.strip_prefix("aracari=").and_then(|rest| rest.split(';').next()).unwrap();
    assert_eq!(token.len(), 43);
    assert_eq!(cookie, format!("aracari={token}; Path=/; HttpOnly; SameSite=Strict"));
}

#[tokio::test]
async fn attack_05_signing_in_ends_the_session_that_was_there_before() {
    let server = TestServer::start().await;
    let planted = server.cookie("max").await;
    let body = json!({"name": "vera", "password": PASSWORD, "delivery": "cookie"});
    let request = server.anonymous().request(reqwest::Method::POST, "/session").json(&body);
    let answer =
        Answer::read(request.header("cookie", &planted).header("sec-fetch-site", "same-origin").send().await.unwrap())
            .await;
    assert_eq!(answer.status, 200);
    assert!(!answer.header("set-cookie").starts_with(&planted), "the token must be a new one");
    let reused = server.anonymous().request(reqwest::Method::GET, "/session").header("cookie", &planted);
    assert_eq!(reused.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_page_that_just_opened_learns_that_nobody_is_signed_in() {
    let server = TestServer::start().await;
    let answer = server.anonymous().get("/session").await;
    assert_eq!((answer.status, answer.json()), (200, json!({"user": null})));
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn attack_04_a_token_is_worth_nothing_after_signing_out() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    assert_eq!(viewer.get("/apps/shop").await.status, 200);
    assert_eq!(viewer.delete("/session").await.status, 204);
    for path in ["/session", "/apps", "/apps/shop", "/apps/shop/events"] {
        let answer = viewer.get(path).await;
        assert_eq!((answer.status, answer.problem().as_str()), (401, "unauthenticated"), "{path}");
    }
    assert_eq!(viewer.delete("/session").await.status, 401);
}

#[tokio::test]
async fn attack_04_a_disabled_person_is_out_within_seconds() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    assert_eq!(viewer.get("/session").await.status, 200);
    let name = aracari_store::UserName::parse("vera").unwrap();
    let user = server.store.user_by_name(&name).await.unwrap().unwrap();
    server.store.set_disabled(&user.id, true).await.unwrap();

    let asked = std::time::Instant::now();
    while viewer.get("/session").await.status != 401 {
        assert!(asked.elapsed().as_secs() < 8, "still in after {:?}", asked.elapsed());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let again = json!({"name": "vera", "password": PASSWORD, "delivery": "bearer"});
    assert_eq!(server.anonymous().post("/session", &again).await.status, 401);
}

#[tokio::test]
async fn a_person_can_prefer_a_language() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let change =
        viewer.request(reqwest::Method::PATCH, "/session").json(&json!({"locale": "fr"})).send().await.unwrap();
    assert_eq!(change.status(), 204);
    assert_eq!(viewer.get("/session").await.json()["user"]["locale"], "fr");
    assert_eq!(viewer.get("/apps/shop").await.json()["title"], "La boutique");
    let wrong = viewer.request(reqwest::Method::PATCH, "/session").json(&json!({"locale": "<script>"}));
    assert_eq!(Answer::read(wrong.send().await.unwrap()).await.problem(), "invalid_request");
}

#[tokio::test]
async fn what_is_no_sign_in_is_refused_with_the_reason() {
    let server = TestServer::start().await;
    let anonymous = server.anonymous();
    for body in [
        json!({}),
        json!({"name": "vera", "password": PASSWORD}),
        json!({"name": "vera", "password": PASSWORD, "delivery": "url"}),
        json!({"name": "vera", "password": PASSWORD, "delivery": "bearer", "role": "admin"}),
        json!({"name": ["vera"], "password": PASSWORD, "delivery": "bearer"}),
        json!([]),
    ] {
        let answer = anonymous.post("/session", &body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid_request"), "{body}");
        assert!(!answer.text.contains(PASSWORD), "{}", answer.text);
    }
}
