//! What handlers take from a request: the signed-in person, an app that this person can see, a JSON body.

use std::collections::HashMap;
use std::sync::Arc;

use aracari_app::{App, Privilege};
use aracari_auth::{Context, Principal};
use axum::body::{Body, Bytes};
use axum::extract::{FromRef, FromRequest, FromRequestParts, Path, Request};
use http::request::Parts;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::{Code, Problem};
use crate::identity;
use crate::live::LiveApp;
use crate::middleware::observe::RequestId;
use crate::state::Server;

/// The person behind a request that needs one.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub Arc<Principal>);

/// The person behind a request that does without one; credentials that are wrong are refused all the same.
#[derive(Debug, Clone)]
pub(crate) struct MaybeSignedIn(pub Option<Arc<Principal>>);

/// The token that a request came with, for what outlives the request.
#[derive(Debug, Clone)]
pub(crate) struct PresentedToken(pub String);

/// The names in the request's path, decoded once.
#[derive(Debug, Clone)]
pub(crate) struct PathNames(HashMap<String, String>);

impl PathNames {
    /// The name, or nothing where the route has none: what no app, filter or file is called.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// An app that the person behind the request can see; whoever cannot see it learns nothing of it.
#[derive(Debug, Clone)]
pub(crate) struct VisibleApp {
    pub principal: Arc<Principal>,
    pub privilege: Privilege,
    pub app: Arc<App>,
    pub live: Arc<LiveApp>,
    /// Names the request in the log.
    pub request_id: Arc<str>,
}

/// A JSON body within the limit, or the problem that says where it is wrong.
#[derive(Debug, Clone)]
pub(crate) struct JsonBody<T>(pub T);

/// Where and when an audited act happened.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub client: Client,
    pub request_id: Arc<str>,
}

impl Origin {
    pub(crate) fn of(parts: &Parts) -> Result<Self, Problem> {
        let client = parts.extensions.get::<Client>().cloned();
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        match (client, request_id) {
            (Some(client), Some(request_id)) => Ok(Self { client, request_id }),
            _ => Err(Problem::internal("a request did not pass the outermost layer")),
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context { address: Some(self.client.address), request_id: Some(&self.request_id) }
    }
}

impl<S> FromRequestParts<S> for Origin
where
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(parts)
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    Arc<Server>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let server = Arc::<Server>::from_ref(state);
        let token = presented_token(parts).ok_or_else(Problem::unauthenticated)?;
        match server.authenticator.authenticate(token).await {
            Ok(Some(principal)) => Ok(Self(principal)),
            Ok(None) => Err(Problem::unauthenticated()),
            Err(error) => Err(Problem::internal(&error)),
        }
    }
}

impl<S> FromRequestParts<S> for MaybeSignedIn
where
    Arc<Server>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if presented_token(parts).is_none() && !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Self(None));
        }
        let SignedIn(principal) = SignedIn::from_request_parts(parts, state).await?;
        Ok(Self(Some(principal)))
    }
}

impl<S> FromRequestParts<S> for PathNames
where
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // What cannot be decoded names nothing.
        match Path::<HashMap<String, String>>::from_request_parts(parts, state).await {
            Ok(Path(names)) => Ok(Self(names)),
            Err(_) => Err(Problem::not_found()),
        }
    }
}

impl<S> FromRequestParts<S> for PresentedToken
where
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        presented_token(parts).map(|token| Self(token.to_owned())).ok_or_else(Problem::unauthenticated)
    }
}

/// A header decides alone: a request with a bad one never falls back to its cookie.
pub(crate) fn presented_token(parts: &Parts) -> Option<&str> {
    let secure = parts.extensions.get::<Client>().is_some_and(|client| client.secure);
    match identity::bearer_token(&parts.headers) {
        Some(token) => token,
        None => identity::session_cookie(&parts.headers, secure),
    }
}

impl<S> FromRequestParts<S> for VisibleApp
where
    Arc<Server>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let SignedIn(principal) = SignedIn::from_request_parts(parts, state).await?;
        let server = Arc::<Server>::from_ref(state);
        let names = PathNames::from_request_parts(parts, state).await?;
        let id = names.get("app");
        let Some((live, snapshot)) = server.apps.find(id) else {
            return Err(Problem::not_found());
        };
        let Some(app) = snapshot.app.clone() else {
            // Nobody knows yet who may see this app: its address tells everybody that it is not ready, and no more.
            let problem = Problem::new(Code::NotReady, "This app is not ready yet.");
            return Err(if principal.role.is_instance_admin() {
                problem.with_hint(format!("Its files have mistakes: see `/apps/{id}/diagnostics`."))
            } else {
                problem
            });
        };
        let origin = Origin::of(parts)?;
        let Some(privilege) = app.privilege(&principal.reader.groups, principal.role.is_instance_admin()) else {
            server.decisions.deny(&principal, &origin, "app.open", id);
            return Err(Problem::not_found());
        };
        Ok(Self { principal, privilege, app, live: live.clone(), request_id: origin.request_id })
    }
}

impl<T, S> FromRequest<S> for JsonBody<T>
where
    T: DeserializeOwned,
    Arc<Server>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Problem> {
        let server = Arc::<Server>::from_ref(state);
        let (parts, body) = request.into_parts();
        let body = read_body(&parts.headers, body, server.settings.limits.body_bytes).await?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| Problem::invalid(format!("The body is wrong: {error}.")))
    }
}

/// Reads a body to its end, or says why not.
pub(crate) async fn read_body(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(Code::TooLarge, format!("The body is larger than {most} bytes."));
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    match axum::body::to_bytes(body, most).await {
        Ok(body) => Ok(body),
        Err(error) if is_length_limit(&error) => Err(too_large()),
        Err(_) => Err(Problem::invalid("The body did not arrive completely.")),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>)
}
