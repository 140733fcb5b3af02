//! Problems: the closed list of error codes, their one mapping to HTTP, and their one wire form (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// Every way a request can fail. A code never changes its meaning or its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    Unauthenticated,
    Forbidden,
    NotFound,
    InvalidRequest,
    Conflict,
    TooLarge,
    UnsupportedMedia,
    RateLimited,
    LimitExceeded,
    Timeout,
    SourceFailed,
    /// Steps of the app's author that cannot work.
    PipelineFailed,
    Unavailable,
    /// An app whose files were wrong from the start.
    NotReady,
    Internal,
}

impl Code {
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::LimitExceeded | Self::PipelineFailed => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::SourceFailed => StatusCode::BAD_GATEWAY,
            Self::Unavailable | Self::NotReady => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code as it stands in the wire form and in the type's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::InvalidRequest => "invalid_request",
            Self::Conflict => "conflict",
            Self::TooLarge => "too_large",
            Self::UnsupportedMedia => "unsupported_media",
            Self::RateLimited => "rate_limited",
            Self::LimitExceeded => "limit_exceeded",
            Self::Timeout => "timeout",
            Self::SourceFailed => "source_failed",
            Self::PipelineFailed => "pipeline_failed",
            Self::Unavailable => "unavailable",
            Self::NotReady => "not_ready",
            Self::Internal => "internal",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Unauthenticated => "Sign-in needed",
            Self::Forbidden => "Not allowed",
            Self::NotFound => "Not found",
            Self::InvalidRequest => "Invalid request",
            Self::Conflict => "Conflict",
            Self::TooLarge => "Request too large",
            Self::UnsupportedMedia => "Unsupported media type",
            Self::RateLimited => "Too many attempts",
            Self::LimitExceeded => "Limit exceeded",
            Self::Timeout => "Took too long",
            Self::SourceFailed => "Source failed",
            Self::PipelineFailed => "Pipeline failed",
            Self::Unavailable => "Unavailable for now",
            Self::NotReady => "Not ready yet",
            Self::Internal => "Internal error",
        }
    }

    fn type_uri(self) -> String {
        format!("urn:aracari:problem:{}", self.as_str())
    }
}

/// A failed request, told to the one who made it: nothing in it names a path, a query or a host of the server.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub code: Code,
    pub detail: String,
    pub hint: Option<String>,
    pub retry_after_seconds: Option<u64>,
}

/// The wire form of a [`Problem`].
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemResponse {
    /// `urn:aracari:problem:` and the code.
    #[serde(rename = "type")]
    type_uri: String,
    title: &'static str,
    status: u16,
    detail: String,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// Names the request in the server's log.
    request_id: String,
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), hint: None, retry_after_seconds: None }
    }

    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub(crate) fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, "Sign in first.")
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, detail)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing here that you can see.")
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, detail)
    }

    /// Logs what happened and tells the client only that something did.
    pub(crate) fn internal(error: &(impl std::fmt::Display + ?Sized)) -> Self {
        tracing::error!(error = %error, "internal error");
        Self::new(Code::Internal, "The server failed to answer. The log has the reason under this request's id.")
    }

    /// The problem of a response that a library made: by its status alone.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::unauthenticated(),
            StatusCode::FORBIDDEN => Self::forbidden("You may not do this."),
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::invalid("This address does not answer to that method."),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(Code::TooLarge, "The request's body is too large."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(Code::UnsupportedMedia, "The body's type is not supported.")
            }
            StatusCode::SERVICE_UNAVAILABLE => Self::new(Code::Unavailable, "The server is busy. Try again."),
            status if status.is_client_error() => Self::invalid("The request cannot be understood."),
            _ => Self::new(Code::Internal, "The server failed to answer."),
        }
    }

    /// The wire form, for the request with this id.
    #[must_use]
    pub(crate) fn to_response_body(&self, request_id: &str) -> ProblemResponse {
        ProblemResponse {
            type_uri: self.code.type_uri(),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code,
            hint: self.hint.clone(),
            request_id: request_id.to_owned(),
        }
    }

    /// The complete response for the request with this id.
    pub(crate) fn render(&self, request_id: &str) -> Response {
        let body = serde_json::to_vec(&self.to_response_body(request_id)).unwrap_or_default();
        let mut response = (self.code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// An empty response that carries its problem; `middleware::observe` renders it, for only that layer knows the request's id.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}
