//! The client's own files, at the root.

use crate::support::{Answer, TestServer};

const HEADERS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-cache"),
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
    ),
];

#[tokio::test]
async fn the_page_is_served_with_strict_headers_and_revalidated() {
    let server = TestServer::start().await;
    let page = server.anonymous().page("/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for (name, value) in HEADERS {
        assert_eq!(page.header(name), value, "{name}");
    }
    assert_eq!(page.header("strict-transport-security"), "", "plain http cannot promise https");
    assert_eq!(page.header("set-cookie"), "");

    let again = server.anonymous().http.get(format!("{}/", server.url));
    let unchanged = Answer::read(again.header("if-none-match", page.header("etag")).send().await.unwrap()).await;
    assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_sent_compressed_where_that_was_prepared() {
    let server = TestServer::start().await;
    let Some((path, _)) = aracari_server::assets::client_files()
        .find(|(path, _)| path.starts_with("assets/") && path.ends_with(".js.br"))
    else {
        return; // Built without the client.
    };
    let path = path.trim_end_matches(".br").to_owned();
    let get = server.anonymous().http.get(format!("{}/{path}", server.url));
    let response = get.header("accept-encoding", "gzip, br").send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "br");
    assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(response.headers()["vary"], "Accept-Encoding");
    let plain = server.anonymous().page(&format!("/{path}")).await;
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("content-type"), "text/javascript; charset=utf-8");
}

#[tokio::test]
async fn the_client_learns_that_its_interface_is_beside_it() {
    let server = TestServer::start().await;
    let configuration = server.anonymous().page("/config.json").await;
    assert_eq!(configuration.json(), serde_json::json!({"api": ""}));
}

#[tokio::test]
async fn what_is_no_file_of_the_client_is_not_found() {
    let server = TestServer::start().await;
    for path in ["/nothing", "/assets/", "/assets", "/index.html/", "/.sources"] {
        let answer = server.anonymous().page(path).await;
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not_found"), "{path}");
    }
}
