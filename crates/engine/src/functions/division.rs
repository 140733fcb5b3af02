//! `divide` and `remainder`: of two numbers, missing where the divisor is zero.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::internal_err;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};

use super::DIVIDE;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Division {
    is_remainder: bool,
    signature: Signature,
}

impl Division {
    /// The quotient of two floats.
    pub(super) fn quotient() -> Self {
        let signature = Signature::exact(vec![DataType::Float64; 2], Volatility::Immutable);
        Self { is_remainder: false, signature }
    }

    /// What is left of two integers or two floats; it has the sign of the divisor, as in Python.
    pub(super) fn remainder() -> Self {
        let pairs = [DataType::Int64, DataType::Float64].map(|kind| TypeSignature::Exact(vec![kind; 2]));
        Self { is_remainder: true, signature: Signature::one_of(pairs.to_vec(), Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Division {
    fn name(&self) -> &'static str {
        if self.is_remainder { "remainder" } else { DIVIDE }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(arguments.first().cloned().unwrap_or(DataType::Float64))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [dividend, divisor] = args.args.as_slice() else { return internal_err!("two numbers are divided") };
        let (dividend, divisor) = (dividend.to_array(args.number_rows)?, divisor.to_array(args.number_rows)?);
        let divided: ArrayRef = match (dividend.data_type(), self.is_remainder) {
            (DataType::Int64, true) => computed::<Int64Type>(&dividend, &divisor, integer_rest),
            (DataType::Float64, true) => computed::<Float64Type>(&dividend, &divisor, float_rest),
            (DataType::Float64, false) => computed::<Float64Type>(&dividend, &divisor, |one, by| one / by),
            (other, _) => return internal_err!("{other} is not divided"),
        };
        Ok(ColumnarValue::Array(divided))
    }
}

fn computed<T: ArrowPrimitiveType>(
    dividend: &ArrayRef,
    divisor: &ArrayRef,
    compute: impl Fn(T::Native, T::Native) -> T::Native,
) -> ArrayRef {
    let (dividend, divisor) = (dividend.as_primitive::<T>(), divisor.as_primitive::<T>());
    let zero = T::Native::default();
    let present = BooleanBuffer::collect_bool(divisor.len(), |row| divisor.value(row) != zero);
    let given = NullBuffer::union(dividend.nulls(), divisor.nulls());
    let nulls = NullBuffer::union(given.as_ref(), Some(&NullBuffer::new(present)));
    let pairs = dividend.values().iter().zip(divisor.values());
    let values: ScalarBuffer<T::Native> = pairs.map(|(one, by)| compute(*one, *by)).collect();
    Arc::new(PrimitiveArray::<T>::new(values, nulls.filter(|nulls| nulls.null_count() > 0)))
}

fn integer_rest(dividend: i64, divisor: i64) -> i64 {
    // The smallest integer by -1 has no rest, and by zero there is no answer.
    let rest = dividend.checked_rem(divisor).unwrap_or(0);
    if rest != 0 && (rest < 0) != (divisor < 0) { rest + divisor } else { rest }
}

fn float_rest(dividend: f64, divisor: f64) -> f64 {
    let rest = dividend % divisor;
    if rest != 0.0 && (rest < 0.0) != (divisor < 0.0) { rest + divisor } else { rest }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::steps::testing::{run, table};

    fn formula(text: &str, values: Value) -> Value {
        run(table(values), json!([{"name": "formula", "newColumn": "r", "formula": text}]))["r"].clone()
    }

    #[test]
    fn a_remainder_is_exact_and_has_the_sign_of_the_divisor() {
        let floats = json!({"x": [5.3, 1e-20, 0.1, 1.7e308, -5.5, 5.5, -4.0, 1.0, null, 1.0],
            "y": [7.0, 7.0, 1e17, 1.75e308, 2.0, -2.0, 2.0, 0.0, 2.0, null]});
        let expected = json!([5.3, 1e-20, 0.1, 1.7e308, 0.5, -0.5, 0.0, null, null, null]);
        assert_eq!(formula("x % y", floats), expected);
        let integers = json!({"x": [5_000_000_000_000_000_000_i64, i64::MAX - 1, -7, 7, -8, i64::MIN, 1, null],
            "y": [6_000_000_000_000_000_000_i64, i64::MAX, 2, -2, 2, -1, 0, 2]});
        let expected = json!([5_000_000_000_000_000_000_i64, i64::MAX - 1, 1, -1, 0, 0, null, null]);
        assert_eq!(formula("x % y", integers), expected);
    }

    #[test]
    fn a_zero_divides_nothing_whatever_its_sign() {
        let values = json!({"x": [1.0, 1.0, -1.0, null, 6.0], "y": [0.0, -0.0, 0.0, 2.0, 4.0]});
        assert_eq!(formula("x / y", values.clone()), json!([null, null, null, null, 1.5]));
        assert_eq!(formula("x / (y * -1)", values.clone()), json!([null, null, null, null, -1.5]));
        assert_eq!(formula("x % (y * -1)", values.clone()), json!([null, null, null, null, -2.0]));
        let missing = json!([{"name": "formula", "newColumn": "r", "formula": "x / (y * -1)"},
            {"name": "filter", "condition": {"column": "r", "operator": "isnull"}}]);
        assert_eq!(run(table(values.clone()), missing)["r"], json!([null, null, null, null]));
        for divided in ["x / (y * -1.0)", "x % (y * -1.0)"] {
            let query = format!("SELECT {divided} AS r FROM input WHERE {divided} IS NULL");
            let found = run(table(values.clone()), json!([{"name": "customsql", "query": query}]));
            assert_eq!(found["r"], json!([null, null, null, null]), "{divided}");
        }
        assert_eq!(formula("x / 0", values.clone()), json!([null, null, null, null, null]));
        assert_eq!(formula("1 / (1 - 1) + x", values.clone()), json!([null, null, null, null, null]));
        assert_eq!(formula("x / 2", values), json!([0.5, 0.5, -0.5, null, 3.0]));
    }

    #[test]
    fn divisions_in_divisors_cost_their_number() {
        for operator in ["/", "%"] {
            let nested = (0..40).fold("x".to_owned(), |inner, _| format!("(7 {operator} {inner})"));
            let begun = std::time::Instant::now();
            assert_eq!(
                formula(&nested, json!({"x": [7.0]})),
                json!([if operator == "/" { json!(7.0) } else { json!(null) }])
            );
            assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{operator}: {:?}", begun.elapsed());
        }
    }
}
