//! How the server listens: TLS, proxies, base path, stopping, refusing to start.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, PASSWORD, TestClient, TestServer, lines};

fn sign_in() -> serde_json::Value {
    json!({"name": "vera", "password": PASSWORD, "delivery": "cookie"})
}

/// A server that speaks TLS itself, and somebody's client that knows its certificate.
async fn start_with_tls(change: impl FnOnce(&mut aracari_server::Settings)) -> (TestServer, TestClient) {
    let folder = tempfile::tempdir().unwrap();
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, certified.cert.pem()).unwrap();
    std::fs::write(&key, certified.signing_key.serialize_pem()).unwrap();
    let server = TestServer::start_with(|settings| {
        settings.tls = Some(aracari_server::TlsFiles { certificate, key });
        change(settings);
    })
    .await;
    let root = reqwest::Certificate::from_pem(certified.cert.pem().as_bytes()).unwrap();
    let mut client = server.anonymous();
    client.http = reqwest::Client::builder()
        .tls_certs_only([root])
        .resolve("localhost", ([127, 0, 0, 1], 0).into())
        .build()
        .unwrap();
    (server, client)
}

#[tokio::test]
async fn attack_05_over_tls_the_cookie_is_secure_and_bound_to_its_host() {
    let (_server, client) = start_with_tls(|_| {}).await;
    let answer = client.post("/session", &sign_in()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-aracari="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"), "{cookie}");

    let pair = cookie.split(';').next().unwrap();
    let with = async |pair: String| {
        client.request(Method::GET, "/apps").header("cookie", pair).send().await.unwrap().status().as_u16()
    };
    assert_eq!(with(pair.to_owned()).await, 200);
    assert_eq!(with(pair.replace("__Host-", "")).await, 401, "the name of plain http counts for nothing here");
}

#[tokio::test]
async fn a_server_with_a_wrong_certificate_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cert.pem");
    std::fs::write(&file, "no certificate").unwrap();
    let tls = aracari_server::TlsFiles { certificate: file.clone(), key: file };
    let error = TestServer::try_start(|settings| settings.tls = Some(tls)).await.err().unwrap().to_string();
    assert!(error.contains("certificate"), "{error}");
}

#[tokio::test]
async fn attack_03_settings_that_would_leave_data_unprotected_are_refused() {
    let everywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let error = TestServer::try_start(|settings| settings.listen = everywhere).await.err().unwrap().to_string();
    assert!(error.contains("development mode listens on loopback"), "{error}");
    let error = TestServer::try_start(|settings| {
        settings.listen = everywhere;
        settings.mode = aracari_server::Mode::Production;
    })
    .await
    .err()
    .unwrap()
    .to_string();
    assert!(error.contains("needs TLS"), "{error}");
}

