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

use crate::column_type::TEXT;
use crate::error::EngineError;
use crate::geometry::{self, Effort, Means};
use crate::memory::QueryMemory;

/// The most bytes of the shapes of one group.
const MAX_GATHERED: usize = 1 << 30;

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

impl Work {
    /// The shapes that are made of what each row holds; what is made is counted until the batch is done.
    fn on_each(
        &self,
        args: &ScalarFunctionArgs,
        mut make: impl FnMut(&[u8], &Means) -> Result<Option<Vec<u8>>, EngineError>,
    ) -> Result<ColumnarValue> {
        let memory = args.config_options.extensions.get::<QueryMemory>();
        let rows = args.args[0].to_array(args.number_rows)?;
        let made = Means::new(&self.0, memory);
        let shapes = rows.as_binary::<i32>().iter().map(|bytes| {
            let Some(bytes) = bytes else { return Ok(None) };
            let shape = make(bytes, &Means::new(&self.0, memory))?;
            made.hold(2 * shape.as_ref().map_or(0, Vec::len))?;
            Ok(shape)
        });
        let shapes = shapes.collect::<Result<BinaryArray, EngineError>>().map_err(failed)?;
        Ok(ColumnarValue::Array(Arc::new(shapes)))
    }
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
        let tolerance = f64::from_bits(self.tolerance);
        self.work.on_each(&args, |bytes, means| {
            means.hold(2 * bytes.len())?;
            geometry::write(&geometry::simplify::simplify(&geometry::read(bytes)?, tolerance, means)?).map(Some)
        })
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

/// One shape of many that are gathered.
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

impl ScalarUDFImpl for Unite {
    fn name(&self) -> &'static str {
        "unite_shapes"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.work.on_each(&args, |written, means| {
            // Coordinates take the same again.
            means.hold(2 * written.len())?;
            let united = geometry::union::union(geometry::gathered(written)?, means)?;
            united.map(|shape| geometry::write(&shape)).transpose()
        })
    }
}

/// The shapes of a group, gathered.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Gather {
    signature: Signature,
}

impl Gather {
    pub(super) fn new() -> Self {
        Self { signature: signature() }
    }
}

impl AggregateUDFImpl for Gather {
    fn name(&self) -> &'static str {
        "gather_shapes"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Shapes::default()))
    }
}

/// The shapes of a group so far, as they came.
#[derive(Debug, Default)]
struct Shapes(Vec<u8>);

impl Shapes {
    fn fit(&self, more: &[u8]) -> Result<()> {
        if self.0.len() + more.len() <= MAX_GATHERED {
            return Ok(());
        }
        let most = MAX_GATHERED >> 20;
        Err(failed(EngineError::invalid(format!(
            "the shapes of a group have more than {most} MB; use shapes with fewer points, or smaller groups"
        ))))
    }
}

impl Accumulator for Shapes {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for bytes in values[0].as_binary::<i32>().iter().flatten() {
            self.fit(bytes)?;
            geometry::gather(&mut self.0, bytes);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary((!self.0.is_empty()).then(|| std::mem::take(&mut self.0))))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.capacity()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for gathered in states[0].as_binary::<i32>().iter().flatten() {
            self.fit(gathered)?;
            self.0.extend_from_slice(gathered);
        }
        Ok(())
    }
}
