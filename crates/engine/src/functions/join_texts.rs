//! `||`: two texts as one; a missing one makes the whole missing.

use std::sync::Arc;

use arrow::array::Array;
use arrow::compute::kernels::concat_elements::concat_elements_dyn;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{ScalarValue, internal_err};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use super::JOIN;
use crate::column_type::TEXT;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct JoinTexts {
    signature: Signature,
}

impl JoinTexts {
    pub(super) fn new() -> Self {
        Self { signature: Signature::exact(vec![TEXT, TEXT], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for JoinTexts {
    fn name(&self) -> &'static str {
        JOIN
    }

    /// As the operator has it.
    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let names: Vec<String> = args.iter().map(|argument| argument.schema_name().to_string()).collect();
        Ok(names.join(" || "))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(TEXT)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let can_be_missing = args.arg_fields.iter().any(|field| field.is_nullable());
        Ok(Arc::new(Field::new(self.name(), TEXT, can_be_missing)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_constant = args.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let [left, right] = ColumnarValue::values_to_arrays(&args.args)?
            .try_into()
            .or_else(|_| internal_err!("two texts are joined"))?;
        let joined = concat_elements_dyn(&left, &right)?;
        if is_constant && joined.len() == 1 {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&joined, 0)?));
        }
        Ok(ColumnarValue::Array(joined))
    }
}
