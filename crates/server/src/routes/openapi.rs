//! The description of this interface for programs.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;

use crate::state::Server;

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", security(()),
    responses((status = 200, description = "The OpenAPI document of this interface", body = Object)))]
pub(crate) async fn get_openapi(State(server): State<Arc<Server>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], server.openapi.clone()).into_response()
}
