//! What each address answers, one resource a file.

pub(crate) mod app_assets;
pub(crate) mod apps;
pub(crate) mod client;
pub(crate) mod diagnostics;
pub(crate) mod events;
pub(crate) mod filter_values;
pub(crate) mod health;
pub(crate) mod openapi;
pub(crate) mod queries;
pub(crate) mod session;
