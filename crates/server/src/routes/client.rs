//! The client's files, and the page that explains an instance without apps.

use std::sync::Arc;

use axum::extract::{OriginalUri, Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::assets;
use crate::error::Problem;
use crate::state::Server;

const WELCOME: &str = include_str!("../../pages/welcome.html");
const WELCOME_STYLE: &str = include_str!("../../pages/welcome.css");

pub(crate) async fn get_index(State(server): State<Arc<Server>>, headers: HeaderMap) -> Response {
    if server.apps.is_empty() {
        return page(WELCOME, "text/html; charset=utf-8");
    }
    assets::serve_client_file(assets::INDEX, &headers)
}

pub(crate) async fn get_welcome_style() -> Response {
    page(WELCOME_STYLE, "text/css; charset=utf-8")
}

pub(crate) async fn get_client_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    assets::serve_client_file(&path, &headers)
}

/// The base path without its slash: relative addresses in the page need the slash.
pub(crate) async fn add_slash(OriginalUri(uri): OriginalUri) -> Response {
    let Ok(location) = HeaderValue::from_str(&format!("{}/", uri.path())) else {
        return Problem::not_found().into_response();
    };
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
}

fn page(text: &'static str, content_type: &'static str) -> Response {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
