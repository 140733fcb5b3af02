//! `as_one_key`: many keys of an order as one, whose bytes are in that order; missing values come last.

use std::sync::Arc;

use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Field, FieldRef};
use arrow::row::{RowConverter, SortField};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct AsOneKey {
    signature: Signature,
    /// Whether each goes up.
    ascending: Vec<bool>,
}

impl AsOneKey {
    pub(super) fn new(ascending: Vec<bool>) -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable), ascending }
    }
}

impl ScalarUDFImpl for AsOneKey {
    fn name(&self) -> &'static str {
        "as_one_key"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(self.name(), DataType::Binary, false)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let options = |ascending: &bool| SortOptions { descending: !ascending, nulls_first: false };
        let fields = args.arg_fields.iter().zip(&self.ascending);
        let fields =
            fields.map(|(field, up)| SortField::new_with_options(field.data_type().clone(), options(up))).collect();
        let columns = ColumnarValue::values_to_arrays(&args.args)?;
        let keys = RowConverter::new(fields)?.convert_columns(&columns)?;
        Ok(ColumnarValue::Array(Arc::new(keys.try_into_binary()?)))
    }
}
