//! `one_zero`: a number as it compares: 0.0 and -0.0, which the library sorts and counts apart, are one number.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::internal_err;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use super::ONE_ZERO;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct OneZero {
    signature: Signature,
}

impl OneZero {
    pub(super) fn new() -> Self {
        Self { signature: Signature::exact(vec![DataType::Float64], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for OneZero {
    fn name(&self) -> &'static str {
        ONE_ZERO
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let can_be_missing = args.arg_fields.iter().any(|field| field.is_nullable());
        Ok(Arc::new(Field::new(self.name(), DataType::Float64, can_be_missing)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [numbers] = args.args.as_slice() else { return internal_err!("one number has one zero") };
        Ok(ColumnarValue::Array(plain(&numbers.to_array(args.number_rows)?)))
    }
}

fn plain(column: &ArrayRef) -> ArrayRef {
    let Some(numbers) = column.as_primitive_opt::<Float64Type>() else { return Arc::clone(column) };
    let negative_zero = (-0.0_f64).to_bits();
    if numbers.values().iter().all(|number| number.to_bits() != negative_zero) {
        return Arc::clone(column);
    }
    let plain: Float64Array = numbers.unary(|number| number + 0.0);
    Arc::new(plain)
}

/// The rows without a -0.0, which nobody wants to read.
pub(crate) fn with_one_zero(rows: RecordBatch) -> Result<RecordBatch> {
    let columns: Vec<ArrayRef> = rows.columns().iter().map(plain).collect();
    if columns.iter().zip(rows.columns()).all(|(plain, column)| Arc::ptr_eq(plain, column)) {
        return Ok(rows);
    }
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    Ok(RecordBatch::try_new_with_options(rows.schema(), columns, &options)?)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::steps::testing::{run, table};

    #[test]
    fn zeros_compare_as_one_number_in_every_step() {
        let input = table(json!({"k": [1, 2, 3, 4], "v": [0.0, -0.0, 1.5, 0.0]}));
        let rows = |step: Value| run(input.clone(), json!([step]))["k"].clone();
        let sort = |order: &str| json!({"name": "sort", "columns": [{"column": "v", "order": order}]});
        let filter = |operator: &str, value: Value| json!({"name": "filter", "condition": {"column": "v", "operator": operator, "value": value}});
        let top = |groups: Value| json!({"name": "top", "rankOn": "v", "sort": "asc", "limit": 2, "groups": groups});
        let many = json!([7, 0, 8, 9, 10, 11, 12]);
        for (step, expected) in [
            (sort("asc"), json!([1, 2, 4, 3])),
            (sort("desc"), json!([3, 1, 2, 4])),
            (filter("eq", json!(0)), json!([1, 2, 4])),
            (filter("in", json!([0])), json!([1, 2, 4])),
            (filter("in", many.clone()), json!([1, 2, 4])),
            (filter("nin", many), json!([3])),
            (top(json!([])), json!([1, 2])),
            (top(json!(["v"])), json!([1, 2, 3])),
        ] {
            assert_eq!(rows(step.clone()), expected, "{step}");
        }
    }

    #[test]
    fn zeros_are_counted_and_replaced_as_one_and_come_out_as_one() {
        let input = table(json!({"k": [1, 2, 3], "v": [0.0, -0.0, 1.5]}));
        let counted = json!({"name": "aggregate", "on": [], "aggregations":
            [{"columns": ["v"], "newcolumns": ["n"], "aggfunction": "count distinct"}]});
        assert_eq!(run(input.clone(), json!([counted]))["n"], json!([2]));
        let replaced = json!({"name": "replace", "searchColumn": "v", "toReplace": [[0, 5]]});
        assert_eq!(run(input.clone(), json!([replaced]))["v"], json!([5.0, 5.0, 1.5]));
        let turned = json!({"name": "formula", "newColumn": "v", "formula": "v * -1"});
        assert_eq!(run(input, json!([turned]))["v"].to_string(), "[0.0,0.0,-1.5]");
    }
}
