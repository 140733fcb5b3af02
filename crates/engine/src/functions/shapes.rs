//! Shapes drawn with fewer points, united, and as texts.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BinaryArray, StringViewArray};
use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use geo::Geometry;

use crate::column_type::TEXT;
use crate::error::EngineError;
use crate::geometry::{self, Effort};

fn signature() -> Signature {
    Signature::exact(vec![DataType::Binary], Volatility::Immutable)
}

fn failed(error: EngineError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// The work of one plan on shapes; plans that differ in nothing else are the same.
#[derive(Debug, Clone, Default)]
struct Work(Arc<Effort>);

impl PartialEq for Work {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Work {}

impl Hash for Work {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A shape with fewer points.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Simplify {
    signature: Signature,
    /// The bits of the distance that a point may be away.
    tolerance: u64,
    work: Work,
}

impl Simplify {
    pub(super) fn new(tolerance: f64) -> Self {
        Self { signature: signature(), tolerance: tolerance.to_bits(), work: Work::default() }
    }
}

impl ScalarUDFImpl for Simplify {
    fn name(&self) -> &'static str {
        "simplify_shape"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let shapes = args.args[0].to_array(args.number_rows)?;
        let tolerance = f64::from_bits(self.tolerance);
        let simplified = shapes.as_binary::<i32>().iter().map(|bytes| {
            let Some(bytes) = bytes else { return Ok(None) };
            let shape = geometry::read(bytes)?;
            geometry::write(&geometry::simplify::simplify(&shape, tolerance, &self.work.0)?).map(Some)
        });
        let simplified = simplified.collect::<Result<BinaryArray, EngineError>>().map_err(failed)?;
        Ok(ColumnarValue::Array(Arc::new(simplified)))
    }
}

/// A shape as text: its GeoJSON.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ShapeText {
    signature: Signature,
}

impl ShapeText {
    pub(super) fn new() -> Self {
        Self { signature: signature() }
    }
}

impl ScalarUDFImpl for ShapeText {
    fn name(&self) -> &'static str {
        "shape_text"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(TEXT)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let shapes = args.args[0].to_array(args.number_rows)?;
        let texts: StringViewArray = geometry::geojson_rows(&shapes).into_iter().collect();
        Ok(ColumnarValue::Array(Arc::new(texts)))
    }
}

/// One shape of the shapes of a group.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Unite {
    signature: Signature,
    work: Work,
}

impl Unite {
    pub(super) fn new() -> Self {
        Self { signature: signature(), work: Work::default() }
    }
}

impl AggregateUDFImpl for Unite {
    fn name(&self) -> &'static str {
        "unite_shapes"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Shapes { work: self.work.clone(), ..Shapes::default() }))
    }
}

/// The shapes of a group so far, as they came.
#[derive(Debug, Default)]
struct Shapes {
    written: Vec<Vec<u8>>,
    bytes: usize,
    work: Work,
}

impl Shapes {
    fn read(&self) -> Result<Vec<Geometry>> {
        self.written.iter().map(|bytes| geometry::read(bytes)).collect::<Result<_, _>>().map_err(failed)
    }
}

impl Accumulator for Shapes {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for bytes in values[0].as_binary::<i32>().iter().flatten() {
            self.bytes += bytes.len();
            self.written.push(bytes.to_vec());
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let united = geometry::union::union(self.read()?, &self.work.0).map_err(failed)?;
        let bytes = united.map(|shape| geometry::write(&shape)).transpose().map_err(failed)?;
        Ok(ScalarValue::Binary(bytes))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bytes + self.written.capacity() * size_of::<Vec<u8>>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let all = Geometry::GeometryCollection(self.read()?.into());
        Ok(vec![ScalarValue::Binary(Some(geometry::write(&all).map_err(failed)?))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }
}
