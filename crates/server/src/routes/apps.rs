//! The apps that a person can open, and an app as this person sees it.

use std::sync::Arc;

use aracari_app::{App, Privilege};
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::assets;
use crate::error::{Problem, ProblemResponse};
use crate::extract::{Origin, SignedIn, VisibleApp};
use crate::openapi::PresentationSchema;
use crate::state::Server;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LocaleQuery {
    /// The language of texts; the person's own, then the app's first, when absent or not offered.
    locale: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppsResponse {
    apps: Vec<AppResponse>,
    /// True when there is an app that is not ready: it may be one that the person will see.
    not_ready: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppResponse {
    id: String,
    title: String,
    description: Option<String>,
    /// `viewer`, `validator`, `contributor` or `admin`.
    #[schema(value_type = String)]
    privilege: Privilege,
}

/// Lists the apps that the person can open.
#[utoipa::path(get, path = "/apps", tag = "apps", params(LocaleQuery),
    responses(
        (status = 200, description = "The apps, by title", body = AppsResponse),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse)))]
pub(crate) async fn list_apps(
    State(server): State<Arc<Server>>,
    SignedIn(principal): SignedIn,
    query: Result<Query<LocaleQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::invalid("`locale` is a language such as `en`."))?;
    let is_admin = principal.role.is_instance_admin();
    let mut apps: Vec<AppResponse> = server
        .apps
        .iter()
        .filter_map(|live| {
            let snapshot = live.snapshot();
            let Some(app) = &snapshot.app else {
                return is_admin.then(|| never_loaded(&snapshot.id));
            };
            let privilege = app.privilege(&principal.reader.groups, is_admin)?;
            let locale = choose_locale(app, query.locale.as_deref(), principal.locale.as_deref());
            let (title, description) = (app.title(locale), app.description(locale));
            Some(AppResponse { id: app.id.clone(), title, description, privilege })
        })
        .collect();
    let not_ready = server.apps.iter().any(|live| live.snapshot().app.is_none());
    apps.sort_by(|left, right| left.title.cmp(&right.title).then_with(|| left.id.cmp(&right.id)));
    Ok(([(header::CACHE_CONTROL, "private, no-cache")], Json(AppsResponse { apps, not_ready })).into_response())
}

/// An app whose files were wrong from the start: those who administer the instance see that it is there.
fn never_loaded(id: &str) -> AppResponse {
    let description = "The files of this app have mistakes; it was never loaded.".to_owned();
    AppResponse { id: id.to_owned(), title: id.to_owned(), description: Some(description), privilege: Privilege::Admin }
}

/// Gives an app as this person sees it: what is shown and how, never where data comes from.
#[utoipa::path(get, path = "/apps/{app}", tag = "apps", params(("app" = String, Path, description = "The app's id"), LocaleQuery),
    responses(
        (status = 200, description = "The app", body = PresentationSchema),
        (status = 304, description = "Unchanged since the tag in `If-None-Match`"),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse),
        (status = 404, description = "No such app, or not for this person", body = ProblemResponse),
        (status = 503, description = "`not_ready`: the files of the app were wrong from the start", body = ProblemResponse)))]
pub(crate) async fn get_app(
    State(server): State<Arc<Server>>,
    visible: VisibleApp,
    origin: Origin,
    headers: HeaderMap,
    query: Result<Query<LocaleQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::invalid("`locale` is a language such as `en`."))?;
    let VisibleApp { principal, privilege, app, .. } = visible;
    let locale = choose_locale(&app, query.locale.as_deref(), principal.locale.as_deref());
    let presentation = app.presentation(locale, &principal.reader, privilege);
    let body = serde_json::to_vec(&presentation).map_err(|error| Problem::internal(&error))?;
    server.decisions.allow(&principal, &origin, "app.open", &app.id);

    // The tag names the content that this very person gets: knowing another person's tag gains nothing.
    let etag = assets::etag_of(&body);
    let mut response = if assets::matches_etag(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let response_headers = response.headers_mut();
    response_headers.insert(header::ETAG, etag);
    response_headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response_headers.insert(header::VARY, HeaderValue::from_static("Authorization, Cookie"));
    Ok(response)
}

/// The language that was asked for, then the person's, then the app's first: always one that the app offers.
pub(crate) fn choose_locale<'a>(app: &'a App, asked: Option<&str>, preferred: Option<&str>) -> &'a str {
    let offered = |wanted: &str| app.locales.iter().find(|locale| locale.eq_ignore_ascii_case(wanted));
    let chosen = asked.and_then(offered).or_else(|| preferred.and_then(offered)).or_else(|| app.locales.first());
    chosen.map_or("en", String::as_str)
}
