//! A person of this instance.

use std::collections::BTreeMap;
use std::fmt;

use aracari_app::{Reader, Value};
use chrono::{DateTime, Utc};

use crate::id::UserId;
use crate::name::UserName;

/// What a user may do with the instance itself; apps have their own privileges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    #[default]
    User,
    Admin,
    SuperAdmin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::User, Self::Admin, Self::SuperAdmin];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::SuperAdmin => "super-admin",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// True for those who administer the instance.
    #[must_use]
    pub fn is_instance_admin(self) -> bool {
        self >= Self::Admin
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A user, without anything secret.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub id: UserId,
    pub name: UserName,
    pub display_name: String,
    pub role: Role,
    pub groups: Vec<String>,
    /// Free facts that permissions and texts use; each a text, number, boolean or list of these.
    pub attributes: BTreeMap<String, Value>,
    pub locale: Option<String>,
    pub disabled: bool,
    pub created: DateTime<Utc>,
    pub changed: DateTime<Utc>,
}

impl User {
    /// What permissions may know of this user.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader { groups: self.groups.clone(), attributes: self.attributes.clone() }
    }
}

/// A user to add; without a password hash nobody can sign in as this user.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub name: UserName,
    pub display_name: String,
    pub role: Role,
    pub groups: Vec<String>,
    pub attributes: BTreeMap<String, Value>,
    pub locale: Option<String>,
    pub password_hash: Option<PasswordHash>,
}

impl NewUser {
    /// A plain user shown under the name itself, in no group.
    #[must_use]
    pub fn named(name: UserName) -> Self {
        Self {
            display_name: name.to_string(),
            name,
            role: Role::User,
            groups: Vec::new(),
            attributes: BTreeMap::new(),
            locale: None,
            password_hash: None,
        }
    }
}

/// The hash of a password in PHC format; it can be neither printed nor serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    #[must_use]
    pub fn from_phc(text: String) -> Self {
        Self(text)
    }

    /// The hash itself, for verification and for the database.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What a sign-in compares.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub user: User,
    pub password_hash: Option<PasswordHash>,
}
