//! `all_present`: whether none of many values is missing.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct AllPresent {
    signature: Signature,
}

impl AllPresent {
    pub(super) fn new() -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for AllPresent {
    fn name(&self) -> &'static str {
        "all_present"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(self.name(), DataType::Boolean, false)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let columns = ColumnarValue::values_to_arrays(&args.args)?;
        let missing = columns.iter().map(Array::logical_nulls);
        let present = missing.fold(None, |all, nulls| NullBuffer::union(all.as_ref(), nulls.as_ref()));
        let present = present.map_or_else(|| BooleanBuffer::new_set(args.number_rows), NullBuffer::into_inner);
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(present, None))))
    }
}
