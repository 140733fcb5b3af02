//! Users in SQLite.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::rows::{self, USER_COLUMNS};
use super::{SqliteStore, now, to_micros};
use crate::error::StoreError;
use crate::{Credentials, NewUser, PasswordHash, Result, User, UserId, UserName, UserStore};

impl SqliteStore {
    async fn find_user(&self, condition: &'static str, value: &str) -> Result<Option<SqliteRow>> {
        let query = format!("SELECT {USER_COLUMNS}, u.password_hash FROM users u WHERE {condition}");
        // Both parts are constants of this module; the value is bound.
        Ok(sqlx::query(AssertSqlSafe(query)).bind(value).fetch_optional(&self.readers).await?)
    }
}

#[async_trait]
impl UserStore for SqliteStore {
    async fn create_user(&self, new: NewUser) -> Result<User> {
        let created = now();
        let user = User {
            id: UserId::random(),
            name: new.name,
            display_name: new.display_name,
            role: new.role,
            groups: new.groups,
            attributes: new.attributes,
            locale: new.locale,
            disabled: false,
            created,
            changed: created,
        };
        let inserted = sqlx::query(
            "INSERT INTO users (id, name, display_name, role, user_groups, attributes, locale, password_hash, created, changed) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(user.id.as_str())
        .bind(user.name.as_str())
        .bind(&user.display_name)
        .bind(user.role.as_str())
        .bind(rows::to_json(&user.groups)?)
        .bind(rows::to_json(&user.attributes)?)
        .bind(&user.locale)
        .bind(new.password_hash.as_ref().map(PasswordHash::expose))
        .bind(to_micros(created))
        .bind(to_micros(created))
        .execute(&self.writer)
        .await;
        match inserted {
            Ok(_) => Ok(user),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                Err(StoreError::Conflict { what: "user", name: user.name.to_string() })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn user_by_id(&self, id: &UserId) -> Result<Option<User>> {
        self.find_user("u.id = ?", id.as_str()).await?.as_ref().map(rows::user).transpose()
    }

    async fn user_by_name(&self, name: &UserName) -> Result<Option<User>> {
        self.find_user("u.name = ?", name.as_str()).await?.as_ref().map(rows::user).transpose()
    }

    async fn credentials(&self, name: &UserName) -> Result<Option<Credentials>> {
        let Some(row) = self.find_user("u.name = ?", name.as_str()).await? else {
            return Ok(None);
        };
        let password_hash: Option<String> = row.try_get("password_hash")?;
        Ok(Some(Credentials { user: rows::user(&row)?, password_hash: password_hash.map(PasswordHash::from_phc) }))
    }

    async fn list_users(&self) -> Result<Vec<User>> {
        let query = format!("SELECT {USER_COLUMNS} FROM users u ORDER BY u.name");
        let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(&self.readers).await?;
        rows.iter().map(rows::user).collect()
    }

    async fn set_password(&self, id: &UserId, hash: PasswordHash) -> Result<()> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let changed = sqlx::query("UPDATE users SET password_hash = ?, changed = ? WHERE id = ?")
            .bind(hash.expose())
            .bind(to_micros(now()))
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        must_exist(id, changed.rows_affected())?;
        end_sessions(&mut transaction, id).await?;
        Ok(transaction.commit().await?)
    }

    async fn set_disabled(&self, id: &UserId, disabled: bool) -> Result<()> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let changed = sqlx::query("UPDATE users SET disabled = ?, changed = ? WHERE id = ?")
            .bind(disabled)
            .bind(to_micros(now()))
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        must_exist(id, changed.rows_affected())?;
        if disabled {
            end_sessions(&mut transaction, id).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn set_locale(&self, id: &UserId, locale: Option<&str>) -> Result<()> {
        let changed = sqlx::query("UPDATE users SET locale = ?, changed = ? WHERE id = ?")
            .bind(locale)
            .bind(to_micros(now()))
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        must_exist(id, changed.rows_affected())
    }
}

fn must_exist(id: &UserId, rows: u64) -> Result<()> {
    if rows == 0 {
        return Err(StoreError::NotFound { what: "user", name: id.to_string() });
    }
    Ok(())
}

async fn end_sessions(connection: &mut SqliteConnection, user: &UserId) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE user_id = ?").bind(user.as_str()).execute(connection).await?;
    Ok(())
}