#[tokio::test]
async fn a_trusted_proxy_decides_scheme_host_and_address() {
    let server =
        TestServer::start_with(|settings| settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let forwarded = |scheme: &str| {
        server
            .anonymous()
            .request(Method::POST, "/session")
            .json(&sign_in())
            .header("x-forwarded-for", "203.0.113.7")
            .header("x-forwarded-proto", scheme)
            .header("x-forwarded-host", "analytics.example.com")
            .header("origin", "https://analytics.example.com")
    };
    let answer = Answer::read(forwarded("https").send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.header("set-cookie").starts_with("__Host-aracari="));
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    let audit = server.store.latest_audit(1).await.unwrap();
    assert_eq!(audit[0].address.as_deref(), Some("203.0.113.7"));

    let plain = forwarded("http").header("sec-fetch-site", "same-origin").send().await.unwrap();
    assert_eq!(Answer::read(plain).await.status, 403, "no password travels over plain http");
}

#[tokio::test]
async fn forwarded_headers_of_anybody_else_are_noise() {
    let trust = |settings: &mut aracari_server::Settings| {
        settings.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    };
    let forwarded = |client: &TestClient, scheme: &str| {
        let request = client.request(Method::POST, "/session").json(&sign_in()).header("x-forwarded-for", "10.0.0.1");
        request.header("x-forwarded-proto", scheme).header("x-forwarded-host", "evil.com").send()
    };
    let plain = TestServer::start_with(trust).await;
    let answer = Answer::read(forwarded(&plain.anonymous(), "https").await.unwrap()).await;
    assert_eq!((answer.status, answer.problem().as_str()), (403, "forbidden"), "whoever brings it is not trusted");
    assert_eq!(answer.header("strict-transport-security"), "");

    let (server, client) = start_with_tls(trust).await;
    let answer = Answer::read(forwarded(&client, "http").await.unwrap()).await;
    assert!(answer.header("set-cookie").starts_with("__Host-aracari="), "{}", answer.header("set-cookie"));
    assert_eq!(server.store.latest_audit(1).await.unwrap()[0].address.as_deref(), Some("127.0.0.1"));
    // The throttle counts by address: a forged one would be a fresh start for every guess.
    let mut statuses = Vec::new();
    for guess in 0..60 {
        let body = json!({"name": format!("somebody-{guess}"), "password": "wrong password", "delivery": "bearer"});
        let request = client.request(Method::POST, "/session").json(&body);
        let response = request.header("x-forwarded-for", format!("198.51.100.{guess}")).send().await.unwrap();
        statuses.push(response.status().as_u16());
        if statuses.last() == Some(&429) {
            return;
        }
    }
    panic!("60 guesses from one address were all answered: {statuses:?}");
}

#[tokio::test]
async fn everything_works_below_a_base_path_and_nothing_beside_it() {
    let server = TestServer::start_with(|settings| settings.base_path = "/team/analytics".to_owned()).await;
    let viewer = server.viewer().await;
    assert_eq!(viewer.get("/apps/shop").await.status, 200);
    assert_eq!(viewer.home(&["orders"], json!({})).await["orders"]["frames"]["main"]["rows"], 1);
    for path in ["/", "/index.html", "/config.json", "/health/live"] {
        assert_eq!(viewer.page(path).await.status, 200, "{path}");
    }
    let slash = viewer.page("").await;
    assert_eq!((slash.status, slash.header("location")), (308, "/team/analytics/"));

    let root = server.url.strip_suffix("/team/analytics").unwrap();
    let beside = async |path: &str| viewer.http.get(format!("{root}{path}")).send().await.unwrap().status().as_u16();
    assert_eq!(beside("/health/ready").await, 200, "health is at the root as well");
    for path in ["/", "/index.html", "/api/v1/openapi.json", "/team", "/team/", "/team/analyticsx"] {
        assert_eq!(beside(path).await, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_lets_running_requests_finish_and_closes_streams() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let stream = viewer.request(Method::GET, "/apps/shop/events").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    // Signing in takes a while: long enough to be running when the server is told to stop.
    let slow = server.anonymous();
    let running = tokio::spawn(async move { slow.post("/session", &sign_in()).await });
    tokio::time::sleep(Duration::from_millis(15)).await;

    let begun = Instant::now();
    server.stop_now();
    let answer = running.await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
    stream.bytes().await.unwrap();
    let url = server.url.clone();
    server.finish().await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let after = reqwest::Client::builder().resolve("localhost", ([127, 0, 0, 1], 0).into()).build().unwrap();
    assert!(after.get(format!("{url}/health/live")).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn a_server_without_apps_explains_itself() {
    let server = TestServer::start_without_apps().await;
    let page = server.anonymous().page("/").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("No app yet"), "{}", page.text);
    assert!(!page.text.contains("<script"), "{}", page.text);
    assert_eq!(server.anonymous().page("/welcome.css").await.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(server.viewer().await.get("/apps").await.json(), json!({"apps": [], "not_ready": false}));
}

#[tokio::test]
async fn many_readers_at_once_each_get_their_own_rows() {
    let server = TestServer::start().await;
    let readers = [("vera", 3), ("max", 5), ("dora", 8), ("nora", 0)];
    let mut running = Vec::new();
    for (name, rows) in readers {
        let reader = server.sign_in(name).await;
        for _ in 0..25 {
            let reader = reader.clone();
            running.push(tokio::spawn(async move {
                let body = json!({"page": {"kind": "home"}, "blocks": ["rows"]});
                let answer = reader.post("/apps/shop/queries", &body).await;
                (name, lines(&answer.text)["rows"]["frames"]["main"]["rows"].clone(), rows)
            }));
        }
    }
    for task in running {
        let (name, seen, expected) = task.await.unwrap();
        assert_eq!(seen, expected, "{name}");
    }
}

#[tokio::test]
async fn attack_05_a_forwarded_address_that_cannot_be_read_does_not_make_a_client_local() {
    let server =
        TestServer::start_with(|settings| settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let sign_in_from = async |forwarded: &[u8]| {
        let value = reqwest::header::HeaderValue::from_bytes(forwarded).unwrap();
        let request = server.anonymous().request(Method::POST, "/session").json(&sign_in());
        let request = request.header("x-forwarded-for", value).header("x-forwarded-proto", "http");
        Answer::read(request.send().await.unwrap()).await.status
    };
    assert_eq!(sign_in_from(b"203.0.113.7").await, 403);
    for unreadable in [b"\xff, 203.0.113.7".as_slice(), b"\xff", b"unknown", b"127.0.0.1"] {
        assert_eq!(sign_in_from(unreadable).await, 403, "{unreadable:?}");
    }
}
