//! The outermost layer: gives a request its id and its client, renders problems, logs and counts.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, header};

use crate::client::Client;
use crate::error::Problem;
use crate::state::Server;

/// The id of a request: in its response's header, in its problem and in its log line.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub Arc<str>);

/// Stands in the log for a request that no route took; its path may hold anything.
const NO_ROUTE: &str = "(none)";

pub(crate) async fn observe(
    State(server): State<Arc<Server>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let request_id: Arc<str> = format!("{:016x}", rand::random::<u64>()).into();
    let settings = &server.settings;
    let client =
        Client::read(request.headers(), request.uri(), peer, settings.tls.is_some(), &settings.trusted_proxies);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let address = client.address;
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(RequestId(request_id.clone()));

    let mut response = render_problem(next.run(request).await, &request_id);
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-request-id", value);
    }

    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let status = response.status().as_u16();
    let duration = started.elapsed();
    server.metrics.record_request(route, status, duration);
    #[expect(clippy::cast_precision_loss, reason = "a duration in the log needs no more than a float holds")]
    let duration_ms = duration.as_micros() as f64 / 1000.0;
    tracing::info!(
        request.id = %request_id, request.method = %method, request.route = route, client.address = %address,
        response.status = status, duration_ms, "request"
    );
    response
}

/// Turns the problem that a handler returned, or the bare error that a library made, into its wire form.
fn render_problem(response: Response, request_id: &str) -> Response {
    if let Some(problem) = response.extensions().get::<Arc<Problem>>() {
        let mut rendered = problem.render(request_id);
        for (name, value) in response.headers() {
            if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE && name != header::CACHE_CONTROL {
                rendered.headers_mut().append(name.clone(), value.clone());
            }
        }
        return rendered;
    }
    let status = response.status();
    let has_own_body = response.headers().contains_key(header::CONTENT_TYPE)
        && !response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if (status.is_client_error() || status.is_server_error()) && !has_own_body {
        return Problem::of_status(status).render(request_id);
    }
    response
}
