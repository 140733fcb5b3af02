//! Living sessions: a small cache before the store, so that an authenticated request costs microseconds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aracari_store::{NewSession, Session, Store, TokenDigest, User, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;

use crate::error::AuthError;
use crate::principal::Principal;
use crate::secret::Secret;
use crate::token::{SessionToken, TokenDigester};

/// A session unused for this long has ended.
const IDLE: TimeDelta = TimeDelta::hours(8);
/// A session ends after this, however much it is used.
const ABSOLUTE: TimeDelta = TimeDelta::days(7);
/// How long another process's revocation may go unnoticed.
const CACHED: Duration = Duration::from_secs(4);
const CAPACITY: u64 = 20_000;
/// A use is written down when the last one noted is older than this.
const TOUCH_AFTER: TimeDelta = TimeDelta::minutes(1);

/// What tells the time; replaced in tests.
pub(crate) type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

pub(crate) struct Sessions {
    store: Arc<dyn Store>,
    digester: TokenDigester,
    cache: Cache<TokenDigest, Cached>,
    /// Grows with each revocation; a session read before one is not cached after it.
    revocations: Mutex<u64>,
    clock: Clock,
}

#[derive(Clone)]
struct Cached {
    principal: Arc<Principal>,
    idle_end: DateTime<Utc>,
}

impl Sessions {
    pub(crate) fn new(store: Arc<dyn Store>, secret: &Secret, clock: Clock) -> Self {
        Self {
            store,
            digester: TokenDigester::new(secret),
            cache: Cache::builder().max_capacity(CAPACITY).time_to_live(CACHED).build(),
            revocations: Mutex::new(0),
            clock,
        }
    }

    /// Begins a session with a token nobody has seen before.
    pub(crate) async fn begin(&self, user: User) -> Result<(SessionToken, Arc<Principal>), AuthError> {
        let token = SessionToken::random();
        let created = (self.clock)();
        let digest = self.digester.digest(&token);
        let new = NewSession { digest, user: user.id.clone(), created, expires: created + ABSOLUTE };
        let session = self.store.create_session(new).await?;
        Ok((token, Arc::new(Principal::new(user, &session, digest))))
    }

    /// Who holds this token; nobody when it is unknown, expired, revoked or its user disabled.
    pub(crate) async fn find(&self, presented: &str) -> Result<Option<Arc<Principal>>, AuthError> {
        let Some(digest) = self.digester.digest_presented(presented) else {
            return Ok(None);
        };
        let now = (self.clock)();
        if let Some(cached) = self.cache.get(&digest) {
            let lives = now < cached.idle_end && now < cached.principal.expires;
            return Ok(lives.then_some(cached.principal));
        }
        self.read(digest, now).await
    }

    /// As [`Self::find`], but looks into the store and does not count as use: an idle session stays idle.
    pub(crate) async fn look_at(&self, presented: &str) -> Result<Option<Arc<Principal>>, AuthError> {
        let Some(digest) = self.digester.digest_presented(presented) else {
            return Ok(None);
        };
        let living = self.find_living(&digest, (self.clock)()).await?;
        Ok(living.map(|(session, user)| Arc::new(Principal::new(user, &session, digest))))
    }

    /// The session and its user, unless it has ended or the user is disabled.
    async fn find_living(
        &self,
        digest: &TokenDigest,
        now: DateTime<Utc>,
    ) -> Result<Option<(Session, User)>, AuthError> {
        let found = self.store.find_session(digest).await?;
        Ok(found.filter(|(session, user)| !user.disabled && now < session.expires && now < session.used + IDLE))
    }

    async fn read(&self, digest: TokenDigest, now: DateTime<Utc>) -> Result<Option<Arc<Principal>>, AuthError> {
        let revocations_before = *self.revocations.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((session, user)) = self.find_living(&digest, now).await? else {
            return Ok(None);
        };
        self.note_use(&session, now);
        let principal = Arc::new(Principal::new(user, &session, digest));
        let cached = Cached { principal: Arc::clone(&principal), idle_end: now + IDLE };
        let revocations = self.revocations.lock().unwrap_or_else(PoisonError::into_inner);
        if *revocations == revocations_before {
            self.cache.insert(digest, cached);
        }
        Ok(Some(principal))
    }

    /// Notes the use beside the request, at most once a minute for each session.
    fn note_use(&self, session: &Session, now: DateTime<Utc>) {
        if now - session.used < TOUCH_AFTER {
            return;
        }
        let (store, id) = (Arc::clone(&self.store), session.id.clone());
        tokio::spawn(async move {
            if let Err(error) = store.touch_session(&id, now).await {
                tracing::warn!(%error, "the use of a session could not be noted");
            }
        });
    }

    /// Ends the session of a token, if there is one, at once in this process.
    pub(crate) async fn end_presented(&self, presented: &str) -> Result<(), AuthError> {
        let Some(digest) = self.digester.digest_presented(presented) else {
            return Ok(());
        };
        if let Some((session, _)) = self.store.find_session(&digest).await? {
            self.store.delete_session(&session.id).await?;
        }
        self.forget(Some(&digest));
        Ok(())
    }

    /// Ends a person's own session.
    pub(crate) async fn end(&self, principal: &Principal) -> Result<bool, AuthError> {
        let ended = self.store.delete_session(&principal.session_id).await?;
        self.forget(Some(&principal.digest));
        Ok(ended)
    }

    /// Ends every session of a user.
    pub(crate) async fn end_all(&self, user: &UserId) -> Result<u64, AuthError> {
        let ended = self.store.delete_user_sessions(user).await?;
        self.forget(None);
        Ok(ended)
    }

    /// Drops a cached session, or all of them; called after the store has changed.
    pub(crate) fn forget(&self, digest: Option<&TokenDigest>) {
        let mut revocations = self.revocations.lock().unwrap_or_else(PoisonError::into_inner);
        *revocations += 1;
        match digest {
            Some(digest) => self.cache.invalidate(digest),
            None => self.cache.invalidate_all(),
        }
    }

    /// Removes what has expired from the store.
    pub(crate) async fn clean_up(&self) -> Result<u64, AuthError> {
        let now = (self.clock)();
        Ok(self.store.delete_expired_sessions(now - IDLE, now).await?)
    }
}
