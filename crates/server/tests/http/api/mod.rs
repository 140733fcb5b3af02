//! `/api/v1`

mod apps;
mod assets;
mod cross_origin;
mod diagnostics;
mod events;
mod hygiene;
mod limits;
mod openapi;
mod paths;
mod pipelines;
mod queries;
mod queries_permissions;
mod session;
mod session_attacks;
mod values;
