//! Bounds how many requests run at once and how long each may take, each with its own answer.
//!
//! A request counts only once its body is there: a client that sends slowly keeps nobody else waiting.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::client::Client;
use crate::error::{Code, Problem};
use crate::extract::{self, presented_token};
use crate::shares::{Place, network};
use crate::state::Server;

/// Longest body of a request that nobody is signed in for: a name and a password, no more.
const ANONYMOUS_BODY: usize = 16 * 1024;
/// How long a request without a session waits while others from its address run.
const WAIT: Duration = Duration::from_secs(5);

pub(crate) async fn bound_requests(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    run_bounded(&server, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn run_bounded(server: &Server, request: Request, next: Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let Some(client) = parts.extensions.get::<Client>() else {
        return Err(Problem::internal("a request has no client"));
    };
    let address = network(client.address);
    let limits = &server.settings.limits;

    // The handler asks again and answers; here only the size of the share depends on it.
    let principal = match presented_token(&parts) {
        Some(token) => {
            let _place = take_place(server, address).await?;
            server.authenticator.authenticate(token).await.ok().flatten()
        }
        None => None,
    };
    let body = if body.is_end_stream() {
        body
    } else {
        let most = if principal.is_some() { limits.body_bytes } else { limits.body_bytes.min(ANONYMOUS_BODY) };
        let reading = async {
            // What has arrived is kept in memory: nobody may send too much of it at once.
            let _place = match &principal {
                Some(principal) => Err(server.bodies_by_user.take(principal.user_id.clone()).await),
                None => Ok(server.bodies_by_address.take(address).await),
            };
            extract::read_body(&parts.headers, body, most).await
        };
        let late = |_| {
            let seconds = limits.body_time.as_secs_f32();
            Problem::new(Code::Timeout, format!("The body did not arrive within {seconds} s."))
        };
        Body::from(tokio::time::timeout(limits.body_time, reading).await.map_err(late)??)
    };
    let _place = if principal.is_none() { Some(take_place(server, address).await?) } else { None };
    let Ok(_running) = server.request_slots.try_acquire() else {
        return Err(busy("The server is answering as many requests as it can. Try again."));
    };
    let longest = limits.request_time;
    tokio::time::timeout(longest, next.run(Request::from_parts(parts, body))).await.map_err(|_| {
        let seconds = longest.as_secs();
        Problem::new(Code::Timeout, format!("The request took longer than {seconds} s."))
    })
}

/// One of the places that requests without a session have, by the address they come from.
async fn take_place(server: &Server, address: IpAddr) -> Result<Place<IpAddr>, Problem> {
    let place = tokio::time::timeout(WAIT, server.anonymous_requests.take(address)).await.ok().flatten();
    place.ok_or_else(|| busy("Too many requests come from this address. Try again."))
}

fn busy(detail: &str) -> Problem {
    Problem::new(Code::Unavailable, detail).with_retry_after(1)
}
