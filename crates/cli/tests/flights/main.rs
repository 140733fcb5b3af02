//! The flights app served by the real binary: its numbers, its permissions, its crashes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod differential;
mod numbers;
#[cfg(unix)]
mod postgresql;
mod schemas;
mod support;
