//! Whole apps: written as files, loaded, resolved and presented.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attacks;
mod flights;
mod forms;
mod mistakes;
mod permissions;
mod pipelines;
mod presentation;
mod properties;
mod resolving;
mod spellings;
mod support;
