//! Signing in, signing out, and who one is.

use std::sync::Arc;

use aracari_auth::{Principal, SignIn, SignInError};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::client::{Client, Site};
use crate::error::{Code, Problem, ProblemResponse};
use crate::extract::{JsonBody, MaybeSignedIn, Origin, SignedIn};
use crate::identity;
use crate::state::Server;

/// How the session's token reaches the one who signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Delivery {
    /// In a cookie that no script can read; for pages of this instance.
    Cookie,
    /// In the answer; for programs and for clients on other origins.
    Bearer,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInRequest {
    name: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    delivery: Delivery,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInResponse {
    user: UserResponse,
    /// Only for the delivery `bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionResponse {
    /// Null when nobody is signed in.
    user: Option<UserResponse>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserResponse {
    id: String,
    name: String,
    display_name: String,
    /// `user`, `admin` or `super-admin`.
    role: &'static str,
    groups: Vec<String>,
    locale: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeSessionRequest {
    /// The language to prefer from now on, such as `fr`; null for the app's own.
    locale: Option<String>,
}

impl UserResponse {
    fn of(principal: &Principal) -> Self {
        Self {
            id: principal.user_id.to_string(),
            name: principal.name.to_string(),
            display_name: principal.display_name.clone(),
            role: principal.role.as_str(),
            groups: principal.reader.groups.clone(),
            locale: principal.locale.clone(),
        }
    }
}

/// Signs in. Any earlier session of the same browser ends.
#[utoipa::path(post, path = "/session", tag = "session", security(()), request_body = SignInRequest,
    responses(
        (status = 200, description = "Signed in", body = SignInResponse),
        (status = 401, description = "Wrong name or password: never said which", body = ProblemResponse),
        (status = 403, description = "Sent by a page of somebody else, or over plain http from another machine", body = ProblemResponse),
        (status = 429, description = "Too many attempts; `Retry-After` says when to come back", body = ProblemResponse)))]
pub(crate) async fn create_session(
    State(server): State<Arc<Server>>,
    origin: Origin,
    headers: HeaderMap,
    JsonBody(request): JsonBody<SignInRequest>,
) -> Result<Response, Problem> {
    let client = &origin.client;
    if !client.secure && !client.local {
        return Err(Problem::forbidden("Passwords are accepted over https only.")
            .with_hint("Give the server a certificate, or name the proxy in front of it as trusted."));
    }
    if request.delivery == Delivery::Cookie && client.site(&headers) == Site::Foreign {
        return Err(Problem::forbidden("A page on another origin signs in with the delivery `bearer`."));
    }
    let signed_in = server
        .authenticator
        .sign_in(SignIn {
            name: &request.name,
            password: &request.password,
            previous_token: identity::session_cookie(&headers, client.secure),
            context: origin.context(),
        })
        .await
        .map_err(refusal)?;

    let user = UserResponse::of(&signed_in.principal);
    let token = signed_in.token.expose();
    let mut response = match request.delivery {
        Delivery::Bearer => Json(SignInResponse { user, token: Some(token.to_owned()) }).into_response(),
        Delivery::Cookie => Json(SignInResponse { user, token: None }).into_response(),
    };
    if request.delivery == Delivery::Cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie(token, client)?);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Says who is signed in, or that nobody is: a page that just opened asks this first.
#[utoipa::path(get, path = "/session", tag = "session", security((), ("cookie" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "The signed-in person, or null for a request without credentials", body = SessionResponse),
        (status = 401, description = "The credentials are worth nothing: the session ended", body = ProblemResponse)))]
pub(crate) async fn get_session(MaybeSignedIn(principal): MaybeSignedIn) -> Response {
    let body = Json(SessionResponse { user: principal.as_deref().map(UserResponse::of) });
    ([(header::CACHE_CONTROL, "no-store")], body).into_response()
}

/// Changes what the person prefers.
#[utoipa::path(patch, path = "/session", tag = "session", request_body = ChangeSessionRequest,
    responses(
        (status = 204, description = "Changed"),
        (status = 400, description = "Not a language", body = ProblemResponse),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse)))]
pub(crate) async fn change_session(
    State(server): State<Arc<Server>>,
    SignedIn(principal): SignedIn,
    JsonBody(request): JsonBody<ChangeSessionRequest>,
) -> Result<StatusCode, Problem> {
    let locale = request.locale.as_deref();
    if locale.is_some_and(|locale| !is_language(locale)) {
        return Err(Problem::invalid("`locale` is a language such as `en` or `fr-CA`."));
    }
    server.authenticator.set_locale(&principal, locale).await.map_err(|error| Problem::internal(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out: the session's token is worth nothing from now on.
#[utoipa::path(delete, path = "/session", tag = "session",
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse)))]
pub(crate) async fn delete_session(
    State(server): State<Arc<Server>>,
    SignedIn(principal): SignedIn,
    origin: Origin,
) -> Result<Response, Problem> {
    server.authenticator.sign_out(&principal, origin.context()).await.map_err(|error| Problem::internal(&error))?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, ended_cookie(&origin.client));
    Ok(response)
}

fn refusal(error: SignInError) -> Problem {
    match error {
        SignInError::InvalidCredentials => Problem::new(Code::Unauthenticated, "The name or the password is wrong."),
        SignInError::Throttled { retry_after } => {
            Problem::new(Code::RateLimited, "Too many attempts.").with_retry_after(retry_after.as_secs().max(1))
        }
        SignInError::Busy { retry_after } => Problem::new(Code::RateLimited, "Too many people are signing in.")
            .with_retry_after(retry_after.as_secs().max(1)),
        SignInError::Internal(error) => Problem::internal(&error),
    }
}

/// A cookie of the browser's session: it ends with it, or earlier when the server ends the session.
fn cookie(token: &str, client: &Client) -> Result<HeaderValue, Problem> {
    let (name, secure) = cookie_kind(client);
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).map_err(|_| Problem::internal("a token does not fit a cookie"))
}

fn ended_cookie(client: &Client) -> HeaderValue {
    if client.secure {
        HeaderValue::from_static("__Host-aracari=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure")
    } else {
        HeaderValue::from_static("aracari=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    }
}

fn cookie_kind(client: &Client) -> (&'static str, &'static str) {
    if client.secure { (identity::SECURE_COOKIE, "; Secure") } else { (identity::LOOPBACK_COOKIE, "") }
}

fn is_language(text: &str) -> bool {
    (2..=16).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}
