//! `/session` and every other change, as attackers try them.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, PASSWORD, TestServer};

/// Every route that changes something or answers a body, with a good one.
fn unsafe_routes() -> Vec<(Method, &'static str, serde_json::Value)> {
    let page = json!({"page": {"kind": "home"}, "blocks": ["orders"]});
    vec![
        (Method::PATCH, "/session", json!({"locale": "fr"})),
        (Method::POST, "/apps/shop/queries", page),
        (Method::POST, "/apps/shop/filters/region/values", json!({})),
        (Method::POST, "/apps/shop/views/shop/values", json!({})),
        (Method::DELETE, "/session", json!({})),
    ]
}

#[tokio::test]
async fn attack_06_csrf_a_page_of_somebody_else_changes_nothing() {
    let server = TestServer::start().await;
    let cookie = server.cookie("vera").await;
    let own = server.url.clone();
    let foreign: [&[(&str, &str)]; 7] = [
        &[("origin", "https://evil.com")],
        &[("origin", "null")],
        &[("origin", "http://localhost.evil.com")],
        &[("origin", "http://localhost:1")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", &own)],
        &[],
    ];
    for (method, path, body) in unsafe_routes() {
        for headers in foreign {
            let mut request = server.anonymous().request(method.clone(), path).json(&body).header("cookie", &cookie);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = Answer::read(request.send().await.unwrap()).await;
            assert_eq!((answer.status, answer.problem().as_str()), (403, "forbidden"), "{method} {path} {headers:?}");
        }
        // The cookie is still good: nothing above ended the session.
        let request = server.anonymous().request(method.clone(), path).json(&body).header("cookie", &cookie);
        let answer = Answer::read(request.header("origin", &own).send().await.unwrap()).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text);
    }
}

#[tokio::test]
async fn attack_06_csrf_a_form_cannot_send_what_is_accepted() {
    let server = TestServer::start().await;
    let cookie = server.cookie("vera").await;
    let body = json!({"page": {"kind": "home"}, "blocks": ["orders"]}).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", ""]
    {
        let mut request = server.anonymous().request(Method::POST, "/apps/shop/queries").body(body.clone());
        request = request.header("cookie", &cookie).header("sec-fetch-site", "same-origin");
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        assert_eq!((answer.status, answer.problem().as_str()), (415, "unsupported_media"), "{kind}");
    }
}

#[tokio::test]
async fn attack_06_csrf_a_method_cannot_be_overridden() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    for name in ["x-http-method-override", "x-method-override", "x-http-method"] {
        let request = viewer.request(Method::GET, "/session").header(name, "DELETE");
        assert_eq!(request.send().await.unwrap().status(), 200);
        let posted = viewer.request(Method::POST, "/session?_method=DELETE").header(name, "DELETE");
        let answer = Answer::read(posted.json(&json!({"_method": "DELETE"})).send().await.unwrap()).await;
        assert_eq!(answer.status, 400);
    }
    assert_eq!(viewer.get("/session").await.status, 200, "the session is still there");
}

#[tokio::test]
async fn attack_06_csrf_a_foreign_page_cannot_sign_a_browser_in() {
    let server = TestServer::start().await;
    let body = json!({"name": "max", "password": PASSWORD, "delivery": "cookie"});
    let request = server.anonymous().request(Method::POST, "/session").json(&body);
    let answer = Answer::read(request.header("origin", "https://evil.com").send().await.unwrap()).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (403, ""));
}

#[tokio::test]
async fn attack_07_known_and_unknown_accounts_get_the_same_answer_in_the_same_time() {
    // What else runs on the machine may slow down one side of a few attempts; an account that is told by its time is so in
    // all of them.
    let mut measured = Vec::new();
    for _ in 0..5 {
        let (known, unknown) = times_of_known_and_unknown_accounts().await;
        let best = |times: &[Duration]| times.iter().min().unwrap().as_secs_f64();
        if (0.5..2.0).contains(&(best(&known) / best(&unknown))) {
            return;
        }
        measured.push((known, unknown));
    }
    panic!("known and unknown {measured:?}");
}

async fn times_of_known_and_unknown_accounts() -> (Vec<Duration>, Vec<Duration>) {
    let server = TestServer::start().await;
    let attempt = async |name: &str| {
        let body = json!({"name": name, "password": "wrong password", "delivery": "bearer"});
        let begun = Instant::now();
        let answer = server.anonymous().post("/session", &body).await;
        (begun.elapsed(), answer)
    };
    let (mut known_times, mut unknown_times) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        let (known_time, known) = attempt("vera").await;
        let (unknown_time, unknown) = attempt("nobody").await;
        assert_eq!((known.status, unknown.status), (401, 401));
        let (mut known_body, mut unknown_body) = (known.json(), unknown.json());
        known_body["request_id"] = json!("");
        unknown_body["request_id"] = json!("");
        assert_eq!(known_body, unknown_body);
        let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&known), names(&unknown));
        known_times.push(known_time);
        unknown_times.push(unknown_time);
    }
    (known_times, unknown_times)
}

#[tokio::test]
async fn attack_07_guessing_is_slowed_down_for_known_and_unknown_accounts_alike() {
    let server = TestServer::start().await;
    for name in ["vera", "nobody"] {
        let body = json!({"name": name, "password": "wrong password", "delivery": "bearer"});
        let mut last = server.anonymous().post("/session", &body).await;
        for _ in 0..49 {
            if last.status == 429 {
                break;
            }
            last = server.anonymous().post("/session", &body).await;
        }
        assert_eq!((last.status, last.problem().as_str()), (429, "rate_limited"), "{name}");
        assert!(last.header("retry-after").parse::<u64>().unwrap() >= 1);
    }
}

#[tokio::test]
async fn a_bad_header_never_falls_back_to_a_good_cookie() {
    let server = TestServer::start().await;
    let cookie = server.cookie("vera").await;
    for header in ["Bearer wrong", "Basic dmVyYTp4", "Bearer", ""] {
        let request = server.anonymous().request(Method::GET, "/session");
        let response = request.header("cookie", &cookie).header("authorization", header).send().await.unwrap();
        assert_eq!(response.status(), 401, "{header}");
    }
}

#[tokio::test]
async fn attack_05_a_second_cookie_of_the_same_name_cannot_be_slipped_in() {
    let server = TestServer::start().await;
    let (victim, attacker) = (server.cookie("vera").await, server.cookie("max").await);
    let request = server.anonymous().request(Method::GET, "/apps");
    let response = request.header("cookie", format!("{attacker}; {victim}")).send().await.unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn attack_24_a_token_in_the_address_opens_nothing() {
    let server = TestServer::start().await;
    let token = server.viewer().await.token.unwrap();
    for parameter in ["token", "access_token", "session", "aracari"] {
        let answer = server.anonymous().get(&format!("/apps?{parameter}={token}")).await;
        assert_eq!(answer.status, 401, "{parameter}");
        let answer = server.anonymous().get(&format!("/session?{parameter}={token}")).await;
        assert_eq!(answer.json(), json!({"user": null}), "{parameter}");
    }
}
