//! Signing in and out as a person, a colleague at the command line, or an attacker would.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod secrets;
mod sessions;
mod sign_in;
mod support;
mod timing;
