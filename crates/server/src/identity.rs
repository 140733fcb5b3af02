//! Who asks: reads the session of a request from its bearer token or its cookie.

use http::{HeaderMap, header};

/// The cookie's name on https; the prefix makes browsers insist on `Secure`, on `Path=/` and on no `Domain`.
pub(crate) const SECURE_COOKIE: &str = "__Host-aracari";
/// The cookie's name on plain http, which only ever happens on loopback.
pub(crate) const LOOPBACK_COOKIE: &str = "aracari";

/// The session token in the request's cookie; of several cookies with the name, none counts.
pub(crate) fn session_cookie(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let name = if secure { SECURE_COOKIE } else { LOOPBACK_COOKIE };
    let mut found = None;
    for header_value in headers.get_all(header::COOKIE) {
        for pair in header_value.to_str().ok()?.split(';') {
            let Some((key, value)) = pair.split_once('=') else { continue };
            if key.trim() == name {
                if found.is_some() {
                    return None;
                }
                found = Some(value.trim());
            }
        }
    }
    found.filter(|token| !token.is_empty())
}

/// The token of an `Authorization: Bearer` header; `Some(None)` when there is such a header of another kind.
#[expect(clippy::option_option, reason = "no header, another kind of header and a token are three cases")]
pub(crate) fn bearer_token(headers: &HeaderMap) -> Option<Option<&str>> {
    let value = headers.get(header::AUTHORIZATION)?;
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    Some(token)
}
