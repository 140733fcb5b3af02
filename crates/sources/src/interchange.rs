//! Tables as JSON and back: table-schema (`{"schema": {"fields": [...]}, "data": [records]}`), plain records, GeoJSON.

mod read;
mod write;

pub use read::{TableError, read_json};
pub use write::write_json;
