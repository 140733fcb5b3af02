//! Addresses that are spelled in other ways.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::TestServer;

fn raw(server: &TestServer, request: &str) -> String {
    let host = server.url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let port: u16 = host.rsplit(':').next().unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(request.replace("{host}", host).as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_39_another_spelling_of_an_address_never_opens_it() {
    let server = TestServer::start().await;
    let stranger = server.sign_in("zoe").await.token.unwrap();
    let spellings = [
        "/api/v1/apps/shop",
        "//api/v1/apps/shop",
        "/api//v1/apps/shop",
        "/api/v1/./apps/shop",
        "/api/v1/apps/./shop",
        "/api/v1/apps/shop/",
        "/api/v1/apps/shop/.",
        "/api/v1/apps/shop;x",
        "/api/v1;x/apps/shop",
        "/api/v1/apps/shop.",
        "/API/v1/apps/shop",
        "/api/v1/apps/SHOP",
        "/api/v1/apps/%73hop",
        "/api/v1/apps%2fshop",
        "/api%2fv1/apps/shop",
        "/api/v1\\apps\\shop",
        "/api/v1/apps/shop%00",
        "/api/v1/apps/shop%20",
        "/api/v1/apps/x/../shop",
        "/health/../api/v1/apps/shop",
        "/assets/..%2fapi/v1/apps/shop",
        "/api/v1/apps/shop?x=/health/live",
        "/api/v1/apps/shop#/health",
        "/api/v1/apps/shop/diagnostics",
        "/api/v1/apps/shop/diagnostics/",
    ];
    for path in spellings {
        for authorization in ["", &format!("Authorization: Bearer {stranger}\r\n")] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {{host}}\r\n{authorization}Connection: close\r\n\r\n");
            let answer = raw(&server, &request);
            assert!(matches!(status(&answer), 400 | 401 | 404), "{path}: {answer}");
            assert!(!answer.contains("The shop"), "{path}: {answer}");
        }
    }
}

#[tokio::test]
async fn attack_39_a_person_who_may_gets_the_same_or_nothing() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    assert_eq!(viewer.get("/apps/shop").await.status, 200);
    assert_eq!(viewer.get("/apps/%73hop").await.status, 200, "an escaped letter is that letter");
    for path in ["/apps/shop/", "/apps//shop", "/apps/SHOP", "/apps/shop;x", "/apps/shop%2f", "/apps/shop/diagnostics/"]
    {
        assert_eq!(viewer.get(path).await.problem(), "not_found", "{path}");
    }
    assert_eq!(viewer.get("/apps/shop/diagnostics").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_43_no_answer_sends_a_browser_elsewhere() {
    let server = TestServer::start_with(|settings| settings.base_path = "/analytics".to_owned()).await;
    for path in [
        "/analytics",
        "/analytics?next=//evil.com",
        "//evil.com",
        "//evil.com/analytics",
        "/\\evil.com",
        "/%2f%5cevil.com",
        "/analytics//evil.com",
        "/analytics/..//evil.com",
        "/analytics/?next=javascript:alert(1)",
        "/%0d%0aLocation:%20//evil.com",
    ] {
        for host in ["{host}", "evil.com"] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.com\r\nConnection: close\r\n\r\n"
            );
            let answer = raw(&server, &request);
            let location = answer.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("location:").map(|value| value.trim().to_owned())
            });
            assert!(location.is_none() || location.as_deref() == Some("/analytics/"), "{path}: {answer}");
            assert!(!answer.contains("evil.com"), "{path}: {answer}");
        }
    }
}

#[tokio::test]
async fn an_unknown_address_or_method_is_a_problem_like_any_other() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    assert_eq!(viewer.get("/none").await.problem(), "not_found");
    assert_eq!(viewer.get("/apps/shop/queries").await.problem(), "invalid_request");
    assert_eq!(viewer.delete("/apps").await.problem(), "invalid_request");
    assert_eq!(viewer.page("/none").await.problem(), "not_found");
}
