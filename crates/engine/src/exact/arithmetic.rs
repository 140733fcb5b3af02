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
pub(crate) fn arithmetic(left: Expr, operator: Operator, right: Expr) -> Expr {
    match Operation::of(operator) {
        Some(operation) => {
            let signature = Signature::exact(vec![DataType::Int64, DataType::Int64], Volatility::Immutable);
            ScalarUDF::new_from_impl(Exact { operation, signature }).call(vec![left, right])
        }
        None => binary_expr(left, operator, right),
    }
}

/// An integer with the other sign.
pub(crate) fn negated(integer: Expr) -> Expr {
    arithmetic(lit(0_i64), Operator::Minus, integer)
}

/// The operator that a function of ours stands for.
pub(crate) fn operator(function: &ScalarUDF) -> Option<Operator> {
    Some(match function.inner().downcast_ref::<Exact>()?.operation {
        Operation::Add => Operator::Plus,
        Operation::Subtract => Operator::Minus,
        Operation::Multiply => Operator::Multiply,
    })
}

pub(crate) fn is_exact(function: &ScalarUDF) -> bool {
    function.inner().is::<Exact>()
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

    fn name(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
        }
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
    operation: Operation,
    signature: Signature,
}

impl ScalarUDFImpl for Exact {
    fn name(&self) -> &str {
        self.operation.name()
    }

    /// As the library names what its own operators make; a negated integer is one less than none.
    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let [left, right] = args else { return internal_err!("`{}` is of two integers", self.name()) };
        if self.operation == Operation::Subtract && *left == lit(0_i64) {
            return Ok(format!("(- {})", right.schema_name()));
        }
        Ok(format!("{} {} {}", left.schema_name(), self.name(), right.schema_name()))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [left, right] = args.args.as_slice() else { return internal_err!("`{}` is of two integers", self.name()) };
        if let Ok(all) = apply(left, right, |left, right| self.operation.all(left, right)) {
            return Ok(all);
        }
        let (left, right) = (left.to_array(args.number_rows)?, right.to_array(args.number_rows)?);
        let rows = left.as_primitive::<Int64Type>().iter().zip(right.as_primitive::<Int64Type>());
        let results: Int64Array = rows.map(|(left, right)| self.operation.one(left?, right?)).collect();
        Ok(ColumnarValue::Array(Arc::new(results)))
    }
}
