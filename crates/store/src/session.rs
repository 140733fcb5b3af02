//! A signed-in session, as it is stored.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::id::{SessionId, UserId};

/// The keyed digest of a session token; the token itself is never stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

/// A session to begin.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub digest: TokenDigest,
    pub user: UserId,
    pub created: DateTime<Utc>,
    /// The end, however much the session is used.
    pub expires: DateTime<Utc>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    pub created: DateTime<Utc>,
    pub used: DateTime<Utc>,
    pub expires: DateTime<Utc>,
}
