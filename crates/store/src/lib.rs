//! Users, sessions and audit events, kept in SQLite.

mod audit;
mod error;
pub mod files;
mod id;
mod name;
mod session;
mod sqlite;
mod user;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

pub use audit::{AuditEvent, Outcome, StoredAuditEvent, clean_text};
pub use error::StoreError;
pub use id::{SessionId, UserId};
pub use name::{UserName, UserNameError};
pub use session::{NewSession, Session, TokenDigest};
pub use sqlite::SqliteStore;
pub use user::{Credentials, NewUser, PasswordHash, Role, User};

type Result<T> = std::result::Result<T, StoreError>;

/// The people of this instance.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Adds a user; [`StoreError::Conflict`] when the name is taken.
    async fn create_user(&self, user: NewUser) -> Result<User>;
    async fn user_by_id(&self, id: &UserId) -> Result<Option<User>>;
    async fn user_by_name(&self, name: &UserName) -> Result<Option<User>>;
    /// The user and the hash of the password, for a sign-in only.
    async fn credentials(&self, name: &UserName) -> Result<Option<Credentials>>;
    /// Every user, by name.
    async fn list_users(&self) -> Result<Vec<User>>;
    /// Replaces the password and ends every session of the user, in one transaction.
    async fn set_password(&self, id: &UserId, hash: PasswordHash) -> Result<()>;
    /// Disables (ending every session, in one transaction) or enables a user.
    async fn set_disabled(&self, id: &UserId, disabled: bool) -> Result<()>;
    async fn set_locale(&self, id: &UserId, locale: Option<&str>) -> Result<()>;
}

/// Signed-in sessions, found by the digest of their token.
#[async_trait]
pub trait SessionStore: Send + Sync {
    async fn create_session(&self, session: NewSession) -> Result<Session>;
    /// The session and its user; expired ones and those of disabled users included: the caller judges.
    async fn find_session(&self, digest: &TokenDigest) -> Result<Option<(Session, User)>>;
    /// Notes that the session was used; never moves backwards, never revives an ended session.
    async fn touch_session(&self, id: &SessionId, used: DateTime<Utc>) -> Result<()>;
    /// Ends a session; true when there was one.
    async fn delete_session(&self, id: &SessionId) -> Result<bool>;
    /// Ends every session of a user and says how many there were.
    async fn delete_user_sessions(&self, user: &UserId) -> Result<u64>;
    /// Removes sessions last used before `unused_since` or expired at `now`.
    async fn delete_expired_sessions(&self, unused_since: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64>;
}

/// The append-only record of what was done and decided.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Appends events in one transaction, in this order.
    async fn append_audit(&self, events: &[AuditEvent]) -> Result<()>;
    /// The latest events, newest first.
    async fn latest_audit(&self, limit: u32) -> Result<Vec<StoredAuditEvent>>;
}

/// Everything the instance remembers.
#[async_trait]
pub trait Store: UserStore + SessionStore + AuditStore + std::fmt::Debug {
    /// Answers when the store can be read; for health checks.
    async fn ping(&self) -> Result<()>;
    /// Finishes pending work and closes; later calls fail.
    async fn close(&self);
}
