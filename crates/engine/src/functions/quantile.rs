//! Exact quantiles by linear interpolation; the library's own round the place between two values to six digits.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, ListArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Quantile {
    signature: Signature,
    /// The share from 0 to 1, by its bits.
    share: u64,
    name: String,
}

impl Quantile {
    pub(super) fn new(share: f64) -> Self {
        let signature = Signature::exact(vec![DataType::Float64], Volatility::Immutable);
        Self { signature, share: share.to_bits(), name: format!("quantile[{share}]") }
    }
}

impl AggregateUDFImpl for Quantile {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Values { share: f64::from_bits(self.share), values: Vec::new() }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[values]", args.name), list(), true))])
    }
}

fn list() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Float64, true)))
}

#[derive(Debug)]
struct Values {
    share: f64,
    values: Vec<f64>,
}

impl Accumulator for Values {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.values.extend(values[0].as_primitive::<Float64Type>().iter().flatten());
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "no group has 2^53 values")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place among the values")]
    fn evaluate(&mut self) -> Result<ScalarValue> {
        let Some(last) = self.values.len().checked_sub(1) else { return Ok(ScalarValue::Float64(None)) };
        let place = last as f64 * self.share;
        let (_, below, rest) = self.values.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
        let above = rest.iter().copied().min_by(f64::total_cmp).unwrap_or(*below);
        let between = if place.fract() == 0.0 { 0.0 } else { (above - *below) * place.fract() };
        Ok(ScalarValue::Float64(Some(*below + between)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.values.capacity() * size_of::<f64>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = Float64Array::from(std::mem::take(&mut self.values));
        let offsets = OffsetBuffer::from_lengths([values.len()]);
        let field = Arc::new(Field::new_list_field(DataType::Float64, true));
        Ok(vec![ScalarValue::List(Arc::new(ListArray::try_new(field, offsets, Arc::new(values), None)?))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        states[0].as_list::<i32>().iter().flatten().try_for_each(|values| self.update_batch(&[values]))
    }
}
