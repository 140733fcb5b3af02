//! The REST server: sign-in, configuration, queries, the client's files.
//!
//! A request passes `middleware` from `observe` inwards, `router` chooses the handler in `routes`, `extract` says who asks and
//! for which app, `answer` asks the engine, `error` turns every failure into one of a closed list of problems.

mod answer;
pub mod assets;
mod client;
mod connections;
mod decisions;
mod encode;
mod error;
mod extract;
mod identity;
mod live;
mod metrics;
mod middleware;
mod openapi;
mod router;
mod routes;
mod serve;
mod settings;
mod shares;
mod state;
mod watch;

pub use error::Code;
pub use live::{Apps, LiveApp, LiveError, Schemas, Snapshot};
pub use openapi::document as openapi_document;
pub use serve::{Running, ServeError, Stop, start};
pub use settings::{Limits, Mode, Settings, SettingsError, TlsFiles};
pub use state::Parts;
