//! Shapes: WKB in a binary column inside, GeoJSON outside, two-dimensional.

mod effort;
pub(crate) mod geojson;
mod grid;
pub(crate) mod simplify;
pub(crate) mod union;
mod wkb;

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayBuilder, ArrayRef, AsArray, BinaryBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use datafusion::common::metadata::FieldMetadata;
use geo::Geometry;
use serde_json::Value as Json;

use crate::error::EngineError;
pub(crate) use effort::{Effort, Means};
pub(crate) use wkb::gather;

const EXTENSION: &str = "ARROW:extension:name";
const WKB: &str = "geoarrow.wkb";

/// How deep collections of shapes may be nested.
const MAX_DEPTH: usize = 32;

/// A column of shapes.
#[must_use]
pub fn geometry_field(name: &str) -> Field {
    as_geometry(Field::new(name, DataType::Binary, true))
}

/// The column marked as shapes, which its bytes are.
#[must_use]
pub fn as_geometry(field: Field) -> Field {
    field.with_metadata(marks())
}

fn marks() -> HashMap<String, String> {
    HashMap::from([(EXTENSION.to_owned(), WKB.to_owned())])
}

/// What marks a column of shapes in a plan.
pub(crate) fn metadata() -> FieldMetadata {
    FieldMetadata::from(marks())
}

/// True for a binary column that is marked as shapes; other binary columns are just bytes.
#[must_use]
pub fn is_geometry(field: &Field) -> bool {
    is_binary(field.data_type()) && field.metadata().get(EXTENSION).is_some_and(|name| name == WKB)
}

/// The schema of rows of the engine, its shapes marked: the only bytes that it computes with.
pub(crate) fn marked(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        if is_binary(field.data_type()) { Arc::new(as_geometry(field.as_ref().clone())) } else { Arc::clone(field) }
    });
    Arc::new(Schema::new(fields.collect::<Fields>()))
}

/// True for bytes, whatever they are.
#[must_use]
pub fn is_binary(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

/// Shapes of GeoJSON geometries, one after another.
#[derive(Debug, Default)]
pub struct Shapes(BinaryBuilder);

impl Shapes {
    /// Adds the shape of a geometry, or says what is wrong with it; null is none.
    pub fn push(&mut self, geometry: &Json) -> Result<(), String> {
        let bytes = geojson::read(geometry)?.map(|geometry| wkb::write(&geometry)).transpose()?;
        self.0.append_option(bytes);
        Ok(())
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn finish(mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// Shapes of GeoJSON geometries; the error says what is wrong with which one, counted from 0.
pub fn from_geojson<'a>(geometries: impl Iterator<Item = &'a Json>) -> Result<ArrayRef, (usize, String)> {
    let mut shapes = Shapes::default();
    for (row, geometry) in geometries.enumerate() {
        shapes.push(geometry).map_err(|reason| (row, reason))?;
    }
    Ok(shapes.finish())
}

/// The shape of a row.
pub(crate) fn read(bytes: &[u8]) -> Result<Geometry, EngineError> {
    wkb::read(bytes).map_err(no_shape)
}

fn no_shape(reason: String) -> EngineError {
    EngineError::invalid(format!("a value of the column of shapes is no shape (well-known binary): {reason}"))
}

/// Shapes that were gathered.
pub(crate) fn gathered(bytes: &[u8]) -> Result<Vec<Geometry>, EngineError> {
    wkb::gathered(bytes).map_err(no_shape)
}

pub(crate) fn write(geometry: &Geometry) -> Result<Vec<u8>, EngineError> {
    wkb::write(geometry).map_err(EngineError::internal)
}

/// The GeoJSON of each row; what is no shape is null.
pub(crate) fn geojson_rows(array: &ArrayRef) -> Vec<Option<String>> {
    let Ok(array) = cast(array, &DataType::Binary) else { return vec![None; array.len()] };
    array.as_binary::<i32>().iter().map(|bytes| Some(geojson::write(&wkb::read(bytes?).ok()?))).collect()
}
