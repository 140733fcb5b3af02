//! Tells open pages that an app changed, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aracari_store::UserId;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use http::{HeaderValue, header};
use tokio::sync::watch;

use crate::error::{Code, Problem, ProblemResponse};
use crate::extract::VisibleApp;
use crate::live::Snapshot;
use crate::shares::Place;
use crate::state::Server;

/// How often a comment keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often the session is looked at again.
const LOOK: Duration = Duration::from_secs(4);
/// Least time between two events of changed rows: a file that is written without a pause would have pages ask all the time.
const DATA_PAUSE: Duration = Duration::from_secs(4);

/// A stream that somebody listens to; the permit and the place count it.
struct Listener {
    changes: watch::Receiver<Arc<Snapshot>>,
    version: Option<String>,
    diagnostics: usize,
    data_changes: u64,
    data_told: Option<Instant>,
    visible: VisibleApp,
    server: Arc<Server>,
    token: String,
    _permit: tokio::sync::OwnedSemaphorePermit,
    _place: Place<UserId>,
}

/// Streams changes of an app: `configuration` with the new version; `data` when files with rows changed; `diagnostics` with their count to those who may edit.
#[utoipa::path(get, path = "/apps/{app}/events", tag = "apps", params(("app" = String, Path, description = "The app's id")),
    responses(
        (status = 200, description = "Server-sent events until either side closes", body = String, content_type = "text/event-stream"),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse),
        (status = 404, description = "No such app, or not for this person", body = ProblemResponse),
        (status = 503, description = "Too many open streams", body = ProblemResponse)))]
pub(crate) async fn stream_events(
    State(server): State<Arc<Server>>,
    visible: VisibleApp,
    token: crate::extract::PresentedToken,
) -> Result<Response, Problem> {
    let Ok(permit) = server.event_slots.clone().try_acquire_owned() else {
        return Err(Problem::new(Code::Unavailable, "Too many pages are open.").with_retry_after(30));
    };
    let Some(place) = server.events_by_user.try_take(visible.principal.user_id.clone()) else {
        return Err(Problem::new(Code::Unavailable, "You have too many pages open.").with_retry_after(30));
    };
    let changes = visible.live.subscribe();
    let snapshot = visible.live.snapshot();
    let listener = Listener {
        changes,
        version: snapshot.app.as_ref().map(|app| app.version.clone()),
        diagnostics: snapshot.diagnostics.len(),
        data_changes: snapshot.data_changes,
        data_told: None,
        visible,
        server: server.clone(),
        token: token.0,
        _permit: permit,
        _place: place,
    };
    let stopping = server.stopping.clone();
    let events = stream::unfold(listener, next_events)
        .flat_map(stream::iter)
        .map(Ok::<Event, Infallible>)
        .take_until(async move { stopping.cancelled().await });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Waits for the next change that this listener may know of; the stream ends with the session or the access.
///
/// An open page is no use of a session: left alone, it is signed out like any other.
async fn next_events(mut listener: Listener) -> Option<(Vec<Event>, Listener)> {
    loop {
        let changed = match tokio::time::timeout(LOOK, listener.changes.changed()).await {
            Ok(Ok(())) => true,
            Ok(Err(_)) => return None,
            Err(_) => false,
        };
        let principal = listener.server.authenticator.still_valid(&listener.token).await.ok().flatten()?;
        let snapshot = listener.changes.borrow_and_update().clone();
        let data_changed = snapshot.data_changes != listener.data_changes;
        if !changed && !data_changed {
            continue;
        }
        let app = snapshot.app.as_ref()?;
        let privilege = app.privilege(&principal.reader.groups, principal.role.is_instance_admin())?;
        listener.visible.privilege = privilege;

        let mut events = Vec::new();
        if listener.version.as_ref() != Some(&app.version) {
            listener.version = Some(app.version.clone());
            let data = serde_json::json!({ "version": app.version });
            events.push(Event::default().event("configuration").data(data.to_string()));
        }
        if data_changed && listener.data_told.is_none_or(|told| told.elapsed() >= DATA_PAUSE) {
            listener.data_changes = snapshot.data_changes;
            listener.data_told = Some(Instant::now());
            events.push(Event::default().event("data").data("{}"));
        }
        let diagnostics = snapshot.diagnostics.len();
        if privilege.may_edit() && (diagnostics > 0 || listener.diagnostics > 0) {
            let data = serde_json::json!({ "count": diagnostics });
            events.push(Event::default().event("diagnostics").data(data.to_string()));
        }
        listener.diagnostics = diagnostics;
        if !events.is_empty() {
            return Some((events, listener));
        }
    }
}
