//! Who you are and what you may: passwords, sessions, throttling, the instance's secret and the audit trail.

mod accounts;
mod audit;
mod authenticator;
mod error;
mod hashing;
mod password;
mod principal;
mod profile;
mod secret;
mod sessions;
mod throttle;
mod token;

pub use accounts::{AccountError, Accounts};
pub use audit::Audit;
pub use authenticator::{Authenticator, Context, Settings, SignIn, SignedIn};
pub use error::{AuthError, SignInError};
pub use hashing::Hasher;
pub use password::{PasswordRule, check_password, generate_password};
pub use principal::Principal;
pub use profile::{ProfileRule, check_profile};
pub use secret::{Mode, Secret, SecretError};
pub use throttle::{Limits, ThrottleSettings};
pub use token::SessionToken;
