//! Sums, differences and products of two integers; what has no room in one is missing.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Datum, Int64Array};
use arrow::compute::kernels::numeric;
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;
use datafusion::common::internal_err;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, binary_expr,
    lit,
};
use datafusion::physical_expr_common::datum::apply;

/// Two integers added, subtracted or multiplied; any other operator as it is.
///
/// What goes on from such a result becomes one function with it: the library asks at every part of a formula for the types
/// of all that is inside.
pub(crate) fn arithmetic(left: Expr, operator: Operator, right: Expr) -> Expr {
    let Some(operation) = Operation::of(operator) else { return binary_expr(left, operator, right) };
    let (mut operations, mut integers) = match left {
        Expr::ScalarFunction(call) if is_exact(&call.func) => (operations(&call.func).to_vec(), call.args),
        other => (Vec::new(), vec![other]),
    };
    operations.push(operation);
    integers.push(right);
    let signature = Signature::exact(vec![DataType::Int64; integers.len()], Volatility::Immutable);
    ScalarUDF::new_from_impl(Exact { operations, signature }).call(integers)
}

/// An integer with the other sign.
pub(crate) fn negated(integer: Expr) -> Expr {
    arithmetic(lit(0_i64), Operator::Minus, integer)
}

pub(crate) fn is_exact(function: &ScalarUDF) -> bool {
    function.inner().is::<Exact>()
}

/// The operators between the integers of a function of ours, from left to right.
pub(crate) fn operators(function: &ScalarUDF) -> impl Iterator<Item = Operator> {
    operations(function).iter().map(|operation| operation.operator())
}

fn operations(function: &ScalarUDF) -> &[Operation] {
    function.inner().downcast_ref::<Exact>().map_or(&[], |exact| &exact.operations)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Add,
    Subtract,
    Multiply,
}

impl Operation {
    fn of(operator: Operator) -> Option<Self> {
        match operator {
            Operator::Plus => Some(Self::Add),
            Operator::Minus => Some(Self::Subtract),
            Operator::Multiply => Some(Self::Multiply),
            _ => None,
        }
    }

    fn operator(self) -> Operator {
        match self {
            Self::Add => Operator::Plus,
            Self::Subtract => Operator::Minus,
            Self::Multiply => Operator::Multiply,
        }
    }

    fn apply(self, left: &ColumnarValue, right: &ColumnarValue, rows: usize) -> Result<ColumnarValue> {
        if let Ok(all) = apply(left, right, |left, right| self.all(left, right)) {
            return Ok(all);
        }
        let (left, right) = (left.to_array(rows)?, right.to_array(rows)?);
        let pairs = left.as_primitive::<Int64Type>().iter().zip(right.as_primitive::<Int64Type>());
        let results: Int64Array = pairs.map(|(left, right)| self.one(left?, right?)).collect();
        Ok(ColumnarValue::Array(Arc::new(results)))
    }

    /// The results, or an error where one has no room.
    fn all(self, left: &dyn Datum, right: &dyn Datum) -> std::result::Result<ArrayRef, ArrowError> {
        match self {
            Self::Add => numeric::add(left, right),
            Self::Subtract => numeric::sub(left, right),
            Self::Multiply => numeric::mul(left, right),
        }
    }

    fn one(self, left: i64, right: i64) -> Option<i64> {
        match self {
            Self::Add => left.checked_add(right),
            Self::Subtract => left.checked_sub(right),
            Self::Multiply => left.checked_mul(right),
        }
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Exact {
    /// Between two integers each, from left to right.
    operations: Vec<Operation>,
    signature: Signature,
}

impl ScalarUDFImpl for Exact {
    fn name(&self) -> &'static str {
        "exact"
    }

    /// As the library names what its own operators make; a negated integer is one less than none.
    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let Some((first, others)) = args.split_first() else { return internal_err!("integers are computed with") };
        let mut parts = self.operations.iter().zip(others);
        let mut name = first.schema_name().to_string();
        if *first == lit(0_i64)
            && let Some((Operation::Subtract, negated)) = parts.next()
        {
            name = format!("(- {})", negated.schema_name());
        } else {
            parts = self.operations.iter().zip(others);
        }
        for (operation, integer) in parts {
            name = format!("{name} {} {}", operation.operator(), integer.schema_name());
        }
        Ok(name)
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let (rows, mut integers) = (args.number_rows, args.args.into_iter());
        let Some(first) = integers.next() else { return internal_err!("integers are computed with") };
        let mut parts = self.operations.iter().zip(integers);
        parts.try_fold(first, |result, (operation, integer)| operation.apply(&result, &integer, rows))
    }
}
