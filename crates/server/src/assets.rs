//! The client's own files, built into the binary.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::OnceLock;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::Embed;

use crate::error::Problem;

#[derive(Embed)]
#[folder = "../../web/client/dist"]
struct Embedded;

/// The page that a browser opens.
pub(crate) const INDEX: &str = "index.html";

/// Tells the client where its server is; a client that this server hands out finds it beside itself.
const OWN_CONFIGURATION: &[u8] = b"{\"api\":\"\"}\n";

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

struct ClientFile {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    etag: HeaderValue,
    content_type: &'static str,
    /// Its name holds a hash of its content, so it never changes.
    immutable: bool,
}

/// Every file of the client by its path, for a program that writes them elsewhere.
pub fn client_files() -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, [u8]>)> {
    Embedded::iter()
        .filter(|path| !is_hidden(path))
        .filter_map(|path| Embedded::get(&path).map(|file| (path, file.data)))
}

/// The response with one of the client's files.
pub(crate) fn serve_client_file(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = files().get(path) else {
        return Problem::not_found().into_response();
    };
    let cache_control = if file.immutable { IMMUTABLE } else { REVALIDATE };
    if matches_etag(headers, &file.etag) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        response.headers_mut().insert(header::ETAG, file.etag.clone());
        response.headers_mut().insert(header::CACHE_CONTROL, cache_control);
        return response;
    }
    let (body, encoding) = file.best_variant(headers);
    let mut response = body.into_response();
    let response_headers = response.headers_mut();
    response_headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    response_headers.insert(header::ETAG, file.etag.clone());
    response_headers.insert(header::CACHE_CONTROL, cache_control);
    response_headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        response_headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// True when the request already has what this tag names.
pub(crate) fn matches_etag(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let Some(known) = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    known.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag.as_bytes() == etag.as_bytes())
}

/// A strong tag of some content.
pub(crate) fn etag_of(content: &[u8]) -> HeaderValue {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(content);
    let mut tag = String::with_capacity(34);
    tag.push('"');
    for byte in &digest[..16] {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
}

impl ClientFile {
    fn best_variant(&self, headers: &HeaderMap) -> (Bytes, Option<&'static str>) {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts(accepted, "br") => (brotli.clone(), Some("br")),
            (_, Some(gzip)) if accepts(accepted, "gzip") => (gzip.clone(), Some("gzip")),
            _ => (self.plain.clone(), None),
        }
    }
}

fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        named && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn files() -> &'static HashMap<String, ClientFile> {
    static FILES: OnceLock<HashMap<String, ClientFile>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut files: HashMap<String, ClientFile> = Embedded::iter()
            .filter(|path| !is_hidden(path) && !is_variant(path))
            .filter_map(|path| Some((path.to_string(), read_file(&path)?)))
            .collect();
        files.entry("config.json".to_owned()).or_insert_with(|| ClientFile {
            plain: Bytes::from_static(OWN_CONFIGURATION),
            brotli: None,
            gzip: None,
            etag: etag_of(OWN_CONFIGURATION),
            content_type: "application/json",
            immutable: false,
        });
        files
    })
}

/// The build leaves notes of its own beside the files.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

fn is_variant(path: &str) -> bool {
    [".br", ".gz"].iter().any(|ending| path.strip_suffix(ending).is_some_and(|plain| Embedded::get(plain).is_some()))
}

fn read_file(path: &str) -> Option<ClientFile> {
    let plain = embedded_bytes(path)?;
    Some(ClientFile {
        brotli: embedded_bytes(&format!("{path}.br")),
        gzip: embedded_bytes(&format!("{path}.gz")),
        etag: etag_of(&plain),
        content_type: content_type(path),
        immutable: path.starts_with("assets/"),
        plain,
    })
}

fn embedded_bytes(path: &str) -> Option<Bytes> {
    Embedded::get(path).map(|file| match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
