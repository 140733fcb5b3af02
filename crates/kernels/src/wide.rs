//! Integers as numbers with room for their sums.

use arrow::array::{Decimal128Array, Int64Array};
use arrow::datatypes::{DECIMAL128_MAX_PRECISION, DataType, Decimal128Type};

/// A number of the most digits there are, and none after the point.
pub const WIDE: DataType = DataType::Decimal128(DECIMAL128_MAX_PRECISION, 0);

/// The integers as wide numbers.
#[must_use]
pub fn wide(integers: &Int64Array) -> Decimal128Array {
    integers.unary::<_, Decimal128Type>(i128::from).with_data_type(WIDE)
}

#[cfg(test)]
mod tests {
    use arrow::array::Array;

    use super::*;

    #[test]
    fn integers_are_decimals_of_the_most_digits() {
        let decimals = wide(&Int64Array::from(vec![Some(i64::MIN), None, Some(3)]));
        assert_eq!(decimals.data_type(), &WIDE);
        assert_eq!(decimals.iter().collect::<Vec<_>>(), [Some(i128::from(i64::MIN)), None, Some(3)]);
    }
}
