//! `aracari query` as a person runs it: the real binary over files.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod mistakes;
mod support;
