//! The server over HTTP, as clients see it; the modules follow the addresses.

mod api;
mod client_files;
mod operations;
mod serving;
mod support;
