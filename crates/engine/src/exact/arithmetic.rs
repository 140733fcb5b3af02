//! Sums, differences and products of two integers.

use std::sync::Arc;

use arrow::array::{ArrayRef, Datum};
use arrow::compute::kernels::numeric;
use arrow::datatypes::{DataType, Field, FieldRef};
use arrow::error::ArrowError;
use datafusion::common::internal_err;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Operator, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr_common::datum::apply;

use super::too_large;

/// The function of two integers in place of an operator.
pub(super) fn exact(operator: Operator) -> Option<ScalarUDF> {
    let (name, compute): (_, Compute) = match operator {
        Operator::Plus => ("+", numeric::add),
        Operator::Minus => ("-", numeric::sub),
        Operator::Multiply => ("*", numeric::mul),
        _ => return None,
    };
    let signature = Signature::exact(vec![DataType::Int64, DataType::Int64], Volatility::Immutable);
    Some(ScalarUDF::new_from_impl(Exact { name, compute, signature }))
}

pub(super) fn is_exact(function: &ScalarUDF) -> bool {
    function.inner().is::<Exact>()
}

type Compute = fn(&dyn Datum, &dyn Datum) -> std::result::Result<ArrayRef, ArrowError>;

#[derive(Debug)]
struct Exact {
    name: &'static str,
    compute: Compute,
    signature: Signature,
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Exact {}

impl std::hash::Hash for Exact {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Exact {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let can_be_missing = args.arg_fields.iter().any(|field| field.is_nullable());
        Ok(Arc::new(Field::new(self.name, DataType::Int64, can_be_missing)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [left, right] = args.args.as_slice() else { return internal_err!("`{}` is of two integers", self.name) };
        let computed = apply(left, right, |left, right| (self.compute)(left, right));
        computed.map_err(|_| too_large(&format!("an integer of `{}`", self.name)))
    }
}
