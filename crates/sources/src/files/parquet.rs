//! Parquet files.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use aracari_engine::Counted;
use datafusion::datasource::file_format::parquet::{ParquetFormat, transform_schema_to_view};
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::Opened;

/// Reads the footer: types and statistics come from it, and a scan skips row groups by it.
pub(super) fn open(path: &Path) -> Result<Opened, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
        .map_err(|error| format!("this is not a Parquet file that can be read: {error}"))?;
    // Views of texts point into the pages as they are, where plain texts are copied.
    let plain = metadata.schema().as_ref().clone().with_metadata(std::collections::HashMap::new());
    let schema = Arc::new(transform_schema_to_view(&plain));
    let url = url::Url::from_file_path(path).map_err(|()| "the path is not absolute".to_owned())?;
    let location = ListingTableUrl::parse(url.as_str()).map_err(|error| error.to_string())?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::new())).with_file_extension("");
    let config = ListingTableConfig::new(location).with_listing_options(options).with_schema(Arc::clone(&schema));
    let table = ListingTable::try_new(config).map_err(|error| error.to_string())?;
    let rows = usize::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
    let provider = Arc::new(Counted::new(Arc::new(table), rows).spread_in_order());
    Ok(Opened { schema, provider })
}
