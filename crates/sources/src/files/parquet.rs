//! Parquet files.

mod pages;
mod parts;
mod reads;

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use aracari_engine::Counted;
use aracari_engine::geometry::{as_geometry, is_binary};
use arrow::datatypes::{Fields, Schema};
use datafusion::datasource::file_format::parquet::{ParquetFormat, transform_schema_to_view};
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::Encoding;
use parquet::file::metadata::ColumnChunkMetaData;
use serde_json::Value as Json;

use super::Opened;
use parts::Parts;

/// What a text is taken for that only says what differs from the one before, where the file does not tell: where it tells of
/// short texts that are the first and last of all, and else.
const SHORT_WIDTH: i64 = 4 << 10;
const UNKNOWN_WIDTH: i64 = 64 << 10;
/// Short texts.
const SHORT: usize = 1 << 10;

/// Reads the footer: types and statistics come from it, and a scan skips row groups by it.
pub(super) fn open(path: &Path) -> Result<Opened, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
        .map_err(|error| format!("this is not a Parquet file that can be read: {error}"))?;
    let fields = metadata.schema().fields();
    if fields.is_empty() {
        return Err("the file has no columns".to_owned());
    }
    let mut names = HashSet::new();
    if let Some(field) = fields.iter().find(|field| !names.insert(field.name())) {
        return Err(format!("two columns are called `{}`; give each a name of its own", field.name()));
    }
    // Views of texts point into the pages as they are, where plain texts are copied.
    let plain = with_shapes(metadata.schema(), &shapes(&metadata));
    let schema = Arc::new(transform_schema_to_view(&plain));
    let url = url::Url::from_file_path(path).map_err(|()| "the path is not absolute".to_owned())?;
    let location = ListingTableUrl::parse(url.as_str()).map_err(|error| error.to_string())?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::new())).with_file_extension("");
    let config = ListingTableConfig::new(location).with_listing_options(options).with_schema(Arc::clone(&schema));
    let table = ListingTable::try_new(config).map_err(|error| error.to_string())?;
    let parts = Parts::new(table, Arc::clone(metadata.metadata()));
    let rows = parts.rows();
    let provider = Arc::new(Counted::new(Arc::new(parts), rows).with_widths(widths(&metadata)).spread_in_order());
    Ok(Opened { schema, provider, is_untyped: false })
}

/// How many bytes a row has in each column, in the row group where it has most.
fn widths(metadata: &ArrowReaderMetadata) -> Vec<usize> {
    let mut widths = vec![0; metadata.schema().fields().len()];
    for group in metadata.metadata().row_groups() {
        let rows = usize::try_from(group.num_rows()).unwrap_or(0).max(1);
        let mut bytes = vec![0; widths.len()];
        for (leaf, column) in group.columns().iter().enumerate() {
            if let Some(bytes) = bytes.get_mut(metadata.parquet_schema().get_column_root_idx(leaf)) {
                // Texts that are written as what differs from those before them are longer than their pages.
                let begin_alike = column.encodings().any(|encoding| encoding == Encoding::DELTA_BYTE_ARRAY);
                let unknown = if begin_alike { unknown_width(column) } else { 0 };
                let texts = column.unencoded_byte_array_data_bytes();
                let texts = texts.unwrap_or_else(|| group.num_rows().saturating_mul(unknown));
                *bytes += usize::try_from(column.uncompressed_size().max(texts)).unwrap_or(0);
            }
        }
        for (width, bytes) in widths.iter_mut().zip(bytes) {
            *width = (*width).max(bytes / rows);
        }
    }
    widths
}

fn unknown_width(column: &ColumnChunkMetaData) -> i64 {
    let ends = column.statistics().map(|known| [known.min_bytes_opt(), known.max_bytes_opt()]);
    let is_short = |text: Option<&[u8]>| text.is_some_and(|text| text.len() < SHORT);
    if ends.is_some_and(|ends| ends.into_iter().all(is_short)) { SHORT_WIDTH } else { UNKNOWN_WIDTH }
}

/// The columns of shapes that the file's own description names, as GeoParquet has it: those in well-known binary.
fn shapes(metadata: &ArrowReaderMetadata) -> Vec<String> {
    let entries = metadata.metadata().file_metadata().key_value_metadata().into_iter().flatten();
    let described = entries.filter(|entry| entry.key == "geo").find_map(|entry| entry.value.as_deref());
    let description: Json = described.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let columns = description["columns"].as_object().into_iter().flatten();
    columns.filter(|(_, about)| about["encoding"] == "WKB").map(|(name, _)| name.clone()).collect()
}

fn with_shapes(schema: &Schema, shapes: &[String]) -> Schema {
    let fields = schema.fields().iter().map(|field| {
        let is_shape = shapes.contains(field.name()) && is_binary(field.data_type());
        if is_shape { Arc::new(as_geometry(field.as_ref().clone())) } else { Arc::clone(field) }
    });
    Schema::new(fields.collect::<Fields>())
}
