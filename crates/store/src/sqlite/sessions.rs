//! Sessions in SQLite.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::rows::{self, USER_COLUMNS};
use super::{SqliteStore, to_micros};
use crate::{NewSession, Result, Session, SessionId, SessionStore, TokenDigest, User, UserId};

#[async_trait]
impl SessionStore for SqliteStore {
    async fn create_session(&self, new: NewSession) -> Result<Session> {
        let session = Session {
            id: SessionId::random(),
            user: new.user,
            created: new.created,
            used: new.created,
            expires: new.expires,
        };
        sqlx::query("INSERT INTO sessions (id, digest, user_id, created, used, expires) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(session.id.as_str())
            .bind(new.digest.0.as_slice())
            .bind(session.user.as_str())
            .bind(to_micros(session.created))
            .bind(to_micros(session.used))
            .bind(to_micros(session.expires))
            .execute(&self.writer)
            .await?;
        Ok(session)
    }

    async fn find_session(&self, digest: &TokenDigest) -> Result<Option<(Session, User)>> {
        let query = format!(
            "SELECT s.id AS session_id, s.created AS session_created, s.used, s.expires, {USER_COLUMNS} \
             FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.digest = ?"
        );
        let found = sqlx::query(AssertSqlSafe(query)).bind(digest.0.as_slice()).fetch_optional(&self.readers).await?;
        let Some(row) = found else {
            return Ok(None);
        };
        Ok(Some((rows::session(&row)?, rows::user(&row)?)))
    }

    async fn touch_session(&self, id: &SessionId, used: DateTime<Utc>) -> Result<()> {
        sqlx::query("UPDATE sessions SET used = max(used, ?) WHERE id = ?")
            .bind(to_micros(used))
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn delete_session(&self, id: &SessionId) -> Result<bool> {
        let deleted = sqlx::query("DELETE FROM sessions WHERE id = ?").bind(id.as_str()).execute(&self.writer).await?;
        Ok(deleted.rows_affected() > 0)
    }

    async fn delete_user_sessions(&self, user: &UserId) -> Result<u64> {
        let deleted =
            sqlx::query("DELETE FROM sessions WHERE user_id = ?").bind(user.as_str()).execute(&self.writer).await?;
        Ok(deleted.rows_affected())
    }

    async fn delete_expired_sessions(&self, unused_since: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64> {
        let deleted = sqlx::query("DELETE FROM sessions WHERE used < ? OR expires <= ?")
            .bind(to_micros(unused_since))
            .bind(to_micros(now))
            .execute(&self.writer)
            .await?;
        Ok(deleted.rows_affected())
    }
}
