//! Audit events of the server's own decisions: who was let into an app, who was refused what.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use aracari_auth::{Audit, Authenticator, Principal};
use aracari_store::{AuditEvent, Outcome};
use moka::sync::Cache;

use crate::extract::Origin;
use crate::shares::network;

/// An allowed act of one session on one object is written once in this time; a refusal always.
const REPEATS: Duration = Duration::from_mins(5);
/// Most acts that are remembered as written.
const REMEMBERED: u64 = 100_000;

/// Writes decisions to the audit log.
#[derive(Debug)]
pub(crate) struct Decisions {
    audit: Audit,
    written: Cache<u64, ()>,
    hasher: RandomState,
}

impl Decisions {
    pub(crate) fn new(audit: Audit) -> Self {
        let written = Cache::builder().max_capacity(REMEMBERED).time_to_live(REPEATS).build();
        Self { audit, written, hasher: RandomState::new() }
    }

    /// Notes that somebody was let in; `object` names on what, such as `app:flights`.
    pub(crate) fn allow(&self, principal: &Principal, origin: &Origin, action: &'static str, app: &str) {
        if self.is_first(self.hasher.hash_one((principal.session_id.as_str(), action, app))) {
            self.audit.enqueue(event(action, Outcome::Allowed, principal, origin, app));
        }
    }

    /// Notes that somebody was given something to keep; every time.
    pub(crate) fn hand_out(&self, principal: &Principal, origin: &Origin, action: &'static str, app: &str) {
        self.audit.enqueue(event(action, Outcome::Allowed, principal, origin, app));
    }

    /// Notes that somebody was refused something.
    pub(crate) fn deny(&self, principal: &Principal, origin: &Origin, action: &'static str, app: &str) {
        self.audit.enqueue(event(action, Outcome::Denied, principal, origin, app));
    }

    /// Notes that a request of somebody else's page was refused, with the person whose session it carried.
    ///
    /// Anybody can send such requests: those of one address are written once in a while.
    pub(crate) async fn deny_foreign(&self, people: &Authenticator, token: Option<&str>, origin: &Origin) {
        const ACTION: &str = "request.foreign";
        if !self.is_first(self.hasher.hash_one((ACTION, network(origin.client.address)))) {
            return;
        }
        let principal = match token {
            Some(token) => people.still_valid(token).await.ok().flatten(),
            None => None,
        };
        let mut event = AuditEvent::new(ACTION, Outcome::Denied)
            .address(Some(origin.client.address))
            .request_id(Some(&origin.request_id));
        if let Some(principal) = principal {
            event = event.actor(principal.name.as_str()).actor_id(&principal.user_id);
        }
        self.audit.enqueue(event);
    }

    /// True for the first of its kind in a while.
    fn is_first(&self, key: u64) -> bool {
        if self.written.contains_key(&key) {
            return false;
        }
        self.written.insert(key, ());
        true
    }

    /// Waits until everything noted is written.
    pub(crate) async fn flush(&self) {
        self.audit.flush().await;
    }
}

fn event(action: &'static str, outcome: Outcome, principal: &Principal, origin: &Origin, app: &str) -> AuditEvent {
    AuditEvent::new(action, outcome)
        .actor(principal.name.as_str())
        .actor_id(&principal.user_id)
        .object(&format!("app:{app}"))
        .address(Some(origin.client.address))
        .request_id(Some(&origin.request_id))
}
