//! Tables as JSON and back: table-schema (`{"schema": {"fields": [...]}, "data": [records]}`), plain records, GeoJSON.

mod geojson;
mod read;
mod write;

pub use geojson::write_geojson;
pub use read::{TableError, read_json};
pub use write::write_json;
