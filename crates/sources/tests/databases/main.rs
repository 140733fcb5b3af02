//! Databases as sources: the same answers with pushdown and without, permissions in what is sent, and hostile content.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asking;
mod attacks;
mod differential;
mod encryption;
mod loading;
mod permissions;
mod steps;
