//! Signs people in and out and says who is behind a request.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aracari_store::{AuditEvent, Credentials, Outcome, Store, User, UserName};
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::audit::Audit;
use crate::error::{AuthError, SignInError};
use crate::hashing::{Hasher, Verified};
use crate::principal::Principal;
use crate::secret::Secret;
use crate::sessions::{Clock, Sessions};
use crate::throttle::{Throttle, ThrottleSettings};
use crate::token::SessionToken;

/// How long to stay away when too many people sign in at once.
const BUSY: Duration = Duration::from_secs(2);

/// What can be set about signing in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    pub throttle: ThrottleSettings,
}

/// Where a request came from, for throttling and the audit log.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    pub address: Option<IpAddr>,
    pub request_id: Option<&'a str>,
}

/// A person at the door.
pub struct SignIn<'a> {
    pub name: &'a str,
    pub password: &'a SecretString,
    /// The token that came with the request; it is revoked, so that a token planted beforehand is worth nothing.
    pub previous_token: Option<&'a str>,
    pub context: Context<'a>,
}

impl std::fmt::Debug for SignIn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("name", &self.name).field("context", &self.context).finish_non_exhaustive()
    }
}

/// A person inside.
#[derive(Debug)]
pub struct SignedIn {
    pub token: SessionToken,
    pub principal: Arc<Principal>,
}

/// Knows who is who.
pub struct Authenticator {
    store: Arc<dyn Store>,
    hasher: Hasher,
    throttle: Throttle,
    sessions: Sessions,
    audit: Audit,
}

impl Authenticator {
    /// Starts the writer of the audit log, hence needs a Tokio runtime.
    pub fn new(store: Arc<dyn Store>, secret: &Secret, settings: Settings) -> Result<Self, AuthError> {
        Self::with_clock(store, secret, settings, Arc::new(Utc::now))
    }

    /// As [`Self::new`], with another clock for the ends of sessions.
    pub fn with_clock(
        store: Arc<dyn Store>,
        secret: &Secret,
        settings: Settings,
        clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    ) -> Result<Self, AuthError> {
        let clock: Clock = clock;
        Ok(Self {
            hasher: Hasher::new()?,
            throttle: Throttle::new(settings.throttle),
            sessions: Sessions::new(Arc::clone(&store), secret, clock),
            audit: Audit::new(Arc::clone(&store)),
            store,
        })
    }

    /// The way into the audit log, for the decisions of the server.
    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Exchanges a name and a password for a new session.
    pub async fn sign_in(&self, request: SignIn<'_>) -> Result<SignedIn, SignInError> {
        let account = UserName::canonical(request.name);
        let address = request.context.address;
        if let Err(throttled) = self.throttle.begin(&account, address, Instant::now()) {
            if throttled.first {
                self.record("throttled", Outcome::Denied, &request, None).await?;
            }
            return Err(SignInError::Throttled { retry_after: throttled.retry_after });
        }
        let user = match self.check(&request).await {
            Ok(Some(user)) => user,
            Ok(None) => return Err(self.refuse(&request).await?),
            Err(error) => {
                self.throttle.forgive(&account, address);
                return Err(error);
            }
        };
        self.throttle.succeed(&account, address);
        if let Some(previous) = request.previous_token {
            self.sessions.end_presented(previous).await?;
        }
        let (token, principal) = self.sessions.begin(user).await?;
        self.record("password", Outcome::Allowed, &request, Some(&principal)).await?;
        Ok(SignedIn { token, principal })
    }

    /// The user, when the password is right and the user may sign in; the same work in every case.
    async fn check(&self, request: &SignIn<'_>) -> Result<Option<User>, SignInError> {
        let credentials = match UserName::parse(request.name) {
            Ok(name) => self.store.credentials(&name).await?,
            Err(_) => None,
        };
        let (user, hash) = match credentials {
            Some(Credentials { user, password_hash }) if !user.disabled => (Some(user), password_hash),
            _ => (None, None),
        };
        match self.hasher.verify(request.password, hash).await? {
            Verified::Yes => Ok(user),
            Verified::No => Ok(None),
            Verified::Busy => Err(SignInError::Busy { retry_after: BUSY }),
        }
    }

    async fn refuse(&self, request: &SignIn<'_>) -> Result<SignInError, SignInError> {
        self.record("credentials", Outcome::Denied, request, None).await?;
        Ok(SignInError::InvalidCredentials)
    }

    async fn record(
        &self,
        reason: &str,
        outcome: Outcome,
        request: &SignIn<'_>,
        principal: Option<&Principal>,
    ) -> Result<(), SignInError> {
        let mut event = AuditEvent::new("session.sign_in", outcome)
            .actor(request.name)
            .address(request.context.address)
            .request_id(request.context.request_id)
            .detail("by", reason);
        if let Some(principal) = principal {
            event = event.actor_id(&principal.user_id).object(&format!("session:{}", principal.session_id));
        }
        Ok(self.audit.record(event).await?)
    }

    /// Who holds this token; nobody when it is unknown, expired, revoked or its user disabled.
    pub async fn authenticate(&self, token: &str) -> Result<Option<Arc<Principal>>, AuthError> {
        self.sessions.find(token).await
    }

    /// Who still holds this token, for what stays open without anybody using it: asking keeps no session alive.
    pub async fn still_valid(&self, token: &str) -> Result<Option<Arc<Principal>>, AuthError> {
        self.sessions.look_at(token).await
    }

    /// Ends this session, at once.
    pub async fn sign_out(&self, principal: &Principal, context: Context<'_>) -> Result<(), AuthError> {
        self.sessions.end(principal).await?;
        let event = AuditEvent::new("session.sign_out", Outcome::Allowed)
            .actor(principal.name.as_str())
            .actor_id(&principal.user_id)
            .object(&format!("session:{}", principal.session_id))
            .address(context.address)
            .request_id(context.request_id);
        Ok(self.audit.record(event).await?)
    }

    /// Ends every session of a person, at once.
    pub async fn sign_out_everywhere(&self, principal: &Principal, context: Context<'_>) -> Result<u64, AuthError> {
        let ended = self.sessions.end_all(&principal.user_id).await?;
        let event = AuditEvent::new("session.sign_out_everywhere", Outcome::Allowed)
            .actor(principal.name.as_str())
            .actor_id(&principal.user_id)
            .address(context.address)
            .request_id(context.request_id);
        self.audit.record(event).await?;
        Ok(ended)
    }

    /// Remembers the language a person prefers.
    pub async fn set_locale(&self, principal: &Principal, locale: Option<&str>) -> Result<(), AuthError> {
        self.store.set_locale(&principal.user_id, locale).await?;
        self.sessions.forget(Some(&principal.digest));
        Ok(())
    }

    /// Removes expired sessions from the store and says how many; for an hourly task.
    pub async fn clean_up(&self) -> Result<u64, AuthError> {
        self.sessions.clean_up().await
    }

    /// Forgets cached sessions after users were changed through [`crate::Accounts`] in this process.
    pub fn forget_cached_sessions(&self) {
        self.sessions.forget(None);
    }
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authenticator(…)")
    }
}
