//! Refuses requests that change something when a page of somebody else sent them, or when a form could have.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, header};

use crate::client::{Client, Site};
use crate::error::{Code, Problem};
use crate::extract::{Origin, presented_token};
use crate::identity;
use crate::state::Server;

pub(crate) async fn refuse_foreign_changes(
    State(server): State<Arc<Server>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(client) = request.extensions().get::<Client>() else {
        return Problem::internal("a request has no client").into_response();
    };
    match check(request.method(), request.headers(), client, &server.settings.allow_origins) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            tracing::warn!(problem.code = problem.code.as_str(), "refused a request");
            if problem.code == Code::Forbidden {
                let (parts, _) = request.into_parts();
                if let Ok(origin) = Origin::of(&parts) {
                    let token = presented_token(&parts);
                    server.decisions.deny_foreign(&server.authenticator, token, &origin).await;
                }
            }
            problem.into_response()
        }
    }
}

/// The rules, in order: a token in a header is never sent by itself; a cookie is believed from our own pages only.
fn check(method: &Method, headers: &HeaderMap, client: &Client, allowed: &[String]) -> Result<(), Problem> {
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && *method != Method::DELETE && !is_json(headers) {
        return Err(Problem::new(Code::UnsupportedMedia, "The body must be `application/json`."));
    }
    if headers.contains_key(header::AUTHORIZATION) {
        return Ok(());
    }
    let has_cookie = identity::session_cookie(headers, client.secure).is_some();
    let foreign = || Problem::forbidden("This request was not sent by a page of this instance.");
    match client.site(headers) {
        Site::Same => Ok(()),
        Site::Unknown if safe || !has_cookie => Ok(()),
        Site::Unknown => {
            Err(foreign().with_hint("Programs authenticate with `Authorization: Bearer`, not with a cookie."))
        }
        // A person who types an address or opens a link is not a page; what they open changes nothing.
        Site::Foreign if safe && headers.get("sec-fetch-site").is_some_and(|site| site == "none") => Ok(()),
        Site::Foreign if has_cookie => Err(foreign()),
        Site::Foreign if safe || is_allowed(headers, allowed) => Ok(()),
        Site::Foreign => Err(foreign()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// Exactly one of the allowed origins, byte for byte: no suffix, no `null`.
pub(crate) fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    headers.get(header::ORIGIN).is_some_and(|origin| allowed.iter().any(|one| one.as_bytes() == origin.as_bytes()))
}
