//! Whether the server lives, whether it can answer, and its figures for a collector.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use crate::client::Client;
use crate::error::{Code, Problem};
use crate::identity;
use crate::settings::Mode;
use crate::state::Server;

/// The process runs and answers.
#[utoipa::path(get, path = "/health/live", tag = "operations", security(()),
    responses((status = 200, description = "The process runs", body = String, content_type = "text/plain")))]
pub(crate) async fn get_live() -> &'static str {
    "live\n"
}

/// The server can sign people in and answer for an app at least; a load balancer sends requests only then.
#[utoipa::path(get, path = "/health/ready", tag = "operations", security(()),
    responses(
        (status = 200, description = "The server can answer", body = String, content_type = "text/plain"),
        (status = 503, description = "The server is stopping, its store cannot be read, or none of its apps was ever right", body = crate::error::ProblemResponse)))]
pub(crate) async fn get_ready(State(server): State<Arc<Server>>) -> Result<&'static str, Problem> {
    if server.stopping.is_cancelled() {
        return Err(Problem::new(Code::Unavailable, "The server is stopping."));
    }
    if let Err(error) = server.store.ping().await {
        tracing::error!(error = %error, "the store cannot be read");
        return Err(Problem::new(Code::Unavailable, "The store cannot be read."));
    }
    if server.apps.none_is_ready() {
        return Err(Problem::new(Code::NotReady, "The files of every app have mistakes."));
    }
    Ok("ready\n")
}

/// Figures for Prometheus: with the metrics token as bearer; in development for this machine without it.
#[utoipa::path(get, path = "/metrics", tag = "operations", security((), ("bearer" = [])),
    responses(
        (status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"),
        (status = 404, description = "Not for this caller", body = crate::error::ProblemResponse)))]
pub(crate) async fn get_metrics(
    State(server): State<Arc<Server>>,
    axum::Extension(client): axum::Extension<Client>,
    headers: HeaderMap,
) -> Response {
    let open = client.local && server.settings.mode == Mode::Development;
    if !open && !has_metrics_token(&server, &headers) {
        return Problem::not_found().into_response();
    }
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (StatusCode::OK, content_type, server.metrics.render()).into_response()
}

/// Compares digests, so that the time tells nothing of the token.
fn has_metrics_token(server: &Server, headers: &HeaderMap) -> bool {
    let (Some(expected), Some(Some(given))) = (&server.settings.metrics_token, identity::bearer_token(headers)) else {
        return false;
    };
    Sha256::digest(expected.expose_secret()) == Sha256::digest(given)
}
