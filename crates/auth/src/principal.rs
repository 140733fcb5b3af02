//! The person behind a request, once known.

use std::sync::Arc;

use aracari_app::Reader;
use aracari_store::{Role, Session, SessionId, TokenDigest, User, UserId, UserName};
use chrono::{DateTime, Utc};

/// Who asks: an enabled user with a living session.
#[derive(Debug, Clone)]
pub struct Principal {
    pub user_id: UserId,
    pub name: UserName,
    pub display_name: String,
    pub role: Role,
    /// Groups and attributes, which permissions use.
    pub reader: Arc<Reader>,
    pub locale: Option<String>,
    pub session_id: SessionId,
    /// The session's end, however much it is used.
    pub expires: DateTime<Utc>,
    pub(crate) digest: TokenDigest,
}

impl Principal {
    pub(crate) fn new(user: User, session: &Session, digest: TokenDigest) -> Self {
        Self {
            reader: Arc::new(user.reader()),
            user_id: user.id,
            name: user.name,
            display_name: user.display_name,
            role: user.role,
            locale: user.locale,
            session_id: session.id.clone(),
            expires: session.expires,
            digest,
        }
    }
}
