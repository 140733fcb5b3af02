//! The flights app served by the real binary: its numbers, its permissions, its crashes.

mod crash;
mod differential;
mod numbers;
mod schemas;
mod support;
