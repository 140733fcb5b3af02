//! The engine over tables in memory: permissions, limits, cache.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod failing;
mod limits;
mod memory;
mod permissions;
mod properties;
mod shared_work;
