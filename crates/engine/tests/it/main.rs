//! The engine over tables in memory: permissions, limits, cache.

mod limits;
mod memory;
mod permissions;
mod shared_work;
