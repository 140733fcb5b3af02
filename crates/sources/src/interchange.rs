//! Tables as JSON and back: table-schema (`{"schema": {"fields": [...]}, "data": [records]}`), plain records, GeoJSON.

mod document;
mod geojson;
mod open;
mod read;
mod taken;
mod write;

pub use geojson::write_geojson;
pub use open::{OpenedTable, open_table};
pub use read::{TableError, read_json};
pub use write::{write_csv, write_json, write_json_to};
