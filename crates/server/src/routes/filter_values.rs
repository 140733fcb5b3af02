//! The choices of a filter or a view, limited like every other answer to what the person may see.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::answer::{self, Choices};
use crate::encode;
use crate::error::{Problem, ProblemResponse};
use crate::extract::{JsonBody, Origin, PathNames, VisibleApp};
use crate::state::Server;

/// Longest text that is searched for.
const LONGEST_SEARCH: usize = 200;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValuesRequest {
    /// The values of the filters that this one depends on.
    #[serde(default)]
    #[schema(value_type = Object)]
    filters: Map<String, Value>,
    #[serde(default)]
    #[schema(value_type = Object)]
    view: Map<String, Value>,
    /// Only choices whose label contains this text.
    search: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValuesResponse {
    pub(crate) values: Vec<ChoiceResponse>,
    /// True when there are more than were sent; search narrows them.
    pub(crate) truncated: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChoiceResponse {
    pub(crate) value: Value,
    pub(crate) label: String,
}

/// Lists the choices of a filter.
#[utoipa::path(post, path = "/apps/{app}/filters/{id}/values", tag = "data",
    params(("app" = String, Path, description = "The app's id"), ("id" = String, Path, description = "The filter's id")),
    request_body = ValuesRequest,
    responses(
        (status = 200, description = "The choices, by label", body = ValuesResponse),
        (status = 400, description = "A filter that this one does not depend on, or a value that it cannot have", body = ProblemResponse),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse),
        (status = 404, description = "No such app or filter, or not for this person", body = ProblemResponse)))]
pub(crate) async fn list_filter_values(
    State(server): State<Arc<Server>>,
    visible: VisibleApp,
    origin: Origin,
    names: PathNames,
    JsonBody(request): JsonBody<ValuesRequest>,
) -> Result<Response, Problem> {
    list_values(&server, &visible, &origin, Choices::Filter, &names, request).await
}

/// Lists the choices of a view.
#[utoipa::path(post, path = "/apps/{app}/views/{id}/values", tag = "data",
    params(("app" = String, Path, description = "The app's id"), ("id" = String, Path, description = "The view's id")),
    request_body = ValuesRequest,
    responses(
        (status = 200, description = "The choices, by label", body = ValuesResponse),
        (status = 400, description = "A value that a filter cannot have", body = ProblemResponse),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse),
        (status = 404, description = "No such app or view, or not for this person", body = ProblemResponse)))]
pub(crate) async fn list_view_values(
    State(server): State<Arc<Server>>,
    visible: VisibleApp,
    origin: Origin,
    names: PathNames,
    JsonBody(request): JsonBody<ValuesRequest>,
) -> Result<Response, Problem> {
    list_values(&server, &visible, &origin, Choices::View, &names, request).await
}

async fn list_values(
    server: &Server,
    visible: &VisibleApp,
    origin: &Origin,
    kind: Choices,
    names: &PathNames,
    request: ValuesRequest,
) -> Result<Response, Problem> {
    let id = names.get("id");
    let search = request.search.as_deref().filter(|text| !text.is_empty());
    if search.is_some_and(|text| text.chars().count() > LONGEST_SEARCH) {
        return Err(Problem::invalid(format!("`search` is longer than {LONGEST_SEARCH} characters.")));
    }
    let answer = answer::choices(server, visible, kind, id, search, &request.filters, &request.view).await;
    answer::note_refusal(server, visible, origin, &answer);
    let answer = answer?;
    server.decisions.allow(&visible.principal, origin, "app.values", &visible.app.id);
    let body = encode::choices(&answer)?;
    let content_type = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((content_type, body).into_response())
}
