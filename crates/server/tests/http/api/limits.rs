//! Limits: each is kept and each says which it is.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestServer};

#[tokio::test]
async fn a_large_body_is_refused_whether_its_length_is_announced_or_not() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let large = json!({"page": {"kind": "home"}, "blocks": ["x".repeat(1024 * 1024)]}).to_string();
    let announced = viewer.request(Method::POST, "/apps/shop/queries").header("content-type", "application/json");
    let answer = Answer::read(announced.body(large.clone()).send().await.unwrap()).await;
    assert_eq!((answer.status, answer.problem().as_str()), (413, "too_large"));

    let chunks = futures::stream::iter(
        large.into_bytes().chunks(4096).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>(),
    );
    let streamed = viewer.request(Method::POST, "/apps/shop/queries").header("content-type", "application/json");
    let answer = Answer::read(streamed.body(reqwest::Body::wrap_stream(chunks)).send().await.unwrap()).await;
    assert_eq!((answer.status, answer.problem().as_str()), (413, "too_large"));
}

#[tokio::test]
async fn deep_json_is_refused() {
    let server = TestServer::start().await;
    let deep = format!("{{\"page\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let request = server.viewer().await.request(Method::POST, "/apps/shop/queries");
    let answer =
        Answer::read(request.header("content-type", "application/json").body(deep).send().await.unwrap()).await;
    assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid_request"));
}

#[tokio::test]
async fn too_many_blocks_are_refused() {
    let server = TestServer::start().await;
    let blocks: Vec<String> = (0..65).map(|index| format!("block-{index}")).collect();
    let body = json!({"page": {"kind": "home"}, "blocks": blocks});
    let answer = server.viewer().await.post("/apps/shop/queries", &body).await;
    assert_eq!((answer.status, answer.problem().as_str()), (422, "limit_exceeded"));
    assert!(answer.text.contains("at most 64"), "{}", answer.text);
}

#[tokio::test]
async fn more_requests_than_the_server_takes_are_told_to_come_back() {
    let server = TestServer::start_with(|settings| settings.limits.concurrent_requests = 0).await;
    let answer = server.anonymous().get("/session").await;
    assert_eq!((answer.status, answer.problem().as_str()), (503, "unavailable"));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(server.anonymous().page("/health/live").await.status, 200, "health is answered all the same");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended() {
    let server = TestServer::start_with(|settings| settings.limits.request_time = Duration::ZERO).await;
    let body = json!({"name": "vera", "password": "wrong password", "delivery": "bearer"});
    let answer = server.anonymous().post("/session", &body).await;
    assert_eq!((answer.status, answer.problem().as_str()), (504, "timeout"));
}

#[tokio::test]
async fn more_open_streams_than_the_server_takes_are_refused() {
    let server = TestServer::start_with(|settings| settings.limits.event_streams = 1).await;
    let viewer = server.viewer().await;
    let first = viewer.request(Method::GET, "/apps/shop/events").send().await.unwrap();
    assert_eq!(first.status(), 200);
    let second = viewer.get("/apps/shop/events").await;
    assert_eq!((second.status, second.problem().as_str()), (503, "unavailable"));
    drop(first);
    let begun = Instant::now();
    while viewer.request(Method::GET, "/apps/shop/events").send().await.unwrap().status() != 200 {
        assert!(begun.elapsed() < Duration::from_secs(5), "a closed stream keeps its place");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_never_ends_does_not_keep_its_connection() {
    let server = TestServer::start_with(|settings| settings.limits.header_time = Duration::from_millis(300)).await;
    let port: u16 = server.url.rsplit(':').next().unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let begun = Instant::now();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_head_is_refused() {
    let server = TestServer::start().await;
    let answer =
        server.anonymous().http.get(format!("{}/health/live", server.url)).header("x-big", "x".repeat(200_000));
    match answer.send().await {
        Ok(response) => assert_eq!(response.status(), 431),
        Err(error) => assert!(!error.is_timeout(), "{error}"),
    }
    assert_eq!(server.anonymous().page("/health/live").await.status, 200);
}

fn connect(server: &TestServer) -> TcpStream {
    let port: u16 = server.url.rsplit(':').next().unwrap().parse().unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream
}

/// Opens connections that announce a body and send one byte of it.
fn unfinished_bodies(server: &TestServer, how_many: usize) -> Vec<TcpStream> {
    let head = "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let open = || {
        let mut stream = connect(server);
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    (0..how_many).map(|_| open()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_40_bodies_that_never_end_keep_nobody_out() {
    let server = TestServer::start_with(|settings| settings.limits.concurrent_requests = 8).await;
    let viewer = server.viewer().await;
    let unfinished = unfinished_bodies(&server, 60);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    assert_eq!(viewer.get("/apps/shop").await.status, 200);
    assert_eq!(viewer.home(&["orders"], json!({})).await["orders"]["frames"]["main"]["rows"], 1);
    server.sign_in("max").await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    drop(unfinished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_arrive_in_time_is_refused() {
    let server = TestServer::start_with(|settings| settings.limits.body_time = Duration::from_millis(300)).await;
    let mut unfinished = unfinished_bodies(&server, 1);
    let mut answer = Vec::new();
    unfinished[0].read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
    assert!(answer.contains("The body did not arrive within 0.3 s."), "{answer}");
}

#[tokio::test]
async fn a_body_of_nobody_is_short() {
    let server = TestServer::start().await;
    let body = json!({"name": "x".repeat(20_000), "password": "wrong password", "delivery": "bearer"});
    let answer = server.anonymous().post("/session", &body).await;
    assert_eq!((answer.status, answer.problem().as_str()), (413, "too_large"));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_without_a_session_wait_for_others_of_their_address() {
    let server = TestServer::start_with(|settings| settings.limits.anonymous_requests = 1).await;
    let running = (0..20).map(|_| async { server.anonymous().get("/apps").await.status });
    assert_eq!(futures::future::join_all(running).await, [401; 20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_people_sign_in_at_once() {
    let server = std::sync::Arc::new(TestServer::start().await);
    let people = ["vera", "max", "nora", "dora", "ed", "zoe", "ada"];
    let running: Vec<_> = (0..50)
        .map(|index| {
            let server = server.clone();
            tokio::spawn(async move { server.sign_in(people[index % people.len()]).await })
        })
        .collect();
    for task in running {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_the_server_takes_are_closed() {
    let server = TestServer::start_with(|settings| settings.limits.connections = 2).await;
    let open = [connect(&server), connect(&server)];
    tokio::time::sleep(Duration::from_millis(200)).await;
    let begun = Instant::now();
    assert!(matches!(connect(&server).read(&mut [0; 1]), Ok(0) | Err(_)));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    drop(open);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.anonymous().page("/health/live").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_40_a_client_that_never_reads_its_answers_is_let_go() {
    let server = TestServer::start_with(|settings| settings.limits.write_time = Duration::from_millis(300)).await;
    let size = server.anonymous().get("/openapi.json").await.text.len();
    let many = 100_000_000 / size;
    let mut stream = connect(&server);
    let mut asking = stream.try_clone().unwrap();
    let request = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let asked = std::thread::spawn(move || (0..many).all(|_| asking.write_all(request).is_ok()));
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut answers = Vec::new();
    let _ = stream.read_to_end(&mut answers);
    assert!(answers.len() < many * size, "every answer was kept for it");
    let _ = asked.join();
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_40_bodies_that_never_end_delay_their_sender_alone() {
    let server = TestServer::start_with(|settings| {
        settings.limits.bodies_of_one = 1;
        settings.limits.body_time = Duration::from_secs(2);
    })
    .await;
    let (viewer, other) = (server.viewer().await, server.sign_in("max").await);
    let mut stream = connect(&server);
    let token = viewer.token.clone().unwrap();
    let head = "POST /api/v1/apps/shop/queries HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n";
    stream.write_all(format!("{head}Authorization: Bearer {token}\r\n\r\n{{").as_bytes()).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    assert_eq!(other.post("/apps/shop/views/shop/values", &json!({})).await.status, 200);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(viewer.post("/apps/shop/views/shop/values", &json!({})).await.status, 200, "after the first is refused");
    assert!(begun.elapsed() > Duration::from_secs(1), "{:?}", begun.elapsed());
}
