//! What every request shares: the apps, the engine, the people, the limits.

use std::net::IpAddr;
use std::sync::Arc;

use aracari_auth::Authenticator;
use aracari_engine::Engine;
use aracari_store::{Store, UserId};
use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::decisions::Decisions;
use crate::live::Apps;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::shares::Shares;

/// What the binary chose for this instance.
pub struct Parts {
    pub settings: Settings,
    pub apps: Apps,
    pub engine: Engine,
    pub authenticator: Authenticator,
    pub store: Arc<dyn Store>,
}

/// A running instance.
pub(crate) struct Server {
    pub(crate) settings: Settings,
    pub(crate) apps: Apps,
    pub(crate) engine: Engine,
    pub(crate) authenticator: Authenticator,
    pub(crate) decisions: Decisions,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) metrics: Metrics,
    pub(crate) openapi: Bytes,
    pub(crate) request_slots: Semaphore,
    /// Requests that nobody is signed in for, by address.
    pub(crate) anonymous_requests: Shares<IpAddr>,
    /// Bodies that are arriving, by the person or the address that sends them.
    pub(crate) bodies_by_user: Shares<UserId>,
    pub(crate) bodies_by_address: Shares<IpAddr>,
    pub(crate) event_slots: Arc<Semaphore>,
    pub(crate) events_by_user: Shares<UserId>,
    /// Cancelled by the signal to stop.
    pub(crate) stopping: CancellationToken,
}

impl Server {
    pub(crate) fn new(parts: Parts, openapi: Bytes) -> Self {
        let limits = &parts.settings.limits;
        Self {
            request_slots: Semaphore::new(limits.concurrent_requests),
            anonymous_requests: Shares::new(limits.anonymous_requests),
            bodies_by_user: Shares::new(limits.bodies_of_one),
            bodies_by_address: Shares::new(limits.bodies_of_address),
            event_slots: Arc::new(Semaphore::new(limits.event_streams)),
            events_by_user: Shares::new(limits.event_streams_of_one),
            metrics: Metrics::install(),
            stopping: CancellationToken::new(),
            openapi,
            settings: parts.settings,
            apps: parts.apps,
            engine: parts.engine,
            decisions: Decisions::new(parts.authenticator.audit().clone()),
            authenticator: parts.authenticator,
            store: parts.store,
        }
    }
}
