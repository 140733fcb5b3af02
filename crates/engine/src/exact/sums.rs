//! Sums of integers, added up as numbers of 38 digits: whether one fits is known in the end, whatever the order of the rows.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use aracari_kernels::wide::{WIDE, wide};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array};
use arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, Expr, GroupsAccumulator, ReversedUDAF, Signature,
};

use super::too_large;

/// The sum of a column, an error where it is one of integers and has no room in one.
pub(crate) fn sum(value: Expr) -> Expr {
    exact(sum_udaf()).call(vec![value])
}

/// True of the library's sum.
pub(crate) fn is_sum(function: &AggregateUDF) -> bool {
    function.name() == "sum" && !function.inner().is::<Exact>()
}

/// The library's sum, exact where it is one of integers.
pub(crate) fn exact(sum: Arc<AggregateUDF>) -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::new_from_impl(Exact { inner: sum }))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Exact {
    inner: Arc<AggregateUDF>,
}

fn is_of_integers(field: &FieldRef) -> bool {
    *field.data_type() == DataType::Int64
}

fn wide_field(field: &FieldRef) -> FieldRef {
    Arc::new(Field::new(field.name(), WIDE, field.is_nullable()))
}

fn wider(args: AccumulatorArgs) -> AccumulatorArgs {
    AccumulatorArgs { return_field: wide_field(&args.return_field), ..args }
}

impl AggregateUDFImpl for Exact {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if !is_of_integers(&args.return_field) {
            return self.inner.accumulator(args);
        }
        Ok(Box::new(Wide(self.inner.accumulator(wider(args))?)))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if !is_of_integers(&args.return_field) {
            return self.inner.create_sliding_accumulator(args);
        }
        if args.is_distinct {
            return Ok(Box::new(Different::default()));
        }
        Ok(Box::new(Wide(self.inner.create_sliding_accumulator(wider(args))?)))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        self.inner.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        if !is_of_integers(&args.return_field) {
            return self.inner.create_groups_accumulator(args);
        }
        Ok(Box::new(Wide(self.inner.create_groups_accumulator(wider(args))?)))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        if !is_of_integers(&args.return_field) {
            return self.inner.state_fields(args);
        }
        self.inner.state_fields(StateFieldsArgs { return_field: wide_field(&args.return_field), ..args })
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }
}

/// An accumulator of wide numbers, given integers.
#[derive(Debug)]
struct Wide<A>(A);

fn widened(values: &[ArrayRef]) -> Result<[ArrayRef; 1]> {
    let [integers] = values else { return internal_err!("a sum is of one column") };
    Ok([Arc::new(wide(integers.as_primitive::<Int64Type>()))])
}

fn narrow(sum: i128) -> Result<i64> {
    i64::try_from(sum).map_err(|_| too_large("a sum"))
}

impl Accumulator for Wide<Box<dyn Accumulator>> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.update_batch(&widened(values)?)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        match self.0.evaluate()? {
            ScalarValue::Decimal128(sum, ..) => Ok(ScalarValue::Int64(sum.map(narrow).transpose()?)),
            other => internal_err!("a wide sum is a decimal, not {other}"),
        }
    }

    fn size(&self) -> usize {
        self.0.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.0.state()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge_batch(states)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.retract_batch(&widened(values)?)
    }

    fn supports_retract_batch(&self) -> bool {
        self.0.supports_retract_batch()
    }
}

/// The sum of the different integers of a frame that slides: how often each is in it. It is never put together of parts.
#[derive(Debug, Default)]
struct Different {
    times: HashMap<i64, usize>,
    sum: i128,
}

fn integers(values: &[ArrayRef]) -> Result<impl Iterator<Item = i64>> {
    let [integers] = values else { return internal_err!("a sum is of one column") };
    Ok(integers.as_primitive::<Int64Type>().iter().flatten())
}

impl Accumulator for Different {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for integer in integers(values)? {
            let times = self.times.entry(integer).or_default();
            if *times == 0 {
                self.sum += i128::from(integer);
            }
            *times += 1;
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for integer in integers(values)? {
            let Entry::Occupied(mut times) = self.times.entry(integer) else { continue };
            *times.get_mut() -= 1;
            if *times.get() == 0 {
                times.remove();
                self.sum -= i128::from(integer);
            }
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let sum = (!self.times.is_empty()).then(|| narrow(self.sum));
        Ok(ScalarValue::Int64(sum.transpose()?))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.times.capacity() * size_of::<(i64, usize)>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        internal_err!("a frame that slides has no parts")
    }

    fn merge_batch(&mut self, _: &[ArrayRef]) -> Result<()> {
        internal_err!("a frame that slides has no parts")
    }
}

impl GroupsAccumulator for Wide<Box<dyn GroupsAccumulator>> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        count: usize,
    ) -> Result<()> {
        self.0.update_batch(&widened(values)?, groups, filter, count)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let sums = self.0.evaluate(emit_to)?;
        let Some(sums) = sums.as_primitive_opt::<Decimal128Type>() else {
            return internal_err!("wide sums are decimals, not {}", sums.data_type());
        };
        let narrowed: Int64Array = sums.try_unary(narrow)?;
        Ok(Arc::new(narrowed))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        self.0.state(emit_to)
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], count: usize) -> Result<()> {
        self.0.merge_batch(states, groups, count)
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        self.0.convert_to_state(&widened(values)?, filter)
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}
