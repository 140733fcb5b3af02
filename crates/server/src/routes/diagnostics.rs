//! The mistakes and warnings of an app's files, for those who may change them.

use std::sync::Arc;

use aracari_app::Diagnostic;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Problem, ProblemResponse};
use crate::extract::{Origin, PathNames, SignedIn};
use crate::state::Server;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiagnosticsResponse {
    #[schema(value_type = Vec<crate::openapi::DiagnosticSchema>)]
    diagnostics: Arc<[Diagnostic]>,
}

/// Lists what is wrong with the latest version of an app's files; the last good version is served meanwhile.
#[utoipa::path(get, path = "/apps/{app}/diagnostics", tag = "apps", params(("app" = String, Path, description = "The app's id")),
    responses(
        (status = 200, description = "The diagnostics, none when all is well", body = DiagnosticsResponse),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse),
        (status = 403, description = "For contributors and admins of the app", body = ProblemResponse),
        (status = 404, description = "No such app, or not for this person", body = ProblemResponse)))]
pub(crate) async fn list_diagnostics(
    State(server): State<Arc<Server>>,
    SignedIn(principal): SignedIn,
    origin: Origin,
    names: PathNames,
) -> Result<Json<DiagnosticsResponse>, Problem> {
    let id = names.get("app");
    let Some((_, snapshot)) = server.apps.find(id) else {
        return Err(Problem::not_found());
    };
    let is_admin = principal.role.is_instance_admin();
    // An app that was never loaded has no rules yet, so only those who administer the instance see it.
    let privilege = snapshot.app.as_ref().and_then(|app| app.privilege(&principal.reader.groups, is_admin));
    let may_edit = privilege.is_some_and(aracari_app::Privilege::may_edit);
    if may_edit || is_admin {
        return Ok(Json(DiagnosticsResponse { diagnostics: snapshot.diagnostics.clone() }));
    }
    server.decisions.deny(&principal, &origin, "app.diagnostics", id);
    Err(match privilege {
        Some(_) => Problem::forbidden("Only those who may change this app see its diagnostics."),
        None => Problem::not_found(),
    })
}
