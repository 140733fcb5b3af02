//! Sources: tables behind the engine, one module a connector.

mod files;

pub use files::{FileCatalog, FileSchemas};
