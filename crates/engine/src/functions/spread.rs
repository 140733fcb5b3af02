//! Variance and standard deviation of a population. The library's own merges its parts with a rounding that, with large
//! values, makes a variance of equal values infinite.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, UInt64Array};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type, UInt64Type};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Spread {
    signature: Signature,
    /// The standard deviation instead of the variance.
    root: bool,
}

impl Spread {
    pub(super) fn new(root: bool) -> Self {
        Self { signature: Signature::exact(vec![DataType::Float64], Volatility::Immutable), root }
    }
}

impl AggregateUDFImpl for Spread {
    fn name(&self) -> &'static str {
        if self.root { "deviation" } else { "variance" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Groups { root: self.root, moments: vec![Moments::default()] }))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups { root: self.root, moments: Vec::new() }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |part, kind| Arc::new(Field::new(format!("{}[{part}]", args.name), kind, true));
        Ok(vec![
            field("count", DataType::UInt64),
            field("mean", DataType::Float64),
            field("squares", DataType::Float64),
        ])
    }
}

/// How many values there are, their mean, and the squares of their distances from it, after Welford.
#[derive(Debug, Default, Clone, Copy)]
struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.merge(Self { count: 1, mean: value, squares: 0.0 });
    }

    /// After Chan, Golub and `LeVeque`: equal means stay what they are.
    #[expect(clippy::cast_precision_loss, reason = "no group has 2^53 values")]
    fn merge(&mut self, other: Self) {
        match (self.count, other.count) {
            (_, 0) => {}
            (0, _) => *self = other,
            (own, others) => {
                self.count = own + others;
                let distance = other.mean - self.mean;
                let share = others as f64 / self.count as f64;
                self.mean += distance * share;
                self.squares += other.squares + distance * distance * share * own as f64;
            }
        }
    }

    /// None of no values, and where the squares are too large for a number.
    #[expect(clippy::cast_precision_loss, reason = "no group has 2^53 values")]
    fn spread(self, root: bool) -> Option<f64> {
        let variance = (self.count > 0).then(|| self.squares / self.count as f64)?;
        variance.is_finite().then_some(if root { variance.sqrt() } else { variance })
    }
}

#[derive(Debug)]
struct Groups {
    root: bool,
    moments: Vec<Moments>,
}

impl Groups {
    fn merge(&mut self, states: &[ArrayRef], group: impl Fn(usize) -> usize) {
        let (counts, means) = (states[0].as_primitive::<UInt64Type>(), states[1].as_primitive::<Float64Type>());
        let squares = states[2].as_primitive::<Float64Type>();
        for row in 0..counts.len() {
            let part = Moments { count: counts.value(row), mean: means.value(row), squares: squares.value(row) };
            self.moments[group(row)].merge(part);
        }
    }
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.moments.resize(total, Moments::default());
        let passes = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
        for (row, (value, group)) in values[0].as_primitive::<Float64Type>().iter().zip(groups).enumerate() {
            if let Some(value) = value.filter(|_| passes(row)) {
                self.moments[*group].add(value);
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.moments.resize(total, Moments::default());
        self.merge(states, |row| groups[row]);
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let moments = emit.take_needed(&mut self.moments);
        Ok(Arc::new(moments.into_iter().map(|moments| moments.spread(self.root)).collect::<Float64Array>()))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let moments = emit.take_needed(&mut self.moments);
        Ok(vec![
            Arc::new(UInt64Array::from_iter_values(moments.iter().map(|moments| moments.count))),
            Arc::new(Float64Array::from_iter_values(moments.iter().map(|moments| moments.mean))),
            Arc::new(Float64Array::from_iter_values(moments.iter().map(|moments| moments.squares))),
        ])
    }

    /// Every row as a group of its own.
    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut each = Self { root: self.root, moments: Vec::new() };
        GroupsAccumulator::update_batch(&mut each, values, &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        GroupsAccumulator::state(&mut each, EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.moments.capacity() * size_of::<Moments>()
    }
}

/// All rows are the one group.
impl Accumulator for Groups {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        values[0].as_primitive::<Float64Type>().iter().flatten().for_each(|value| self.moments[0].add(value));
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.merge(states, |_| 0);
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.moments[0].spread(self.root)))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let Moments { count, mean, squares } = self.moments[0];
        Ok(vec![count.into(), mean.into(), squares.into()])
    }

    fn size(&self) -> usize {
        GroupsAccumulator::size(self)
    }
}
