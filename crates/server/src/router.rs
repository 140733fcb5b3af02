//! Every address of the server and the layers around them.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::Problem;
use crate::middleware::{cors, csrf, limits, observe, security_headers};
use crate::routes::{app_assets, apps, client, diagnostics, events, filter_values, health, openapi, queries, session};
use crate::state::Server;

type ApiRouter = OpenApiRouter<Arc<Server>>;

/// Bodies below this size are sent as they are: compressing them costs more than it saves.
const COMPRESS_ABOVE: u64 = 4096;

/// The version of the interface that every address of it begins with.
const API: &str = "/api/v1";

/// Addresses whose answers are bounded in time and number.
fn bounded_api() -> ApiRouter {
    OpenApiRouter::new()
        .routes(routes!(
            session::create_session,
            session::get_session,
            session::change_session,
            session::delete_session
        ))
        .routes(routes!(apps::list_apps))
        .routes(routes!(apps::get_app))
        .routes(routes!(app_assets::get_app_asset))
        .routes(routes!(diagnostics::list_diagnostics))
        .routes(routes!(queries::run_queries))
        .routes(routes!(filter_values::list_filter_values))
        .routes(routes!(filter_values::list_view_values))
        .routes(routes!(openapi::get_openapi))
}

/// Addresses that answer as long as somebody listens.
fn open_ended_api() -> ApiRouter {
    OpenApiRouter::new().routes(routes!(events::stream_events))
}

/// Addresses for those who operate the server; at the root whatever the base path is.
fn operations() -> ApiRouter {
    OpenApiRouter::new()
        .routes(routes!(health::get_live))
        .routes(routes!(health::get_ready))
        .routes(routes!(health::get_metrics))
}

/// The description of every address, without building a server.
pub(crate) fn describe() -> OpenApi {
    let everything = operations().nest(API, bounded_api().merge(open_ended_api()));
    everything.into_openapi()
}

/// The complete service.
pub(crate) fn build(server: &Arc<Server>) -> Router {
    let bounded: Router<Arc<Server>> =
        bounded_api().split_for_parts().0.layer(from_fn_with_state(server.clone(), limits::bound_requests));
    let open_ended: Router<Arc<Server>> = open_ended_api().split_for_parts().0;
    let api = bounded
        .merge(open_ended)
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(server.clone(), csrf::refuse_foreign_changes))
        .layer(from_fn_with_state(server.clone(), cors::share_with_allowed_origins));

    let operations: Router<Arc<Server>> = operations().split_for_parts().0;
    let below_base = Router::new()
        .nest(API, api)
        .route("/welcome.css", get(client::get_welcome_style))
        .route("/{*path}", get(client::get_client_file));

    let base = server.settings.base_path.as_str();
    let router = if base.is_empty() {
        below_base.route("/", get(client::get_index)).merge(operations)
    } else {
        Router::new()
            .route(base, get(client::add_slash))
            .route(&format!("{base}/"), get(client::get_index))
            .nest(base, below_base.merge(operations.clone()))
            .merge(operations)
    };
    router
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(compression())
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(from_fn_with_state(server.clone(), security_headers::add_security_headers))
        .layer(from_fn_with_state(server.clone(), observe::observe))
        .with_state(server.clone())
}

fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(COMPRESS_ABOVE)
        .and(NotForContentType::SSE)
        .and(NotForContentType::const_new("image/png"))
        .and(NotForContentType::const_new("image/jpeg"))
        .and(NotForContentType::const_new("image/webp"))
        .and(NotForContentType::const_new("font/"));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it)
}

async fn not_found() -> Problem {
    Problem::not_found()
}

async fn wrong_method() -> Problem {
    Problem::invalid("This address does not answer to that method.")
}

/// The message of a panic may hold anything: it belongs in the log only.
fn answer_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Problem::internal(&format!("panic: {message}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_panic_is_a_problem_that_does_not_say_what_panicked() {
        for panic in [Box::new("canary") as Box<dyn std::any::Any + Send>, Box::new("canary".to_owned()), Box::new(7)] {
            let response = answer_panic(panic);
            let problem = response.extensions().get::<Arc<Problem>>().unwrap();
            assert_eq!(response.status(), 500);
            assert!(!format!("{problem:?}").contains("canary"));
        }
    }
}
