//! For tests: the real binary as a process, and clients that speak to it.

pub mod client;
pub mod process;

pub use client::Client;
pub use process::Process;
