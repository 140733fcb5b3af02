//! Headers that tell browsers what this instance's pages may do.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::state::Server;

/// No inline script, no inline style, nothing from elsewhere; texts reach the page through trusted types only.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const FIXED: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("x-frame-options", "DENY"),
    (
        "permissions-policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), \
         payment=(), usb=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-permitted-cross-domain-policies", "none"),
];

pub(crate) async fn add_security_headers(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let secure = request.extensions().get::<crate::client::Client>().is_some_and(|client| client.secure);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        set_absent(headers, HeaderName::from_static(name), value);
    }
    set_absent(headers, header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    if secure {
        set_absent(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // A client on an allowed origin reads answers by CORS; the resource policy must not contradict it.
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) && !server.settings.allow_origins.is_empty() {
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    }
    response
}

/// A handler's own, narrower header stays.
fn set_absent(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
