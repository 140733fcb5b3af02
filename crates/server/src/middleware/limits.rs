//! Bounds how many requests run at once and how long each may take, each with its own answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::{Code, Problem};
use crate::state::Server;

pub(crate) async fn bound_requests(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let Ok(_running) = server.request_slots.try_acquire() else {
        return Problem::new(Code::Unavailable, "The server is answering as many requests as it can. Try again.")
            .with_retry_after(1)
            .into_response();
    };
    let longest = server.settings.limits.request_time;
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let seconds = longest.as_secs();
            Problem::new(Code::Timeout, format!("The request took longer than {seconds} s.")).into_response()
        }
    }
}
