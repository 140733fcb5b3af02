//! `/apps/{app}/assets/{path}`

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::{Answer, TestServer};

/// Sends a path exactly as written: clients tidy paths up before they send them.
fn raw_status(server: &TestServer, token: &str, path: &str) -> u16 {
    let host = server.url.strip_prefix("http://").unwrap();
    let port: u16 = host.rsplit(':').next().unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer);
    for secret in ["id: shop", "root:", "not for readers", "canary_margin"] {
        assert!(!text.contains(secret), "{path} leaked {secret}");
    }
    text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn a_picture_is_served_to_those_who_see_the_app_and_can_do_nothing() {
    let server = TestServer::start().await;
    let picture = server.viewer().await.get("/apps/shop/assets/logo.svg").await;
    assert_eq!(picture.status, 200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert_eq!(
        picture.header("content-security-policy"),
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    );
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    let viewer = server.viewer().await;
    let again = viewer.request(reqwest::Method::GET, "/apps/shop/assets/logo.svg");
    let again = Answer::read(again.header("if-none-match", picture.header("etag")).send().await.unwrap()).await;
    assert_eq!(again.status, 304);

    assert_eq!(server.anonymous().get("/apps/shop/assets/logo.svg").await.status, 401);
    assert_eq!(server.sign_in("zoe").await.get("/apps/shop/assets/logo.svg").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_38_nothing_but_pictures_beneath_the_folder_can_be_had() {
    let server = TestServer::start().await;
    std::os::unix::fs::symlink("/etc/passwd", server.folder.join("assets/passwd.svg")).unwrap();
    std::os::unix::fs::symlink(server.folder.join("data"), server.folder.join("assets/link")).unwrap();
    std::fs::write(server.folder.join("data/out.svg"), "canary_margin").unwrap();
    let token = server.viewer().await.token.unwrap();
    for path in [
        "../app.yaml",
        "..%2fapp.yaml",
        "%2e%2e/app.yaml",
        "%2e%2e%2fapp.yaml",
        "%252e%252e%252fapp.yaml",
        "..%5capp.yaml",
        "..\\app.yaml",
        "%c0%ae%c0%ae/app.yaml",
        "%c0%af..%c0%afapp.yaml",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "//etc/passwd",
        "./logo.svg",
        "logo.svg/",
        "logo.svg/.",
        "logo.svg.",
        "logo.svg%00",
        "logo.svg%00.png",
        "logo.svg;x",
        "LOGO.SVG",
        "C:/logo.svg",
        "C:logo.svg",
        "file:///etc/passwd",
        "notes.txt",
        "passwd.svg",
        "link/out.svg",
        "link/sales.csv",
        "",
        ".",
        "..",
        "../data/sales.csv",
        "../assets/logo.svg",
        "%20logo.svg",
        "logo.svg%20",
        "logo.svg::$DATA",
        "~/logo.svg",
        "../../../../../../../../etc/passwd",
        "....//....//etc/passwd",
        "%uff0e%uff0e/app.yaml",
        "logo%2esvg%2f..%2fnotes.txt",
    ] {
        let status = raw_status(&server, &token, &format!("/api/v1/apps/shop/assets/{path}"));
        assert!(status == 404 || status == 400, "{path} answered {status}");
        let status = raw_status(&server, &token, &format!("/{path}"));
        assert!(status == 404 || status == 400 || (status == 200 && path.is_empty()), "/{path} answered {status}");
    }
    assert_eq!(raw_status(&server, &token, "/api/v1/apps/shop/assets/logo.svg"), 200);
}
