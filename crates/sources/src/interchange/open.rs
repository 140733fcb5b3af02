//! Tables of files that a person names: JSON, CSV, Parquet.

use std::path::Path;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use serde_json::Value as Json;

use super::{TableError, read_json};
use crate::files::open_anywhere;

/// Opens a table by its file's extension: `.json` and `.geojson` are read whole, `.csv`, `.tsv` and `.parquet` while
/// they are queried.
pub fn open_table(path: &Path) -> Result<Arc<dyn TableProvider>, TableError> {
    let shape = |reason: String| TableError::Shape(reason);
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("json" | "geojson") => {
            let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => shape("there is no such file".to_owned()),
                _ => shape(error.to_string()),
            })?;
            let document: Json =
                serde_json::from_str(&text).map_err(|error| shape(format!("this is not JSON: {error}")))?;
            let batch = read_json(&document)?;
            let table = MemTable::try_new(batch.schema(), vec![vec![batch]]);
            Ok(Arc::new(table.map_err(|error| shape(error.to_string()))?))
        }
        Some("csv" | "tsv" | "txt" | "parquet") => open_anywhere(path).map_err(shape),
        _ => Err(shape("expected a `.json`, `.csv` or `.parquet` file".to_owned())),
    }
}
