//! Sources: tables behind the engine, one module a connector.

mod files;
pub mod interchange;

pub use files::{FileCatalog, FileSchemas};
