//! For tests: the real binary as a process, and clients that speak to it.

pub mod certificates;
pub mod client;
#[cfg(unix)]
pub mod postgresql;
pub mod process;

pub use client::Client;
#[cfg(unix)]
pub use postgresql::PostgresqlServer;
pub use process::Process;
