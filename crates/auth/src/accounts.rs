//! Changes to users, each checked and audited; used by the command line and the administration.

use std::sync::Arc;

use aracari_store::{AuditEvent, NewUser, Outcome, Store, StoreError, User, UserName};
use secrecy::{ExposeSecret, SecretString};

use crate::error::AuthError;
use crate::hashing::Hasher;
use crate::password::{PasswordRule, check_password, generate_password};
use crate::profile::{ProfileRule, check_profile};

/// Why a user was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("a user named `{0}` exists already")]
    Exists(UserName),
    #[error("there is no user named `{0}`")]
    Unknown(UserName),
    #[error(transparent)]
    Password(#[from] PasswordRule),
    #[error(transparent)]
    Profile(#[from] ProfileRule),
    #[error(transparent)]
    Internal(#[from] AuthError),
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

/// Adds and changes users.
#[derive(Debug, Clone)]
pub struct Accounts {
    store: Arc<dyn Store>,
    hasher: Hasher,
    /// Who changes them, for the audit log.
    actor: String,
}

impl Accounts {
    pub fn new(store: Arc<dyn Store>, actor: &str) -> Result<Self, AuthError> {
        Ok(Self { store, hasher: Hasher::new()?, actor: actor.to_owned() })
    }

    /// Adds a user with a fresh random password, which is answered this once.
    pub async fn create(&self, new: NewUser) -> Result<(User, SecretString), AccountError> {
        let password = SecretString::from(generate_password());
        let user = self.create_with_password(new, &password).await?;
        Ok((user, password))
    }

    /// Adds a user with a chosen password.
    pub async fn create_with_password(&self, mut new: NewUser, password: &SecretString) -> Result<User, AccountError> {
        check_profile(&new)?;
        check_password(password.expose_secret(), &new.name)?;
        if self.store.user_by_name(&new.name).await?.is_some() {
            return Err(AccountError::Exists(new.name));
        }
        let name = new.name.clone();
        new.password_hash = Some(self.hasher.hash(password).await?);
        let user = match self.store.create_user(new).await {
            Ok(user) => user,
            Err(StoreError::Conflict { .. }) => return Err(AccountError::Exists(name)),
            Err(error) => return Err(error.into()),
        };
        let groups = user.groups.join(", ");
        let event = self.event("user.create", &user).detail("role", user.role.as_str()).detail("groups", &groups);
        self.store.append_audit(&[event]).await?;
        Ok(user)
    }

    /// Gives a user a fresh random password, answered this once, and ends the user's sessions.
    pub async fn reset_password(&self, name: &UserName) -> Result<SecretString, AccountError> {
        let user = self.user(name).await?;
        let password = SecretString::from(generate_password());
        self.store.set_password(&user.id, self.hasher.hash(&password).await?).await?;
        self.store.append_audit(&[self.event("user.reset_password", &user)]).await?;
        Ok(password)
    }

    /// Sets a chosen password and ends the user's sessions.
    pub async fn set_password(&self, name: &UserName, password: &SecretString) -> Result<(), AccountError> {
        check_password(password.expose_secret(), name)?;
        let user = self.user(name).await?;
        self.store.set_password(&user.id, self.hasher.hash(password).await?).await?;
        self.store.append_audit(&[self.event("user.set_password", &user)]).await?;
        Ok(())
    }

    /// Disables a user and ends the user's sessions, or enables the user again; false when nothing changed.
    pub async fn set_disabled(&self, name: &UserName, disabled: bool) -> Result<bool, AccountError> {
        let user = self.user(name).await?;
        if user.disabled == disabled {
            return Ok(false);
        }
        self.store.set_disabled(&user.id, disabled).await?;
        let action = if disabled { "user.disable" } else { "user.enable" };
        self.store.append_audit(&[self.event(action, &user)]).await?;
        Ok(true)
    }

    /// Every user, by name.
    pub async fn list(&self) -> Result<Vec<User>, AccountError> {
        Ok(self.store.list_users().await?)
    }

    async fn user(&self, name: &UserName) -> Result<User, AccountError> {
        self.store.user_by_name(name).await?.ok_or_else(|| AccountError::Unknown(name.clone()))
    }

    fn event(&self, action: &'static str, user: &User) -> AuditEvent {
        AuditEvent::new(action, Outcome::Allowed)
            .actor(&self.actor)
            .object(&format!("user:{}", user.name))
            .detail("user_id", user.id.as_str())
    }
}
