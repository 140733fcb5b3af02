//! Why a sign-in or a session check did not succeed.

use std::time::Duration;

use aracari_store::StoreError;

/// A failure of the machinery, not of the caller.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("password hashing failed: {0}")]
    Hashing(String),
}

/// Why nobody was signed in; known and unknown accounts get the same.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Wrong name, wrong password, no password or a disabled user: never said which.
    #[error("the name or the password is wrong")]
    InvalidCredentials,
    /// Too many attempts for this account or from this address.
    #[error("too many attempts; try again in {} s", .retry_after.as_secs())]
    Throttled { retry_after: Duration },
    /// More sign-ins at once than the machine can check.
    #[error("too many people are signing in; try again in {} s", .retry_after.as_secs())]
    Busy { retry_after: Duration },
    #[error(transparent)]
    Internal(#[from] AuthError),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}
