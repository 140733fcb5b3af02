//! Signing in and out as a person, a colleague at the command line, or an attacker would.

mod secrets;
mod sessions;
mod sign_in;
mod support;
mod timing;
