//! Whole apps: written as files, loaded, resolved and presented.

mod attacks;
mod flights;
mod mistakes;
mod permissions;
mod presentation;
mod properties;
mod resolving;
mod support;
