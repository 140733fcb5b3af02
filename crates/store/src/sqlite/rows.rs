//! Rows to values.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::from_micros;
use crate::error::StoreError;
use crate::{Result, Role, Session, SessionId, User, UserId, UserName};

pub(super) const USER_COLUMNS: &str = "u.id AS user_id, u.name, u.display_name, u.role, u.user_groups, u.attributes, \
     u.locale, u.disabled, u.created AS user_created, u.changed";

pub(super) fn user(row: &SqliteRow) -> Result<User> {
    let role: String = row.try_get("role")?;
    Ok(User {
        id: UserId::from_stored(row.try_get("user_id")?),
        name: UserName::from_stored(row.try_get("name")?),
        display_name: row.try_get("display_name")?,
        role: Role::parse(&role).ok_or_else(|| StoreError::Damaged(format!("role `{role}`")))?,
        groups: from_json(row.try_get("user_groups")?)?,
        attributes: from_json(row.try_get("attributes")?)?,
        locale: row.try_get("locale")?,
        disabled: row.try_get("disabled")?,
        created: from_micros(row.try_get("user_created")?)?,
        changed: from_micros(row.try_get("changed")?)?,
    })
}

pub(super) fn session(row: &SqliteRow) -> Result<Session> {
    Ok(Session {
        id: SessionId::from_stored(row.try_get("session_id")?),
        user: UserId::from_stored(row.try_get("user_id")?),
        created: from_micros(row.try_get("session_created")?)?,
        used: from_micros(row.try_get("used")?)?,
        expires: from_micros(row.try_get("expires")?)?,
    })
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(error.to_string()))
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Damaged(error.to_string()))
}
