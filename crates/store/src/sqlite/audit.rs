//! Audit events in SQLite; triggers refuse to change or remove one.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{SqliteStore, from_micros, rows, to_micros};
use crate::error::StoreError;
use crate::{AuditEvent, AuditStore, Outcome, Result, StoredAuditEvent, UserId};

#[async_trait]
impl AuditStore for SqliteStore {
    async fn append_audit(&self, events: &[AuditEvent]) -> Result<()> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        for event in events {
            sqlx::query(
                "INSERT INTO audit_events \
                 (at, action, outcome, actor, actor_id, tenant, object, address, request_id, details) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(to_micros(event.at))
            .bind(event.action)
            .bind(event.outcome.as_str())
            .bind(&event.actor)
            .bind(event.actor_id.as_ref().map(UserId::as_str))
            .bind(event.tenant)
            .bind(&event.object)
            .bind(&event.address)
            .bind(&event.request_id)
            .bind(rows::to_json(&event.details)?)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn latest_audit(&self, limit: u32) -> Result<Vec<StoredAuditEvent>> {
        let rows = sqlx::query("SELECT * FROM audit_events ORDER BY sequence DESC LIMIT ?")
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(event).collect()
    }
}

fn event(row: &SqliteRow) -> Result<StoredAuditEvent> {
    let outcome: String = row.try_get("outcome")?;
    let actor_id: Option<String> = row.try_get("actor_id")?;
    Ok(StoredAuditEvent {
        sequence: row.try_get("sequence")?,
        at: from_micros(row.try_get("at")?)?,
        action: row.try_get("action")?,
        outcome: Outcome::parse(&outcome).ok_or_else(|| StoreError::Damaged(format!("outcome `{outcome}`")))?,
        actor: row.try_get("actor")?,
        actor_id: actor_id.map(UserId::from_stored),
        tenant: row.try_get("tenant")?,
        object: row.try_get("object")?,
        address: row.try_get("address")?,
        request_id: row.try_get("request_id")?,
        details: rows::from_json(row.try_get("details")?)?,
    })
}
