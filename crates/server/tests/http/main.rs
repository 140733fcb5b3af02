//! The server over HTTP, as clients see it; the modules follow the addresses.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod client_files;
mod operations;
mod serving;
mod support;
